"""The short shapes of staff: events, mission templates, the reward catalog, and the list of what was given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, CatalogReward, Goal, Player, Reward, Role
from accounts.tests.aiming import (
    DAY,
    NOW,
    a_mission,
    an_event,
    call,
    happen,
    refusal,
    standing_still,
    told,
    written,
    wrong,
)
from accounts.tests.attending import statements
from casino.lib.days import stamp
from tests.cast import Caller, enrol

EVENTS = "/api/admin/content/events"
TEMPLATES = "/api/admin/content/missions/templates"
CATALOG = "/api/admin/content/rewards/catalog"
GIVEN = "/api/admin/content/rewards/audit"
NEW_EVENT = {
    "name": "감사 선물",
    "start_at": "2026-03-04T00:00:00Z",
    "end_at": "2026-03-11",
    "reward_scheme": {"gold": 300},
}
NEW_REWARD = {"code": "WELCOME", "reward_type": "GOLD", "amount": 1000, "meta": {"note": "신규"}}
EVENT_NOT_FOUND = (404, "EVENT_NOT_FOUND", "이벤트를 찾을 수 없습니다")
NOT_FOUND = (404, "NOT_FOUND", "찾을 수 없습니다")
TAKEN = (409, "CONFLICT", "이미 있는 보상 코드입니다")


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


def actions() -> list[tuple[str, str]]:
    """What was recorded: each action with what it was about."""
    return list(Audit.objects.order_by("pk").values_list("action", "target_type"))


def test_an_event_in_short_is_the_event_everywhere(
    as_eve: Caller, as_ada: Caller, clock: time_machine.Traveller
) -> None:
    made = told(call(as_eve, "POST", EVENTS, NEW_EVENT))
    event = Goal.objects.get()
    short = {
        "id": event.pk,
        "name": "감사 선물",
        "start_at": "2026-03-04T00:00:00.000Z",
        "end_at": "2026-03-11T00:00:00.000Z",
        "reward_scheme": {"gold": 300},
        "is_active": True,
        "created_at": stamp(NOW),
        "updated_at": stamp(NOW),
    }
    assert made == short
    assert told(call(as_eve, "POST", EVENTS, NEW_EVENT))["id"] != event.pk  # names need not be unique
    assert told(call(as_ada, "POST", "/api/events/join", {"event_id": event.pk}))["completed"] is True
    assert told(call(as_eve, "GET", "/api/admin/events"))[0]["id"] == event.pk
    path = f"{EVENTS}/{event.pk}"
    assert told(call(as_eve, "GET", path)) == short
    clock.shift(60)
    short |= {"name": "큰 선물", "updated_at": "2026-03-04T12:01:00.000Z"}
    assert told(call(as_eve, "PUT", path, {"name": "큰 선물", "id": 5, "kind": "mission"})) == short
    assert told(call(as_eve, "POST", f"{path}/deactivate")) == short | {"is_active": False}
    assert told(call(as_eve, "POST", f"{path}/activate")) == short
    gone = {"deleted": True, "deleted_at": "2026-03-04T12:01:00.000Z"}
    assert told(call(as_eve, "DELETE", path)) == told(call(as_eve, "DELETE", path)) == gone
    assert [each["id"] for each in told(call(as_eve, "GET", EVENTS))] == [event.pk + 1]
    assert told(call(as_eve, "GET", path)) == short
    expected = ["CREATE", "CREATE", "UPDATE", "DEACTIVATE", "ACTIVATE", "DELETE"]
    assert actions() == [(f"EVENT_{deed}", "event") for deed in expected]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": ""}, "name"), ({"name": None}, "name"), ({"start_at": "soon"}, "start_at"), ({"end_at": 5}, "end_at"),
        ({"reward_scheme": [1]}, "reward_scheme"), ({"reward_scheme": {"gold": -1}}, "reward_scheme"),
    ],
)  # fmt: skip
def test_an_event_in_short_that_none_may_be_is_refused(
    as_eve: Caller, eve: Player, change: dict[str, Any], place: str
) -> None:
    event = an_event()
    before = written(eve)
    assert wrong(call(as_eve, "POST", EVENTS, NEW_EVENT | change)) == [["body", place]]
    assert wrong(call(as_eve, "PUT", f"{EVENTS}/{event.pk}", change)) == [["body", place]]
    turned = refusal(call(as_eve, "PUT", f"{EVENTS}/{event.pk}", {"end_at": stamp(NOW - 9 * DAY)}))
    assert turned == (400, "BAD_REQUEST", "종료일이 시작일보다 앞설 수 없음")
    assert written(eve) == before


def test_what_is_no_event_is_not_found(as_eve: Caller) -> None:
    number = a_mission().pk
    for method, path in (
        ("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/activate"), ("POST", "/deactivate"),
    ):  # fmt: skip
        assert refusal(call(as_eve, method, f"{EVENTS}/{number}{path}")) == EVENT_NOT_FOUND


def test_a_template_is_the_mission_players_see(as_eve: Caller, ada: Player, clock: time_machine.Traveller) -> None:
    made = told(call(as_eve, "POST", TEMPLATES, {"title": "한 판", "mission_type": "daily"}))
    mission = Goal.objects.get()
    shape = {
        "id": mission.pk,
        "title": "한 판",
        "mission_type": "daily",
        "target": 1,
        "target_type": "games_played",
        "reward": {},
        "is_active": True,
        "created_at": stamp(NOW),
        "updated_at": stamp(NOW),
    }
    assert made == shape
    happen(ada, games_played=1)
    (seen,) = told(call(Caller(ada), "GET", "/api/missions"))
    assert (seen["mission_id"], seen["completed"], seen["mission"]["requirements"]) == (
        mission.pk,
        True,
        {"games_played": 1},
    )
    path = f"{TEMPLATES}/{mission.pk}"
    assert told(call(as_eve, "GET", path)) == shape
    clock.shift(60)
    shape |= {"updated_at": "2026-03-04T12:01:00.000Z"}
    change = {"target": 5, "reward": {"gold": 300}, "is_active": True}
    assert told(call(as_eve, "PUT", path, change)) == shape | {"target": 5, "reward": {"gold": 300}}
    change = {"target_type": "client", "mission_type": "weekly"}
    shape |= {"target": 5, "reward": {"gold": 300}, "target_type": "client", "mission_type": "weekly"}
    assert told(call(as_eve, "PUT", path, change)) == shape
    mission.refresh_from_db()
    assert (mission.requirements, mission.source, mission.period) == ({"client": 5}, "client", "weekly")
    for _turn in range(2):
        assert told(call(as_eve, "DELETE", path)) == {"deleted": True}
    assert told(call(as_eve, "GET", TEMPLATES)) == [shape | {"is_active": False}]
    assert told(call(Caller(ada), "GET", "/api/missions")) == []
    assert told(call(as_eve, "PUT", path, {"is_active": True})) == shape
    expected = ["CREATE", "UPDATE", "UPDATE", "DEACTIVATE", "UPDATE"]
    assert actions() == [(f"MISSION_{deed}", "mission") for deed in expected]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": ""}, "title"), ({"mission_type": "hourly"}, "mission_type"), ({"target": 0}, "target"),
        ({"target": 1.5}, "target"), ({"target": True}, "target"), ({"target": 2**53}, "target"),
        ({"target_type": "steps"}, "target_type"), ({"reward": {"exp": 1.5}}, "reward"), ({"reward": 5}, "reward"),
        ({"target_type": "client", "reward": {"gold": 1001}}, "reward"), ({"is_active": 1}, "is_active"),
    ],
)  # fmt: skip
def test_a_template_that_none_may_be_is_refused(
    as_eve: Caller, eve: Player, change: dict[str, Any], place: str
) -> None:
    mission = a_mission()
    before = written(eve)
    body = {"title": "한 판", "mission_type": "daily"} | change
    assert wrong(call(as_eve, "POST", TEMPLATES, body)) == [["body", place]]
    assert wrong(call(as_eve, "PUT", f"{TEMPLATES}/{mission.pk}", change)) == [["body", place]]
    assert written(eve) == before


def test_what_is_no_template_is_not_found(as_eve: Caller) -> None:
    number = an_event().pk
    for method in ("GET", "PUT", "DELETE"):
        assert refusal(call(as_eve, method, f"{TEMPLATES}/{number}")) == NOT_FOUND


def test_a_reward_stands_in_the_catalog_until_it_is_taken_out(as_eve: Caller, clock: time_machine.Traveller) -> None:
    made = told(call(as_eve, "POST", CATALOG, NEW_REWARD))
    reward = CatalogReward.objects.get()
    shape = {"id": reward.pk, **NEW_REWARD, "active": True, "created_at": stamp(NOW), "updated_at": stamp(NOW)}
    assert made == shape
    first = told(call(as_eve, "POST", CATALOG, {"code": "A", "reward_type": "XP", "amount": 0}))
    assert (first["meta"], first["amount"]) == ({}, 0)
    assert told(call(as_eve, "GET", CATALOG)) == [first, shape]
    path = f"{CATALOG}/{reward.pk}"
    clock.shift(60)
    shape |= {"amount": 5, "updated_at": "2026-03-04T12:01:00.000Z"}
    assert told(call(as_eve, "PUT", path, {"amount": 5, "active": False})) == shape
    assert told(call(as_eve, "GET", path)) == shape
    for _turn in range(2):
        assert told(call(as_eve, "POST", f"{path}/deactivate")) == shape | {"active": False}
    assert told(call(as_eve, "POST", f"{path}/activate")) == shape
    assert told(call(as_eve, "DELETE", path)) == {"deleted": True}
    assert refusal(call(as_eve, "GET", path)) == refusal(call(as_eve, "DELETE", path)) == NOT_FOUND
    assert told(call(as_eve, "POST", CATALOG, NEW_REWARD))["id"] != reward.pk
    expected = ["CREATE", "CREATE", "UPDATE", "DEACTIVATE", "ACTIVATE", "DELETE", "CREATE"]
    assert actions() == [(f"REWARD_{deed}", "catalog_reward") for deed in expected]
    gone = Audit.objects.get(action="REWARD_DELETE").details
    assert gone["before"] == {
        "code": "WELCOME",
        "reward_type": "GOLD",
        "amount": 5,
        "meta": {"note": "신규"},
        "is_active": True,
    }


def test_a_code_means_one_reward(as_eve: Caller, eve: Player) -> None:
    told(call(as_eve, "POST", CATALOG, NEW_REWARD))
    other = told(call(as_eve, "POST", CATALOG, NEW_REWARD | {"code": "OTHER"}))
    before, kept = written(eve), list(CatalogReward.objects.order_by("pk").values())
    assert refusal(call(as_eve, "POST", CATALOG, NEW_REWARD)) == TAKEN
    assert refusal(call(as_eve, "PUT", f"{CATALOG}/{other['id']}", {"code": "WELCOME"})) == TAKEN
    assert (written(eve), list(CatalogReward.objects.order_by("pk").values())) == (before, kept)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"code": ""}, "code"), ({"code": "n" * 65}, "code"), ({"reward_type": "n" * 33}, "reward_type"),
        *[({"amount": number}, "amount") for number in (-1, 1.5, "5", 2**53, True, None)],
        ({"meta": [1]}, "meta"),
    ],
)  # fmt: skip
def test_a_reward_that_none_may_be_is_refused(as_eve: Caller, eve: Player, change: dict[str, Any], place: str) -> None:
    reward = told(call(as_eve, "POST", CATALOG, NEW_REWARD))
    before = written(eve)
    assert wrong(call(as_eve, "POST", CATALOG, NEW_REWARD | {"code": "OTHER"} | change)) == [["body", place]]
    assert wrong(call(as_eve, "PUT", f"{CATALOG}/{reward['id']}", change)) == [["body", place]]
    assert written(eve) == before
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/activate"), ("POST", "/deactivate")):
        assert refusal(call(as_eve, method, f"{CATALOG}/0{path}")) == NOT_FOUND


def test_what_was_given_is_listed_by_pages(as_eve: Caller, ada: Player, bob: Player) -> None:
    event = an_event(requirements={}, rewards={"gold": 5})
    mission = a_mission(requirements={"games_played": 1}, rewards={"exp": 7})
    for player in (ada, bob):
        told(call(Caller(player), "POST", "/api/events/join", {"event_id": event.pk}))
        told(call(Caller(player), "POST", f"/api/events/claim/{event.pk}"))
    happen(ada, games_played=1)
    told(call(Caller(ada), "POST", f"/api/missions/{mission.pk}/claim"))
    third, second, first = Reward.objects.order_by("-pk")
    names = ("id", "user_id", "reward_type", "amount", "source", "event_id")
    given = (
        (third.pk, ada.pk, "XP", 7, "mission_reward", None),
        (second.pk, bob.pk, "GOLD", 5, "event_reward", event.pk),
        (first.pk, ada.pk, "GOLD", 5, "event_reward", event.pk),
    )
    lines = [dict(zip(names, line, strict=True)) | {"created_at": stamp(NOW)} for line in given]

    def page(**query: Any) -> Any:
        return told(call(as_eve, "GET", GIVEN, query))

    assert page() == {"items": lines, "total": 3, "page": 1, "page_size": 20}
    assert page(page=2, page_size=2) == {"items": lines[2:], "total": 3, "page": 2, "page_size": 2}
    assert page(page=9)["items"] == []
    assert page(user_id=ada.pk)["items"] == [lines[0], lines[2]]
    assert page(event_id=event.pk)["items"] == lines[1:]
    assert page(event_id=mission.pk)["items"] == []
    assert page(source="mission_reward")["items"] == lines[:1]
    assert page(source="nothing") == {"items": [], "total": 0, "page": 1, "page_size": 20}
    assert page(user_id=bob.pk, source="event_reward", event_id=event.pk)["total"] == 1
    for name, value in (("page", 0), ("page_size", 0), ("page_size", 101), ("user_id", "x"), ("event_id", "-1")):
        assert wrong(call(as_eve, "GET", GIVEN, {name: value})) == [["query", name]]
    with CaptureQueriesContext(connection) as captured:
        page()
    assert len(statements(captured)) == 3
