"""A bet on crash over HTTP: the whole answer, what it leaves behind, and what is refused."""

from __future__ import annotations

import pytest

from accounts.models import Action, Entry, Player, Wallet
from casino.lib import days
from casino.lib.days import stamp
from games.models import Game, GameStats, Round
from games.tests.flying import (
    ACTIVE,
    BET,
    MICROSECOND,
    OUT,
    START,
    Clock,
    aim,
    codes_of,
    due_at,
    flying,
    ms,
    news_of,
    placed,
    refusal,
)
from games.tests.plays import written
from tests.cast import Caller

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(("target", "potential"), [(None, None), (2.0, 200), (1.01, 101), (33.33, 3333)])
def test_a_bet_answers_its_open_round(ada: Player, as_ada: Caller, target: float | None, potential: int | None) -> None:
    answer = flying(as_ada, 500, target=target)
    wallet = Wallet.objects.get(pk=ada.pk)
    opened = Round.objects.get()
    assert answer == {
        "success": True,
        "round_id": str(opened.round_id),
        "game_id": str(opened.round_id),
        "game_type": "crash",
        "bet_amount": 100,
        "win_amount": 0,
        "net_change": -100,
        "balance": 900,
        "message": "100 골드 베팅 완료",
        "fair": {"server_seed_hash": opened.server_seed_hash, "client_seed": "club", "nonce": 0},
        "config_version": 1,
        "idempotent_reuse": False,
        "auto_cashout_multiplier": target,
        "status": "active",
        "started_at": stamp(START),
        "server_time": stamp(START),
        "elapsed_ms": 0,
        "growth_rate": 0.00006,
        "current_multiplier": 1.0,
        "potential_win": potential,
        "cashout_multiplier": None,
        "crash_point": None,
        "settled_at": None,
    }
    assert (wallet.balance, wallet.nonce) == (900, 1)


def test_a_bet_leaves_round_entry_and_news_and_counts_nowhere_yet(ada: Player, as_ada: Caller) -> None:
    heard = len(news_of(ada))
    answer = flying(as_ada, 500, target=2.0)
    opened = Round.objects.get()
    assert (opened.game, opened.status, opened.stake, opened.payout) == ("crash", "active", 100, 0)
    assert (opened.created_at, opened.settled_at, opened.balance_after) == (START, None, 900)
    assert opened.outcome == {"auto_cashout_multiplier": 2.0}
    assert codes_of(answer["round_id"]) == [("crash_bet", -100)]
    entry = Entry.objects.get(reference=answer["round_id"])
    assert (entry.debit, entry.credit, entry.balance_after) == ("player", "house:crash", 900)
    game_event, streak_update, profile_update = news_of(ada)[heard:]
    assert game_event.data == {
        "subtype": "crash_bet",
        "game_type": "crash",
        "round_id": answer["round_id"],
        "status": "active",
        "bet": 100,
        "win": 0,
        "net_change": -100,
        "balance_after": 900,
        "auto_cashout_multiplier": 2.0,
    }
    assert (streak_update.type, streak_update.data) == (
        "streak_update",
        {
            "action_type": "CRASH_BET",
            "count": 1,
            "ttl_seconds": days.seconds_up(days.midnight(START.date(), after_days=2) - START),
            "ticked_today": True,
            "last_tick_date": "2026-12-05",
            "protection": {"enabled": False, "tokens": 0},
            "claimed_today": False,
        },
    )
    assert (profile_update.type, profile_update.data["reason"]) == ("profile_update", "crash_bet")
    assert profile_update.data["changes"] == {"gold_balance": 900, "cyber_token_balance": 900}
    assert not GameStats.objects.exists()
    assert not Action.objects.filter(player=ada).exists()
    assert as_ada.get("/api/games/stats/me").json()["stats"]["total_games_played"] == 0


def test_a_crash_at_the_start_is_over_in_the_bet_itself(ada: Player, as_ada: Caller) -> None:
    heard = len(news_of(ada))
    answer = flying(as_ada, 100, target=5.0)
    assert (answer["status"], answer["crash_point"], answer["cashout_multiplier"]) == ("crashed", 1.0, None)
    assert (answer["win_amount"], answer["net_change"], answer["balance"]) == (0, -100, 900)
    assert (answer["current_multiplier"], answer["potential_win"], answer["elapsed_ms"]) == (None, None, 0)
    assert answer["settled_at"] == answer["started_at"] == stamp(START)
    assert answer["message"] == "출발하자마자 크래시"
    assert due_at(ada) is None
    assert codes_of(answer["round_id"]) == [("crash_bet", -100)]
    told = [(event.type, event.data.get("subtype"), event.data.get("status")) for event in news_of(ada)[heard:]]
    assert told == [
        ("game_event", "crash_bet", "active"),
        ("game_event", "crash_result", "crashed"),
        ("streak_update", None, None),
        ("profile_update", None, None),
        ("stats_update", None, None),
    ]
    assert list(Action.objects.filter(player=ada).values_list("action_type", flat=True)) == ["CRASH_BET"]
    row = GameStats.objects.get(player=ada)
    assert (row.game_id, row.rounds, row.losses, row.wagered, row.max_multiplier) == ("crash", 1, 1, 100, 0)
    assert placed(as_ada)["balance"] == 800


