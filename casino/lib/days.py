"""The club's clock: UTC everywhere, a day is the UTC calendar day, a week begins on Monday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from django.utils import timezone


def now() -> datetime:
    """This moment, aware, in UTC. Read it once per decision and pass it on."""
    return timezone.now()


def day_of(moment: datetime) -> date:
    """The UTC day of `moment`."""
    return moment.astimezone(timezone.get_fixed_timezone(0)).date()


Period = Literal["day", "week", "month"]


def start_of(period: Period, moment: datetime) -> datetime:
    """The midnight (UTC) that began the day, the week (Monday) or the calendar month of `moment`."""
    day = day_of(moment)
    if period == "week":
        day -= timedelta(days=day.weekday())
    elif period == "month":
        day = day.replace(day=1)
    return midnight(day)


def midnight(day: date, *, after_days: int = 0) -> datetime:
    """The moment (UTC) at which that day begins, or a day so many days later."""
    return datetime.combine(day + timedelta(days=after_days), time.min, UTC)


def stamp(moment: datetime) -> str:
    """`moment` as the wire shows it: 2026-01-31T09:30:00.000Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def stamp_or_none(moment: datetime | None) -> str | None:
    """The stamp of `moment`, null for none."""
    return None if moment is None else stamp(moment)


def seconds_up(span: timedelta) -> int:
    """Whole seconds of `span`, rounded up and at least 1: what `Retry-After` may promise."""
    return max(1, -(-span // timedelta(seconds=1)))
