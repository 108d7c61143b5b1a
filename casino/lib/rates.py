"""Rate limits that hold under parallel calls: one counter row a window, raised by one statement."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, models

from casino.lib import errors
from casino.lib.days import seconds_up


class RateCounter(models.Model):
    """How often `key` was spent since `window_start`."""

    key = models.CharField(max_length=120, primary_key=True)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        app_label = "casino"

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


def check(key: str, *, limit: int, per: timedelta, now: datetime) -> None:
    """Refuses with 429 when `limit` calls of `key` were counted in the running window; counts nothing itself."""
    spent = RateCounter.objects.filter(key=key, window_start__gt=now - per, count__gte=limit).first()
    if spent is not None:
        raise errors.rate_limited(seconds_up(spent.window_start + per - now))


def spend(key: str, *, limit: int, per: timedelta, now: datetime, opened: datetime | None = None) -> None:
    """Counts one call of `key`, or refuses it with 429 when `limit` calls were made in the running window.

    The first call opens a window; where the clock does, `opened` says when it opened the present one.
    """
    begins = opened or now
    moment, opened_after = (connection.ops.adapt_datetimefield_value(each) for each in (begins, begins - per))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO casino_ratecounter (key, window_start, count) VALUES (%s, %s, 1)
            ON CONFLICT (key) DO UPDATE SET
                count = CASE WHEN casino_ratecounter.window_start <= %s THEN 1 ELSE casino_ratecounter.count + 1 END,
                window_start = CASE WHEN casino_ratecounter.window_start <= %s THEN excluded.window_start
                                    ELSE casino_ratecounter.window_start END
            RETURNING count
            """,
            [key, moment, opened_after, opened_after],
        )
        row = cursor.fetchone()
    if row[0] > limit:
        began = RateCounter.objects.values_list("window_start", flat=True).get(key=key)
        raise errors.rate_limited(seconds_up(began + per - now))
