"""A known key tells its bet or cash-out again, whatever has become of the round since; and what calls cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Player
from casino.lib.idempotency import IdempotencyKey
from games.models import Round
from games.tests.flying import (
    ACTIVE,
    BET,
    CRASHED,
    NO_ROUND,
    OUT,
    OVER,
    Clock,
    aim,
    flying,
    ms,
    refusal,
)
from games.tests.plays import parsed_already, statements, written
from tests.cast import Caller, gold_of, set_gold

pytestmark = pytest.mark.usefixtures("clock")

STAKE: dict[str, Any] = {"bet_amount": 100, "auto_cashout_multiplier": 3.0, "idempotency_key": "bet"}
LEAVE = {"idempotency_key": "out"}


def check_told_again(caller: Caller, path: str, body: dict[str, Any], first: dict[str, Any]) -> None:
    assert caller.player is not None
    before = written(caller.player)
    again = caller.post(path, body)
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == first | {"idempotent_reuse": True}
    assert written(caller.player) == before


@pytest.mark.parametrize("end", ["still flying", "left", "target", "crash", "at once"])
def test_a_bet_is_told_again_as_it_was_answered_first(ada: Player, as_ada: Caller, clock: Clock, end: str) -> None:
    aim(ada, {"crash": 250, "at once": 100}.get(end, 400))
    first = as_ada.post(BET, STAKE).json()
    assert first["balance"] == 900
    match end:
        case "left":
            clock.shift(ms(200))
            as_ada.post(OUT)
        case "target" | "crash":
            clock.shift(ms(400))
            as_ada.get(ACTIVE)
    if end != "still flying":
        as_ada.post("/api/games/rps/play", {"choice": "rock", "bet_amount": 13})
        set_gold(ada, 5)
    clock.shift(timedelta(seconds=1))
    check_told_again(as_ada, BET, STAKE, first)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("meanwhile", ["nothing", "another flies", "another crashed"])
def test_a_cash_out_is_told_again_as_it_was_answered_first(
    as_ada: Caller, clock: Clock, named: bool, meanwhile: str
) -> None:
    bet = flying(as_ada, 400)
    body = LEAVE | ({"game_id": bet["game_id"]} if named else {})
    clock.shift(ms(222))
    first = as_ada.post(OUT, body).json()
    assert (first["balance"], first["cashout_multiplier"]) == (1122, 2.22)
    if meanwhile != "nothing":
        flying(as_ada, 200)
    clock.shift(ms(150) if meanwhile == "another flies" else ms(200))
    as_ada.get(ACTIVE)
    check_told_again(as_ada, OUT, body, first)


def test_a_key_serves_one_body(ada: Player, as_ada: Caller) -> None:
    aim(ada, 400)
    as_ada.post(BET, STAKE)
    assert as_ada.post(BET, STAKE | {"bet_amount": 101}).json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    as_ada.post(OUT, LEAVE)
    before = written(ada)
    response = as_ada.post(OUT, LEAVE | {"game_id": "x"})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada) == before


def test_a_bet_and_a_cash_out_may_have_the_same_key(ada: Player, as_ada: Caller) -> None:
    aim(ada, 400)
    assert as_ada.post(BET, {"bet_amount": 100, "idempotency_key": "k"}).status_code == 200
    assert as_ada.post(OUT, {"idempotency_key": "k"}).status_code == 200
    refs = set(IdempotencyKey.objects.values_list("operation", "ref"))
    number = str(Round.objects.get().round_id)
    assert refs == {("crash.bet", number), ("crash.cashout", number)}


def test_a_refused_call_frees_its_key(ada: Player, as_ada: Caller, clock: Clock) -> None:
    assert refusal(as_ada.post(OUT, LEAVE)) == NO_ROUND
    flying(as_ada, 400)
    assert as_ada.post(BET, STAKE).json()["error"]["code"] == "ROUND_OPEN"
    clock.shift(ms(400))
    assert refusal(as_ada.post(OUT, LEAVE)) == CRASHED
    assert not IdempotencyKey.objects.exists()
    aim(ada, 400)
    assert as_ada.post(BET, STAKE).status_code == 200
    assert as_ada.post(OUT, LEAVE).status_code == 200
    assert refusal(as_ada.post(OUT, {"game_id": str(Round.objects.latest("id").round_id)})) == OVER


def test_another_players_key_is_a_round_of_ones_own(ada: Player, bob: Player, as_ada: Caller, as_bob: Caller) -> None:
    for player, caller in ((ada, as_ada), (bob, as_bob)):
        aim(player, 400)
        assert caller.post(BET, STAKE).json()["idempotent_reuse"] is False
    for player, caller in ((ada, as_ada), (bob, as_bob)):
        assert caller.post(OUT, LEAVE).json()["idempotent_reuse"] is False
        assert gold_of(player) == 1000


def cost(caller: Caller, path: str, body: dict[str, Any], *, status: int = 200) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert caller.post(path, body).status_code == status
    return statements(captured)


def test_bets_and_cash_outs_take_eleven_statements_at_most(ada: Player, as_ada: Caller, clock: Clock) -> None:
    parsed_already("crash")
    # the first writes the row of statistics, the next changes it; the first bet of the day writes its streak
    for turn, bet in (("first", 10), ("second", 9)):
        aim(ada, 400)
        told = cost(as_ada, BET, STAKE | {"idempotency_key": f"{turn} bet"})
        assert len(told) == bet, "\n".join(told)
        clock.shift(ms(200))
        told = cost(as_ada, OUT, {"idempotency_key": f"{turn} out"})
        assert len(told) == 11, "\n".join(told)
        aim(ada, 100)
        told = cost(as_ada, BET, STAKE | {"idempotency_key": f"{turn} bet at 1.00"})
        assert len(told) == 11, "\n".join(told)


def test_replays_take_seven_statements_at_most(ada: Player, as_ada: Caller) -> None:
    aim(ada, 400)
    as_ada.post(BET, STAKE)
    as_ada.post(OUT, LEAVE)
    assert len(cost(as_ada, BET, STAKE)) <= 6
    assert len(cost(as_ada, OUT, LEAVE)) <= 7


def test_looking_costs_one_read_more_when_nothing_is_due(as_ada: Caller) -> None:
    flying(as_ada, 400)
    for path, most in (("/api/games/stats/me", 3), ("/api/games/history", 4), (ACTIVE, 4)):
        with CaptureQueriesContext(connection) as captured:
            as_ada.get(path)
        assert len(statements(captured)) <= most, path
