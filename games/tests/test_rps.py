"""A duel over HTTP: the whole answer, what it leaves behind, and that a refusal leaves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY

from accounts.models import Action, Entry, Player, Wallet
from games.models import Game, GameStats, Round
from games.tests.conftest import golden_rounds
from games.tests.plays import parsed_already, put_in_force, seed, statements, written
from realtime.models import StreamEvent
from tests.cast import Caller, gold_of, set_gold

PLAY = "/api/games/rps/play"
BY_NAME = golden_rounds("rps")
MESSAGES = {
    "win": {"ko": "{paid} 골드 획득!", "en": "Won {paid} gold!"},
    "draw": {"ko": "무승부, {paid} 골드 돌려받음", "en": "Tie, {paid} gold returned"},
    "lose": {"ko": "패배", "en": "Lost"},
}


def body(vector: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"choice": vector["params"]["choice"], "bet_amount": vector["stake"], **more}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", BY_NAME)
def test_a_duel_answers_its_whole_round(ada: Player, as_ada: Caller, name: str, language: str) -> None:
    set_gold(ada, 20_000)
    vector = BY_NAME[name]
    seed(ada, vector)
    response = as_ada.post(PLAY, body(vector), Accept_Language=language)
    stake, payout, outcome = vector["stake"], vector["payout"], vector["outcome"]
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "round_id": str(Round.objects.get().round_id),
        "game_type": "rps",
        "bet_amount": stake,
        "win_amount": payout,
        "net_change": payout - stake,
        "balance": 20_000 - stake + payout,
        "message": MESSAGES[outcome["result"]][language].format(paid=f"{payout:,}"),
        "fair": {field: vector[field] for field in ("server_seed_hash", "client_seed", "nonce")},
        "config_version": 1,
        "idempotent_reuse": False,
        "player_choice": vector["params"]["choice"],
        "computer_choice": outcome["computer_choice"],
        "result": outcome["result"],
        "multiplier": {"win": 1.95, "draw": 1.0, "lose": 0.0}[outcome["result"]],
    }
    assert gold_of(ada) == 20_000 - stake + payout


@pytest.mark.parametrize(
    ("name", "counted", "codes"),
    [
        ("rock wins, amount cut", {"wins": 1}, ["rps_bet", "rps_win"]),
        ("scissors draw", {"ties": 1}, ["rps_bet", "rps_draw"]),
        ("paper loses", {"losses": 1}, ["rps_bet"]),
    ],
)
def test_a_duel_leaves_round_entries_statistics_action_and_news(
    ada: Player, as_ada: Caller, name: str, counted: dict[str, int], codes: list[str]
) -> None:
    set_gold(ada, 20_000)
    vector = BY_NAME[name]
    seed(ada, vector)
    Wallet.objects.filter(pk=ada.pk).update(win_streak=3)
    answer = as_ada.post(PLAY, body(vector)).json()
    stake, payout, balance, round_id = vector["stake"], vector["payout"], answer["balance"], answer["round_id"]

    played = Round.objects.get()
    assert (played.game, played.status, played.stake, played.payout) == ("rps", "settled", stake, payout)
    assert (played.outcome, played.settled_at) == (vector["outcome"], played.created_at)

    entries = Entry.objects.filter(reference=round_id).order_by("seq")
    moved = [(-stake, "player", "house:rps", 20_000 - stake), (payout, "house:rps", "player", balance)]
    assert [entry.code for entry in entries] == codes
    assert [(e.signed_amount, e.debit, e.credit, e.balance_after) for e in entries] == moved[: len(codes)]

    row = GameStats.objects.get(player=ada)
    assert (row.game_id, row.rounds, row.wagered, row.won) == ("rps", 1, stake, payout)
    assert {"wins": row.wins, "ties": row.ties, "losses": row.losses} == {"wins": 0, "ties": 0, "losses": 0} | counted
    wallet = Wallet.objects.get(pk=ada.pk)
    assert wallet.nonce == vector["nonce"] + 1
    assert wallet.win_streak == {"wins": 4, "ties": 3, "losses": 0}[next(iter(counted))]

    action = Action.objects.get(player=ada)
    assert (action.action_type, action.context) == (
        "RPS_PLAY",
        {"round_id": round_id, "bet_amount": stake, "win_amount": payout},
    )

    news = list(StreamEvent.objects.filter(player=ada).order_by("seq"))[-4:]
    assert [event.type for event in news] == ["game_event", "streak_update", "profile_update", "stats_update"]
    assert news[0].data == {
        "subtype": "rps_play",
        "game_type": "rps",
        "round_id": round_id,
        "status": "settled",
        "bet": stake,
        "win": payout,
        "net_change": payout - stake,
        "balance_after": balance,
        **{field: answer[field] for field in ("player_choice", "computer_choice", "result", "multiplier")},
    }
    assert (news[1].data["action_type"], news[1].data["count"]) == ("RPS_PLAY", 1)
    assert news[2].data["reason"] == codes[-1]
    assert news[3].data["stats"] == as_ada.get("/api/games/stats/me").json()["stats"]
    assert news[3].data["stats"]["game_breakdown"]["rps"]["plays"] == 1


@pytest.mark.parametrize(("stake", "paid"), [(10, 19), (11, 21), (99, 193), (100, 195), (9_999, 19_498)])
def test_a_win_is_cut_to_whole_gold(ada: Player, as_ada: Caller, stake: int, paid: int) -> None:
    set_gold(ada, 10_000)
    vector = BY_NAME["rock wins, amount cut"]
    seed(ada, vector)
    assert as_ada.post(PLAY, body(vector) | {"bet_amount": stake}).json()["win_amount"] == paid


def test_the_table_in_force_pays(ada: Player, as_ada: Caller) -> None:
    put_in_force("rps", win=150, draw=50)
    won, drew = BY_NAME["rock wins, amount cut"], BY_NAME["scissors draw"]
    seed(ada, won)
    answer = as_ada.post(PLAY, body(won) | {"bet_amount": 10}).json()
    assert (answer["win_amount"], answer["multiplier"], answer["config_version"]) == (15, 1.5, 2)
    seed(ada, drew)
    answer = as_ada.post(PLAY, body(drew) | {"bet_amount": 11}).json()
    assert (answer["win_amount"], answer["multiplier"], answer["message"]) == (5, 0.5, "무승부, 5 골드 돌려받음")


@pytest.mark.parametrize("stake", ["-1", "0", "9", "10001", "9007199254740991"])
def test_a_stake_outside_the_limits_is_refused_and_moves_nothing(ada: Player, as_ada: Caller, stake: str) -> None:
    before = written(ada)
    response = as_ada.post(PLAY, f'{{"choice": "rock", "bet_amount": {stake}, "idempotency_key": "k"}}')
    assert (response.status_code, response.json()["error"]["code"]) == (422, "BET_OUT_OF_RANGE")
    assert response.json()["error"]["details"] == [{"loc": ["body", "bet_amount"], "min": 10, "max": 10_000}]
    assert written(ada) == before


NO_HANDS = ['"lizard"', '"Rock"', '" rock"', '""', "0", "1", "true", "null", "[]", '["rock"]', "{}", '"바위"']


@pytest.mark.parametrize("choice", NO_HANDS)
def test_a_hand_that_is_none_is_refused_by_its_name(ada: Player, as_ada: Caller, choice: str) -> None:
    before = written(ada)
    response = as_ada.post(PLAY, f'{{"choice": {choice}, "bet_amount": 10}}')
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "VALIDATION_ERROR")
    assert [detail["loc"] for detail in error["details"]] == [["body", "choice"]]
    assert written(ada) == before


def test_a_body_without_hand_and_stake_names_both(ada: Player, as_ada: Caller) -> None:
    error = as_ada.post(PLAY, {}).json()["error"]
    assert [detail["loc"] for detail in error["details"]] == [["body", "choice"], ["body", "bet_amount"]]


def test_not_enough_gold_moves_nothing_and_frees_the_key(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 99)
    before = written(ada)
    wanted = {"choice": "rock", "bet_amount": 100, "idempotency_key": "once"}
    response = as_ada.post(PLAY, wanted)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "INSUFFICIENT_GOLD")
    assert written(ada) == before
    set_gold(ada, 100)
    assert as_ada.post(PLAY, wanted).status_code == 200


def test_a_paused_game_says_why_and_the_others_go_on(ada: Player, as_ada: Caller) -> None:
    Game.objects.filter(pk="rps").update(pause_reason="점검 중입니다")
    before = written(ada)
    response = as_ada.post(PLAY, {"choice": "rock", "bet_amount": 10})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "GAME_PAUSED")
    assert response.json()["detail"] == "점검 중입니다"
    assert written(ada) == before
    assert as_ada.post("/api/games/slot/spin", {"bet_amount": 10}).status_code == 200


def test_a_known_key_tells_the_first_answer_again(ada: Player, as_ada: Caller) -> None:
    wanted = {"choice": "paper", "bet_amount": 50, "idempotency_key": "duel-1"}
    first = as_ada.post(PLAY, wanted)
    after_first = written(ada)
    again = as_ada.post(PLAY, wanted)
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == first.json() | {"idempotent_reuse": True}
    refused = as_ada.post(PLAY, wanted | {"choice": "rock"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada) == after_first


def test_games_share_nonces_but_no_keys(ada: Player, as_ada: Caller) -> None:
    duel = as_ada.post(PLAY, {"choice": "rock", "bet_amount": 10, "idempotency_key": "k"}).json()
    spin = as_ada.post("/api/games/slot/spin", {"bet_amount": 10, "idempotency_key": "k"}).json()
    assert (duel["fair"]["nonce"], spin["fair"]["nonce"], spin["idempotent_reuse"]) == (0, 1, False)


def test_a_duel_takes_eleven_statements_and_a_replay_four(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 20_000)
    parsed_already("rps")
    # the first writes the statistics, the next changes them; the first of the day writes its streak besides
    for name, cost in (("rock wins, amount cut", 12), ("scissors draw", 11)):
        seed(ada, BY_NAME[name])
        wanted = body(BY_NAME[name], idempotency_key=name)
        for expected in (cost, 4):
            with CaptureQueriesContext(connection) as captured:
                assert as_ada.post(PLAY, wanted).status_code == 200
            told = statements(captured)
            assert len(told) == expected, "\n".join(told)


def test_operators_see_duels(ada: Player, as_ada: Caller) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("cc_game_rounds_total", {"game": "rps", "result": "tie"}) or 0.0

    set_gold(ada, 20_000)
    seed(ada, BY_NAME["scissors draw"])
    before = counted()
    for _ in range(2):
        as_ada.post(PLAY, body(BY_NAME["scissors draw"], idempotency_key="k"))
    assert counted() - before == 1
