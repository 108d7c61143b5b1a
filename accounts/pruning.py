"""What accounts need no longer: sessions long over, counts of failures that count no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from accounts.models import AuthSession, LoginCounter

_KEPT_AFTER_THE_END: Final = timedelta(days=30)


def prune_sessions(*, now: datetime) -> int:
    """Deletes sessions that ended a month ago, and the browser cookies' rows that are over; returns how many."""
    past = now - _KEPT_AFTER_THE_END
    over = AuthSession.objects.filter(Q(revoked_at__lt=past) | Q(absolute_expires_at__lt=past))
    return over.delete()[0] + Session.objects.filter(expire_date__lt=now).delete()[0]


def prune_login_counters(*, now: datetime) -> int:
    """Deletes counters whose lock is over and whose failures have left the window; returns how many."""
    free = LoginCounter.objects.filter(Q(locked_until=None) | Q(locked_until__lt=now))
    opened = (now - settings.LOGIN_LOCKOUT).timestamp()
    quiet = [counter.key for counter in free.iterator() if all(moment <= opened for moment in counter.failures)]
    return free.filter(key__in=quiet).delete()[0]
