"""How a money purchase ends: exactly once, whoever asks first and however often.

Lock order: the buyer's wallet, then the purchase. The gateway is always asked before, never inside.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import OperationalError, transaction

from accounts import audit
from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Wallet
from casino.lib import rows
from casino.lib.errors import Refusal
from realtime.events import PurchaseUpdate
from shop import metrics, notices, payments, promos, stock
from shop.delivery import hand_over
from shop.gateways.base import Charge, Outcome
from shop.models import Purchase, PurchaseKind, PurchaseStatus, Reason
from shop.watching import tell_staff

_log = logging.getLogger(__name__)
LATE: Final = "LATE"
First = Callable[[Purchase], bool]
"""What is written in the transaction that settles, before it does; False when nothing else is to be done."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A purchase as it now stands, and whether it was this call that brought it there."""

    purchase: Purchase
    applied: bool


def settle(purchase: Purchase, charge: Charge, *, flow: str, now: datetime, first: First | None = None) -> Settled:
    """Brings the purchase to where `charge` leads.

    When the money is there but the product cannot be handed over, nothing of the delivery stays and the purchase
    waits as GRANT_FAILED for `settle_stale`.
    """
    try:
        return _settle(purchase, charge, flow, now, first)
    except (OperationalError, Refusal):
        raise  # the database is away or busy, or `first` says no: nothing is known to be wrong with the delivery
    except Exception:
        if charge.outcome is not Outcome.PAID:
            raise
        _log.exception("purchase %s is paid but could not be handed over", purchase.receipt_code)
        return _keep_for_later(purchase, charge, flow, now, first)


def poll(purchase: Purchase, *, flow: str, now: datetime) -> Purchase:
    """Asks the gateway about a pending purchase, once, and settles it by the answer."""
    return settle(purchase, payments.poll(purchase, now=now), flow=flow, now=now).purchase


def is_late(locked: Purchase, charge: Charge) -> bool:
    """Whether the purchase has gone further than `charge` can bring it: then it changes nothing."""
    if locked.status in (PurchaseStatus.SUCCESS, PurchaseStatus.REFUNDED):
        return True
    return charge.outcome is not Outcome.PAID and (not locked.is_pending or locked.charged_at is not None)


def settle_stale(now: datetime) -> Counter[str]:
    """Hands over what is paid, asks once more about what waits too long and voids it; how many came to which status."""
    done: Counter[str] = Counter()
    for purchase in Purchase.objects.overdue(now, settings.PENDING_PURCHASE_MAX_AGE):
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
    with opened(purchase, now) as (wallet, locked):
        if not locked.is_pending or locked.charged_at is not None:
            return False
        _give_up(wallet, locked, PurchaseStatus.VOIDED, Reason.STALE_AUTO_VOID, "voided")
    metrics.count_end(locked, "settle")
    return True


def tell_again(purchase: Purchase, *, now: datetime) -> Purchase:
    """Notes that the receipt was asked for again with its key, and tells the buyer's other tabs."""
    with opened(purchase, now) as (wallet, locked):
        locked.note_again("replayed", now)
        rows.update(locked)
        wallet.tell(purchase_news(locked, "idempotent_reuse", "IDEMPOTENT_HIT"))
    metrics.count_replay(locked)
    return locked


def purchase_news(purchase: Purchase, status: str, reason: str) -> PurchaseUpdate:
    """The event that tells how a purchase stands."""
    return PurchaseUpdate(
        status=status,
        product_id=purchase.code,
        receipt_code=purchase.receipt_code or None,
        amount=purchase.amount,
        currency=purchase.currency,
        quantity=purchase.quantity,
        reason_code=reason or None,
    )


@contextmanager
def opened(purchase: Purchase, now: datetime) -> Iterator[tuple[OpenWallet, Purchase]]:
    """The buyer's wallet and the purchase, both locked, in a transaction of their own."""
    with transaction.atomic():
        found = rows.lock_both(Wallet, Purchase, "player", purchase.pk)
        if found is None:
            raise Purchase.DoesNotExist(f"purchase {purchase.receipt_code} is not stored")
        row, locked = found
        with open_wallet(purchase.player_id, now=now, locked=row) as wallet:
            yield wallet, locked


def _settle(purchase: Purchase, charge: Charge, flow: str, now: datetime, first: First | None) -> Settled:
    with opened(purchase, now) as (wallet, locked):
        before = PurchaseStatus(locked.status)
        applied = (first is None or first(locked)) and _apply(wallet, locked, charge)
        if first is not None and not applied:
            rows.update(locked)
    if applied:
        metrics.count_end(locked, flow, LATE if before is not PurchaseStatus.PENDING else None)
    return Settled(locked, applied)


