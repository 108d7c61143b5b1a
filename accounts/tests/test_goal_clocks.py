"""What the clock does to goals: midnights, Mondays, the edges of windows, and what is told later than it happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Goal, Notification, Player, Progress
from accounts.progress import claims, events, goals, missions
from accounts.tests.aiming import (
    DAY,
    MICROSECOND,
    NOW,
    a_mission,
    an_event,
    happen,
    latest_seq,
    news_of,
    progress_of,
    standing_still,
)
from casino.lib import days
from casino.lib.errors import Refusal

MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with standing_still() as traveller:
        yield traveller


def seen(player: Player, mission: Goal) -> tuple[int, bool, bool, str | None]:
    """What the player reads of the mission now."""
    shown = next(each for each in missions.listed(player.pk, now=days.now()) if each["mission_id"] == mission.pk)
    return shown["current_progress"], shown["completed"], shown["claimed"], shown["reset_at"]


def claim(player: Player, goal: Goal) -> str:
    """What a claim answers: the gold it leaves, or the code of its refusal."""
    try:
        answer, _replayed = claims.claim(player=player, kind=Goal.Kind(goal.kind), goal_id=goal.pk, key=None)
    except Refusal as refusal:
        return refusal.code
    return str(answer["new_gold_balance"])


@pytest.mark.parametrize(
    ("period", "edge", "reset_after"),
    [("daily", MIDNIGHT, MIDNIGHT + DAY), ("weekly", MONDAY, MONDAY + 7 * DAY)],
)
def test_a_period_ends_at_midnight_and_what_was_not_claimed_lapses(
    ada: Player, clock: time_machine.Traveller, period: str, edge: datetime, reset_after: datetime
) -> None:
    mission = a_mission(period=period)
    clock.move_to(edge - MICROSECOND)
    happen(ada, games_played=3)
    assert seen(ada, mission) == (3, True, False, edge.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    clock.move_to(edge)
    assert claim(ada, mission) == "NOT_CLAIMABLE"
    assert goals.claimable(ada.pk, now=days.now()) == []
    assert seen(ada, mission) == (0, False, False, reset_after.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    happen(ada, games_played=3)
    assert claim(ada, mission) == "1100"
    assert Progress.objects.count() == 2


def test_a_claim_in_the_last_moment_of_a_period_is_paid(ada: Player, clock: time_machine.Traveller) -> None:
    mission = a_mission()
    happen(ada, games_played=3)
    clock.move_to(MIDNIGHT - MICROSECOND)
    assert goals.claimable(ada.pk, now=days.now()) == [mission]
    assert claim(ada, mission) == "1100"
    clock.move_to(MIDNIGHT)
    happen(ada, games_played=3)
    assert claim(ada, mission) == "1200"


def test_a_mission_that_comes_once_never_begins_anew(ada: Player, clock: time_machine.Traveller) -> None:
    mission = a_mission(period="once")
    happen(ada, games_played=2)
    clock.shift(400 * DAY)
    happen(ada, games_played=1)
    assert seen(ada, mission) == (3, True, False, None)
    assert claim(ada, mission) == "1100"
    clock.shift(DAY)
    assert claim(ada, mission) == "NOT_CLAIMABLE"


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (NOW + DAY - MICROSECOND, False),
        (NOW + DAY, True),
        (NOW + 2 * DAY - MICROSECOND, True),
        (NOW + 2 * DAY, False),
    ],
)
def test_the_window_holds_its_first_moment_and_not_its_last(
    ada: Player, clock: time_machine.Traveller, moment: datetime, is_open: bool
) -> None:
    event = an_event(starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    early = an_event(requirements={"games_played": 1}, starts_at=NOW - DAY, ends_at=NOW + 2 * DAY)
    events.join(player=ada, event_id=early.pk)
    clock.move_to(moment)
    listed = [each["id"] for each in events.listed(ada.pk, state="active", now=days.now())]
    assert (event.pk in listed) == is_open
    if is_open:
        assert events.join(player=ada, event_id=event.pk)["completed"] is False
    else:
        with pytest.raises(Refusal) as refused:
            events.join(player=ada, event_id=event.pk)
        assert refused.value.code == "EVENT_CLOSED"
    happen(ada, games_played=1)
    assert (progress_of(ada, early).completed_at is not None) == (moment < NOW + 2 * DAY)
    if is_open:
        assert progress_of(ada, event).tally == {"games_played": 1}


def test_what_was_reached_inside_the_window_is_claimed_after_it(ada: Player, clock: time_machine.Traveller) -> None:
    event = an_event()
    events.join(player=ada, event_id=event.pk)
    happen(ada, games_played=9)
    clock.shift(30 * DAY)
    happen(ada, games_played=9)
    assert claim(ada, event) == "NOT_CLAIMABLE"
    clock.move_to(NOW)
    happen(ada, games_played=1)
    clock.shift(30 * DAY)
    assert goals.claimable(ada.pk, now=days.now()) == [event]
    assert claim(ada, event) == "1500"


def test_what_happened_inside_the_window_counts_when_it_is_told_after_it(
    ada: Player, clock: time_machine.Traveller
) -> None:
    event = an_event(requirements={"games_played": 1}, ends_at=NOW + DAY)
    events.join(player=ada, event_id=event.pk)
    clock.move_to(NOW + DAY + SECOND)
    happen(ada, at=NOW + DAY, games_played=1)
    assert progress_of(ada, event).tally == {}
    seq = latest_seq(ada)
    happen(ada, at=NOW + DAY - MICROSECOND, games_played=1)
    progress = progress_of(ada, event)
    assert (progress.tally, progress.completed_at) == ({"games_played": 1}, NOW + DAY - MICROSECOND)
    assert [news["type"] for news in news_of(ada, seq)] == ["event_progress", "notification"]
    assert claim(ada, event) == "1500"


def test_what_happened_before_joining_does_not_count_when_it_is_told_after(
    ada: Player, clock: time_machine.Traveller
) -> None:
    event = an_event()
    clock.shift(60)
    events.join(player=ada, event_id=event.pk)
    clock.shift(60)
    happen(ada, at=NOW + timedelta(seconds=60) - MICROSECOND, games_played=1)
    assert progress_of(ada, event).tally == {}
    happen(ada, at=NOW + timedelta(seconds=60), games_played=1)
    assert progress_of(ada, event).tally == {"games_played": 1}


def test_what_is_told_after_midnight_belongs_to_the_day_it_happened_on(
    ada: Player, clock: time_machine.Traveller
) -> None:
    daily, weekly = a_mission(requirements={"games_played": 1}), a_mission(title="week", period="weekly")
    clock.move_to(MIDNIGHT + SECOND)
    before = seen(ada, daily)
    seq = latest_seq(ada)
    happen(ada, at=MIDNIGHT - MICROSECOND, games_played=1)
    assert seen(ada, daily) == before == (0, False, False, "2026-03-06T00:00:00.000Z")
    past = Progress.objects.get(player=ada, goal=daily, period_start="2026-03-04")
    assert (past.tally, past.completed_at) == ({"games_played": 1}, MIDNIGHT - MICROSECOND)
    # Nobody is told of a day that is over, nor asked to claim what has lapsed; the week goes on.
    assert [(news["type"], news.get("mission_id")) for news in news_of(ada, seq)] == [("mission_progress", weekly.pk)]
    assert Notification.objects.filter(player=ada).count() == 0
    assert claim(ada, daily) == "NOT_CLAIMABLE"
    assert seen(ada, weekly)[0] == 1


@pytest.mark.parametrize("off", [{"is_active": False}, {"deleted_at": NOW}])
def test_what_is_off_moves_for_nobody_and_goes_on_when_it_is_back(ada: Player, off: dict[str, Any]) -> None:
    event, mission = an_event(), a_mission()
    events.join(player=ada, event_id=event.pk)
    happen(ada, games_played=1)
    Goal.objects.update(**off)
    seq = latest_seq(ada)
    happen(ada, games_played=1)
    assert news_of(ada, seq) == []
    Goal.objects.update(is_active=True, deleted_at=None)
    happen(ada, games_played=1)
    assert progress_of(ada, event).tally == progress_of(ada, mission).tally == {"games_played": 2}


def test_many_goals_move_in_the_clubs_order_by_one_activity(ada: Player) -> None:
    made = [a_mission(title=f"{number}", priority=number % 3) for number in range(9)]
    for number in range(4):
        event = an_event(title=f"{number}", priority=number)
        events.join(player=ada, event_id=event.pk)
        made.append(event)
    a_mission(requirements={"gold_won": 5}, priority=9)
    seq = latest_seq(ada)
    happen(ada, games_played=1, gold_won=0)
    told = [news.get("mission_id") or news["event_id"] for news in news_of(ada, seq)]
    assert told == [goal.pk for goal in sorted(made, key=lambda goal: (-goal.priority, goal.pk))]
    assert {progress.version for progress in Progress.objects.all()} == {1}


def test_staff_goals_are_moved_by_staff_alone(ada: Player) -> None:
    event = an_event(source="staff")
    events.join(player=ada, event_id=event.pk)
    happen(ada, games_played=20)
    assert progress_of(ada, event).tally == {}


def test_a_goal_of_several_numbers_is_reached_with_the_last(ada: Player) -> None:
    mission = a_mission(requirements={"games_won": 1, "gold_won": 100})
    happen(ada, games_won=1, gold_won=99)
    assert progress_of(ada, mission).completed_at is None
    happen(ada, games_played=1, gold_won=1)
    progress = progress_of(ada, mission)
    assert (progress.tally, progress.version) == ({"games_won": 1, "gold_won": 100}, 2)
    assert progress.completed_at == NOW


def test_a_goal_is_reached_with_the_latest_of_what_counted_whatever_is_told_last(
    ada: Player, clock: time_machine.Traveller
) -> None:
    mission = a_mission(requirements={"games_played": 1, "gold_spent_shop": 5})
    clock.shift(60)
    happen(ada, gold_spent_shop=5)
    happen(ada, at=NOW, games_played=1)
    progress = progress_of(ada, mission)
    assert progress.completed_at == progress.progressed_at == NOW + timedelta(seconds=60)
