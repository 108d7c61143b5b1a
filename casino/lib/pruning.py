"""What the library keeps no longer: idempotency keys past their time, rate counters of past windows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from casino.lib.idempotency import IdempotencyKey
from casino.lib.rates import RateCounter

_LONGEST_WINDOW: Final = timedelta(days=1)
_KEPT_FOR_EVER: Final = "shop."


def prune_keys(*, now: datetime) -> int:
    """Deletes keys older than IDEMPOTENCY_TTL_HOURS; those of purchases stay for ever. Returns how many."""
    old = IdempotencyKey.objects.filter(created_at__lt=now - settings.IDEMPOTENCY_TTL)
    return old.exclude(operation__startswith=_KEPT_FOR_EVER).delete()[0]


def prune_rates(*, now: datetime) -> int:
    """Deletes counters of windows long past; returns how many."""
    return RateCounter.objects.filter(window_start__lt=now - _LONGEST_WINDOW).delete()[0]
