"""The staff feed: written beside the change it tells, read in the order of its ids without ever skipping one.

Ids are drawn before they commit: 8 may be seen while 7 is still being written. Who has heard 8 would then never hear
7. So nothing above an open writer's ids is told. The number of a transaction (`xmin`) would not say it: it is drawn
before the id is, in another order. What does is the lock that every writer takes on the table before it draws an id,
and holds until its transaction ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Max

from accounts.models import FeedItem
from casino.lib import rows

PAGE: Final = 200
_WRITERS: Final = """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
      AND relation = %s::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def append(kind: FeedItem.Kind, data: dict[str, Any], *, now: datetime) -> None:
    """Writes one line in the running transaction."""
    rows.insert([FeedItem(kind=kind, data=data, created_at=now)])


def latest() -> int:
    """The highest id there is to see; 0 when there is none."""
    found: int | None = FeedItem.objects.aggregate(latest=Max("pk"))["latest"]
    return found or 0


def between(after: int, until: int) -> Sequence[FeedItem]:
    """The first lines with an id above `after` and at most `until`, one page of them."""
    return list(FeedItem.objects.filter(pk__gt=after, pk__lte=until).order_by("pk")[:PAGE])


def prune(*, now: datetime) -> int:
    """Deletes lines older than what a player's stream keeps; returns how many."""
    return FeedItem.objects.filter(created_at__lt=now - settings.REALTIME_RETENTION).delete()[0]


@dataclass(frozen=True, slots=True)
class _Mark:
    """An id that was seen, and who was writing then: below it nothing is missing once they all have ended."""

    seen: int
    writers: frozenset[str]


class Reach:
    """Up to where the feed is whole: an id up to `until` that is not there never will be."""

    def __init__(self) -> None:
        self.until: int | None = None
        """None until it is known."""
        self._mark: _Mark | None = None

    def advance(self) -> int | None:
        """Looks how far it goes now; for callers outside a transaction, who see what commits meanwhile."""
        if self._mark is not None and not self._mark.writers & _writing():
            self.until, self._mark = self._mark.seen, None
        if self._mark is None:
            self._go_on(latest())
        return self.until

    def _go_on(self, seen: int) -> None:
        if self.until is not None and seen <= self.until:
            return
        writers = _writing()
        if writers:
            self._mark = _Mark(seen, writers)
        else:
            self.until = seen


def _writing() -> frozenset[str]:
    """The open transactions that have written, or are about to; none on SQLite, where one waits for the other."""
    if connection.vendor != "postgresql":
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS, [FeedItem._meta.db_table])
        return frozenset(name for (name,) in cursor.fetchall())
