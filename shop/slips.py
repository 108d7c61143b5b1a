"""A purchase as its buyer sees it: one slip with what it cost and gave, how it stands, and its way there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop import timeline
from shop.models import Purchase, PurchaseKind, PurchaseStatus, Reason
from shop.shop_screen import DRAWN_ICONS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BADGES: Final = {
    PurchaseStatus.PENDING: ("live", ""),
    PurchaseStatus.SUCCESS: ("gain", "icon-check"),
    PurchaseStatus.FAILED: ("loss", "icon-close"),
    PurchaseStatus.VOIDED: ("line", "icon-minus"),
    PurchaseStatus.REFUNDED: ("line", "icon-retry"),
}
"""How each state is marked: the badge's colour and its drawing (a pending one has a dot that breathes)."""

_MARKS: Final = {PurchaseKind.GOLD: "icon-gold", PurchaseKind.LIMITED: "icon-gift"}
STEP_MARKS: Final = {
    "created": "icon-key",
    "priced": "icon-tag",
    "promo_applied": "icon-percent",
    "hold_taken": "icon-lock",
    "hold_released": "icon-box",
    "gateway_called": "icon-card",
    "pending": "icon-timer",
    "declined": "icon-close",
    "settled": "icon-check",
    "granted": "icon-gift",
    "grant_failed": "icon-warning",
    "webhook_received": "icon-webhook",
    "webhook_duplicate": "icon-webhook",
    "late_event_ignored": "icon-info",
    "voided": "icon-minus",
    "refunded": "icon-retry",
    "replayed": "icon-history",
}
_SENTENCES: Final[dict[str, StrOrPromise]] = {
    Reason.NONE: _("결제사에 물어보고 있습니다. 창을 닫아도 계속됩니다."),
    Reason.PAYMENT_PENDING: _("결제사의 승인을 기다립니다. 창을 닫아도 계속되고, 같은 영수증으로 한 번만 처리됩니다."),
    Reason.GRANT_FAILED: _("결제는 되었고 골드 지급이 늦어지고 있습니다. 같은 영수증으로 곧 지급됩니다."),
    Reason.PAYMENT_DECLINED: _("결제가 거절되었습니다. 청구된 금액은 없습니다."),
    Reason.PAYMENT_FAILED: _("결제에 실패했습니다. 청구된 금액은 없습니다."),
    Reason.ITEM_PURCHASE_FAILED: _("상품을 지급하지 못해 모두 되돌렸습니다. 골드는 그대로입니다."),
    Reason.STALE_AUTO_VOID: _("제때 확인되지 않아 구매를 취소했습니다. 청구된 금액은 없습니다."),
}
_PAID_TOO_LATE: Final = {Reason.ALREADY_OWNED, Reason.OUT_OF_STOCK, Reason.GRANT_FAILED}


@dataclass(frozen=True, slots=True)
class Mark:
    """One step of the timeline as it is drawn."""

    step: timeline.Step
    icon: str
    is_now: bool

    @property
    def mood(self) -> str:
        """The step's class: going on, gone wrong, or done."""
        if self.is_now:
            return "now"
        return {timeline.LOSS: "bad", timeline.GAIN: "gold"}.get(self.step.tone, "done")


