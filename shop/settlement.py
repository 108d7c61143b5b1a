"""How a money purchase ends: exactly once, whoever asks first and however often.

Lock order: the buyer's wallet, then the purchase. The gateway is always asked before, never inside.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import OperationalError, transaction

from accounts import audit
from accounts.ledger import OpenWallet, open_wallet
from casino.lib import rows
from realtime.events import PurchaseUpdate
from shop import metrics, payments, stock
from shop.delivery import hand_over
from shop.gateways.base import Charge, Outcome
from shop.models import Purchase, PurchaseStatus, Reason

_log = logging.getLogger(__name__)
LATE: Final = "LATE"


def settle(purchase: Purchase, charge: Charge, *, flow: str, now: datetime) -> Purchase:
    """Brings the purchase to where `charge` leads and returns it as it now stands.

    When the money is there but the product cannot be handed over, nothing of the delivery stays and the purchase
    waits as GRANT_FAILED for `settle_stale`.
    """
    try:
        return _settle(purchase, charge, flow, now)
    except OperationalError:
        raise  # the database is away or busy: nothing is known to be wrong with the delivery
    except Exception:
        if charge.outcome is not Outcome.PAID:
            raise
        _log.exception("purchase %s is paid but could not be handed over", purchase.receipt_code)
        return _keep_for_later(purchase, charge, flow, now)


def poll(purchase: Purchase, *, flow: str, now: datetime) -> Purchase:
    """Asks the gateway about a pending purchase, once, and settles it by the answer."""
    return settle(purchase, payments.poll(purchase, now=now), flow=flow, now=now)


def settle_stale(now: datetime) -> Counter[str]:
    """Hands over what is paid, asks once more about what waits too long and voids it; how many came to which status."""
    done: Counter[str] = Counter()
    for purchase in Purchase.objects.overdue(now, settings.PENDING_PURCHASE_MAX_AGE).select_related("product"):
        try:
            done[_chase(purchase, now)] += 1
        except Exception:  # noqa: BLE001 - the others must not wait for a broken one
            _log.exception("purchase %s could not be settled", purchase.receipt_code)
    return done


def _chase(purchase: Purchase, now: datetime) -> str:
    polled = poll(purchase, flow="settle", now=now)
    if polled.is_pending and void(polled, now=now):
        return PurchaseStatus.VOIDED
    return polled.status


def void(purchase: Purchase, *, now: datetime) -> bool:
    """Gives up a pending purchase whose money never came; False when it is no longer one."""
    with _opened(purchase, now) as (wallet, locked):
        if not locked.is_pending or locked.charged_at is not None:
            return False
        stock.put_back(locked)
        _end(wallet, locked, PurchaseStatus.VOIDED, Reason.STALE_AUTO_VOID, "voided")
    metrics.count_end(locked, "settle")
    return True


def tell_again(purchase: Purchase, *, now: datetime) -> Purchase:
    """Notes that the receipt was asked for again with its key, and tells the buyer's other tabs."""
    with _opened(purchase, now) as (wallet, locked):
        last = locked.timeline[-1]
        if last["step"] == "replayed":  # one step however often: a client cannot fill the timeline
            last["data"]["times"] += 1
        else:
            locked.note("replayed", now, times=1)
        rows.update(locked)
        wallet.tell(purchase_news(locked, "idempotent_reuse", "IDEMPOTENT_HIT"))
    metrics.count_replay(locked)
    return locked


def purchase_news(purchase: Purchase, status: str, reason: str) -> PurchaseUpdate:
    """The event that tells how a purchase stands."""
    return PurchaseUpdate(
        status=status,
        product_id=purchase.product.product_id,
        receipt_code=purchase.receipt_code or None,
        amount=purchase.amount,
        currency=purchase.currency,
        quantity=purchase.quantity,
        reason_code=reason or None,
    )


@contextmanager
def _opened(purchase: Purchase, now: datetime) -> Iterator[tuple[OpenWallet, Purchase]]:
    with transaction.atomic(), open_wallet(purchase.player_id, now=now) as wallet:
        purchases = Purchase.objects.select_for_update(of=("self",)).select_related("product")
        yield wallet, purchases.get(pk=purchase.pk)


def _settle(purchase: Purchase, charge: Charge, flow: str, now: datetime) -> Purchase:
    with _opened(purchase, now) as (wallet, locked):
        before = PurchaseStatus(locked.status)
        has_changed = _apply(wallet, locked, charge)
    if has_changed:
        is_late = before is not PurchaseStatus.PENDING
        metrics.count_end(locked, flow, LATE if is_late else None)
    return locked


def _apply(wallet: OpenWallet, locked: Purchase, charge: Charge) -> bool:
    """Writes what `charge` changes; False when it changes nothing."""
    if locked.status in (PurchaseStatus.SUCCESS, PurchaseStatus.REFUNDED):
        return False
    if charge.outcome is Outcome.PAID:
        return _grant(wallet, locked, charge)
    if not locked.is_pending or locked.charged_at is not None:
        return False
    locked.charge_id = charge.charge_id
    if charge.outcome is Outcome.DECLINED:
        stock.put_back(locked)
        _end(wallet, locked, PurchaseStatus.FAILED, Reason.PAYMENT_DECLINED, "declined")
        return True
    return _wait(wallet, locked, Reason.PAYMENT_PENDING, "pending")


def _grant(wallet: OpenWallet, locked: Purchase, charge: Charge) -> bool:
    if not locked.is_pending and not stock.take(locked):
        _refuse_late_money(locked, wallet.now)
        return False
    locked.charge_id = charge.charge_id
    locked.charged_at = locked.charged_at or wallet.now
    locked.note("settled", wallet.now, charge_id=charge.charge_id)
    hand_over(wallet, locked)
    _end(wallet, locked, PurchaseStatus.SUCCESS, Reason.NONE, "granted", gold=locked.gold)
    return True


def _refuse_late_money(locked: Purchase, now: datetime) -> None:
    """Paid after it was given up, and the units are gone: staff are asked to give the money back."""
    locked.note("late_event_ignored", now, reason=Reason.OUT_OF_STOCK)
    rows.update(locked)
    facts = {"receipt_code": locked.receipt_code, "amount": locked.amount}
    audit.record(
        action="LIMITED_LATE_PAYMENT", target_type="purchase", target_id=locked.receipt_code, details=facts, now=now
    )


def _end(
    wallet: OpenWallet, locked: Purchase, status: PurchaseStatus, reason: Reason, step: str, **facts: object
) -> None:
    locked.become(status, wallet.now, reason)
    locked.balance_after = wallet.balance
    locked.note(step, wallet.now, **facts)
    rows.update(locked)
    wallet.tell(purchase_news(locked, status, reason))


def _wait(wallet: OpenWallet, locked: Purchase, reason: Reason, step: str) -> bool:
    """Keeps the purchase pending for `reason`; told once, not at every poll."""
    if locked.reason_code == reason:
        return False
    locked.reason_code = reason
    locked.balance_after = wallet.balance
    locked.note(step, wallet.now)
    rows.update(locked)
    wallet.tell(purchase_news(locked, locked.status, reason))
    return True


def _keep_for_later(purchase: Purchase, charge: Charge, flow: str, now: datetime) -> Purchase:
    with _opened(purchase, now) as (wallet, locked):
        has_changed = False
        if locked.is_pending:
            locked.charge_id = charge.charge_id
            locked.charged_at = locked.charged_at or now
            has_changed = _wait(wallet, locked, Reason.GRANT_FAILED, "grant_failed")
    if has_changed:
        metrics.count_end(locked, flow)
    return locked
