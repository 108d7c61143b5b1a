"""A spin over HTTP: the whole answer, what it leaves behind, and that a refusal leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from accounts.models import Action, Entry, Player, Progress, Wallet
from accounts.progress.defaults import seed_progress
from casino.lib import days
from casino.lib.idempotency import IdempotencyKey
from games import floor, tables
from games.models import Game, GameConfig, GameStats, Round
from games.tests.conftest import golden_rounds
from realtime.models import StreamEvent
from tests.cast import Caller, gold_of, set_gold

SPIN = "/api/games/slot/spin"
BY_NAME = golden_rounds("slot")


def seed(player: Player, name: str) -> dict[str, Any]:
    """Puts the player's wallet before a round whose outcome is published."""
    vector = BY_NAME[name]
    seeds = {field: vector[field] for field in ("server_seed", "client_seed", "nonce")}
    Wallet.objects.filter(pk=player.pk).update(**seeds)
    return vector


def written(player: Player) -> dict[str, Any]:
    """Everything a spin can write, counted, with the wallet as it stands."""
    rows = (Round, GameStats, Action, StreamEvent, IdempotencyKey)
    counts = {model.__name__: model.objects.filter(player_id=player.pk).count() for model in rows}
    wallet = Wallet.objects.values().get(pk=player.pk)
    return counts | {"entries": Entry.objects.filter(wallet_id=player.pk).count(), "wallet": wallet}


def statements(captured: CaptureQueriesContext) -> list[str]:
    edges = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(edges)]


@pytest.mark.parametrize("name", BY_NAME)
def test_a_spin_answers_its_whole_round(ada: Player, as_ada: Caller, name: str) -> None:
    set_gold(ada, 20_000)
    vector = seed(ada, name)
    response = as_ada.post(SPIN, {"bet_amount": vector["stake"], "lines": vector["params"]["lines"]})
    answer = response.json()
    stake, payout = vector["stake"], vector["payout"]
    assert response.status_code == 200
    assert answer.pop("message")
    assert answer == {
        "success": True,
        "round_id": str(Round.objects.get().round_id),
        "game_type": "slot",
        "bet_amount": stake,
        "win_amount": payout,
        "net_change": payout - stake,
        "balance": 20_000 - stake + payout,
        "fair": {field: vector[field] for field in ("server_seed_hash", "client_seed", "nonce")},
        "config_version": 1,
        "idempotent_reuse": False,
        **vector["outcome"],
        "multiplier": round(payout / stake, 2),
    }
    assert gold_of(ada) == answer["balance"]


def test_a_spin_leaves_round_entries_statistics_action_and_news(ada: Player, as_ada: Caller) -> None:
    vector = seed(ada, "diagonal diamonds")
    answer = as_ada.post(SPIN, {"bet_amount": vector["stake"], "lines": vector["params"]["lines"]}).json()
    payout, balance, round_id = vector["payout"], answer["balance"], answer["round_id"]
    assert balance == 990 + payout

    played = Round.objects.get()
    assert (played.player, played.game, played.status, played.config_version) == (ada, "slot", "settled", 1)
    assert (played.stake, played.payout, played.balance_after) == (10, payout, balance)
    assert played.created_at == played.settled_at

    entries = Entry.objects.filter(reference=round_id).order_by("seq")
    assert [(e.code, e.signed_amount, e.debit, e.credit, e.balance_after) for e in entries] == [
        ("slot_bet", -10, "player", "house:slots", 990),
        ("slot_win", payout, "house:slots", "player", balance),
    ]

    row = GameStats.objects.get(player=ada)
    assert (row.game_id, row.rounds, row.wins, row.wagered, row.won) == ("slot", 1, 1, 10, payout)
    wallet = Wallet.objects.get(pk=ada.pk)
    assert (wallet.nonce, wallet.win_streak) == (vector["nonce"] + 1, 1)

    action = Action.objects.get(player=ada)
    assert (action.action_type, action.source) == ("SLOT_SPIN", "server")
    assert action.context == {"round_id": round_id, "bet_amount": 10, "win_amount": payout}

    news = list(StreamEvent.objects.filter(player=ada).order_by("seq"))[-4:]
    assert [event.type for event in news] == ["game_event", "streak_update", "profile_update", "stats_update"]
    assert news[0].data == {
        "subtype": "slot_spin",
        "game_type": "slot",
        "round_id": round_id,
        "status": "settled",
        "bet": 10,
        "win": payout,
        "net_change": payout - 10,
        "balance_after": balance,
        **vector["outcome"],
    }
    assert (news[1].data["action_type"], news[1].data["count"]) == ("SLOT_SPIN", 1)
    assert news[2].data["changes"] == {"gold_balance": balance, "cyber_token_balance": balance}
    assert news[3].data["stats"] == as_ada.get("/api/games/stats/me").json()["stats"]