@dataclass(frozen=True, slots=True)
class Slip:
    """One purchase of a list."""

    purchase: Purchase
    is_open: bool = False

    @property
    def name(self) -> str:
        """What was bought, in the page's language where the club has it."""
        return gettext(self.purchase.item_name) if self.purchase.item_name else self.purchase.code

    @property
    def version(self) -> str:
        """Differs whenever the slip would look different."""
        bought = self.purchase
        times = bought.timeline[-1]["data"].get("times", 1) if bought.timeline else 0
        return f"{bought.status}-{bought.reason_code}-{len(bought.timeline)}-{times}"

    @property
    def icon(self) -> str:
        """The drawing of what was bought."""
        if self.purchase.is_pending:
            return "icon-timer"
        drawn = DRAWN_ICONS.get(self.purchase.product.icon, "icon-gift") if self.purchase.product else "icon-gift"
        return _MARKS.get(PurchaseKind(self.purchase.kind), drawn)

    @property
    def badge(self) -> str:
        """The colour of its state."""
        return BADGES[PurchaseStatus(self.purchase.status)][0]

    @property
    def badge_icon(self) -> str:
        """The drawing of its state."""
        return BADGES[PurchaseStatus(self.purchase.status)][1]

    @property
    def is_settleable(self) -> bool:
        """Whether its buyer may ask what became of the payment."""
        return self.purchase.is_pending and not self.purchase.is_paid_in_gold

    @property
    def shop_href(self) -> str:
        """Where in the shop it can be bought again; empty when it did not fail or is no longer sold."""
        bought = self.purchase
        if bought.status not in (PurchaseStatus.FAILED, PurchaseStatus.VOIDED):
            return ""
        if bought.product is not None:
            is_sold = bought.product.is_active and bought.product.deleted_at is None
            return f"/shop#product-{bought.product_id}" if is_sold else ""
        is_sold = bought.package is not None and bought.package.is_active and not bought.package.is_disabled
        return f"/shop#package-{bought.code}" if is_sold else ""

    @property
    def is_paid_too_late(self) -> bool:
        """Whether its money came when there was nothing to hand over any more."""
        if self.purchase.status not in (PurchaseStatus.FAILED, PurchaseStatus.VOIDED):
            return False
        ignored = [kept["data"] for kept in self.purchase.timeline if kept["step"] == "late_event_ignored"]
        return any(facts.get("reason") in _PAID_TOO_LATE for facts in ignored)

    @property
    def sentence(self) -> str:
        """How it stands, in a sentence; nothing about a success."""
        bought = self.purchase
        if bought.status == PurchaseStatus.SUCCESS:
            return ""
        if bought.status == PurchaseStatus.REFUNDED:
            if bought.is_paid_in_gold:
                return gettext("환불되었습니다. 쓴 골드를 돌려받았습니다.")
            return gettext("환불되었습니다. 받은 골드는 회수되었습니다.")
        if self.is_paid_too_late:
            return gettext("끝난 뒤에 결제가 들어왔지만 드릴 상품이 없어, 운영진이 환불합니다.")
        return str(_SENTENCES.get(bought.reason_code, bought.get_reason_code_display()))

    @property
    def discount(self) -> int:
        """The discount its price was fixed with, in percent."""
        return int(self._priced.get("discount") or 0)

    @property
    def amount(self) -> str:
        """What it costs altogether."""
        return self._price(self.purchase.amount)

    @property
    def unit_price(self) -> str:
        """What one of it costs, when it is more than one."""
        return self._price(self.purchase.unit_price) if self.purchase.quantity > 1 else ""

    @property
    def shelf_amount(self) -> str:
        """What it would have cost without its promo code, where that made a difference."""
        amount = self._priced.get("amount")
        if not self.purchase.promo_code or amount is None or amount == self.purchase.amount:
            return ""
        return self._price(amount)

    @property
    def _priced(self) -> dict[str, Any]:
        return next((kept["data"] for kept in self.purchase.timeline if kept["step"] == "priced"), {})

    def _price(self, value: int) -> str:
        return f"{value:,}G" if self.purchase.is_paid_in_gold else f"${value // 100:,}.{value % 100:02d}"

    @property
    def steps(self) -> list[Mark]:
        """Its way so far; of an open one the last step is the one it stands at."""
        told = timeline.steps(self.purchase)
        last = len(told) - 1 if self.purchase.is_pending else None
        return [Mark(step, STEP_MARKS.get(step.name, "icon-dots"), number == last) for number, step in enumerate(told)]

    @property
    def ahead(self) -> list[tuple[str, StrOrPromise]]:
        """What still has to happen to an open one: drawing and words."""
        if not self.purchase.is_pending:
            return []
        grant = ("icon-gold" if self.purchase.gold else "icon-gift", _("지급 완료"))
        return [grant] if self.purchase.charged_at else [("icon-check", _("결제 확정")), grant]
