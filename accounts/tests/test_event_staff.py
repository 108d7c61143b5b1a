"""Events as staff set them: checked, on the record, seen by players at once; and paid by force, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accounts.models import Audit, Entry, Goal, Player, Progress, Reward, Role
from accounts.progress import events
from accounts.tests.aiming import (
    DAY,
    NOW,
    a_mission,
    an_event,
    call,
    event_shape,
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
from casino.lib.days import stamp
from tests.cast import Caller, enrol

ADMIN = "/api/admin/events"
NEW: dict[str, Any] = {
    "title": "여름 축제",
    "event_type": "festival",
    "start_date": "2026-03-04T00:00:00Z",
    "end_date": "2026-03-11T00:00:00Z",
    "rewards": {"gold": 5000, "exp": 100, "hat": "🎩"},
}
NOT_FOUND = (404, "EVENT_NOT_FOUND", "이벤트를 찾을 수 없습니다")
TURNED_ROUND = (400, "BAD_REQUEST", "종료일이 시작일보다 앞설 수 없음")
NO_NUMBER = [-1, 1.5, "5", 2**53, 2**63, True, None, [1], {}]


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with standing_still() as traveller:
        yield traveller


@pytest.fixture
def eve(db: None) -> Player:
    """Looks after the economy."""
    return enrol("eve", role=Role.ECONOMY)


@pytest.fixture
def as_eve(eve: Player) -> Caller:
    return Caller(eve)


def staff_shape(event: Goal, **facts: Any) -> dict[str, Any]:
    return event_shape(event) | {"deleted_at": None} | facts


def record(action: str) -> dict[str, Any]:
    """The one audit row of this action: who, about what, and the details."""
    row = Audit.objects.get(action=action)
    return {
        "by": row.actor_name, "severity": row.severity, "target": (row.target_type, row.target_id), **row.details,
    }  # fmt: skip


def test_a_new_event_is_on_stage_at_once_and_on_the_record(as_eve: Caller, as_ada: Caller) -> None:
    answer = told(call(as_eve, "POST", ADMIN, NEW))
    event = Goal.objects.get()
    assert (
        answer
        == staff_shape(event)
        == {
            "id": event.pk,
            "title": "여름 축제",
            "name": "여름 축제",
            "description": None,
            "event_type": "festival",
            "start_date": "2026-03-04T00:00:00.000Z",
            "end_date": "2026-03-11T00:00:00.000Z",
            "rewards": {"gold": 5000, "exp": 100, "hat": "🎩"},
            "requirements": {},
            "progress_source": "server",
            "image_url": None,
            "priority": 0,
            "is_active": True,
            "created_at": stamp(NOW),
            "updated_at": stamp(NOW),
            "participation_count": 0,
            "user_participation": None,
            "deleted_at": None,
        }
    )
    assert told(call(as_ada, "GET", "/api/events")) == [event_shape(event)]
    assert record("EVENT_CREATE") == {
        "by": "eve",
        "severity": "info",
        "target": ("event", str(event.pk)),
        "before": None,
        "after": {
            "title": "여름 축제", "description": "", "category": "festival", "requirements": {},
            "rewards": {"gold": 5000, "exp": 100, "hat": "🎩"}, "source": "server", "image_url": "", "priority": 0,
            "is_active": True, "starts_at": "2026-03-04T00:00:00.000Z", "ends_at": "2026-03-11T00:00:00.000Z",
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("requirements", "named", "source"),
    [
        ({}, {}, "server"),
        ({"games_played": 5, "gold_won": 7}, {}, "server"),
        ({"games_played": 5, "steps": 7}, {}, "client"),
        ({"steps": 7}, {"progress_source": None}, "client"),
        ({"steps": 7}, {"progress_source": "staff"}, "staff"),
        ({"games_played": 7}, {"progress_source": "client"}, "client"),
    ],
)
def test_who_says_how_far_players_are_follows_from_what_is_asked(
    as_eve: Caller, requirements: dict[str, Any], named: dict[str, Any], source: str
) -> None:
    body = NEW | {"requirements": requirements, "rewards": {"gold": 1000}} | named
    assert told(call(as_eve, "POST", ADMIN, body))["progress_source"] == source


def test_the_source_follows_a_change_unless_staff_set_it(as_eve: Caller) -> None:
    path = f"{ADMIN}/{told(call(as_eve, 'POST', ADMIN, NEW | {'rewards': {}}))['id']}"
    for body, source in (
        ({"requirements": {"steps": 1}}, "client"),
        ({"requirements": {"games_won": 1}}, "server"),
        ({"progress_source": "staff"}, "staff"),
        ({"requirements": {"steps": 1}}, "staff"),
        ({"priority": 1}, "staff"),
        ({"progress_source": None}, "client"),
    ):
        assert told(call(as_eve, "PATCH", path, body))["progress_source"] == source


def test_end_before_start_is_refused_new_or_changed(as_eve: Caller, eve: Player) -> None:
    body = NEW | {"end_date": "2026-03-03T23:59:59.999Z"}
    assert refusal(call(as_eve, "POST", ADMIN, body)) == TURNED_ROUND
    assert Goal.objects.count() == Audit.objects.count() == 0
    event = an_event()
    before = written(eve)
    for change in ({"end_date": stamp(NOW - 2 * DAY)}, {"start_date": stamp(NOW + 9 * DAY)}):
        assert refusal(call(as_eve, "PUT", f"{ADMIN}/{event.pk}", change)) == TURNED_ROUND
    assert written(eve) == before
    assert told(call(as_eve, "POST", ADMIN, NEW | {"end_date": NEW["start_date"]}))["end_date"] == stamp(NOW - DAY / 2)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        *[({"rewards": {name: number}}, "rewards") for name in ("gold", "exp", "experience") for number in NO_NUMBER],
        *[
            ({"requirements": {"steps": number}}, "requirements")
            for number in (-1, 0, 0.0, "5", 2**53, True, None, [1])
        ],
        ({"rewards": {"": 5}}, "rewards"),
        ({"rewards": {"n" * 65: 5}}, "rewards"),
        ({"rewards": {f"n{number}": 5 for number in range(21)}}, "rewards"),
        ({"rewards": [5]}, "rewards"),
        ({"rewards": None}, "rewards"),
        ({"requirements": "steps"}, "requirements"),
        ({"requirements": {"steps": 5}, "rewards": {"gold": 1001}}, "rewards"),
        ({"progress_source": "client", "rewards": {"gold": 1001}}, "rewards"),
        ({"progress_source": "nobody"}, "progress_source"),
        ({"title": ""}, "title"),
        ({"title": "n" * 201}, "title"),
        ({"title": 5}, "title"),
        ({"event_type": "n" * 51}, "event_type"),
        ({"start_date": "tomorrow"}, "start_date"),
        ({"end_date": "9999-12-31T00:00:00Z"}, "end_date"),
        ({"priority": 1.5}, "priority"),
        ({"priority": 2**31}, "priority"),
        ({"image_url": "n" * 301}, "image_url"),
        ({"is_active": "yes"}, "is_active"),
    ],
)
def test_terms_that_no_event_may_have_are_refused_new_or_changed(
    as_eve: Caller, eve: Player, change: dict[str, Any], place: str
) -> None:
    event = an_event()
    before = written(eve)
    for method, path, body in (
        ("POST", ADMIN, NEW | change), ("PUT", f"{ADMIN}/{event.pk}", change), ("PATCH", f"{ADMIN}/{event.pk}", change),
    ):  # fmt: skip
        assert wrong(call(as_eve, method, path, body)) == [["body", place]]
    assert written(eve) == before


@pytest.mark.parametrize("terms", ['"rewards": {"hat": 1e999}', '"requirements": {"steps": 1e999}'])
def test_endless_numbers_are_refused(as_eve: Caller, eve: Player, terms: str) -> None:
    path, before = f"{ADMIN}/{an_event().pk}", written(eve)["audits"]
    wrong(call(as_eve, "PUT", path, f"{{{terms}}}"))
    assert written(eve)["audits"] == before
    goal = Goal.objects.get()
    goal.rewards, goal.requirements = {"hat": {"a": [float("inf")]}}, {"steps": float("nan")}
    with pytest.raises(ValidationError) as refused:
        goal.full_clean()
    assert set(refused.value.error_dict) == {"rewards", "requirements"}


@pytest.mark.parametrize("missing", ["title", "event_type", "start_date", "end_date", "rewards"])
def test_a_new_event_says_what_it_is(as_eve: Caller, missing: str) -> None:
    body = {name: value for name, value in NEW.items() if name != missing}
    assert wrong(call(as_eve, "POST", ADMIN, body)) == [["body", missing]]
    assert Goal.objects.count() == 0


def test_much_gold_is_not_for_the_clients_word(as_eve: Caller) -> None:
    most = NEW | {"requirements": {"steps": 5}, "rewards": {"gold": 1000}}
    event = told(call(as_eve, "POST", ADMIN, most))
    path = f"{ADMIN}/{event['id']}"
    assert wrong(call(as_eve, "PATCH", path, {"rewards": {"gold": 1001}})) == [["body", "rewards"]]
    assert told(call(as_eve, "PATCH", path, {"rewards": {"gold": 1001}, "progress_source": "staff"}))
    assert wrong(call(as_eve, "PATCH", path, {"progress_source": "client"})) == [["body", "rewards"]]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_writes_what_is_different_and_no_more(
    as_eve: Caller, clock: time_machine.Traveller, method: str
) -> None:
    event = an_event(description="old")
    clock.shift(60)
    change = {
        "title": "봄 축제",
        "description": None,
        "priority": 5,
        "id": 7,
        "kind": "mission",
        "deleted_at": stamp(NOW),
    }
    answer = told(call(as_eve, method, f"{ADMIN}/{event.pk}", change))
    event.refresh_from_db()
    assert answer == staff_shape(event, priority=5, description=None)
    assert answer["updated_at"] == "2026-03-04T12:01:00.000Z"
    assert record("EVENT_UPDATE") == {
        "by": "eve",
        "severity": "info",
        "target": ("event", str(event.pk)),
        "before": {"description": "old", "priority": 0},
        "after": {"description": "", "priority": 5},
    }
    clock.shift(60)
    assert told(call(as_eve, method, f"{ADMIN}/{event.pk}", {"priority": 5})) == answer
    assert Audit.objects.count() == 1


def test_events_are_switched_deleted_and_restored(as_eve: Caller, clock: time_machine.Traveller) -> None:
    event = an_event()
    path = f"{ADMIN}/{event.pk}"
    assert told(call(as_eve, "POST", f"{path}/activate")) == staff_shape(event)
    assert Audit.objects.count() == 0
    assert told(call(as_eve, "POST", f"{path}/deactivate")) == staff_shape(event, is_active=False)
    assert record("EVENT_DEACTIVATE")["after"] == {"is_active": False}
    assert told(call(as_eve, "POST", f"{path}/activate")) == staff_shape(event)
    assert record("EVENT_ACTIVATE")["before"] == {"is_active": False}
    gone = {"deleted": True, "deleted_at": stamp(NOW)}
    assert told(call(as_eve, "DELETE", path)) == gone
    clock.shift(60)
    assert told(call(as_eve, "DELETE", path)) == gone
    assert record("EVENT_DELETE")["after"] == {"deleted_at": stamp(NOW)}
    assert told(call(as_eve, "PATCH", path, {"priority": 2}))["deleted_at"] == stamp(NOW)
    for _turn in range(2):
        assert told(call(as_eve, "POST", f"{path}/restore")) == {"restored": True}
    assert record("EVENT_RESTORE")["before"] == {"deleted_at": stamp(NOW)}
    event.refresh_from_db()
    assert (event.deleted_at, event.is_active) == (None, True)


def test_staff_lists_leave_out_what_is_off_or_deleted_unless_asked(as_eve: Caller) -> None:
    on, off, gone = an_event(title="on"), an_event(title="off", is_active=False), an_event(title="gone", deleted_at=NOW)
    both = an_event(title="both", is_active=False, deleted_at=NOW, priority=1)

    def listed(**query: Any) -> list[Any]:
        return list(told(call(as_eve, "GET", ADMIN, query)))

    assert listed() == [staff_shape(on)]
    assert listed(include_inactive="true") == [staff_shape(on), staff_shape(off)]
    assert listed(include_deleted="true") == [staff_shape(on), staff_shape(gone, deleted_at=stamp(NOW))]
    everything = listed(include_inactive="1", include_deleted="1")
    assert [event["id"] for event in everything] == [both.pk, on.pk, off.pk, gone.pk]
    assert wrong(call(as_eve, "GET", ADMIN, {"include_inactive": "perhaps"})) == [["query", "include_inactive"]]


def test_who_takes_part_is_told_in_the_order_of_joining(as_eve: Caller, ada: Player, bob: Player, vip: Player) -> None:
    event = an_event(requirements={"games_played": 1})
    other = an_event()
    for player in (bob, ada, vip):
        events.join(player=player, event_id=event.pk)
    events.join(player=ada, event_id=other.pk)
    happen(ada, games_played=1)
    happen(vip, games_played=1)
    told(call(Caller(vip), "POST", f"/api/events/claim/{event.pk}"))

    def players(**query: Any) -> list[int]:
        found = told(call(as_eve, "GET", f"{ADMIN}/{event.pk}/participations", query))
        return [each["user_id"] for each in found]

    assert players() == [bob.pk, ada.pk, vip.pk]
    assert players(completed="true") == [ada.pk, vip.pk]
    assert players(completed="false") == [bob.pk]
    assert players(claimed="true") == [vip.pk]
    assert players(completed="true", claimed="false") == [ada.pk]
    first = told(call(as_eve, "GET", f"{ADMIN}/{event.pk}/participations"))[0]
    assert first == events.participation(progress_of(bob, event))
    assert first["event"] is None
    assert refusal(call(as_eve, "GET", f"{ADMIN}/0/participations")) == NOT_FOUND


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "{}"), ("PATCH", "{}"), ("DELETE", "{}"), ("POST", "{}/activate"), ("POST", "{}/deactivate"),
        ("POST", "{}/restore"), ("GET", "{}/participations"), ("POST", "{}/force-claim/1"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_not_found(as_eve: Caller, eve: Player, method: str, path: str) -> None:
    mission = a_mission()
    before = written(eve)
    for number in (0, mission.pk, 10**30):
        assert refusal(call(as_eve, method, f"{ADMIN}/{path.format(number)}", {})) == NOT_FOUND
    assert written(eve) == before


def force(caller: Caller, event: Goal, player_id: int, body: Any = None, **headers: str) -> Any:
    return call(caller, "POST", f"{ADMIN}/{event.pk}/force-claim/{player_id}", body, **headers)


def test_force_pays_what_is_not_reached_once(as_eve: Caller, eve: Player, ada: Player, as_ada: Caller) -> None:
    event = an_event(rewards={"gold": 500, "exp": 50, "hat": "🎩"})
    events.join(player=ada, event_id=event.pk)
    happen(ada, games_played=2)
    seq = latest_seq(ada)
    answer = told(force(as_eve, event, ada.pk, {"reason": "점검 보상"}))
    paid = Reward.objects.get()
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
        "message": "강제 지급 완료",
        "progress_version": 2,
        "reward_id": paid.pk,
        "idempotent_reuse": False,
    }  # fmt: skip
    assert [news["type"] for news in news_of(ada, seq)] == [
        "reward_granted", "profile_update", "event_progress", "notification",
    ]  # fmt: skip
    progress = next(news for news in news_of(ada, seq) if news["type"] == "event_progress")
    assert (progress["completed"], progress["claimed"], progress["progress"]) == (False, True, {"games_played": 2})
    assert Entry.objects.get(code="event_reward").balance_after == 1500
    assert record("EVENT_FORCE_CLAIM") == {
        "by": "eve",
        "severity": "warning",
        "target": ("event", str(event.pk)),
        "user_id": ada.pk,
        "rewards": {"gold": 500, "exp": 50, "hat": "🎩"},
        "reason": "점검 보상",
    }
    after = written(ada, eve)
    again = told(force(as_eve, event, ada.pk))
    assert again == answer | {"rewards": {}, "reward_items": [], "message": "이미 보상 수령"}
    happen(ada, games_played=20)  # what is claimed moves no more
    assert refusal(call(as_ada, "POST", f"/api/events/claim/{event.pk}"))[1] == "NOT_CLAIMABLE"
    assert written(ada, eve) == after


def test_force_pays_whatever_became_of_the_event(as_eve: Caller, ada: Player, clock: time_machine.Traveller) -> None:
    event = an_event()
    events.join(player=ada, event_id=event.pk)
    Goal.objects.update(is_active=False, deleted_at=NOW)
    clock.shift(60)
    assert told(force(as_eve, event, ada.pk))["new_gold_balance"] == 1500


def test_a_known_key_forces_nothing_twice(as_eve: Caller, eve: Player, ada: Player, bob: Player) -> None:
    event = an_event()
    for player in (ada, bob):
        events.join(player=player, event_id=event.pk)
    first = force(as_eve, event, ada.pk, {}, Idempotency_Key="k")
    after = written(ada, bob, eve)
    again = force(as_eve, event, ada.pk, {"idempotency_key": "k"})
    assert told(again) == first.json() | {"idempotent_reuse": True}
    assert again["Idempotency-Replayed"] == "true"
    assert refusal(force(as_eve, event, bob.pk, {}, Idempotency_Key="k"))[:2] == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada, bob, eve) == after


def test_nobody_forces_what_is_not_there_or_for_themselves(as_eve: Caller, eve: Player, ada: Player) -> None:
    event = an_event(requirements={})
    events.join(player=eve, event_id=event.pk)
    before = written(eve, ada)
    own = (400, "SELF_CHANGE_FORBIDDEN", "자신의 계정에는 수행할 수 없는 작업입니다")
    assert refusal(force(as_eve, event, eve.pk, {}, Idempotency_Key="k")) == own
    assert refusal(force(as_eve, event, ada.pk)) == (404, "NO_PARTICIPATION", "참여 기록 없음")
    assert refusal(force(as_eve, event, 0)) == (404, "USER_NOT_FOUND", "사용자 없음")
    assert refusal(force(as_eve, event, 10**30)) == (404, "USER_NOT_FOUND", "사용자 없음")
    assert wrong(force(as_eve, event, ada.pk, {"reason": 5})) == [["body", "reason"]]
    assert written(eve, ada) == before


def test_the_model_index_event_is_made_once(as_eve: Caller, ada: Player, clock: time_machine.Traveller) -> None:
    path = f"{ADMIN}/seed/model-index"
    first = told(call(as_eve, "POST", path))
    event = Goal.objects.get()
    assert first == staff_shape(event)
    expected = {
        "title": "모델 지민 도전 이벤트",
        "rewards": {"gold": 5000, "exp": 1000},
        "requirements": {"model_index_points": 1000},
        "priority": 50,
        "progress_source": "staff",
        "start_date": stamp(NOW),
        "end_date": stamp(NOW + 14 * DAY),
        "is_active": True,
    }
    assert {name: first[name] for name in expected} == expected
    clock.shift(60)
    assert told(call(as_eve, "POST", path)) == first
    assert Audit.objects.count() == 1
    told(call(Caller(ada), "PUT", f"/api/events/progress/{event.pk}", {"progress": {"model_index_points": 1000}}))
    assert Progress.objects.get().tally == {}
    told(call(as_eve, "DELETE", f"{ADMIN}/{event.pk}"))
    assert told(call(as_eve, "POST", path))["id"] != event.pk
