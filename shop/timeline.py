"""A purchase's timeline in words: one list for buyers and staff; the API shows the steps as they are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.models import Currency, Purchase, PurchaseStatus, Reason

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GAIN, LOSS, LIVE, PLAIN = "gain", "loss", "live", ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step in words: what happened, when, what belongs to it, and whether it is good, bad or still going on."""

    name: str
    label: str
    at: datetime
    facts: list[tuple[str, str]]
    tone: str


_STEPS: Final[dict[str, tuple[StrOrPromise, str]]] = {
    "created": (gettext_lazy("주문 접수"), PLAIN),
    "priced": (gettext_lazy("가격 확정"), PLAIN),
    "promo_applied": (gettext_lazy("프로모션 적용"), PLAIN),
    "hold_taken": (gettext_lazy("수량 확보"), PLAIN),
    "hold_released": (gettext_lazy("수량 반납"), PLAIN),
    "gateway_called": (gettext_lazy("결제 요청"), PLAIN),
    "pending": (gettext_lazy("결제 대기"), LIVE),
    "declined": (gettext_lazy("결제 거절"), LOSS),
    "settled": (gettext_lazy("결제 확정"), PLAIN),
    "granted": (gettext_lazy("지급 완료"), GAIN),
    "grant_failed": (gettext_lazy("지급 지연"), LOSS),
    "webhook_received": (gettext_lazy("결제사 알림 도착"), PLAIN),
    "webhook_duplicate": (gettext_lazy("같은 알림이 다시 도착"), PLAIN),
    "late_event_ignored": (gettext_lazy("늦은 알림이라 반영하지 않음"), PLAIN),
    "voided": (gettext_lazy("결제가 확인되지 않아 취소"), LOSS),
    "refunded": (gettext_lazy("환불"), LIVE),
    "replayed": (gettext_lazy("같은 주문이 다시 도착"), PLAIN),
}
NAMES: Final = frozenset(_STEPS)


def steps(purchase: Purchase) -> list[Step]:
    """Every step on the purchase's way, in words, oldest first; a step without words keeps its name."""
    return [_step(kept, purchase) for kept in purchase.timeline]


def _step(kept: dict[str, Any], purchase: Purchase) -> Step:
    label, tone = _STEPS.get(kept["step"], (kept["step"], PLAIN))
    facts = [
        (str(_FACTS[name][0]), _FACTS[name][1](value, purchase))
        for name, value in kept["data"].items()
        if name in _FACTS and value not in (None, "", *_NOTHING.get(name, ()))
    ]
    return Step(kept["step"], str(label), datetime.fromisoformat(kept["at"]), facts, tone)


def _money(value: int, purchase: Purchase) -> str:
    return f"${value // 100:,}.{value % 100:02d}" if purchase.currency == Currency.USD else _gold(value, purchase)


def _gold(value: int, _purchase: Purchase) -> str:
    return _("%(amount)s 골드") % {"amount": f"{value:,}"}


def _units(value: int, _purchase: Purchase) -> str:
    return f"{value:,}"


def _as_it_is(value: object, _purchase: Purchase) -> str:
    return str(value)


def _percent(value: int, _purchase: Purchase) -> str:
    return f"−{value}%"


def _reason(value: str, _purchase: Purchase) -> str:
    """A reason code as its text; what staff wrote as it is."""
    return str(Reason(value).label) if value in Reason.values else value


def _status(value: str, _purchase: Purchase) -> str:
    return str(PurchaseStatus(value).label) if value in PurchaseStatus.values else value


def _by(value: str, _purchase: Purchase) -> str:
    return _("운영진") if value == "staff" else value


_FACTS: Final[dict[str, tuple[StrOrPromise, Callable[[Any, Purchase], str]]]] = {
    "quantity": (gettext_lazy("수량"), _units),
    "unit_price": (gettext_lazy("단가"), _money),
    "discount": (gettext_lazy("할인"), _percent),
    "amount": (gettext_lazy("금액"), _money),
    "code": (gettext_lazy("코드"), _as_it_is),
    "hold_id": (gettext_lazy("보류 번호"), _as_it_is),
    "mode": (gettext_lazy("결제 방식"), _as_it_is),
    "charge_id": (gettext_lazy("결제 번호"), _as_it_is),
    "gold": (gettext_lazy("골드"), _gold),
    "event_id": (gettext_lazy("알림 번호"), _as_it_is),
    "status": (gettext_lazy("상태"), _status),
    "reason": (gettext_lazy("사유"), _reason),
    "reason_code": (gettext_lazy("사유"), _reason),
    "by": (gettext_lazy("처리"), _by),
    "times": (gettext_lazy("횟수"), _units),
}
"""What a fact is called and how it is shown; facts that are not here are for programs."""
_NOTHING: Final[dict[str, tuple[object, ...]]] = {"discount": (0,), "gold": (0,), "times": (1,)}
"""Values that say nothing."""