@pytest.mark.parametrize("stake", [-1, 0, 9, 100_001, 2**53 - 1])
def test_a_stake_outside_the_limits_is_refused_and_moves_nothing(ada: Player, as_ada: Caller, stake: int) -> None:
    before = written(ada)
    response = as_ada.post(BET, {"bet_amount": stake, "idempotency_key": "k"})
    assert refusal(response) == (422, "BET_OUT_OF_RANGE", "베팅 금액은 10~100000 사이여야 합니다")
    assert response.json()["error"]["details"] == [{"loc": ["body", "bet_amount"], "min": 10, "max": 100_000}]
    assert written(ada) == before


@pytest.mark.parametrize("target", ["1.01", "1.1", "2", "1e1", "2.50", "99.99", "100", "100.0", "1.15", "8.2"])
def test_a_target_of_two_decimals_is_taken_exactly(ada: Player, as_ada: Caller, target: str) -> None:
    aim(ada, 500)
    answer = as_ada.post(BET, f'{{"bet_amount": 1000, "auto_cashout_multiplier": {target}}}').json()
    assert answer["auto_cashout_multiplier"] == float(target)
    assert answer["potential_win"] == round(1000 * float(target))


def test_no_target_may_be_said_as_null(ada: Player, as_ada: Caller) -> None:
    answer = as_ada.post(BET, '{"bet_amount": 10, "auto_cashout_multiplier": null}').json()
    assert answer["auto_cashout_multiplier"] is None


OUT_OF_RANGE = ["1", "1.0", "0", "-2", "1.00", "100.01", "1e9", "1e15"]
NO_TARGETS = ['"2"', "true", "false", "[]", "[2]", "{}", "1.001", "2.005", "1.0100001", "1" + "0" * 30, '""']


@pytest.mark.parametrize("target", OUT_OF_RANGE)
def test_a_target_outside_the_limits_is_refused_and_moves_nothing(ada: Player, as_ada: Caller, target: str) -> None:
    before = written(ada)
    response = as_ada.post(BET, f'{{"bet_amount": 10, "idempotency_key": "k", "auto_cashout_multiplier": {target}}}')
    assert response.status_code == 422
    assert [(detail["loc"], detail["msg"]) for detail in response.json()["error"]["details"]] == [
        (["body", "auto_cashout_multiplier"], "자동 캐시아웃 배수는 1.01~100.0 사이여야 합니다")
    ]
    assert written(ada) == before


@pytest.mark.parametrize("target", NO_TARGETS)
def test_a_target_that_is_no_number_of_two_decimals_is_refused(ada: Player, as_ada: Caller, target: str) -> None:
    before = written(ada)
    response = as_ada.post(BET, f'{{"bet_amount": 10, "idempotency_key": "k", "auto_cashout_multiplier": {target}}}')
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "VALIDATION_ERROR")
    assert [detail["loc"] for detail in error["details"]] == [["body", "auto_cashout_multiplier"]]
    assert written(ada) == before


def test_a_target_without_end_is_no_json(ada: Player, as_ada: Caller) -> None:
    before = written(ada)
    response = as_ada.post(BET, '{"bet_amount": 10, "auto_cashout_multiplier": 1e999}')
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert [detail["loc"] for detail in response.json()["error"]["details"]] == [["body"]]
    assert written(ada) == before


def test_not_enough_gold_moves_nothing(ada: Player, as_ada: Caller) -> None:
    before = written(ada)
    response = as_ada.post(BET, {"bet_amount": 1001, "idempotency_key": "k"})
    assert refusal(response) == (400, "INSUFFICIENT_GOLD", "골드가 부족합니다")
    assert written(ada) == before


def test_a_second_bet_waits_for_the_end_of_the_first(ada: Player, as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 200)
    before = written(ada)
    clock.shift(ms(200) - MICROSECOND)
    response = as_ada.post(BET, {"bet_amount": 10, "idempotency_key": "k"})
    assert refusal(response) == (409, "ROUND_OPEN", "진행 중인 라운드가 있습니다")
    assert written(ada) == before
    clock.shift(MICROSECOND)
    assert as_ada.post(BET, {"bet_amount": 10, "idempotency_key": "k"}).json()["balance"] == 890
    assert Round.objects.earliest("id").status == "crashed"


def test_a_paused_game_takes_no_bets_but_lets_open_rounds_end(ada: Player, as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 300)
    Game.objects.filter(pk="crash").update(pause_reason="점검 중입니다")
    clock.shift(ms(150))
    assert as_ada.post(OUT).json()["win_amount"] == 150
    before = written(ada)
    assert refusal(as_ada.post(BET, {"bet_amount": 10})) == (403, "GAME_PAUSED", "점검 중입니다")
    assert written(ada) == before
    Game.objects.update(pause_reason="")
    flying(as_ada, 300, target=2.0)
    Game.objects.filter(pk="crash").update(pause_reason="점검 중입니다")
    clock.shift(ms(200))
    assert as_ada.get(ACTIVE).json()["last_round"]["win_amount"] == 200
