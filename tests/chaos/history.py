"""Whether a purchase's timeline explains where it stands: the steps are followed one by one to the status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from shop.models import Purchase, PurchaseStatus

_OPEN: Final = frozenset({"pending"})
_UNPAID: Final = frozenset({"pending", "failed", "voided"})
# From which statuses a step may be taken, and where it leads; None: it stays where it is.
_STEPS: Final[dict[str, tuple[frozenset[str], str | None]]] = {
    "created": (_OPEN, None),
    "priced": (_OPEN, None),
    "promo_applied": (_OPEN, None),
    "gateway_called": (_OPEN, None),
    "pending": (_OPEN, None),
    "declined": (_OPEN, "failed"),
    "voided": (_OPEN, "voided"),
    "settled": (_UNPAID, None),
    "granted": (_UNPAID, "success"),
    "refunded": (frozenset({"success"}), "refunded"),
}
_ANY_TIME: Final = frozenset({"webhook_received", "webhook_duplicate", "late_event_ignored", "replayed"})
_ONCE: Final = frozenset({"created", "priced", "promo_applied", "gateway_called", "granted", "refunded"})


@dataclass
class _Walk:
    status: str = "pending"
    holds_stock: bool = False
    paid: bool = False


def unexplained(purchase: Purchase) -> str | None:
    """What in the purchase does not follow from its timeline; None when all of it does."""
    walk, seen = _Walk(), set[str]()
    names = [step["step"] for step in purchase.timeline]
    if names[:2] != ["created", "priced"]:
        return f"begins with {names[:2]}"
    for name in names:
        if name in _ONCE and name in seen:
            return f"{name} twice in {names}"
        seen.add(name)
        if wrong := _take(walk, name, purchase):
            return f"{wrong} in {names}"
    ends: dict[str, tuple[Any, Any]] = {
        "status": (purchase.status, walk.status),
        "holds_stock": (purchase.holds_stock, walk.holds_stock),
        "settled_at": (purchase.settled_at is not None, walk.status != "pending"),
        "charged_at": (not purchase.is_paid_in_gold and purchase.charged_at is not None, walk.paid),
    }
    differing = {name: pair for name, pair in ends.items() if pair[0] != pair[1]}
    return f"{differing} (stored, told) after {names}" if differing else None


def _take(walk: _Walk, name: str, purchase: Purchase) -> str | None:
    if name in _ANY_TIME:
        return None
    if name in ("hold_taken", "hold_released"):
        if walk.holds_stock is (name == "hold_taken"):
            return f"{name} while holds_stock is {walk.holds_stock}"
        walk.holds_stock = name == "hold_taken"
        return None
    if name == "grant_failed":
        walk.paid = not purchase.is_paid_in_gold
        walk.status = "failed" if purchase.is_paid_in_gold else walk.status
        return None
    if name not in _STEPS:
        return f"unknown step {name}"
    before, after = _STEPS[name]
    if walk.status not in before:
        return f"{name} from {walk.status}"
    if name == "settled":
        walk.paid = not purchase.is_paid_in_gold
    walk.status = after or walk.status
    return None


def judge(want: Callable[[bool, str], None], purchase: Purchase) -> None:
    """Wants a timeline that explains the purchase, and units kept only by one that is pending or done."""
    wrong = unexplained(purchase)
    want(wrong is None, f"purchase {purchase.receipt_code}: {wrong}")
    keeps = purchase.status in (PurchaseStatus.PENDING, PurchaseStatus.SUCCESS)
    want(keeps or not purchase.holds_stock, f"purchase {purchase.receipt_code} is {purchase.status} and keeps units")