def test_a_lost_spin_writes_no_winning_entry(ada: Player, as_ada: Caller) -> None:
    seed(ada, "no line pays")
    answer = as_ada.post(SPIN, {"bet_amount": 100, "lines": 5}).json()
    assert (answer["win_amount"], answer["balance"], answer["win_lines"]) == (0, 900, [])
    assert [entry.code for entry in Entry.objects.filter(reference=answer["round_id"])] == ["slot_bet"]


def test_lines_default_to_one(ada: Player, as_ada: Caller) -> None:
    assert as_ada.post(SPIN, {"bet_amount": 10}).json()["lines"] == 1


def test_every_round_uses_the_next_nonce(ada: Player, as_ada: Caller) -> None:
    nonces = [as_ada.post(SPIN, {"bet_amount": 10}).json()["fair"]["nonce"] for _ in range(4)]
    assert nonces == [0, 1, 2, 3]


def test_a_nonce_cannot_be_used_twice(ada: Player, as_ada: Caller) -> None:
    as_ada.post(SPIN, {"bet_amount": 10})
    first = Round.objects.get()
    first.pk, first.round_id = None, "00000000-0000-4000-8000-000000000000"
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


@pytest.mark.parametrize("stake", ["-1", "0", "9", "10001", "9007199254740991"])
def test_a_stake_outside_the_limits_is_refused_and_moves_nothing(ada: Player, as_ada: Caller, stake: str) -> None:
    before = written(ada)
    response = as_ada.post(SPIN, f'{{"bet_amount": {stake}, "idempotency_key": "k"}}')
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "BET_OUT_OF_RANGE"
    assert response.json()["error"]["details"] == [{"loc": ["body", "bet_amount"], "min": 10, "max": 10_000}]
    assert written(ada) == before


NO_STAKES = ["1.5", "10.0", '"5"', "1e3", "true", "null", "9223372036854775808", '"１００"', "[10]", "{}", '"1_000"']


@pytest.mark.parametrize("stake", NO_STAKES)
def test_a_stake_that_is_no_integer_is_refused_by_its_name(ada: Player, as_ada: Caller, stake: str) -> None:
    before = written(ada)
    response = as_ada.post(SPIN, f'{{"bet_amount": {stake}, "idempotency_key": "k"}}')
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "VALIDATION_ERROR")
    assert [detail["loc"] for detail in error["details"]] == [["body", "bet_amount"]]
    assert written(ada) == before


@pytest.mark.parametrize("lines", ["0", "6", "-1", "1.0", '"1"', "true", "null", "[1]"])
def test_lines_that_do_not_exist_are_refused_by_their_name(ada: Player, as_ada: Caller, lines: str) -> None:
    before = written(ada)
    response = as_ada.post(SPIN, f'{{"bet_amount": 10, "lines": {lines}}}')
    assert response.status_code == 422
    assert [detail["loc"] for detail in response.json()["error"]["details"]] == [["body", "lines"]]
    assert written(ada) == before


@pytest.mark.parametrize("body", ["{}", "", "[]", "nonsense", '{"bet_amount": NaN}', '{"bet_amount": Infinity}'])
def test_a_body_without_a_stake_is_refused(ada: Player, as_ada: Caller, body: str) -> None:
    before = written(ada)
    response = as_ada.post(SPIN, body)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert written(ada) == before


