"""Giving the price of a purchase back for everything it brought: whole or not at all."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from accounts import audit
from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Player
from casino.lib import days, idempotency, rows
from casino.lib.idempotency import Key
from shop import delivery, errors, notices, staff_rights, stock
from shop.models import Purchase, PurchaseStatus
from shop.settlement import purchase_news
from shop.watching import tell_staff

OPERATION: Final = "admin.refund"
Json = dict[str, Any]


def refund(*, by: Player, receipt_code: str, reason: str, key: Key | None) -> Json:
    """Takes back what a successful purchase brought and gives back its price, or refuses and moves nothing.

    The rank that VIP points brought stays, and so does the use of a promo code.
    """
    with transaction.atomic():
        if key is not None and idempotency.claim(key, ref=receipt_code, now=days.now()) is not None:
            return idempotency.kept_answer(key) | {"idempotent_reuse": True}
        purchase = staff_rights.take_up(receipt_code, by=by)
        with open_wallet(purchase.player_id) as wallet:
            _give_back(wallet, purchase.pk, by, reason)
            balance = wallet.balance
        answer: Json = {
            "success": True,
            "receipt_code": receipt_code,
            "status": PurchaseStatus.REFUNDED.value,
            "new_gold_balance": balance,
            "idempotent_reuse": False,
        }
        idempotency.keep_answer(key, answer)
    return answer


def _give_back(wallet: OpenWallet, number: int, by: Player, reason: str) -> None:
    locked = Purchase.objects.select_for_update().get(pk=number)
    if locked.status != PurchaseStatus.SUCCESS:
        raise errors.not_refundable(locked.status)
    try:
        delivery.take_back(wallet, locked)
    except delivery.CannotTakeBack as error:
        raise errors.refund_impossible() from error
    locked.become(PurchaseStatus.REFUNDED, wallet.now)
    # The buyer reads the timeline: why is told, who stands in the audit log.
    locked.note("refunded", wallet.now, by="staff", reason=reason)
    stock.put_back(locked, wallet.now)
    rows.update(locked)
    tell_staff(locked, wallet.now)
    wallet.tell(purchase_news(locked, locked.status, ""))
    notices.tell_end(wallet, locked)
    _record(locked, by, reason, wallet)


def _record(locked: Purchase, by: Player, reason: str, wallet: OpenWallet) -> None:
    facts = {
        "user_id": locked.player_id,
        "product_id": locked.code,
        "amount": locked.amount,
        "currency": locked.currency,
        "gold": locked.gold,
        "vip_points": locked.vip_points,
        "reason": reason,
    }
    audit.record(
        action="REFUND",
        target_type="purchase",
        target_id=locked.receipt_code,
        actor=by,
        details=facts,
        now=wallet.now,
    )
