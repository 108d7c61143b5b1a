"""Receipts and transactions as the wire shows them, built from the stored purchase: a replay cannot differ."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Player
from accounts.queries import make_cursor, read_cursor
from casino.lib.days import stamp, stamp_or_none
from shop import errors
from shop.models import Purchase, PurchaseKind, PurchaseStatus, Reason
from shop.orders import Sale

Json = dict[str, Any]
_IN_BOTH_RECEIPTS: Final = (
    "success", "message", "status", "user_id", "quantity", "gold_granted", "new_gold_balance", "charge_id",
    "receipt_code", "reason_code", "idempotent_reuse",
)  # fmt: skip


def receipt(sale: Sale) -> Json:
    """Receipt: the answer of a buy, the same whenever it is asked for again."""
    bought = sale.purchase
    return {
        "success": bool(bought.receipt_code) and bought.has_succeeded,
        "message": _message(sale),
        "status": _answered_status(bought) if bought.receipt_code else None,
        "user_id": bought.player_id,
        "product_id": bought.code,
        "quantity": bought.quantity,
        "unit_price": bought.unit_price,
        "amount": bought.amount,
        "currency": bought.currency,
        "promo_code": bought.promo_code or None,
        "gold_granted": bought.gold_granted,
        "gold_spent": bought.gold_spent,
        "new_gold_balance": bought.balance_after,
        "charge_id": bought.charge_id or None,
        "receipt_code": bought.receipt_code or None,
        "item_id": bought.code if bought.kind == PurchaseKind.ITEM else None,
        "item_name": bought.item_name,
        "reason_code": bought.reason_code or None,
        "created_at": stamp(bought.created_at),
        "idempotent_reuse": sale.replayed,
    }


def limited_receipt(sale: Sale) -> Json:
    """LimitedReceipt: the answer of buying a limited package, built from the same facts."""
    whole = receipt(sale)
    return {field: whole[field] for field in _IN_BOTH_RECEIPTS} | {
        "code": sale.purchase.code,
        "total_price_cents": sale.purchase.amount,
    }


def _answered_status(bought: Purchase) -> str:
    """Receipts know three ends: a refunded purchase was a success, a voided one has failed."""
    if bought.has_succeeded:
        return PurchaseStatus.SUCCESS
    return PurchaseStatus.PENDING if bought.is_pending else PurchaseStatus.FAILED


def _message(sale: Sale) -> str:
    bought = sale.purchase
    if bought.has_succeeded:
        return _("구매 완료")
    if sale.refusal is not None:
        return str(sale.refusal.message)
    return str(Reason(bought.reason_code or Reason.PAYMENT_PENDING).label)


def transaction(bought: Purchase) -> Json:
    """Transaction: one purchase in a list."""
    return {
        "receipt_code": bought.receipt_code,
        "product_id": bought.code,
        "name": bought.item_name,
        "kind": bought.kind,
        "quantity": bought.quantity,
        "unit_price": bought.unit_price,
        "amount": bought.amount,
        "currency": bought.currency,
        "gold_granted": bought.gold_granted,
        "gold_spent": bought.gold_spent,
        "status": bought.status,
        "reason_code": bought.reason_code or None,
        "payment_method": bought.payment_method or None,
        "charge_id": bought.charge_id or None,
        "promo_code": bought.promo_code or None,
        "created_at": stamp(bought.created_at),
        "settled_at": stamp_or_none(bought.settled_at),
    }


def page(
    player: Player, *, limit: int, cursor: str | None = None, status: str | None = None, kind: str | None = None
) -> Json:
    """The player's transactions, newest first, and the cursor of the next page."""
    rows = Purchase.objects.of(player.pk)
    if cursor is not None:
        rows = rows.filter(pk__lt=read_cursor(cursor))
    if status is not None:
        rows = rows.filter(status=status)
    if kind is not None:
        rows = rows.filter(kind=kind)
    found = list(rows[: limit + 1])
    following = make_cursor(found[limit - 1].pk) if len(found) > limit else None
    return {"items": [transaction(bought) for bought in found[:limit]], "next_cursor": following}


def all_of(player_id: int) -> list[Json]:
    """Every transaction of the player, oldest first: for taking one's data along."""
    return [transaction(bought) for bought in Purchase.objects.of(player_id).order_by("id")]


def detail(bought: Purchase) -> Json:
    """One purchase with every step on its way."""
    return transaction(bought) | {"timeline": bought.timeline}


def find(receipt_code: str, *, reader: Player, staff_may_read: bool = False) -> Purchase:
    """The reader's own purchase with this receipt (staff may read any), or 404 as if there were none."""
    rows = Purchase.objects.filter(receipt_code=receipt_code)
    if not (staff_may_read and reader.is_staff):
        rows = rows.filter(player=reader)
    bought = rows.first()
    if bought is None:
        raise errors.purchase_not_found()
    return bought
