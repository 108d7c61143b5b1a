"""Anybody may have a round drawn again: by its number once its seed is revealed, or by any seeds and choices."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Player
from casino.lib.idempotency import IdempotencyKey
from games import seeds
from games.engine.fairness import commitment
from games.models import GameType, RevealedSeed, Round, RoundStatus
from games.play import crash, gacha, slots
from games.tests.conftest import GOLDEN
from games.tests.evening import spend_an_evening
from games.tests.flying import Clock, aim
from games.tests.plays import put_in_force
from tests.cast import Caller, set_gold

pytestmark = pytest.mark.django_db

Json = dict[str, Any]
VERIFY = "/api/fairness/verify"
PUBLISHED = [one for one in GOLDEN["rounds"] if one["table"].endswith("version 1")]
BY_HAND = {"server_seed": "5e" * 32, "client_seed": "ada", "nonce": 0, "game_type": "slot"}


def verify(caller: Caller, body: Any) -> Json:
    response = caller.post(VERIFY, body)
    assert response.status_code == 200, response.content
    return dict(response.json())


def names(answer: Json) -> list[str]:
    return [check["name"] for check in answer["checks"]]


# --- a stored round ------------------------------------------------------------------------------------------


@pytest.fixture
def evening(ada: Player, clock: Clock) -> list[Round]:
    """Rounds of every game; those of the first seed can be proved."""
    set_gold(ada, 1_000_000)
    return spend_an_evening(ada, clock, times=2)


def test_every_round_of_a_revealed_seed_is_valid_to_everybody(evening: list[Round], as_nobody: Caller) -> None:
    (revealed,) = RevealedSeed.objects.all()
    proved = [each for each in evening if each.server_seed_hash == revealed.server_seed_hash]
    assert {each.game for each in proved} == set(GameType.values)
    assert {each.status for each in proved} == set(RoundStatus.values) - {RoundStatus.ACTIVE}
    for each in proved:
        answer = verify(as_nobody, {"round_id": str(each.round_id)})
        assert answer["valid"] is True, answer
        assert answer["server_seed_hash"] == each.server_seed_hash
        assert (answer["bet_amount"], answer["win_amount"]) == (each.stake, each.payout)
        assert all(check["ok"] for check in answer["checks"])
        assert {"server_seed_hash", "nonce", "config", "stake", "outcome", "payout", "ledger"} <= set(names(answer))
        assert "balance" not in names(answer)


def test_a_round_whose_seed_is_in_use_is_not_proved_even_to_its_player(
    evening: list[Round], ada: Player, as_nobody: Caller
) -> None:
    last = evening[-1]
    for caller in (Caller(ada), as_nobody):
        response = caller.post(VERIFY, {"round_id": str(last.round_id)})
        assert (response.status_code, response.json()["error"]["code"]) == (409, "CONFLICT")
    seeds.rotate(player_id=ada.pk)
    assert verify(as_nobody, {"round_id": str(last.round_id)})["valid"] is True


def test_an_open_round_is_hidden_from_others_and_secret_to_its_player(
    ada: Player, clock: Clock, as_nobody: Caller
) -> None:
    aim(ada, 500)
    opened = crash.bet(player=ada, stake=10, target=None, key=None).round
    body = {"round_id": str(opened.round_id)}
    assert [caller.post(VERIFY, body).status_code for caller in (Caller(ada), as_nobody)] == [409, 404]


@pytest.mark.parametrize("number", ["5e5e5e5e-0000-4000-8000-000000000000", "nonsense", "5", "x" * 5000])
def test_a_round_that_is_none_is_not_found(as_nobody: Caller, number: str) -> None:
    response = as_nobody.post(VERIFY, {"round_id": number})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "ROUND_NOT_FOUND")


def test_a_round_that_was_told_otherwise_is_not_valid_and_says_why(ada: Player, as_nobody: Caller) -> None:
    played = slots.spin(player=ada, stake=10, lines=1, key=None).round
    seeds.rotate(player_id=ada.pk)
    Round.objects.filter(pk=played.pk).update(payout=played.payout + 5)
    answer = verify(as_nobody, {"round_id": str(played.round_id)})
    assert answer["valid"] is False
    assert answer["outcome"] == played.outcome
    wrong = [check for check in answer["checks"] if not check["ok"]]
    assert wrong == [{"name": "payout", "ok": False, "expected": played.payout, "actual": played.payout + 5}]


def test_a_seed_that_is_not_the_committed_one_proves_nothing(ada: Player, as_nobody: Caller) -> None:
    played = slots.spin(player=ada, stake=10, lines=1, key=None).round
    seeds.rotate(player_id=ada.pk)
    RevealedSeed.objects.update(server_seed="0" * 64)
    answer = verify(as_nobody, {"round_id": str(played.round_id)})
    assert (answer["valid"], answer["outcome"]) == (False, None)
    assert answer["checks"][0] == {
        "name": "server_seed_hash",
        "ok": False,
        "expected": commitment("0" * 64),
        "actual": played.server_seed_hash,
    }


def test_a_proof_is_six_reads_and_no_write(ada: Player, as_nobody: Caller, django_assert_num_queries: Any) -> None:
    played = slots.spin(player=ada, stake=10, lines=1, key=None).round
    seeds.rotate(player_id=ada.pk)
    verify(as_nobody, {"round_id": str(played.round_id)})
    with django_assert_num_queries(6) as asked:
        verify(as_nobody, {"round_id": str(played.round_id)})
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)
    assert not IdempotencyKey.objects.exists()


# --- any seeds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda one: one["name"])
def test_seeds_draw_the_published_rounds(as_nobody: Caller, published: Json) -> None:
    stake = {} if published["game"] == "gacha" else {"bet_amount": published["stake"]}
    answer = verify(
        as_nobody,
        {name: published[name] for name in ("server_seed", "client_seed", "nonce")}
        | {"game_type": published["game"], "params": published["params"] | stake},
    )
    assert answer == {
        "valid": True,
        "server_seed_hash": published["server_seed_hash"],
        "outcome": published["outcome"],
        "bet_amount": published["stake"],
        "win_amount": published["payout"],
        "checks": [],
    }


@pytest.mark.parametrize("game", GameType.values)
def test_seeds_alone_are_enough_for_every_game(as_nobody: Caller, game: str) -> None:
    answer = verify(as_nobody, BY_HAND | {"game_type": game})
    assert answer["valid"] is True
    assert answer["outcome"]
    if game == "rps":
        assert list(answer["outcome"]) == ["computer_choice"]
    assert answer == verify(as_nobody, BY_HAND | {"game_type": game, "params": {}})


def test_the_houses_hand_is_the_same_whatever_is_chosen(as_nobody: Caller) -> None:
    body = BY_HAND | {"game_type": "rps"}
    alone = verify(as_nobody, body)["outcome"]["computer_choice"]
    for choice in ("rock", "paper", "scissors"):
        assert verify(as_nobody, body | {"params": {"choice": choice}})["outcome"]["computer_choice"] == alone


def test_past_tables_are_asked_for_by_their_version(as_nobody: Caller) -> None:
    body = {"server_seed": "5e" * 32, "client_seed": "ada", "nonce": 3, "game_type": "rps"}
    answers = {}
    put_in_force("rps", win=150)
    for choice in ("rock", "paper", "scissors"):
        for version in (1, 2, None):
            told = verify(as_nobody, body | {"params": {"choice": choice, "config_version": version}})
            answers[choice, version] = told["outcome"]
    (won,) = (choice for choice in ("rock", "paper", "scissors") if answers[choice, 1]["result"] == "win")
    assert [answers[won, version]["multiplier"] for version in (1, 2, None)] == [1.95, 1.5, 1.5]
    response = as_nobody.post(VERIFY, body | {"params": {"config_version": 3}})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("name", ["server_seed", "client_seed", "nonce", "game_type"])
@pytest.mark.parametrize("way", ["left out", "null"])
def test_all_of_the_seeds_are_needed(as_nobody: Caller, name: str, way: str) -> None:
    body = {**BY_HAND, name: None}
    if way == "left out":
        del body[name]
    response = as_nobody.post(VERIFY, body)
    assert response.status_code == 422
    assert [detail["loc"] for detail in response.json()["error"]["details"]] == [["body", name]]


HOSTILE = {
    "round_id": [5, True, [], {}, "a\x00b"],
    "server_seed": ["", "5e" * 31, "5e" * 33, "g" * 64, "５" * 64, 5, [], "5e" * 31 + "5\n"],
    "client_seed": ["", "a:b", "x" * 65, "밤", 7, {}, "a\x00"],
    "nonce": [-1, 1.5, "5", True, 2**53, 1e3, []],
    "game_type": ["", "poker", "SLOT", 5, [], {}],
    "params": [5, "lines", [], [1], True],
    "params.lines": [0, 6, -1, 1.5, "1", None, True, 2**63],
    "params.choice": ["", "Rock", "lizard", 1, [], {}],
    "params.pull_count": [0, 2, 11, -10, "10", 10.0, None, 10**15],
    "params.pity_before": [-1, 1001, "5", None, 2.5],
    "params.auto_cashout_multiplier": [1, 1.0, 0, -2, 1.005, "2", True, 1e308, []],
    "params.bet_amount": [0, -1, 1.5, "10", True, 9, 10_001, 2**53],
    "params.config_version": [0, -1, "1", 1.5, True],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in HOSTILE.items() for value in values], ids=repr
)
def test_what_is_no_seed_and_no_choice_is_refused_by_its_name(as_nobody: Caller, name: str, value: Any) -> None:
    place = name.split(".")
    body = {**BY_HAND, "game_type": "slot"}
    body |= {"params": {place[1]: value}} if len(place) == 2 else {name: value}
    response = as_nobody.post(VERIFY, body)
    assert response.status_code == 422, response.content
    told = [detail["loc"] for detail in response.json()["error"]["details"] or []]
    assert told in ([["body", *place]], [["body", place[-1]]], [["body"]])


def test_a_nonce_and_a_version_may_be_large_without_an_answer_of_500(as_nobody: Caller) -> None:
    assert verify(as_nobody, BY_HAND | {"nonce": 2**53 - 1})["valid"] is True
    response = as_nobody.post(VERIFY, BY_HAND | {"params": {"config_version": 2**53 - 1}})
    assert response.status_code == 404


def test_a_target_no_table_takes_is_refused(as_nobody: Caller) -> None:
    for target in (1.01, 100):
        verify(as_nobody, BY_HAND | {"game_type": "crash", "params": {"auto_cashout_multiplier": target}})
    body = BY_HAND | {"game_type": "crash", "params": {"auto_cashout_multiplier": 100.01}}
    assert as_nobody.post(VERIFY, body).status_code == 422


def test_items_are_named_in_the_readers_language(ada: Player, as_nobody: Caller) -> None:
    pulled = gacha.pull(player=ada, count=1, banner=None, key=None).round
    seeds.rotate(player_id=ada.pk)
    (kept,) = (item["name"] for item in pulled.outcome["items"])
    body = {"round_id": str(pulled.round_id)}
    korean, english = (as_nobody.post(VERIFY, body, **{"Accept-Language": tongue}).json() for tongue in ("ko", "en"))
    outcomes = [check for check in english["checks"] if check["name"] == "outcome"]
    assert korean["outcome"]["items"][0]["name"] == kept
    assert english["outcome"]["items"][0]["name"].isascii()
    assert outcomes[0]["expected"] == outcomes[0]["actual"] == english["outcome"]
