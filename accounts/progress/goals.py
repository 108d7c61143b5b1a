"""Goals on their way: real activity counted towards missions and joined events, inside the transaction it happens in.

One statement reads everything the activity may move (the goals still open to the player, and the streak it counts a
day of), one more writes all that moved. The wallet's lock, held by the caller, orders them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_noop

from accounts.ledger import OpenWallet
from accounts.models import Goal, Notification, Progress, Streak, StreakType
from accounts.models.progress import ONCE
from accounts.progress import streaks
from casino.lib import days, rows
from casino.lib.days import stamp_or_none
from casino.lib.money import GOLD_LIMIT
from realtime.events import Event, EventProgress, MissionProgress

Json = dict[str, Any]
SERVER_KEYS: Final = frozenset(
    {
        "games_played",
        "games_won",
        "slot_spins",
        "rps_plays",
        "gacha_pulls",
        "crash_bets",
        "gold_wagered",
        "gold_won",
        "gold_spent_shop",
        "attendance_days",
    }
)
"""What the club counts itself, from real activity alone."""
KEY: Final = ("player", "goal", "period_start")
CLIENT: Final = "client"
"""What a mission asks for that only the player's client can count."""
_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Aim:
    """A goal with how far a player has come in one of its periods."""

    goal: Goal
    progress: Progress


def advance(
    wallet: OpenWallet, activity: Mapping[str, int], *, at: datetime, streak_type: StreakType | None = None
) -> None:
    """Counts activity of the wallet's player at a moment: every open goal it belongs to, and the day of a streak."""
    streak, aims = _standing(wallet.row.pk, at, streak_type)
    if streak is not None:
        streaks.tick(wallet, streak, at=at)
    moved = [aim for aim in aims if _add(aim, activity, at)]
    keep(wallet, moved, at=at)


def keep(wallet: OpenWallet, moved: Sequence[Aim], *, at: datetime) -> None:
    """Completes what is reached; stores everything that moved and tells it.

    Not told is what moved in a period that is over (a round of crash may be settled after the midnight it flew into):
    it would be taken for the present period, and what it reached has lapsed.
    """
    if not moved:
        return
    for aim in moved:
        complete_if_reached(wallet, aim, at=at)
        if not _has_lapsed(aim, wallet.now):
            wallet.tell(news(aim))
    # Always in one order: whoever else stores the same rows (the first read of a period) never waits in a circle.
    changed = sorted((aim.progress for aim in moved), key=lambda progress: progress.goal_id)
    wallet.when_closing(lambda: rows.put(changed, key=KEY))


def _add(aim: Aim, activity: Mapping[str, int], at: datetime) -> bool:
    """Adds what the goal asks for; whether that was anything."""
    gained = {key: activity[key] for key in aim.goal.requirements if activity.get(key)}
    if gained and aim.goal.source != Goal.Source.STAFF:
        return add(aim.progress, gained, at=at)
    return False


def add(progress: Progress, gained: Mapping[str, float], *, at: datetime) -> bool:
    """Adds numbers, none below 0, to the progress; whether that changed any."""
    sums = {key: _sum(progress.tally.get(key, 0), number) for key, number in gained.items()}
    moved = {key: total for key, total in sums.items() if total != progress.tally.get(key, 0)}
    if moved:
        progress.tally.update(moved)
        progress.version += 1
        progress.progressed_at = _latest(progress, at)
    return bool(moved)


def _latest(progress: Progress, at: datetime) -> datetime:
    """The moment of the last thing that counted; a round of crash may be counted after what came later."""
    return max(at, progress.progressed_at or at)


