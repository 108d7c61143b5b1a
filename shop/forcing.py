"""Staff end what waits: as paid, as failed, or by asking the gateway again. The settlement itself is the usual one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts import audit
from accounts.models import Player, Wallet
from casino.lib import days, idempotency
from casino.lib.idempotency import Key
from shop import errors, payments, settlement, staff_rights
from shop.gateways.base import Charge, Outcome
from shop.models import Purchase, PurchaseStatus

OPERATION: Final = "admin.force_settle"
OUTCOMES: Final = {"success": Outcome.PAID, "failed": Outcome.DECLINED}
Json = dict[str, Any]


def force_settle(*, by: Player, receipt_code: str, outcome: str, reason: str, key: Key | None) -> Json:
    """Settles a pending purchase as staff say; one that is paid but was not handed over can only succeed.

    The answer is kept for the key unless the purchase still waits for its grant: then the key may be tried again.
    """
    now = days.now()
    with transaction.atomic():
        if key is not None and idempotency.claim(key, ref=receipt_code, now=now) is not None:
            return idempotency.kept_answer(key) | {"idempotent_reuse": True}
        purchase = staff_rights.take_up(receipt_code, by=by)

        def first(locked: Purchase) -> bool:
            _check(locked, outcome)
            _record("FORCE_SETTLE", locked, by, {"outcome": outcome, "reason": reason}, now)
            return True

        charge = Charge(OUTCOMES[outcome])
        settled = settlement.settle(purchase, charge, flow="settle", now=now, first=first).purchase
        answer = _answer(settled, outcome)
        if settled.is_pending:
            idempotency.release(key)
        else:
            idempotency.keep_answer(key, answer)
    return answer


def ask_gateway(*, by: Player, receipt_code: str, reason: str) -> Purchase:
    """Asks the gateway about a pending purchase once more, and settles it by the answer."""
    now = days.now()
    purchase = staff_rights.take_up(receipt_code, by=by)
    _check(purchase, "success")
    charge = payments.poll(purchase, now=now)

    def first(locked: Purchase) -> bool:
        _record("PAYMENT_ASKED", locked, by, {"outcome": charge.outcome.value, "reason": reason}, now)
        return True

    return settlement.settle(purchase, charge, flow="settle", now=now, first=first).purchase


def _check(purchase: Purchase, outcome: str) -> None:
    if not purchase.is_pending:
        raise errors.no_longer_pending(purchase.status)
    if outcome == "failed" and purchase.charged_at is not None:
        raise errors.charged_already()


def _record(action: str, locked: Purchase, by: Player, facts: Json, now: datetime) -> None:
    bill = {"user_id": locked.player_id, "amount": locked.amount, "currency": locked.currency}
    audit.record(
        action=action,
        target_type="purchase",
        target_id=locked.receipt_code,
        actor=by,
        details=bill | facts,
        now=now,
    )


def _answer(settled: Purchase, outcome: str) -> Json:
    return {
        "success": settled.status == PurchaseStatus(outcome),
        "receipt_code": settled.receipt_code,
        "status": settled.status,
        "new_gold_balance": Wallet.objects.values_list("balance", flat=True).get(pk=settled.player_id),
        "idempotent_reuse": False,
    }
