"""Holding units: for whom, how long, how often, and every way a hold ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from pytest_django.fixtures import Settings

from accounts.models import Player
from casino.lib import days
from casino.lib.days import stamp
from shop import holds
from shop.models import Hold, Purchase
from shop.tests.conftest import change_package, moved, written
from tests.cast import Caller, gold_of

HOLD, BUY, LIST = "/api/shop/limited/hold", "/api/shop/limited/buy", "/api/shop/limited/catalog"
STARTER, BLITZ = "WEEKEND_STARTER", "VIP_BLITZ"
pytestmark = pytest.mark.usefixtures("packages")


@pytest.fixture(autouse=True)
def few_units(packages: None) -> None:
    change_package(STARTER, stock_total=5, per_user_limit=5)


def holds_units(caller: Caller, quantity: int = 1, code: str = STARTER) -> Any:
    return caller.post(HOLD, {"package_id": code, "quantity": quantity})


def releases(caller: Caller, hold_id: str) -> Any:
    return caller.client.delete(f"{HOLD}/{hold_id}", headers=caller.headers)


def remaining(caller: Caller) -> int:
    listed = {each["code"]: each["remaining_stock"] for each in caller.get(LIST).json()}
    return int(listed[STARTER])


def stopped_clock() -> time_machine.travel:
    """Time that only moves when it is told to."""
    return time_machine.travel(days.now() + timedelta(seconds=1), tick=False)


@pytest.mark.parametrize("name", ["package_id", "code"])
def test_units_are_kept_for_two_minutes(ada: Player, as_ada: Caller, as_nobody: Caller, name: str) -> None:
    before = written(ada)
    with stopped_clock():
        response = as_ada.post(HOLD, {name: STARTER, "quantity": 2})
        kept = Hold.objects.get()
        assert (response.status_code, response.json()) == (
            200,
            {
                "hold_id": kept.pk,
                "package_id": STARTER,
                "quantity": 2,
                "expires_at": stamp(days.now() + timedelta(seconds=120)),
                "ttl_seconds": 120,
                "remaining_stock": 3,
            },
        )
        assert remaining(as_nobody) == 3
    assert (kept.player, len(kept.pk)) == (ada, 32)
    assert moved(before, written(ada)) == {"Hold": 1}


def test_how_long_is_a_setting(as_ada: Caller, settings: Settings) -> None:
    settings.LIMITED_HOLD_TTL = timedelta(seconds=7)
    assert holds_units(as_ada).json()["ttl_seconds"] == 7


def test_units_that_are_not_counted_can_be_held_too(as_ada: Caller) -> None:
    answer = holds_units(as_ada, 2, BLITZ).json()
    assert (answer["quantity"], answer["remaining_stock"]) == (2, None)


def test_asked_again_it_is_the_same_hold_with_the_same_end(ada: Player, as_ada: Caller) -> None:
    with stopped_clock() as travel:
        first = holds_units(as_ada, 2).json()
        travel.shift(timedelta(seconds=100))
        before = written(ada)
        again = holds_units(as_ada, 4).json()
        assert again == first | {"ttl_seconds": 20}
        assert written(ada) == before


def test_when_it_is_over_units_are_free_and_a_new_one_can_be_had(as_ada: Caller, as_bob: Caller) -> None:
    with stopped_clock() as travel:
        first = holds_units(as_ada, 5).json()
        assert holds_units(as_bob).json()["error"]["code"] == "OUT_OF_STOCK"
        travel.shift(timedelta(seconds=120) - timedelta(microseconds=1))
        assert (remaining(as_bob), holds_units(as_bob).status_code) == (0, 409)
        travel.shift(timedelta(microseconds=1))
        assert (remaining(as_bob), releases(as_ada, first["hold_id"]).status_code) == (5, 404)
        assert holds_units(as_bob, 2).json()["remaining_stock"] == 3
        second = holds_units(as_ada, 3).json()
    assert second["hold_id"] != first["hold_id"]
    assert Hold.objects.count() == 2


def test_a_hold_that_is_over_is_cleared_away_by_the_worker(as_ada: Caller, as_bob: Caller, capsys: Any) -> None:
    with stopped_clock() as travel:
        holds_units(as_ada)
        travel.shift(timedelta(seconds=60))
        running = holds_units(as_bob).json()["hold_id"]
        travel.shift(timedelta(seconds=60))
        call_command("settle_stale")
        assert capsys.readouterr().out == "holds 1\n"
        assert Hold.objects.get().pk == running
        call_command("settle_stale")
        assert capsys.readouterr().out == "nothing\n"
        travel.shift(timedelta(seconds=60))
        assert (holds.clear_away(now=days.now()), Hold.objects.count()) == (1, 0)


def test_a_released_hold_gives_its_units_back_once(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    hold_id = holds_units(as_ada, 5).json()["hold_id"]
    before = written(ada)
    refused = releases(as_bob, hold_id)
    assert (refused.status_code, refused.json()["error"]["code"], written(ada)) == (404, "NOT_FOUND", before)
    done = releases(as_ada, hold_id)
    assert (done.status_code, done.json()) == (200, {"released": True})
    assert moved(before, written(ada)) == {"Hold": -1}
    assert (releases(as_ada, hold_id).status_code, remaining(as_bob)) == (404, 5)


def test_holding_again_and_again_does_not_keep_units_from_others(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    with stopped_clock() as travel:
        for _ in range(holds.HOLDS_MAX):
            last = holds_units(as_ada, 5).json()["hold_id"]
            assert holds_units(as_ada, 5).json()["hold_id"] == last  # the same hold does not count
            releases(as_ada, last)
        before = written(ada)
        refused = as_ada.post(HOLD, {"package_id": STARTER})
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "RATE_LIMITED")
        assert (refused["Retry-After"], written(ada)) == ("600", before)
        assert holds_units(as_bob, 5).status_code == 200
        travel.shift(holds.HOLDS_WINDOW)
        assert as_ada.post(HOLD, {"package_id": STARTER}).status_code == 200


@pytest.mark.parametrize("hold_id", ["nothing", "0" * 32, "x" * 300, "%00", "..."])
def test_what_is_no_hold_is_not_found(as_ada: Caller, hold_id: str) -> None:
    holds_units(as_ada)
    assert releases(as_ada, hold_id).status_code == 404
    assert Hold.objects.count() == 1


def refused(caller: Caller, player: Player, status: int, code: str, **body: Any) -> None:
    before = written(player)
    response = caller.post(HOLD, {"package_id": STARTER, **body})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert written(player) == before


def test_what_cannot_be_bought_cannot_be_held(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    refused(as_ada, ada, 404, "PACKAGE_NOT_FOUND", package_id="NOTHING")
    refused(as_ada, ada, 403, "USER_LIMIT", quantity=6)
    holds_units(as_bob, 3)
    refused(as_ada, ada, 409, "OUT_OF_STOCK", quantity=3)
    as_ada.post(BUY, {"package_id": STARTER})
    refused(as_ada, ada, 403, "USER_LIMIT", quantity=5)
    change_package(STARTER, min_rank="VIP")
    refused(as_ada, ada, 403, "RANK_REQUIRED")
    change_package(STARTER, is_disabled=True)
    refused(as_ada, ada, 403, "WINDOW_CLOSED")


@pytest.mark.parametrize(
    ("field", "value"), [("quantity", 0), ("quantity", 11), ("quantity", "1"), ("package_id", 5), ("package_id", "")]
)
def test_a_field_that_is_wrong_is_refused_by_its_name(ada: Player, as_ada: Caller, field: str, value: Any) -> None:
    before = written(ada)
    error = as_ada.post(HOLD, {"package_id": STARTER} | {field: value}).json()["error"]
    assert (error["code"], [detail["loc"] for detail in error["details"]]) == ("VALIDATION_ERROR", [["body", field]])
    assert written(ada) == before


@pytest.mark.parametrize("named", [True, False])
def test_a_purchase_uses_the_buyers_hold_named_or_not(ada: Player, as_ada: Caller, as_bob: Caller, named: bool) -> None:
    hold_id = holds_units(as_ada, 2).json()["hold_id"]
    holds_units(as_bob, 3)
    body = {"package_id": STARTER, "quantity": 2} | ({"hold_id": hold_id} if named else {})
    assert as_ada.post(BUY, body).json()["success"] is True
    assert [hold.player.site_id for hold in Hold.objects.all()] == ["bob"]
    taken = next(step for step in Purchase.objects.get().timeline if step["step"] == "hold_taken")
    assert taken["data"] == {"quantity": 2, "hold_id": hold_id}
    assert (remaining(as_ada), written(ada)["sold"][STARTER]) == (0, 2)


@pytest.mark.parametrize(("bought", "left"), [(1, 4), (3, 2)], ids=["fewer than held", "more than held"])
def test_a_purchase_of_another_number_ends_the_hold_too(as_ada: Caller, bought: int, left: int) -> None:
    holds_units(as_ada, 2)
    assert as_ada.post(BUY, {"package_id": STARTER, "quantity": bought}).json()["success"] is True
    assert (Hold.objects.count(), remaining(as_ada)) == (0, left)


def test_more_than_held_needs_units_that_are_free(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    holds_units(as_ada, 2)
    holds_units(as_bob, 3)
    response = as_ada.post(BUY, {"package_id": STARTER, "quantity": 3})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "OUT_OF_STOCK")
    assert (Hold.objects.count(), gold_of(ada)) == (2, 1_000)


def test_somebody_elses_hold_is_of_no_use(as_ada: Caller, as_bob: Caller) -> None:
    hold_id = holds_units(as_bob, 5).json()["hold_id"]
    response = as_ada.post(BUY, {"package_id": STARTER, "hold_id": hold_id})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "OUT_OF_STOCK")
    assert Hold.objects.get().pk == hold_id


def test_a_hold_that_is_over_is_of_no_use(as_ada: Caller, as_bob: Caller) -> None:
    with stopped_clock() as travel:
        holds_units(as_ada, 5)
        travel.shift(timedelta(seconds=120))
        assert holds_units(as_bob, 5).status_code == 200
        assert as_ada.post(BUY, {"package_id": STARTER}).json()["error"]["code"] == "OUT_OF_STOCK"


def test_a_purchase_that_fails_does_not_bring_the_hold_back(as_ada: Caller, as_bob: Caller) -> None:
    holds_units(as_ada, 5)
    as_ada.post(BUY, {"package_id": STARTER, "quantity": 5, "gateway_mode": "always_fail"})
    assert (Hold.objects.count(), holds_units(as_bob, 5).status_code) == (0, 200)


def test_a_hold_survives_a_refused_purchase(as_ada: Caller) -> None:
    holds_units(as_ada, 2)
    as_ada.post(BUY, {"package_id": STARTER, "quantity": 2, "promo_code": "NONE"})
    as_ada.post(BUY, {"package_id": STARTER, "quantity": 2, "expected_price": 1})
    assert Hold.objects.count() == 1
