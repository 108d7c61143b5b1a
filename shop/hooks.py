"""What the payment provider tells us: let in once, matched with its purchase, settled with it in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from accounts import audit
from casino.lib import rows
from shop import errors, metrics, settlement
from shop.gateways.base import Charge, Outcome
from shop.models import Currency, Purchase, PurchaseStatus, Reason, WebhookEvent, WebhookNonce
from shop.signatures import Seal

Json = dict[str, Any]
STATUSES: Final = (PurchaseStatus.PENDING, PurchaseStatus.SUCCESS, PurchaseStatus.FAILED)
"""What an event may say of its payment."""
_OUTCOMES: Final = {
    PurchaseStatus.PENDING: Outcome.PENDING,
    PurchaseStatus.SUCCESS: Outcome.PAID,
    PurchaseStatus.FAILED: Outcome.DECLINED,
}
_REASONS_TO_FAIL: Final = (Reason.PAYMENT_DECLINED, Reason.PAYMENT_FAILED)
_NONCES_KEPT: Final = timedelta(minutes=30)
"""A call can be sent again until its timestamp is too old: ten minutes at most. The rest is for clocks that differ."""


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news of the provider, well-formed and well-signed."""

    event_id: str
    receipt_code: str
    user_id: int
    product_id: str
    amount: int
    status: str
    reason_code: str = ""

    @property
    def charge(self) -> Charge:
        """What it says, as a gateway would say it."""
        outcome = _OUTCOMES[PurchaseStatus(self.status)]
        if outcome is not Outcome.DECLINED:
            return Charge(outcome)
        known = self.reason_code in _REASONS_TO_FAIL
        return Charge(outcome, reason=Reason(self.reason_code) if known else Reason.PAYMENT_FAILED)


class _Arrival:
    """What an event writes into the transaction that settles its purchase."""

    def __init__(self, event: Event, now: datetime) -> None:
        self.is_first = False
        self._event = event
        self._now = now

    def note(self, locked: Purchase) -> bool:
        """Marks the event as processed and notes it on the purchase; False when it is marked already."""
        event = self._event
        row = WebhookEvent(
            event_id=event.event_id, receipt_code=event.receipt_code, status=event.status, received_at=self._now
        )
        self.is_first = rows.insert_once(row)
        if self.is_first:
            locked.note("webhook_received", self._now, event_id=event.event_id, status=event.status)
            if settlement.is_late(locked, event.charge):
                locked.note_again("late_event_ignored", self._now, status=event.status)
        return self.is_first


def let_in(seal: Seal, body: bytes, *, now: datetime) -> None:
    """Refuses a call that the provider did not sign, did not sign just now, or has made before.

    The nonce is used up at once, in a transaction of its own: whatever becomes of the call, it cannot come again.
    """
    if not seal.fits(body, settings.PAYMENT_WEBHOOK_SECRETS):
        raise errors.signature_invalid()
    if not seal.is_fresh(now):
        raise errors.stale_timestamp()
    if not rows.insert_once(WebhookNonce(nonce=seal.nonce, seen_at=now)):
        raise errors.replay_detected()


def receive(event: Event, *, now: datetime) -> Json:
    """Brings the event's purchase to where the event says, once; tells how it stands, or that the event is known."""
    if _is_known(event):
        return _again(event, now)
    purchase = Purchase.objects.filter(receipt_code=event.receipt_code).first()
    if purchase is None:
        raise errors.purchase_not_found()
    if differing := _differing(event, purchase):
        _sound_alarm(event, purchase, differing, now)
        raise errors.purchase_mismatch(differing)
    arrival = _Arrival(event, now)
    settled = settlement.settle(purchase, event.charge, flow="webhook", now=now, first=arrival.note)
    if not arrival.is_first:
        return _again(event, now)
    metrics.count_webhook("ok")
    return {
        "ok": True,
        "duplicate": False,
        "applied": settled.applied and settled.purchase.status == event.status != PurchaseStatus.PENDING,
        "receipt_code": settled.purchase.receipt_code,
        "status": settled.purchase.status,
    }


def prune_nonces(*, now: datetime) -> int:
    """Deletes nonces whose calls are too old to come again; returns how many.

    Events stay for ever, like the purchases they are evidence for: a provider may tell one again after weeks.
    """
    return WebhookNonce.objects.filter(seen_at__lt=now - _NONCES_KEPT).delete()[0]


def _is_known(event: Event) -> bool:
    return WebhookEvent.objects.filter(pk=event.event_id).exists()


def _again(event: Event, now: datetime) -> Json:
    """A known event changes nothing but a count on the purchase it was for, whatever it names this time."""
    known = WebhookEvent.objects.only("receipt_code").get(pk=event.event_id)
    with transaction.atomic():
        locked = Purchase.objects.select_for_update().filter(receipt_code=known.receipt_code).first()
        if locked is not None:
            locked.note_again("webhook_duplicate", now)
            rows.update(locked)
    metrics.count_webhook("duplicate")
    return {"ok": True, "duplicate": True}


def _differing(event: Event, purchase: Purchase) -> list[str]:
    """The fields that do not fit: buyer, product, and an amount of cents, which a price in gold is not."""
    is_amount = purchase.currency == Currency.USD and purchase.amount == event.amount
    fits = {
        "user_id": purchase.player_id == event.user_id,
        "product_id": purchase.code == event.product_id,
        "amount": is_amount,
    }
    return [name for name, is_right in fits.items() if not is_right]


def _sound_alarm(event: Event, purchase: Purchase, differing: list[str], now: datetime) -> None:
    told = {"user_id": event.user_id, "product_id": event.product_id, "amount": event.amount, "status": event.status}
    ours: Json = {"user_id": purchase.player_id, "product_id": purchase.code, "amount": purchase.amount}
    audit.record(
        action="PAYMENT_FRAUD",
        target_type="purchase",
        target_id=purchase.receipt_code,
        details={
            "event_id": event.event_id,
            "differing": differing,
            "told": told,
            "purchase": ours | {"currency": purchase.currency, "status": purchase.status},
        },
        now=now,
    )
