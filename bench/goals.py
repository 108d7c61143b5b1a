"""What missions and events add to a play: goals that every spin moves, switched off and on in turn."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from accounts.models import Goal, Progress
from bench.club import Seat, close
from casino.lib import days

_NEVER: Final = 10**12
_TURNS: Final = 4
_KEYS: Final = ("games_played", "slot_spins", "gold_wagered")


def post_goals(seats: list[Seat]) -> None:
    """Two daily missions, a weekly one and an event that everybody has joined: none is ever reached."""
    now = days.now()
    shared = {"created_at": now, "updated_at": now, "rewards": {"gold": 1}}
    for key, period in zip(_KEYS, (Goal.Period.DAILY, Goal.Period.DAILY, Goal.Period.WEEKLY), strict=True):
        Goal.objects.create(
            kind=Goal.Kind.MISSION, title=f"bench {key}", period=period, requirements={key: _NEVER}, **shared
        )
    event = Goal.objects.create(
        kind=Goal.Kind.EVENT,
        title="bench event",
        requirements=dict.fromkeys(_KEYS, _NEVER),
        starts_at=now,
        ends_at=now + timedelta(days=1),
        **shared,
    )
    Progress.objects.bulk_create(Progress(player_id=seat.player_id, goal=event, joined_at=now) for seat in seats)


def cost(measure: Callable[[], float]) -> tuple[float, float]:
    """The cost of a play with every goal switched off and with the goals of the benchmark on: medians of turns."""
    found: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(_TURNS):
        for is_on in found:
            Goal.objects.update(is_active=False)
            Goal.objects.filter(title__startswith="bench").update(is_active=is_on)
            close()
            found[is_on].append(measure())
    return statistics.median(found[False]), statistics.median(found[True])
