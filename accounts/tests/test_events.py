"""Events: listed by state, joined once, moved by what happens or by what the client reports, claimed once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY

from accounts.models import Entry, Goal, Player, Progress, Reward
from accounts.tests.aiming import (
    DAY,
    NOW,
    an_event,
    call,
    event_shape,
    happen,
    latest_seq,
    news_of,
    progress_of,
    refusal,
    standing_still,
    taking_part,
    told,
    written,
    wrong,
)
from accounts.tests.attending import statements
from casino.lib.days import stamp
from tests.cast import Caller, gold_of, set_gold

EVENTS, JOIN = "/api/events", "/api/events/join"
NOT_FOUND = (404, "EVENT_NOT_FOUND", "이벤트를 찾을 수 없습니다")
CLOSED = (400, "EVENT_CLOSED", "지금은 참여할 수 없는 이벤트입니다")
NOT_CLAIMABLE = (400, "NOT_CLAIMABLE", "보상을 받을 수 없습니다")
STEPS = {"steps": 10}


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with standing_still() as traveller:
        yield traveller


def join(caller: Caller, event: Goal) -> Any:
    return call(caller, "POST", JOIN, {"event_id": event.pk})


def report(caller: Caller, event: Goal, **progress: Any) -> Any:
    return call(caller, "PUT", f"/api/events/progress/{event.pk}", {"progress": progress})


def claim(caller: Caller, event: Goal, body: Any = None, **headers: str) -> Any:
    return call(caller, "POST", f"/api/events/claim/{event.pk}", body, **headers)


def titles(caller: Caller, state: str | None = None) -> list[str]:
    found = told(call(caller, "GET", EVENTS, {"state": state} if state else {}))
    return [event["title"] for event in found]


def test_each_state_lists_its_events_and_high_priority_first(as_ada: Caller) -> None:
    an_event(title="plain")
    an_event(title="first", priority=5)
    an_event(title="as plain", priority=0)
    an_event(title="later", starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    an_event(title="over", starts_at=NOW - 2 * DAY, ends_at=NOW - DAY)
    an_event(title="off", is_active=False)
    an_event(title="off, over", is_active=False, starts_at=NOW - 2 * DAY, ends_at=NOW - DAY)
    an_event(title="deleted", deleted_at=NOW)
    assert titles(as_ada) == titles(as_ada, "active") == ["first", "plain", "as plain"]
    assert titles(as_ada, "upcoming") == ["later"]
    assert titles(as_ada, "ended") == ["over"]
    assert wrong(call(as_ada, "GET", EVENTS, {"state": "never"})) == [["query", "state"]]


def test_an_event_tells_everything_of_itself(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    event = an_event(
        description="봄이에요", image_url="/static/spring.png", priority=7, rewards={"gold": 5, "hat": "🎩"}
    )
    assert told(call(as_ada, "GET", EVENTS)) == [event_shape(event)]
    told(join(as_bob, event))
    assert told(call(as_ada, "GET", f"{EVENTS}/{event.pk}")) == event_shape(event, participation_count=1)
    told(join(as_ada, event))
    happen(ada, games_played=4)
    expected = event_shape(event, participation_count=2, user_participation=taking_part({"games_played": 4}))
    assert told(call(as_ada, "GET", f"{EVENTS}/{event.pk}")) == expected
    assert told(call(as_ada, "GET", EVENTS)) == [expected]
    assert refusal(call(as_ada, "GET", f"{EVENTS}/{event.pk + 1}")) == NOT_FOUND
    assert refusal(call(as_ada, "GET", f"{EVENTS}/{10**30}")) == NOT_FOUND


def test_a_mission_is_no_event(as_ada: Caller) -> None:
    mission = Goal.objects.create(kind=Goal.Kind.MISSION, title="m", created_at=NOW, updated_at=NOW)
    assert refusal(call(as_ada, "GET", f"{EVENTS}/{mission.pk}")) == NOT_FOUND
    assert refusal(join(as_ada, mission)) == NOT_FOUND
    assert refusal(report(as_ada, mission, steps=1)) == NOT_FOUND
    assert refusal(claim(as_ada, mission)) == NOT_FOUND


def test_joining_tells_the_participation_and_twice_the_same_one(
    ada: Player, as_ada: Caller, clock: time_machine.Traveller
) -> None:
    event = an_event()
    seq = latest_seq(ada)
    first = told(join(as_ada, event))
    assert first == {
        "id": progress_of(ada, event).pk,
        "event_id": event.pk,
        "user_id": ada.pk,
        "progress": {},
        "progress_version": 0,
        "completed": False,
        "completed_at": None,
        "claimed_rewards": False,
        "joined_at": stamp(NOW),
        "last_progress_at": None,
        "event": event_shape(event, participation_count=1, user_participation=taking_part()),
    }
    clock.shift(DAY)
    as_ada = Caller(ada)
    assert told(join(as_ada, event)) == first
    clock.shift(9 * DAY)
    assert told(join(Caller(ada), event)) == first
    assert Progress.objects.count() == 1
    assert news_of(ada, seq) == []


def test_what_asks_for_nothing_is_reached_by_joining(ada: Player, as_ada: Caller) -> None:
    event = an_event(requirements={})
    seq = latest_seq(ada)
    answer = told(join(as_ada, event))
    assert (answer["completed"], answer["completed_at"], answer["progress"]) == (True, stamp(NOW), {})
    progress, notice = news_of(ada, seq)
    assert progress == {
        "type": "event_progress",
        "event_id": event.pk,
        "progress": {},
        "progress_version": 0,
        "completed": True,
        "claimed": False,
    }
    assert (notice["type"], notice["kind"], notice["unread"]) == ("notification", "progress", 1)
    assert told(join(as_ada, event)) == answer
    assert len(news_of(ada, seq)) == 2
    assert told(claim(as_ada, event))["rewards"] == {"gold": 500, "exp": 50}


@pytest.mark.parametrize(
    "facts",
    [
        {"is_active": False},
        {"starts_at": NOW + DAY},
        {"starts_at": NOW - 2 * DAY, "ends_at": NOW - DAY},
        {"ends_at": NOW},
        {"starts_at": NOW, "ends_at": NOW},
    ],
)
def test_a_closed_event_takes_nobody_in(ada: Player, as_ada: Caller, facts: dict[str, Any]) -> None:
    event = an_event(requirements=STEPS, **facts)
    before = written(ada)
    assert refusal(join(as_ada, event)) == CLOSED
    assert refusal(report(as_ada, event, steps=5)) == CLOSED
    assert refusal(claim(as_ada, event)) == NOT_CLAIMABLE
    assert written(ada) == before


def test_a_deleted_event_is_none(ada: Player, as_ada: Caller) -> None:
    event = an_event(requirements=STEPS)
    told(report(as_ada, event, steps=10))
    Goal.objects.update(deleted_at=NOW)
    before = written(ada)
    for answer in (
        call(as_ada, "GET", f"{EVENTS}/{event.pk}"),
        join(as_ada, event),
        report(as_ada, event, steps=1),
        claim(as_ada, event),
    ):
        assert refusal(answer) == NOT_FOUND
    assert written(ada) == before


@pytest.mark.parametrize("body", [{}, {"event_id": None}, {"event_id": "1"}, {"event_id": 1.0}, {"event_id": True}])
def test_who_joins_says_which_event(ada: Player, as_ada: Caller, body: dict[str, Any]) -> None:
    an_event()
    before = written(ada)
    assert wrong(call(as_ada, "POST", JOIN, body)) == [["body", "event_id"]]
    assert written(ada) == before


def test_reports_join_add_up_and_complete(ada: Player, as_ada: Caller, clock: time_machine.Traveller) -> None:
    event = an_event(requirements={"steps": 10, "stairs": 2})
    seq = latest_seq(ada)
    assert event.source == "client"
    first = told(report(as_ada, event, steps=4))
    assert (first["progress"], first["progress_version"], first["completed"]) == ({"steps": 4}, 1, False)
    assert (first["joined_at"], first["last_progress_at"]) == (stamp(NOW), stamp(NOW))
    clock.shift(60)
    second = told(report(as_ada, event, steps=7, stairs=1))
    assert (second["progress"], second["progress_version"]) == ({"steps": 11, "stairs": 1}, 2)
    assert second["last_progress_at"] > second["joined_at"]
    third = told(report(as_ada, event, stairs=1))
    assert (third["progress"], third["progress_version"]) == ({"steps": 11, "stairs": 2}, 3)
    assert third["completed_at"] == third["last_progress_at"]
    told_by = [news for news in news_of(ada, seq) if news["type"] == "event_progress"]
    assert [(news["progress_version"], news["completed"]) for news in told_by] == [(1, False), (2, False), (3, True)]
    assert told_by[-1]["progress"] == {"steps": 11, "stairs": 2}
    fourth = told(report(as_ada, event, steps=1))  # reached is reached
    assert fourth == third
    assert len(news_of(ada, seq)) == 4  # three reports and a notice


@pytest.mark.parametrize(
    ("facts", "progress"),
    [
        ({"requirements": {"games_played": 10}}, {"games_played": 5}),  # the club counts it
        ({"requirements": {"games_played": 10}, "source": "client"}, {"games_played": 5}),
        ({"requirements": {"games_played": 10, "steps": 5}}, {"games_played": 5}),
        ({"requirements": STEPS, "source": "server"}, {"steps": 5}),
        ({"requirements": STEPS, "source": "staff"}, {"steps": 5}),
        ({"requirements": STEPS}, {"stairs": 5}),  # not asked for
        ({"requirements": STEPS}, {"steps": 0}),
        ({"requirements": STEPS}, {"steps": 0.0000001}),
        ({"requirements": STEPS}, {}),
    ],
)
def test_what_is_not_the_clients_to_say_moves_nothing_but_joins(
    ada: Player, as_ada: Caller, facts: dict[str, Any], progress: dict[str, Any]
) -> None:
    event = an_event(**facts)
    seq = latest_seq(ada)
    answer = told(report(as_ada, event, **progress))
    assert (answer["progress"], answer["progress_version"], answer["last_progress_at"]) == ({}, 0, None)
    assert answer["event"]["user_participation"] == taking_part()
    assert news_of(ada, seq) == []


def test_a_mixed_event_takes_each_number_from_who_counts_it(ada: Player, as_ada: Caller) -> None:
    event = an_event(requirements={"games_played": 2, "steps": 5})
    told(report(as_ada, event, games_played=100, steps=5))
    assert progress_of(ada, event).tally == {"steps": 5}
    happen(ada, games_played=2, slot_spins=2)
    progress = progress_of(ada, event)
    assert (progress.tally, progress.completed_at) == ({"steps": 5, "games_played": 2}, NOW)


def test_tenths_add_up_as_on_paper(ada: Player, as_ada: Caller) -> None:
    event = an_event(requirements={"km": 1})
    for _turn in range(9):
        told(report(as_ada, event, km=0.1))
    assert progress_of(ada, event).tally == {"km": 0.9}
    assert told(report(as_ada, event, km=0.1))["progress"] == {"km": 1}
    assert progress_of(ada, event).completed_at == NOW


def test_no_number_grows_beyond_what_json_carries(ada: Player, as_ada: Caller) -> None:
    event = an_event(requirements={"steps": 10, "stairs": 1})
    for number in (2**53 - 1, 2**53 - 1, 9e15):
        assert told(report(as_ada, event, steps=number))["progress"] == {"steps": 2**53 - 1}
    assert progress_of(ada, event).version == 1


@pytest.mark.parametrize("number", [-1, -0.5, "5", True, None, [], {}, 2**53, 1e300])
def test_a_number_that_is_none_is_refused(ada: Player, as_ada: Caller, number: Any) -> None:
    event = an_event(requirements=STEPS)
    before = written(ada)
    assert wrong(report(as_ada, event, steps=number)) == [["body", "progress", "steps"]]
    assert wrong(report(as_ada, event, unasked=number)) == [["body", "progress", "unasked"]]
    assert written(ada) == before


@pytest.mark.parametrize(
    "body", ['{"progress": {"steps": NaN}}', '{"progress": {"steps": 1e999}}', '{"progress": 5}', "{}"]
)
def test_a_report_that_is_none_is_refused(ada: Player, as_ada: Caller, body: str) -> None:
    event = an_event(requirements=STEPS)
    before = written(ada)
    assert call(as_ada, "PUT", f"/api/events/progress/{event.pk}", body).status_code == 422
    assert written(ada) == before


def test_a_claim_pays_once_and_tells_everything(ada: Player, as_ada: Caller) -> None:
    event = an_event(rewards={"gold": 500, "exp": 50, "hat": "🎩"})
    told(join(as_ada, event))
    happen(ada, games_played=10)
    seq = latest_seq(ada)
    answer = told(claim(as_ada, event))
    reward = Reward.objects.get()
    assert answer == {
        "success": True,
        "rewards": {"gold": 500, "exp": 50, "hat": "🎩"},
        "reward_items": [
            {"type": "gold", "amount": 500}, {"type": "exp", "amount": 50}, {"type": "hat", "amount": "🎩"},
        ],
        "new_balance": 1500,
        "new_gold_balance": 1500,
        "experience": 50,
        "level": 1,
        "message": "보상을 성공적으로 수령했습니다!",
        "progress_version": 2,
        "reward_id": reward.pk,
        "idempotent_reuse": False,
    }  # fmt: skip
    entry = Entry.objects.get(code="event_reward")
    assert (entry.amount, entry.balance_after, entry.reference) == (500, 1500, f"event_reward:{event.pk}")
    granted, profile, progress, notice = news_of(ada, seq)
    assert granted == {
        "type": "reward_granted",
        "reward_type": "event_reward",
        "amount": 500,
        "xp_amount": 50,
        "balance_after": 1500,
        "source": "봄 축제",
        "ref": f"event_reward:{event.pk}",
    }
    assert profile == {
        "type": "profile_update",
        "changes": {
            "gold_balance": 1500, "cyber_token_balance": 1500, "experience": 50, "level": 1, "current_xp": 50,
            "progress_percentage": 10.0,
        },
        "reason": "event_reward",
        "ref": f"event_reward:{event.pk}",
    }  # fmt: skip
    assert progress == {
        "type": "event_progress",
        "event_id": event.pk,
        "progress": {"games_played": 10},
        "progress_version": 2,
        "completed": True,
        "claimed": True,
    }
    assert (notice["type"], notice["kind"]) == ("notification", "reward")
    after = written(ada)
    assert refusal(claim(as_ada, event)) == NOT_CLAIMABLE
    assert written(ada) == after


def test_xp_has_another_name_too(as_ada: Caller) -> None:
    event = an_event(requirements={}, rewards={"experience": 600})
    told(join(as_ada, event))
    answer = told(claim(as_ada, event))
    assert (answer["experience"], answer["level"], answer["new_gold_balance"]) == (600, 2, 1000)
    assert Entry.objects.filter(code="event_reward").count() == 0


def test_what_is_not_reached_or_not_joined_is_not_paid(ada: Player, as_ada: Caller) -> None:
    event = an_event()
    before = written(ada)
    assert refusal(claim(as_ada, event)) == NOT_CLAIMABLE
    assert written(ada) == before
    told(join(as_ada, event))
    happen(ada, games_played=9)
    before = written(ada)
    assert refusal(claim(as_ada, event, idempotency_key="k")) == NOT_CLAIMABLE
    assert written(ada) == before


def test_what_was_switched_off_is_not_paid_until_it_is_on_again(ada: Player, as_ada: Caller) -> None:
    event = an_event()
    told(join(as_ada, event))
    happen(ada, games_played=10)
    Goal.objects.update(is_active=False)
    before = written(ada)
    assert refusal(claim(as_ada, event)) == NOT_CLAIMABLE
    assert written(ada) == before
    Goal.objects.update(is_active=True)
    assert told(claim(as_ada, event))["new_gold_balance"] == 1500


def test_a_reward_that_no_wallet_can_hold_is_refused(ada: Player, as_ada: Caller) -> None:
    event = an_event(requirements={}, rewards={"gold": 2**53 - 1})
    told(join(as_ada, event))
    before = written(ada)
    assert refusal(claim(as_ada, event)) == NOT_CLAIMABLE
    assert written(ada) == before


def test_a_known_key_is_told_the_first_claim_again(ada: Player, as_ada: Caller) -> None:
    event, other = an_event(requirements={}), an_event(requirements={}, rewards={"gold": 7})
    for each in (event, other):
        told(join(as_ada, each))
    first = claim(as_ada, event, {"idempotency_key": "once"})
    assert "Idempotency-Replayed" not in first
    after = written(ada)
    for again in (
        claim(as_ada, event, {"idempotency_key": "once"}),
        claim(as_ada, event, Idempotency_Key="once"),
        claim(as_ada, event, X_Idempotency_Key="once"),
    ):
        assert told(again) == first.json() | {"idempotent_reuse": True}
        assert again["Idempotency-Replayed"] == "true"
    assert refusal(claim(as_ada, other, Idempotency_Key="once"))[:2] == (422, "IDEMPOTENCY_KEY_REUSED")
    assert refusal(claim(as_ada, event, {"x": 1}, Idempotency_Key="once"))[:2] == (422, "IDEMPOTENCY_KEY_REUSED")
    Goal.objects.update(deleted_at=NOW)
    assert told(claim(as_ada, event, Idempotency_Key="once")) == first.json() | {"idempotent_reuse": True}
    after["goals"] = written(ada)["goals"]
    assert written(ada) == after


def test_a_refused_claim_frees_its_key(ada: Player, as_ada: Caller) -> None:
    event = an_event()
    told(join(as_ada, event))
    assert refusal(claim(as_ada, event, Idempotency_Key="k")) == NOT_CLAIMABLE
    happen(ada, games_played=10)
    assert told(claim(as_ada, event, Idempotency_Key="k"))["idempotent_reuse"] is False


def test_what_waits_to_be_claimed_stays_active_until_it_is(
    ada: Player, as_bob: Caller, clock: time_machine.Traveller
) -> None:
    event = an_event()
    told(join(Caller(ada), event))
    happen(ada, games_played=10)
    clock.shift(30 * DAY)
    mine = Caller(ada)
    assert (titles(mine), titles(mine, "ended")) == (["봄 축제"], [])
    Goal.objects.update(is_active=False)
    assert (titles(mine), titles(mine, "ended")) == ([], [])
    Goal.objects.update(is_active=True)
    assert told(claim(mine, event))["new_gold_balance"] == gold_of(ada) == 1500
    assert (titles(mine), titles(mine, "ended")) == ([], ["봄 축제"])


def test_events_of_others_are_theirs(ada: Player, bob: Player, as_ada: Caller, as_bob: Caller) -> None:
    event = an_event()
    told(join(as_ada, event))
    happen(ada, games_played=10)
    happen(bob, games_played=10)
    assert refusal(claim(as_bob, event)) == NOT_CLAIMABLE
    assert told(call(as_bob, "GET", f"{EVENTS}/{event.pk}"))["user_participation"] is None
    told(join(as_bob, event))
    assert progress_of(bob, event).tally == {}  # what was before joining does not count


def test_a_list_costs_three_statements_however_many_events(ada: Player, as_ada: Caller) -> None:
    for count in (0, 1, 25):
        for number in range(count):
            event = an_event(title=f"{count} {number}")
            told(join(as_ada, event))
        with CaptureQueriesContext(connection) as captured:
            assert len(told(call(as_ada, "GET", EVENTS))) == {0: 0, 1: 1, 25: 26}[count]
        told_to = statements(captured)
        assert len(told_to) == (2 if count == 0 else 3), "\n".join(told_to)


def test_operators_see_how_often_events_are_asked_for(as_ada: Caller, as_nobody: Caller) -> None:
    def counted(action: str, status: str, auth: str) -> float:
        labels = {"endpoint": "events", "action": action, "status": status, "auth": auth}
        return REGISTRY.get_sample_value("event_mission_requests_total", labels) or 0.0

    cases = [("list", "200", "bearer"), ("list", "401", "none"), ("claim", "404", "bearer")]
    before = [counted(*case) for case in cases]
    call(as_ada, "GET", EVENTS)
    call(as_nobody, "GET", EVENTS)
    call(as_ada, "POST", "/api/events/claim/0")
    assert [counted(*case) for case in cases] == [number + 1 for number in before]


def test_gold_follows_the_claim(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 0)
    event = an_event(requirements={}, rewards={"gold": 3})
    told(join(as_ada, event))
    told(claim(as_ada, event))
    assert gold_of(ada) == 3
