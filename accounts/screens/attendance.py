"""The attendance card: the week, the month, what today pays or paid, and what keeps the streak alive."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy

from accounts.models import Streak, StreakTable, StreakType, Wallet
from accounts.progress import attendance, streaks, vip
from accounts.progress.attendance import Preview
from casino.lib import days

WEEKDAYS: Final = (
    gettext_lazy("월"), gettext_lazy("화"), gettext_lazy("수"), gettext_lazy("목"),
    gettext_lazy("금"), gettext_lazy("토"), gettext_lazy("일"),
)  # fmt: skip
LADDER_DAYS: Final = 7
"""So many first days of a streak are shown to visitors."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the card; `gold` is what a claim of that day pays, for today and the days to come."""

    day: date
    is_ticked: bool
    is_today: bool
    gold: int | None = None

    @property
    def weekday(self) -> str:
        """Its short name."""
        return str(WEEKDAYS[self.day.weekday()])


@dataclass(frozen=True, slots=True)
class AttendanceCard:
    """A member's attendance at one moment."""

    now: datetime
    count: int
    preview: Preview
    week: Sequence[Day]
    month: Sequence[Sequence[Day | None]]
    tokens: int
    is_protected: bool
    days_to_token: int

    @property
    def resets_at(self) -> str:
        """The next UTC midnight, when another day can be claimed."""
        return days.stamp(days.midnight(days.day_of(self.now), after_days=1))

    @property
    def brings_token(self) -> bool:
        """Whether the next counted day earns a protection token."""
        return self.days_to_token == 1


def attendance_card(wallet: Wallet, streak: Streak, *, now: datetime) -> AttendanceCard:
    """The card of a player with this wallet and attendance streak."""
    today, table = days.day_of(now), attendance.table_in_force()
    preview = attendance.preview(wallet, streak, now=now, table=table)
    cover = streaks.protection(streak, now)
    return AttendanceCard(
        now=now,
        count=streaks.standing(streak, today),
        preview=preview,
        week=_week(streak, preview, table, today),
        month=_month(streak, today),
        tokens=cover["tokens"],
        is_protected=cover["enabled"],
        days_to_token=cover["days_to_next_token"],
    )


def _week(streak: Streak, preview: Preview, table: StreakTable, today: date) -> list[Day]:
    monday, ticked = today - timedelta(days=today.weekday()), _ticked(streak)
    week = [monday + timedelta(days=place) for place in range(7)]
    following = streaks.next_count(streak, today)
    return [Day(day, day in ticked, day == today, _pays(table, preview, following, (day - today).days)) for day in week]


def _pays(table: StreakTable, preview: Preview, following: int, days_ahead: int) -> int | None:
    """The gold of a day so many days ahead if none is missed; none for past days."""
    if days_ahead < 0:
        return None
    return preview.today[0] if days_ahead == 0 else table.reward(max(1, following + days_ahead))[0]


def _month(streak: Streak, today: date) -> list[list[Day | None]]:
    """Whole weeks from Monday; places outside the month are empty."""
    ticked, weeks = _ticked(streak), calendar.Calendar().monthdatescalendar(today.year, today.month)
    return [
        [Day(day, day in ticked, day == today) if day.month == today.month else None for day in week] for week in weeks
    ]


def _ticked(streak: Streak) -> set[date]:
    """Every counted day that the streak remembers."""
    months = (month.split("-") for month in streak.calendar)
    return {day for year, month in months for day in streak.days_of(int(year), int(month))}


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first days of a streak."""

    count: int
    gold: int
    xp: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """What attendance pays whoever begins today."""

    steps: Sequence[Step]

    @property
    def first(self) -> Step:
        """The first day."""
        return self.steps[0]

    @property
    def second(self) -> Step:
        """The day after."""
        return self.steps[1]


def ladder() -> Ladder:
    """The first days by the table in force, for visitors."""
    table = attendance.table_in_force()
    return Ladder([Step(count, *table.reward(count)) for count in range(1, LADDER_DAYS + 1)])


@dataclass(frozen=True, slots=True)
class VipCard:
    """A member's VIP points, and how far the next rank is."""

    points: int
    is_claimed: bool
    daily_points: int
    next_rank: str
    next_points: int

    @property
    def missing(self) -> int:
        """Points to the next rank."""
        return max(0, self.next_points - self.points)


def vip_card(wallet: Wallet, rank: str, *, now: datetime) -> VipCard:
    """The card of a player with this wallet and rank."""
    following, wanted = vip.next_rank(rank)
    is_claimed = vip.claimed_today(wallet.vip_claimed_at, now)
    return VipCard(wallet.vip_points, is_claimed, vip.DAILY_POINTS, following, wanted)


@dataclass(frozen=True, slots=True)
class Run:
    """The days in a row of one type."""

    action_type: str
    name: str
    count: int
    is_today: bool


def runs(player_id: int, *, now: datetime) -> list[Run]:
    """Every type of streak as the player has it, attendance first."""
    today = days.day_of(now)
    kept = {streak.action_type: streak for streak in Streak.objects.filter(player_id=player_id)}
    found = {kind: kept.get(kind) or Streak(player_id=player_id, action_type=kind) for kind in StreakType}
    return [
        Run(kind.value, str(kind.label), streaks.standing(streak, today), streaks.is_counted(streak, today))
        for kind, streak in found.items()
    ]