def _apply(wallet: OpenWallet, locked: Purchase, charge: Charge) -> bool:
    """Writes what `charge` changes; False when it changes nothing."""
    if is_late(locked, charge):
        return False
    locked.charge_id = charge.charge_id or locked.charge_id
    if charge.outcome is Outcome.PAID:
        return _grant(wallet, locked)
    if charge.outcome is Outcome.DECLINED:
        _give_up(wallet, locked, PurchaseStatus.FAILED, charge.reason or _reason_to_decline(locked), "declined")
        return True
    return _wait(wallet, locked, Reason.PAYMENT_PENDING, "pending")


def _reason_to_decline(locked: Purchase) -> Reason:
    return Reason.PAYMENT_FAILED if locked.kind == PurchaseKind.LIMITED else Reason.PAYMENT_DECLINED


def _grant(wallet: OpenWallet, locked: Purchase) -> bool:
    if not locked.is_pending and not _comes_back(locked, wallet.now):
        return False
    locked.charged_at = locked.charged_at or wallet.now
    locked.note("settled", wallet.now, charge_id=locked.charge_id)
    hand_over(wallet, locked)
    locked.note("granted", wallet.now, gold=locked.gold)
    _end(wallet, locked, PurchaseStatus.SUCCESS, Reason.NONE)
    return True


def _comes_back(locked: Purchase, now: datetime) -> bool:
    """Paid after it was given up: takes again what was given back, or asks staff to give the money back."""
    others = Purchase.objects.of(locked.player_id).owning().filter(product=locked.product)
    if locked.one_time and others.exists():
        _ask_for_refund(locked, Reason.ALREADY_OWNED, now)
        return False
    if not stock.take(locked, now):
        _ask_for_refund(locked, Reason.OUT_OF_STOCK, now)
        return False
    promos.use_again(locked)
    return True


def _ask_for_refund(locked: Purchase, reason: Reason, now: datetime) -> None:
    """Notes that money is here for nothing to hand over, and tells staff once, however often the provider tells us."""
    is_known = locked.charged_at is not None
    locked.charged_at = locked.charged_at or now
    locked.note_again("late_event_ignored", now, reason=reason)
    rows.update(locked)
    if is_known:
        return
    audit.record(
        action="LIMITED_LATE_PAYMENT",
        target_type="purchase",
        target_id=locked.receipt_code,
        details={"receipt_code": locked.receipt_code, "amount": locked.amount, "reason": reason},
        now=now,
    )


def _give_up(wallet: OpenWallet, locked: Purchase, status: PurchaseStatus, reason: Reason, step: str) -> None:
    locked.note(step, wallet.now)
    stock.put_back(locked, wallet.now)
    promos.give_back(locked)
    _end(wallet, locked, status, reason)


def _end(wallet: OpenWallet, locked: Purchase, status: PurchaseStatus, reason: Reason) -> None:
    locked.become(status, wallet.now, reason)
    locked.balance_after = wallet.balance
    rows.update(locked)
    tell_staff(locked, wallet.now)
    wallet.tell(purchase_news(locked, status, reason))
    notices.tell_end(wallet, locked)


def _wait(wallet: OpenWallet, locked: Purchase, reason: Reason, step: str) -> bool:
    """Keeps the purchase pending for `reason`; told once, not at every poll."""
    if locked.reason_code == reason:
        return False
    locked.reason_code = reason
    locked.balance_after = wallet.balance
    locked.note(step, wallet.now)
    rows.update(locked)
    tell_staff(locked, wallet.now)
    wallet.tell(purchase_news(locked, locked.status, reason))
    return True


def _keep_for_later(purchase: Purchase, charge: Charge, flow: str, now: datetime, first: First | None) -> Settled:
    with opened(purchase, now) as (wallet, locked):
        goes_on = first is None or first(locked)
        applied = False
        if goes_on and not locked.is_pending:
            _ask_for_refund(locked, Reason.GRANT_FAILED, now)
        elif goes_on:
            locked.charge_id = charge.charge_id or locked.charge_id
            locked.charged_at = locked.charged_at or now
            applied = _wait(wallet, locked, Reason.GRANT_FAILED, "grant_failed")
        if first is not None and not applied:
            rows.update(locked)
    if applied:
        metrics.count_end(locked, flow)
    return Settled(locked, applied)
