"""The goals and the attendance table every club opens with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_noop

from accounts.models import Goal, StreakTable
from accounts.progress.attendance import DEFAULT_STEPS

Line = tuple[str, bool]
# title, days, requirements, rewards, priority
_EVENTS: Final = (
    (gettext_noop("신규 유저 환영 이벤트"), 7, {"games_played": 10}, {"gold": 5000}, 100),
    (gettext_noop("주말 보너스 이벤트"), 2, {"games_played": 5}, {"gold": 1000}, 50),
)
# title, period, requirement, rewards
_MISSIONS: Final = (
    (gettext_noop("첫 게임 플레이"), Goal.Period.DAILY, {"games_played": 1}, {"gold": 100, "exp": 10}),
    (gettext_noop("슬롯 마스터"), Goal.Period.DAILY, {"slot_spins": 5}, {"gold": 500, "exp": 50}),
    (gettext_noop("승리의 기쁨"), Goal.Period.DAILY, {"games_won": 3}, {"gold": 1000, "exp": 100}),
    (gettext_noop("주간 챌린지"), Goal.Period.WEEKLY, {"games_played": 20}, {"gold": 5000}),
)


def seed_progress(now: datetime) -> Iterator[Line]:
    """Makes what is missing of the attendance table, the events and the missions; windows of events begin now."""
    _table, is_new = StreakTable.objects.get_or_create(
        version=1, defaults={"steps": [list(step) for step in DEFAULT_STEPS], "valid_from": now}
    )
    yield "attendance table v1", is_new
    for title, lasts, requirements, rewards, priority in _EVENTS:
        facts = {"starts_at": now, "ends_at": now + timedelta(days=lasts), "priority": priority}
        yield _goal(Goal.Kind.EVENT, title, now, requirements=requirements, rewards=rewards, category="bonus", **facts)
    for place, (title, period, requirements, rewards) in enumerate(_MISSIONS):
        facts = {"period": period, "priority": len(_MISSIONS) - place}
        yield _goal(Goal.Kind.MISSION, title, now, requirements=requirements, rewards=rewards, **facts)


def _goal(kind: Goal.Kind, title: str, now: datetime, **facts: Any) -> Line:
    is_new = not Goal.objects.filter(kind=kind, title=title).exists()
    if is_new:
        Goal.objects.create(kind=kind, title=title, created_at=now, updated_at=now, **facts)
    return f"{kind} {title}", is_new
