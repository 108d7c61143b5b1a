"""Alarms that somebody has to look at: too many payments that fail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Q

from accounts import audit
from casino.lib import rates
from casino.lib.errors import Refusal
from shop.models import Currency, Purchase, PurchaseStatus

_WINDOW: Final = timedelta(minutes=5)
_REACH: Final = timedelta(hours=1)  # a payment that fails now was begun within it
_QUIET: Final = timedelta(minutes=10)
_FAILED_AT_LEAST: Final = 10


def watch_payments(*, now: datetime) -> bool:
    """Raises PAYMENT_FAIL_SPIKE when at least ten money purchases, and half of those that ended, failed in five
    minutes; once in ten minutes, however many workers watch. Whether it did.
    """
    ends = _ends_since(now - _WINDOW)
    if ends["failed"] < _FAILED_AT_LEAST or ends["failed"] * 2 < ends["ended"]:
        return False
    with transaction.atomic():
        try:
            rates.spend("payment_fail_spike", limit=1, per=_QUIET, now=now)
        except Refusal:
            return False
        audit.record(action="PAYMENT_FAIL_SPIKE", target_type="shop", target_id="payments", details=ends, now=now)
    return True


def _ends_since(since: datetime) -> dict[str, int]:
    """How many money purchases failed since, and how many came to an end at the gateway."""
    # Times are not indexed but numbers grow with them: walking back from the newest ends after a few rows.
    older = Purchase.objects.filter(created_at__lte=since - _REACH).order_by("-id").values_list("id", flat=True)[:1]
    failed = Q(status=PurchaseStatus.FAILED)
    paid = Q(status__in=(PurchaseStatus.SUCCESS, PurchaseStatus.REFUNDED))
    ended = Purchase.objects.filter(
        failed | paid, id__gt=older.first() or 0, currency=Currency.USD, settled_at__gt=since
    )
    return ended.aggregate(failed=Count("id", filter=failed), ended=Count("id"))
