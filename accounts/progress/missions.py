"""Missions: each player's own, begun anew every day or week."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.ledger import open_wallet
from accounts.models import Goal, Player, Progress
from accounts.progress import goals
from accounts.progress.goals import CLIENT, Aim
from casino.lib import days
from casino.lib.days import stamp, stamp_or_none
from casino.lib.errors import not_found

Json = dict[str, Any]
TYPES = {Goal.Period.DAILY: "daily", Goal.Period.WEEKLY: "weekly", Goal.Period.ONCE: "event"}
"""How the wire calls a mission by how often it comes round."""


def listed(player_id: int, *, now: datetime, period: Goal.Period | None = None) -> list[Json]:
    """The missions that are switched on, of one period or of all; what is seen for the first time begins.

    Two statements, and two more for the first read of a period.
    """
    found = Goal.objects.missions().kept().filter(is_active=True).order_by("-priority", "pk")
    missions = list(found.filter(period=period) if period else found)
    mine = _begun(player_id, missions, now)
    return [shown(Aim(mission, mine[mission.pk])) for mission in missions]


def _begun(player_id: int, missions: list[Goal], now: datetime) -> dict[int, Progress]:
    """The player's stored progress in the periods of this moment, by mission; what was missing begins."""
    mine = _current(player_id, missions, now)
    missing = [mission for mission in missions if mission.pk not in mine]
    if not missing:
        return mine
    _begin(player_id, missing, now)
    return _current(player_id, missions, now)


def _current(player_id: int, missions: list[Goal], now: datetime) -> dict[int, Progress]:
    today = days.day_of(now)
    periods = {mission.period: mission.first_day(today) for mission in missions}
    present = Q()
    for period, first_day in periods.items():
        present |= Q(goal__period=period, period_start=first_day)
    if not present:
        return {}
    found = Progress.objects.filter(present, player_id=player_id, goal__in=missions)
    return {progress.goal_id: progress for progress in found}


def _begin(player_id: int, missions: list[Goal], now: datetime) -> None:
    """Makes the rows of the present periods that are not there by then; what a play has counted meanwhile stays.

    In the order in which plays store them, so that nobody waits in a circle.
    """
    begun = [goals.begun(mission, player_id, now) for mission in sorted(missions, key=lambda mission: mission.pk)]
    Progress.objects.bulk_create(begun, ignore_conflicts=True)


def shown(aim: Aim) -> Json:
    """UserMission: a mission with how far the player has come in its present period."""
    mission, progress = aim.goal, aim.progress
    key, target = goals.target_of(mission)
    period = Goal.Period(mission.period)
    return {
        "id": progress.pk,
        "user_id": progress.player_id,
        "mission_id": mission.pk,
        "current_progress": progress.tally.get(key, 0),
        "completed": progress.completed_at is not None,
        "claimed": progress.claimed_at is not None,
        "started_at": stamp(progress.joined_at),
        "completed_at": stamp_or_none(progress.completed_at),
        "claimed_at": stamp_or_none(progress.claimed_at),
        "reset_at": stamp_or_none(goals.reset_at(mission, progress)),
        "mission": {
            "id": mission.pk,
            "title": mission.title,
            "description": mission.description,
            "mission_type": TYPES[period],
            "category": mission.category or None,
            "target_value": target,
            "target_type": key,
            "rewards": mission.rewards,
            "requirements": mission.requirements,
            "reset_period": "none" if period == Goal.Period.ONCE else period.value,
            "icon": mission.image_url or None,
            "is_active": mission.is_active,
            "sort_order": -mission.priority,
            "created_at": stamp(mission.created_at),
        },
    }


def report(*, player: Player, mission_id: int, increment: int) -> Json:
    """Adds what the player's client has counted, up to the target, to a mission that asks for just that.

    What the club counts itself moves nothing. Told are whether anything moved, how many missions that reached, and the
    mission.
    """
    with transaction.atomic(), open_wallet(player.pk) as wallet:
        mission = Goal.objects.missions().kept().filter(pk=mission_id).first()
        if mission is None:
            raise not_found()
        mine = _begun(player.pk, [mission], wallet.now)[mission.pk]
        was_completed = mine.completed_at is not None
        is_moved = not was_completed and _is_clients(mission) and _move(mine, mission, increment, wallet.now)
        if is_moved:
            goals.keep(wallet, [Aim(mission, mine)], at=wallet.now)
    is_completed = mine.completed_at is not None
    return {
        "updated": is_moved,
        "completed_missions": int(is_completed and not was_completed),
        "missions": [shown(Aim(mission, mine))],
    }


def _is_clients(mission: Goal) -> bool:
    return mission.is_active and mission.source == Goal.Source.CLIENT and goals.target_of(mission)[0] == CLIENT


def _move(mine: Progress, mission: Goal, increment: int, now: datetime) -> bool:
    key, target = goals.target_of(mission)
    return goals.add(mine, {key: max(0, min(increment, target - mine.tally.get(key, 0)))}, at=now)