def _sum(had: float, more: float) -> float:
    """The sum, as far as JSON numbers are exact; tenths that clients report add up as they do on paper."""
    total = min(had + more, GOLD_LIMIT)
    if isinstance(total, int):
        return total
    rounded = round(total, _DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded


def complete_if_reached(wallet: OpenWallet, aim: Aim, *, at: datetime) -> None:
    """Marks the goal as reached and puts that under the player's bell, once."""
    if aim.progress.completed_at is not None or not aim.goal.is_reached(aim.progress.tally):
        return
    aim.progress.completed_at = _latest(aim.progress, at)
    if _has_lapsed(aim, wallet.now):
        return
    wallet.notify(
        Notification.Kind.PROGRESS,
        gettext_noop("목표 달성"),
        gettext_noop("‘%(title)s’ 목표를 달성했어요. 보상을 받으세요!"),
        facts={"title": aim.goal.title},
        link="/events",
    )


def _has_lapsed(aim: Aim, now: datetime) -> bool:
    over_at = reset_at(aim.goal, aim.progress)
    return over_at is not None and over_at <= now


def news(aim: Aim) -> Event:
    """What the stream tells of a goal's progress as it stands."""
    goal, progress = aim.goal, aim.progress
    is_done, is_claimed = progress.completed_at is not None, progress.claimed_at is not None
    if goal.is_event:
        return EventProgress(goal.pk, dict(progress.tally), progress.version, is_done, is_claimed)
    key, target = target_of(goal)
    return MissionProgress(
        mission_id=goal.pk,
        current_progress=progress.tally.get(key, 0),
        target_value=target,
        completed=is_done,
        claimed=is_claimed,
        reset_at=stamp_or_none(reset_at(goal, progress)),
    )


def natural_source(requirements: Mapping[str, Any]) -> Goal.Source:
    """Who says how far a player has come, unless staff name somebody else: the club where it counts everything."""
    return Goal.Source.SERVER if SERVER_KEYS.issuperset(requirements) else Goal.Source.CLIENT


def target_of(goal: Goal) -> tuple[str, float]:
    """The one thing a mission asks for (the first by name, where staff wrote several), and how much of it."""
    return min(goal.requirements.items(), default=(CLIENT, 1))


def reset_at(goal: Goal, progress: Progress) -> datetime | None:
    """When the period that the progress belongs to is over; none for what comes only once."""
    if goal.period == Goal.Period.ONCE:
        return None
    return days.midnight(progress.period_start, after_days=7 if goal.period == Goal.Period.WEEKLY else 1)


def _standing(player_id: int, at: datetime, streak_type: StreakType | None) -> tuple[Streak | None, list[Aim]]:
    """The streak of this type, and the goals that are open to the player at this moment; one statement."""
    today, ops = days.day_of(at), connection.ops
    period_starts = [Goal(period=period).first_day(today) for period in (Goal.Period.DAILY, Goal.Period.WEEKLY)]
    moment = ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        parameters = [ops.adapt_datefield_value(day) for day in (*period_starts, ONCE)]
        cursor.execute(_standing_sql(), [player_id, streak_type or "", *parameters, player_id, moment, moment, moment])
        found = cursor.fetchall()
    width = len(Streak._meta.concrete_fields)
    streak = None
    if streak_type is not None:
        kept = found[0][:width]
        is_new = kept[0] is None
        streak = Streak(player_id=player_id, action_type=streak_type) if is_new else rows.built(Streak, kept)
    return streak, list(_aims(player_id, at, (values[width:] for values in found)))


def _aims(player_id: int, at: datetime, found: Iterable[Sequence[Any]]) -> Iterable[Aim]:
    for goal_id, kind, title, period, source, requirements, *mine in found:
        if goal_id is None:  # nothing is open: the streak stands alone
            return
        goal = Goal(pk=goal_id, kind=kind, title=title, period=period, source=source)
        goal.requirements = json.loads(requirements)
        if mine[0] is None:
            yield Aim(goal, begun(goal, player_id, at))
        else:
            yield Aim(goal, rows.built(Progress, mine))


def begun(goal: Goal, player_id: int, at: datetime) -> Progress:
    """A player's progress in the goal's period of this moment, not stored yet."""
    return Progress(player_id=player_id, goal=goal, period_start=goal.first_day(days.day_of(at)), joined_at=at)


@cache
def _standing_sql() -> str:
    """Parameters: player, streak; first days of today's day, week and of ever; player; the moment, three times.

    The row with nothing in it keeps the streak when no goal is open.
    """
    streak = rows.columns_of(Streak)
    mine = [field.column for field in Progress._meta.concrete_fields]
    columns = ", ".join(f"mine.{name} AS mine_{name}" for name in mine)
    names = ", ".join(f"aims.mine_{name}" for name in mine)
    return f"""
        SELECT {streak}, aims.id, aims.kind, aims.title, aims.period, aims.source, aims.requirements, {names}
        FROM (SELECT 1) AS here
        LEFT JOIN accounts_streak ON accounts_streak.player_id = %s AND accounts_streak.action_type = %s
        LEFT JOIN (
            SELECT goal.id, goal.kind, goal.title, goal.period, goal.source, goal.requirements, goal.priority, {columns}
            FROM accounts_goal AS goal
            LEFT JOIN accounts_progress AS mine ON mine.goal_id = goal.id
                AND mine.period_start = CASE goal.period WHEN 'daily' THEN %s WHEN 'weekly' THEN %s ELSE %s END
                AND mine.player_id = %s
            WHERE goal.is_active AND goal.deleted_at IS NULL
                AND mine.completed_at IS NULL AND mine.claimed_at IS NULL
                AND (goal.kind = 'mission'
                    OR (goal.starts_at <= %s AND goal.ends_at > %s AND mine.joined_at <= %s))
        ) AS aims ON true
        ORDER BY aims.priority DESC, aims.id
    """  # noqa: S608 - our own names


def claimable(player_id: int, *, now: datetime) -> list[Goal]:
    """The goals the player has reached and may claim at this moment."""
    today = days.day_of(now)
    reached = Progress.objects.select_related("goal").filter(
        player_id=player_id, completed_at__isnull=False, claimed_at=None, goal__is_active=True, goal__deleted_at=None
    )
    waiting = [row.goal for row in reached if row.period_start == row.goal.first_day(today)]
    return sorted(waiting, key=lambda goal: (-goal.priority, goal.pk))
