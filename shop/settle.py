"""A buyer asks what became of a payment."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from accounts.models import Player, Wallet
from casino.lib import days, idempotency
from casino.lib.idempotency import Key
from shop import errors, receipts, settlement

OPERATION: Final = "shop.settle"
Json = dict[str, Any]


def settle(*, player: Player, receipt_code: str, key: Key | None) -> Json:
    """Polls the gateway for the player's pending money purchase and tells how it stands.

    The answer is kept for the key once the purchase has come to its end; while it waits, the key may be tried again.
    """
    now = days.now()
    purchase = receipts.find(receipt_code, reader=player)
    if purchase.is_paid_in_gold:
        raise errors.not_settleable()
    if purchase.is_pending and idempotency.known(key) is None:  # a key of another payload settles nothing
        purchase = settlement.poll(purchase, flow="settle", now=now)
    with transaction.atomic():
        if key is not None and idempotency.claim(key, ref=receipt_code, now=now) is not None:
            return idempotency.kept_answer(key) | {"idempotent_reuse": True}
        balance = Wallet.objects.values_list("balance", flat=True).get(pk=player.pk)
        answer: Json = {
            "success": True,
            "receipt_code": receipt_code,
            "status": purchase.status,
            "new_balance": balance,
            "new_gold_balance": balance,
            "idempotent_reuse": False,
        }
        if purchase.is_pending:
            idempotency.release(key)
        else:
            idempotency.keep_answer(key, answer)
    return answer
