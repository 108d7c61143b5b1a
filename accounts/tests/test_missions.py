"""Missions: begun by the first read of a period, moved by what happens, claimed once a period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Entry, Goal, Player, Progress, Reward
from accounts.progress.defaults import seed_progress
from accounts.tests.aiming import (
    DAY,
    NOW,
    a_mission,
    call,
    happen,
    latest_seq,
    news_of,
    progress_of,
    refusal,
    standing_still,
    told,
    written,
    wrong,
)
from accounts.tests.attending import statements
from casino.lib.days import stamp
from tests.cast import Caller

ALL, DAILY, WEEKLY = "/api/events/missions/all", "/api/events/missions/daily", "/api/events/missions/weekly"
SHORT, REPORT = "/api/missions", "/api/events/missions/progress"
CLAIMS = ["/api/missions/{}/claim", "/api/events/missions/claim/{}"]
NOT_FOUND = (404, "NOT_FOUND", "찾을 수 없습니다")
NOT_CLAIMABLE = (400, "NOT_CLAIMABLE", "보상을 받을 수 없습니다")


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with standing_still() as traveller:
        yield traveller


def listed(caller: Caller, path: str = ALL) -> Any:
    return told(call(caller, "GET", path))


def report(caller: Caller, mission: Goal, increment: Any = 1) -> Any:
    return call(caller, "PUT", REPORT, {"mission_id": mission.pk, "progress_increment": increment})


def claim(caller: Caller, mission: Goal, body: Any = None, path: str = CLAIMS[0], **headers: str) -> Any:
    return call(caller, "POST", path.format(mission.pk), body, **headers)


def test_a_mission_tells_everything_of_itself(ada: Player, as_ada: Caller, clock: time_machine.Traveller) -> None:
    mission = a_mission(description="세 판", category="daily", image_url="🎰", priority=3)
    clock.shift(60)
    (first,) = listed(as_ada)
    begun = progress_of(ada, mission)
    assert first == {
        "id": begun.pk,
        "user_id": ada.pk,
        "mission_id": mission.pk,
        "current_progress": 0,
        "completed": False,
        "claimed": False,
        "started_at": "2026-03-04T12:01:00.000Z",
        "completed_at": None,
        "claimed_at": None,
        "reset_at": "2026-03-05T00:00:00.000Z",
        "mission": {
            "id": mission.pk,
            "title": "오늘의 게임",
            "description": "세 판",
            "mission_type": "daily",
            "category": "daily",
            "target_value": 3,
            "target_type": "games_played",
            "rewards": {"gold": 100, "exp": 10},
            "requirements": {"games_played": 3},
            "reset_period": "daily",
            "icon": "🎰",
            "is_active": True,
            "sort_order": -3,
            "created_at": stamp(NOW),
        },
    }
    happen(ada, games_played=2, games_won=1)
    assert listed(as_ada) == [first | {"current_progress": 2}]
    clock.shift(60)
    happen(ada, games_played=1)
    reached = {"current_progress": 3, "completed": True, "completed_at": "2026-03-04T12:02:00.000Z"}
    assert listed(as_ada) == [first | reached]
    told(claim(as_ada, mission))
    assert listed(as_ada) == [first | reached | {"claimed": True, "claimed_at": "2026-03-04T12:02:00.000Z"}]


def test_each_list_shows_its_missions_in_the_clubs_order(as_ada: Caller) -> None:
    a_mission(title="day")
    a_mission(title="first day", priority=1)
    a_mission(title="week", period="weekly", priority=2)
    a_mission(title="ever", period="once")
    a_mission(title="off", is_active=False)
    a_mission(title="deleted", deleted_at=NOW)

    def titles(path: str) -> list[str]:
        return [each["mission"]["title"] for each in listed(as_ada, path)]

    assert titles(DAILY) == ["first day", "day"]
    assert titles(WEEKLY) == ["week"]
    assert titles(ALL) == titles(SHORT) == ["week", "first day", "day", "ever"]
    assert Progress.objects.count() == 4
    shown = {each["mission"]["title"]: each for each in listed(as_ada)}
    resets = {title: (each["mission"]["mission_type"], each["reset_at"]) for title, each in shown.items()}
    assert resets == {
        "week": ("weekly", "2026-03-09T00:00:00.000Z"),
        "first day": ("daily", "2026-03-05T00:00:00.000Z"),
        "day": ("daily", "2026-03-05T00:00:00.000Z"),
        "ever": ("event", None),
    }
    assert shown["ever"]["mission"]["reset_period"] == "none"


def test_the_club_opens_with_the_published_missions_and_events(as_ada: Caller) -> None:
    assert [is_new for _line, is_new in seed_progress(NOW)] == [True] * 7
    assert [is_new for _line, is_new in seed_progress(NOW + DAY)] == [False] * 7
    facts = ("title", "mission_type", "requirements", "rewards")
    shown = [tuple(each["mission"][name] for name in facts) for each in listed(as_ada)]
    assert shown == [
        ("첫 게임 플레이", "daily", {"games_played": 1}, {"gold": 100, "exp": 10}),
        ("슬롯 마스터", "daily", {"slot_spins": 5}, {"gold": 500, "exp": 50}),
        ("승리의 기쁨", "daily", {"games_won": 3}, {"gold": 1000, "exp": 100}),
        ("주간 챌린지", "weekly", {"games_played": 20}, {"gold": 5000}),
    ]
    events = told(call(as_ada, "GET", "/api/events"))
    names = ("title", "priority", "requirements", "rewards", "progress_source", "start_date", "end_date")
    assert [tuple(event[name] for name in names) for event in events] == [
        (
            "신규 유저 환영 이벤트",
            100,
            {"games_played": 10},
            {"gold": 5000},
            "server",
            stamp(NOW),
            stamp(NOW + 7 * DAY),
        ),
        ("주말 보너스 이벤트", 50, {"games_played": 5}, {"gold": 1000}, "server", stamp(NOW), stamp(NOW + 2 * DAY)),
    ]


def test_a_read_twice_begins_once(ada: Player, as_ada: Caller) -> None:
    a_mission()
    first = listed(as_ada)
    before = written(ada)
    assert listed(as_ada) == listed(as_ada, DAILY) == first
    assert written(ada) == before


def test_what_happens_before_the_first_read_counts(ada: Player, as_ada: Caller) -> None:
    a_mission()
    happen(ada, games_played=2)
    (shown,) = listed(as_ada)
    assert (shown["current_progress"], shown["started_at"]) == (2, stamp(NOW))


def test_progress_is_told_as_it_stands(ada: Player) -> None:
    mission = a_mission()
    seq = latest_seq(ada)
    happen(ada, games_played=2)
    happen(ada, slot_spins=2)  # nothing of the mission's
    happen(ada, games_played=2)
    happen(ada, games_played=2)  # reached is reached
    expected = {"type": "mission_progress", "mission_id": mission.pk, "target_value": 3, "claimed": False}
    expected |= {"reset_at": "2026-03-05T00:00:00.000Z"}
    first, second, notice = news_of(ada, seq)
    assert first == expected | {"current_progress": 2, "completed": False}
    assert second == expected | {"current_progress": 4, "completed": True}
    assert (notice["type"], notice["kind"], notice["title"]) == ("notification", "progress", "목표 달성")
    assert progress_of(ada, mission).tally == {"games_played": 4}


def test_a_claim_pays_once_a_period(ada: Player, as_ada: Caller, clock: time_machine.Traveller) -> None:
    mission = a_mission()
    happen(ada, games_played=3)
    seq = latest_seq(ada)
    answer = told(claim(as_ada, mission))
    assert answer == {
        "success": True,
        "rewards": {"gold": 100, "exp": 10},
        "reward_items": [{"type": "gold", "amount": 100}, {"type": "exp", "amount": 10}],
        "new_balance": 1100,
        "new_gold_balance": 1100,
        "experience": 10,
        "level": 1,
        "message": "미션 보상을 성공적으로 수령했습니다!",
        "progress_version": 2,
        "reward_id": Reward.objects.get().pk,
        "idempotent_reuse": False,
    }
    told_by = news_of(ada, seq)
    assert [news["type"] for news in told_by] == [
        "reward_granted", "profile_update", "mission_progress", "notification",
    ]  # fmt: skip
    assert (told_by[0]["reward_type"], told_by[0]["amount"], told_by[0]["xp_amount"]) == ("mission_reward", 100, 10)
    assert told_by[2] == {
        "type": "mission_progress",
        "mission_id": mission.pk,
        "current_progress": 3,
        "target_value": 3,
        "completed": True,
        "claimed": True,
        "reset_at": "2026-03-05T00:00:00.000Z",
    }
    after = written(ada)
    for path in CLAIMS:
        assert refusal(claim(as_ada, mission, path=path)) == NOT_CLAIMABLE
    assert written(ada) == after
    clock.shift(DAY)
    assert refusal(claim(Caller(ada), mission)) == NOT_CLAIMABLE
    happen(ada, games_played=3)
    assert told(claim(Caller(ada), mission, path=CLAIMS[1]))["new_gold_balance"] == 1200
    paid = Entry.objects.filter(code="mission_reward").order_by("seq")
    assert [entry.reference for entry in paid] == [
        f"mission_reward:{mission.pk}:2026-03-04", f"mission_reward:{mission.pk}:2026-03-05",
    ]  # fmt: skip


def test_what_is_not_reached_unknown_or_switched_off_is_not_paid(ada: Player, as_ada: Caller) -> None:
    mission = a_mission()
    happen(ada, games_played=2)
    before = written(ada)
    assert refusal(claim(as_ada, mission, Idempotency_Key="k")) == NOT_CLAIMABLE
    assert refusal(call(as_ada, "POST", "/api/missions/0/claim")) == NOT_FOUND
    assert refusal(call(as_ada, "POST", f"/api/missions/{10**30}/claim", {}, Idempotency_Key="k")) == NOT_FOUND
    assert written(ada) == before
    happen(ada, games_played=1)
    for facts, expected in (({"is_active": False}, NOT_CLAIMABLE), ({"deleted_at": NOW}, NOT_FOUND)):
        Goal.objects.update(**facts)
        before = written(ada)
        assert refusal(claim(as_ada, mission)) == expected
        assert written(ada) == before


def test_both_paths_are_one_claim_for_a_key(ada: Player, as_ada: Caller) -> None:
    mission = a_mission()
    happen(ada, games_played=3)
    first = claim(as_ada, mission, Idempotency_Key="k")
    after = written(ada)
    for path in CLAIMS:
        again = claim(as_ada, mission, path=path, Idempotency_Key="k")
        assert told(again) == first.json() | {"idempotent_reuse": True}
        assert again["Idempotency-Replayed"] == "true"
    other = a_mission(title="other")
    assert refusal(claim(as_ada, other, Idempotency_Key="k"))[:2] == (422, "IDEMPOTENCY_KEY_REUSED")
    after["goals"] = written(ada)["goals"]
    assert written(ada) == after


def test_clients_move_what_asks_them_up_to_its_target(ada: Player, as_ada: Caller) -> None:
    mission = a_mission(requirements={"client": 5})
    assert mission.source == "client"
    seq = latest_seq(ada)
    first = told(report(as_ada, mission, 2))
    assert (first["updated"], first["completed_missions"]) == (True, 0)
    assert first["missions"] == listed(as_ada)
    second = told(report(as_ada, mission, 1000))
    assert (second["updated"], second["completed_missions"]) == (True, 1)
    (shown,) = second["missions"]
    assert (shown["current_progress"], shown["completed"]) == (5, True)
    third = told(report(as_ada, mission, 1))
    assert third == {"updated": False, "completed_missions": 0, "missions": [shown]}
    progress = [news for news in news_of(ada, seq) if news["type"] == "mission_progress"]
    assert [(news["current_progress"], news["completed"]) for news in progress] == [(2, False), (5, True)]
    assert told(claim(as_ada, mission))["new_gold_balance"] == 1100


@pytest.mark.parametrize(
    "facts",
    [
        {"requirements": {"games_played": 3}},
        {"requirements": {"games_played": 3}, "source": "client"},
        {"requirements": {"client": 3}, "source": "staff"},
        {"requirements": {"client": 3}, "source": "server"},
        {"requirements": {"client": 3}, "is_active": False},
    ],
)
def test_clients_move_nothing_else(ada: Player, as_ada: Caller, facts: dict[str, Any]) -> None:
    mission = a_mission(**facts)
    seq = latest_seq(ada)
    answer = told(report(as_ada, mission, 3))
    assert (answer["updated"], answer["completed_missions"]) == (False, 0)
    assert [each["current_progress"] for each in answer["missions"]] == [0]
    assert (progress_of(ada, mission).tally, progress_of(ada, mission).version) == ({}, 0)
    assert news_of(ada, seq) == []


@pytest.mark.parametrize("increment", [0, -1, 1001, 1.5, "5", True, None, 2**63])
def test_an_increment_that_is_none_is_refused(ada: Player, as_ada: Caller, increment: Any) -> None:
    mission = a_mission(requirements={"client": 5})
    before = written(ada)
    assert wrong(report(as_ada, mission, increment)) == [["body", "progress_increment"]]
    assert written(ada) == before


def test_what_is_unknown_is_not_found(ada: Player, as_ada: Caller) -> None:
    event = Goal.objects.create(
        kind="event", title="e", starts_at=NOW, ends_at=NOW + DAY, created_at=NOW, updated_at=NOW
    )
    before = written(ada)
    for mission in (Goal(pk=0), event):
        assert refusal(report(as_ada, mission)) == NOT_FOUND
        assert refusal(claim(as_ada, mission)) == NOT_FOUND
    assert written(ada) == before


def test_a_list_costs_three_statements_and_two_more_when_a_period_begins(as_ada: Caller) -> None:
    for count in (1, 25):
        for number in range(count):
            a_mission(title=f"{count} {number}", period=("daily", "weekly", "once")[number % 3])
        for expected in (5, 3):
            with CaptureQueriesContext(connection) as captured:
                listed(as_ada)
            told_to = statements(captured)
            assert len(told_to) == expected, "\n".join(told_to)