@given(stake=st.one_of(st.integers(), st.floats(), st.text(), st.booleans(), st.none(), st.lists(st.integers())))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_whatever_is_staked_gold_is_never_made_or_lost(ada: Player, as_ada: Caller, stake: Any) -> None:
    set_gold(ada, 10_000)
    response = as_ada.post(SPIN, json.dumps({"bet_amount": stake}))
    is_stake = type(stake) is int and 10 <= stake <= 10_000
    assert response.status_code == (200 if is_stake else 422)
    assert gold_of(ada) == (response.json()["balance"] if is_stake else 10_000)


def test_not_enough_gold_moves_nothing_and_frees_the_key(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 99)
    before = written(ada)
    response = as_ada.post(SPIN, {"bet_amount": 100, "idempotency_key": "once"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "INSUFFICIENT_GOLD")
    assert response.json()["detail"] == "골드가 부족합니다"
    assert written(ada) == before
    set_gold(ada, 100)
    assert as_ada.post(SPIN, {"bet_amount": 100, "idempotency_key": "once"}).status_code == 200


def test_the_whole_balance_can_be_staked(ada: Player, as_ada: Caller) -> None:
    seed(ada, "no line pays")
    set_gold(ada, 100)
    assert as_ada.post(SPIN, {"bet_amount": 100, "lines": 5}).json()["balance"] == 0


def test_nobody_spins(as_nobody: Caller) -> None:
    response = as_nobody.post(SPIN, {"bet_amount": 10})
    assert (response.status_code, response.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")


def test_unknown_fields_change_nothing(ada: Player, as_ada: Caller) -> None:
    seed(ada, "no line pays")
    wish = {"gold_balance": 10**9, "win_amount": 10**9, "nonce": 7, "player": 1, "payout": 5}
    assert as_ada.post(SPIN, {"bet_amount": 100, "lines": 5, **wish}).json()["balance"] == 900


def test_a_known_key_tells_the_first_answer_again(ada: Player, as_ada: Caller) -> None:
    body = {"bet_amount": 50, "lines": 3, "idempotency_key": "spin-1"}
    first = as_ada.post(SPIN, body)
    after_first = written(ada)
    again = as_ada.post(SPIN, body)
    assert "Idempotency-Replayed" not in first
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == first.json() | {"idempotent_reuse": True}
    assert written(ada) == after_first


@pytest.mark.parametrize("header", ["X_Idempotency_Key", "Idempotency_Key"])
def test_a_key_may_come_in_a_header(ada: Player, as_ada: Caller, header: str) -> None:
    first = as_ada.post(SPIN, {"bet_amount": 50}, **{header: "k"}).json()
    again = as_ada.post(SPIN, {"bet_amount": 50, "idempotency_key": "k"}).json()
    assert again == first | {"idempotent_reuse": True}


def test_a_known_key_with_another_body_is_refused(ada: Player, as_ada: Caller) -> None:
    as_ada.post(SPIN, {"bet_amount": 50, "idempotency_key": "k"})
    before = written(ada)
    response = as_ada.post(SPIN, {"bet_amount": 51, "idempotency_key": "k"})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada) == before


def test_another_players_key_is_a_spin_of_ones_own(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    body = {"bet_amount": 50, "idempotency_key": "k"}
    first, other = as_ada.post(SPIN, body).json(), as_bob.post(SPIN, body).json()
    assert other["idempotent_reuse"] is False
    assert other["round_id"] != first["round_id"]
    assert Round.objects.count() == 2


def test_a_replay_is_answered_even_when_the_gold_is_gone(ada: Player, as_ada: Caller) -> None:
    seed(ada, "no line pays")
    set_gold(ada, 100)
    body = {"bet_amount": 100, "lines": 5, "idempotency_key": "k"}
    as_ada.post(SPIN, body)
    assert as_ada.post(SPIN, body).json()["balance"] == 0


@pytest.mark.parametrize("key", ["", "é", "a\nb", "k" * 129, 5, True, [], {}])
def test_a_key_that_is_no_key_is_refused(ada: Player, as_ada: Caller, key: Any) -> None:
    before = written(ada)
    response = as_ada.post(SPIN, {"bet_amount": 50, "idempotency_key": key})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert written(ada) == before


def test_a_paused_game_says_why_and_takes_nothing(ada: Player, as_ada: Caller) -> None:
    Game.objects.update(pause_reason="점검 중입니다")
    before = written(ada)
    response = as_ada.post(SPIN, {"bet_amount": 10})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "GAME_PAUSED")
    assert response.json()["detail"] == "점검 중입니다"
    assert written(ada) == before


def test_a_new_table_counts_from_the_very_next_round(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 100_000)
    assert as_ada.post(SPIN, {"bet_amount": 10_000}).json()["config_version"] == 1
    table = tables.FIRST_VERSIONS["slot"] | {"stake_max": 5_000}
    config = GameConfig.objects.create(
        game="slot",
        version=2,
        table=table,
        fingerprint=tables.fingerprint(table),
        valid_from=Round.objects.get().created_at,
    )
    Game.objects.filter(pk="slot").update(config=config)
    assert as_ada.post(SPIN, {"bet_amount": 10_000}).json()["error"]["code"] == "BET_OUT_OF_RANGE"
    assert as_ada.post(SPIN, {"bet_amount": 5_000}).json()["config_version"] == 2


def costs(player: Player, caller: Caller, names: Sequence[str]) -> list[int]:
    """How many statements spins of these published rounds take, one after the other."""
    floor.parsed(tables.fingerprint(tables.FIRST_VERSIONS["slot"]))  # parsed once in the life of a process
    counts = []
    for name in names:
        seed(player, name)
        with CaptureQueriesContext(connection) as captured:
            caller.post(SPIN, {"bet_amount": 10, "lines": 4, "idempotency_key": name})
        counts.append(len(statements(captured)))
    return counts


def test_a_spin_takes_eleven_statements_and_the_days_first_writes_its_streak(ada: Player, as_ada: Caller) -> None:
    # the first writes the row of statistics, the next changes it
    assert costs(ada, as_ada, ["no line pays", "diagonal diamonds"]) == [12, 11]


def test_all_that_a_spin_moves_is_one_write_and_all_that_it_reaches_another(ada: Player, as_ada: Caller) -> None:
    list(seed_progress(days.now()))
    # the first reaches the mission of the first game, the fifth that of five spins
    names = ["no line pays", "one pair, amount cut", "several lines", "diagonal diamonds", "first round of a seed"]
    assert costs(ada, as_ada, names) == [14, 12, 12, 12, 13]
    missions = Progress.objects.order_by("goal__title").values_list("goal__title", "tally", "completed_at")
    assert [(title, sum(tally.values()), done is not None) for title, tally, done in missions] == [
        ("슬롯 마스터", 5, True), ("승리의 기쁨", 2, False), ("주간 챌린지", 5, False), ("첫 게임 플레이", 1, True),
    ]  # fmt: skip


def test_a_replay_takes_four_statements(ada: Player, as_ada: Caller) -> None:
    body = {"bet_amount": 10, "idempotency_key": "k"}
    as_ada.post(SPIN, body)
    with CaptureQueriesContext(connection) as captured:
        as_ada.post(SPIN, body)
    assert len(statements(captured)) == 4


def test_operators_see_rounds_stakes_and_payouts_but_no_replays(ada: Player, as_ada: Caller) -> None:
    def counted() -> dict[str, float]:
        names = ("cc_game_rounds_total", "cc_game_wagered_gold_total", "cc_game_won_gold_total")
        labels = ({"game": "slot", "result": "win"}, {"game": "slot"}, {"game": "slot"})
        return {name: REGISTRY.get_sample_value(name, label) or 0.0 for name, label in zip(names, labels, strict=True)}

    payout = seed(ada, "diagonal diamonds")["payout"]
    before = counted()
    for _ in range(2):
        as_ada.post(SPIN, {"bet_amount": 10, "lines": 4, "idempotency_key": "k"})
    after = counted()
    assert [after[name] - before[name] for name in before] == [1, 10, payout]


def test_get_is_not_a_way_to_spin(as_ada: Caller) -> None:
    response = as_ada.get(SPIN)
    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
