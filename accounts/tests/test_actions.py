"""What clients say is kept as their word: discreet, all or nothing, and counted for nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import queries, reporting
from accounts.models import Action, Player, Progress, Streak, Wallet
from casino.lib import days
from games.models import GameStats
from games.tests.plays import statements
from realtime.models import StreamEvent
from tests.cast import Caller, enrol

Json = dict[str, Any]
ACTIONS, BULK = "/api/actions", "/api/actions/bulk"


def logged() -> list[tuple[int, str, str, Json]]:
    rows = Action.objects.order_by("id")
    return [(row.player_id, row.action_type, row.source, row.context) for row in rows]


def test_an_action_is_kept_as_the_clients_word_and_told(ada: Player, as_ada: Caller) -> None:
    body = {"action_type": "OPENED_SHOP", "context": {"tab": 2}, "client_ts": "yesterday"}
    answer = as_ada.post(ACTIONS, body)
    action = Action.objects.get()
    moment = days.stamp(action.created_at)
    assert (answer.status_code, answer.json()) == (
        200, {"id": action.pk, "user_id": ada.pk, "action_type": "OPENED_SHOP", "created_at": moment},
    )  # fmt: skip
    assert logged() == [(ada.pk, "OPENED_SHOP", "client", {"tab": 2})]
    told = StreamEvent.objects.filter(player=ada).latest("seq")
    assert (told.type, told.data) == (
        "user_action",
        {
            "id": action.pk, "user_id": ada.pk, "action_type": "OPENED_SHOP", "client_ts": "yesterday",
            "context": {"tab": 2}, "server_ts": moment,
        },
    )  # fmt: skip


def test_the_least_that_can_be_said(ada: Player, as_ada: Caller) -> None:
    assert as_ada.post(ACTIONS, {"action_type": "A"}).status_code == 200
    assert logged() == [(ada.pk, "A", "client", {})]
    assert StreamEvent.objects.filter(player=ada).latest("seq").data["client_ts"] is None


SECRETS: Json = {
    "password": "x", "Phone": 1, "PHONE_NUMBER": {"deep": 1}, " eMail ": "x", "ｐａｓｓｗｏｒｄ": "x",
    "kept": [{"email": "x", "Password": "x", "passwords": 2}, [{"phone": 1}], "email"],
    "deep": {"deeper": {"phone_number": 1, "telephone": 3}},
}  # fmt: skip


def test_secrets_are_dropped_at_any_depth_and_in_any_case(as_ada: Caller, ada: Player) -> None:
    kept = {"kept": [{"passwords": 2}, [{}], "email"], "deep": {"deeper": {"telephone": 3}}}
    as_ada.post(ACTIONS, {"action_type": "SAID", "context": SECRETS})
    as_ada.post(BULK, {"items": [{"action_type": "SAID", "context": SECRETS}]})
    assert [context for *_, context in logged()] == [kept, kept]
    assert StreamEvent.objects.filter(player=ada).latest("seq").data["context"] == kept


def of_size(size: int) -> Json:
    """A context of so many bytes of JSON, in letters of three bytes."""
    letters, rest = divmod(size - len('{"k":""}'), 3)
    context = {"k": "가" * letters + "x" * rest}
    assert reporting.size_of(context) == size
    return context


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action_type": ""},
        {"action_type": "lower"},
        {"action_type": "WITH SPACE"},
        {"action_type": "LINE\n"},
        {"action_type": "Ａ"},
        {"action_type": "A" * 65},
        {"action_type": 5},
        {"action_type": "A", "context": []},
        {"action_type": "A", "context": None},
        {"action_type": "A", "context": of_size(8193)},
        {"action_type": "A", "client_ts": 5},
        {"action_type": "A", "user_id": "1"},
        {"action_type": "A", "user_id": True},
        {"action_type": "A", "user_id": 0},
    ],
    ids=lambda body: str(body)[:40],
)
def test_what_makes_no_sense_is_refused_alone_and_among_others(as_ada: Caller, body: Json) -> None:
    events = StreamEvent.objects.count()
    for path, sent in ((ACTIONS, body), (BULK, {"items": [{"action_type": "FINE"}, body, {"action_type": "FINE"}]})):
        answer = as_ada.post(path, sent)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert logged() == []
    assert StreamEvent.objects.count() == events


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_numbers_no_database_keeps_are_refused(as_ada: Caller, number: str) -> None:
    assert as_ada.post(ACTIONS, f'{{"action_type": "A", "context": {{"deep": [{number}]}}}}').status_code == 422
    assert logged() == []


def test_eight_kibibytes_are_kept(as_ada: Caller) -> None:
    assert as_ada.post(ACTIONS, {"action_type": "A" * 64, "context": of_size(8192)}).status_code == 200
    assert logged()[0][3] == of_size(8192)


def test_many_are_kept_together_and_nobody_is_told(ada: Player, as_ada: Caller) -> None:
    events = StreamEvent.objects.filter(player=ada).count()
    items = [{"action_type": f"A_{number}", "context": {"n": number}} for number in range(100)]
    answer = as_ada.post(BULK, {"items": items})
    assert (answer.status_code, answer.json()) == (200, {"logged": 100})
    assert logged() == [(ada.pk, f"A_{number}", "client", {"n": number}) for number in range(100)]
    assert StreamEvent.objects.filter(player=ada).count() == events


@pytest.mark.parametrize("items", [[], [{"action_type": "A"}] * 101, "A", None, [5]], ids=lambda items: str(items)[:9])
def test_too_few_or_too_many_are_refused(as_ada: Caller, items: Any) -> None:
    assert as_ada.post(BULK, {"items": items}).status_code == 422
    assert logged() == []


def test_players_speak_for_themselves_and_staff_for_anybody(
    ada: Player, bob: Player, as_ada: Caller, as_sam: Caller
) -> None:
    own, foreign = {"action_type": "A", "user_id": ada.pk}, {"action_type": "A", "user_id": bob.pk}
    for path, body in ((ACTIONS, foreign), (BULK, {"items": [own, foreign]}), (ACTIONS, {**own, "user_id": 999_999})):
        answer = as_ada.post(path, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")
    assert logged() == []
    assert as_ada.post(ACTIONS, own).json()["user_id"] == ada.pk
    assert as_sam.post(ACTIONS, foreign).json()["user_id"] == bob.pk
    assert as_sam.post(BULK, {"items": [own, foreign]}).json() == {"logged": 2}
    for path, body in ((ACTIONS, {**own, "user_id": 999_999}), (BULK, {"items": [own, {**own, "user_id": 999_999}]})):
        answer = as_sam.post(path, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "USER_NOT_FOUND")
    assert [player_id for player_id, *_ in logged()] == [ada.pk, bob.pk, ada.pk, bob.pk]
    assert StreamEvent.objects.filter(player=bob).latest("seq").type == "user_action"


def test_the_recent_list_is_newest_first_and_says_whose_word_it_is(ada: Player, as_ada: Caller) -> None:
    as_ada.post(ACTIONS, {"action_type": "SLOT_SPIN", "context": {"n": 1}})
    as_ada.post("/api/games/slot/spin", {"bet_amount": 10})
    items = as_ada.get(f"/api/actions/recent/{ada.pk}").json()
    assert [item["source"] for item in items] == ["server", "client"]
    assert {item["action_type"] for item in items} == {"SLOT_SPIN"}
    said = Action.objects.earliest("id")
    assert items[1] == {
        "id": said.pk, "action_type": "SLOT_SPIN", "source": "client", "created_at": days.stamp(said.created_at),
        "action_data": {"n": 1},
    }  # fmt: skip
    assert as_ada.get(f"/api/actions/recent/{ada.pk}", limit=1).json() == items[:1]
    for limit in (0, 201, "x"):
        assert as_ada.get(f"/api/actions/recent/{ada.pk}", limit=limit).status_code == 422


def test_the_recent_list_is_the_players_and_staffs(ada: Player, as_bob: Caller, as_sam: Caller) -> None:
    for user_id in (ada.pk, 999_999):
        answer = as_bob.get(f"/api/actions/recent/{user_id}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")
    assert as_sam.get(f"/api/actions/recent/{ada.pk}").json() == []
    answer = as_sam.get("/api/actions/recent/999999")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "USER_NOT_FOUND")


def test_what_clients_say_counts_for_nothing(ada: Player, as_ada: Caller) -> None:
    before = Wallet.objects.values().get(pk=ada.pk)
    names = ("SLOT_SPIN", "RPS_PLAY", "GACHA_PULL", "CRASH_BET", "CRASH_CASHOUT", "DAILY_LOGIN", "ADMIN_GRANT_GOLD")
    as_ada.post(BULK, {"items": [{"action_type": name, "context": {"games_played": 99}} for name in names]})
    for name in names:
        as_ada.post(ACTIONS, {"action_type": name, "context": {"games_played": 99}})
    after = Wallet.objects.values().get(pk=ada.pk)
    assert after == before | {"stream_seq": before["stream_seq"] + len(names)}
    assert not any(model.objects.filter(player=ada).exists() for model in (Progress, Streak, GameStats))
    assert queries.active_days(ada, now=days.now()) == (0, 0)
    assert as_ada.get("/api/users/stats").json()["lifetime_active_days"] == 0


def test_saying_and_listing_cost_few_statements(ada: Player, as_ada: Caller) -> None:
    calls: tuple[tuple[int, Callable[[], Any]], ...] = (
        (5, lambda: as_ada.post(ACTIONS, {"action_type": "A"})),  # session, wallet; action, wallet, event
        (2, lambda: as_ada.post(BULK, {"items": [{"action_type": "A"}] * 100})),
        (2, lambda: as_ada.get(f"/api/actions/recent/{ada.pk}", limit=200)),
    )
    for number, call in calls:
        with CaptureQueriesContext(connection) as captured:
            assert call().status_code == 200
        assert len(statements(captured)) == number


def test_staff_who_report_for_many_cost_one_statement_more(as_sam: Caller) -> None:
    crowd = [enrol(f"player{number}").pk for number in range(3)]
    with CaptureQueriesContext(connection) as captured:
        as_sam.post(BULK, {"items": [{"action_type": "A", "user_id": player_id} for player_id in crowd]})
    assert len(statements(captured)) == 3
