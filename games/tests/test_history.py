"""Rounds read again: the history with its filters, single rounds for owner, staff and strangers, the list of games."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Player
from casino.lib import days
from games.apps import open_games
from games.models import Game, GameConfig, GameStats, GameType, Round
from games.play import slots
from tests.cast import Caller, set_gold

HISTORY = "/api/games/history"


@pytest.fixture
def rounds(ada: Player) -> list[Round]:
    """A win, a tie, a loss and an open round of ada's, in this order, one minute apart."""
    now = days.now() - timedelta(hours=1)
    facts = [("slot", 10, 30, True), ("slot", 10, 10, True), ("slot", 10, 4, True), ("crash", 10, 0, False)]
    return [
        Round.objects.create(
            player=ada,
            game=game,
            stake=stake,
            payout=payout,
            balance_after=1000,
            config_version=1,
            server_seed_hash="h" * 64,
            client_seed="c",
            nonce=minute,
            outcome={"lines": 1} if is_settled else {},
            status="settled" if is_settled else "active",
            created_at=now + timedelta(minutes=minute),
            settled_at=now + timedelta(minutes=minute) if is_settled else None,
        )
        for minute, (game, stake, payout, is_settled) in enumerate(facts)
    ]


def numbers(caller: Caller, **query: Any) -> list[int]:
    """The nonces of the rounds listed."""
    answer = caller.get(HISTORY, **query).json()
    assert answer["total"] == len(answer["items"])
    by_id = dict(Round.objects.values_list("id", "nonce"))
    return [by_id[item["id"]] for item in answer["items"]]


def test_a_line_of_history_tells_the_whole_round(ada: Player, as_ada: Caller) -> None:
    answer = slots.spin(player=ada, stake=40, lines=2, key=None).round
    stamp = days.stamp(answer.created_at)
    assert as_ada.get(HISTORY).json() == {
        "total": 1,
        "limit": 50,
        "offset": 0,
        "items": [
            {
                "id": answer.pk,
                "round_id": str(answer.round_id),
                "user_id": ada.pk,
                "game_type": "slot",
                "action_type": "SLOT_SPIN",
                "bet_amount": 40,
                "win_amount": answer.payout,
                "net_change": answer.payout - 40,
                "delta_coin": answer.payout - 40,
                "multiplier": answer.multiplier,
                "result": answer.result.value,
                "status": "settled",
                "created_at": stamp,
                "settled_at": stamp,
                "result_meta": answer.outcome,
            }
        ],
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [3, 2, 1, 0]),
        ({"game_type": "slot"}, [2, 1, 0]),
        ({"game_type": "crash"}, [3]),
        ({"game_type": "rps"}, []),
        ({"action_type": "SLOT_SPIN"}, [2, 1, 0]),
        ({"action_type": "CRASH_BET"}, [3]),
        ({"action_type": "CRASH_BET", "game_type": "slot"}, []),
        ({"result": "win"}, [0]),
        ({"result": "tie"}, [1]),
        ({"result": "loss"}, [2]),
        ({"result": "open"}, [3]),
    ],
)
def test_history_is_filtered(rounds: list[Round], as_ada: Caller, query: dict[str, str], expected: list[int]) -> None:
    assert numbers(as_ada, **query) == expected


def test_history_between_two_moments(rounds: list[Round], as_ada: Caller) -> None:
    second, fourth = (days.stamp(rounds[at].created_at + timedelta(seconds=1)) for at in (0, 2))
    assert numbers(as_ada, since=second, until=fourth) == [2, 1]
    assert numbers(as_ada, since=second.removesuffix("Z"), until=fourth) == [2, 1]


def test_since_is_part_of_the_span_and_until_is_not(ada: Player, as_ada: Caller, rounds: list[Round]) -> None:
    second, third = (rounds[at].created_at.replace(microsecond=0) for at in (1, 2))
    Round.objects.filter(pk=rounds[1].pk).update(created_at=second)
    Round.objects.filter(pk=rounds[2].pk).update(created_at=third)
    assert numbers(as_ada, since=days.stamp(second), until=days.stamp(third)) == [1]


def test_history_comes_in_pages(rounds: list[Round], as_ada: Caller) -> None:
    page = as_ada.get(HISTORY, limit=2, offset=1).json()
    assert (page["total"], page["limit"], page["offset"]) == (4, 2, 1)
    assert [item["id"] for item in page["items"]] == [rounds[2].pk, rounds[1].pk]
    assert as_ada.get(HISTORY, offset=1000).json()["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"limit": "１０"},
        {"limit": "1.0"},
        {"offset": -1},
        {"game_type": "poker"},
        {"result": "won"},
        {"action_type": "SPIN"},
        {"since": "yesterday"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_its_name(as_ada: Caller, query: dict[str, Any]) -> None:
    response = as_ada.get(HISTORY, **query)
    assert response.status_code == 422
    assert [detail["loc"] for detail in response.json()["error"]["details"]] == [["query", next(iter(query))]]


def test_the_history_is_ones_own(rounds: list[Round], as_bob: Caller) -> None:
    assert as_bob.get(HISTORY).json()["items"] == []


def test_a_round_is_whole_to_its_player_and_staff(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    played = slots.spin(player=ada, stake=40, lines=2, key=None).round
    shown = as_ada.get(f"/api/games/rounds/{played.round_id}").json()
    (line,) = as_ada.get(HISTORY).json()["items"]
    ledger = [{"kind": "slot_bet", "amount": -40, "balance_after": 960}]
    if played.payout:
        ledger.append({"kind": "slot_win", "amount": played.payout, "balance_after": 960 + played.payout})
    assert shown == line | {
        "outcome": played.outcome,
        "fair": {
            "server_seed_hash": played.server_seed_hash,
            "client_seed": played.client_seed,
            "nonce": 0,
            "server_seed": None,
        },
        "config_version": 1,
        "ledger": ledger,
    }
    assert as_sam.get(f"/api/games/rounds/{played.round_id}").json() == shown


def test_strangers_see_settled_rounds_without_their_player(
    rounds: list[Round], as_ada: Caller, as_bob: Caller, as_nobody: Caller
) -> None:
    own = as_ada.get(f"/api/games/rounds/{rounds[0].round_id}").json()
    own.pop("ledger")
    for stranger in (as_bob, as_nobody):
        assert stranger.get(f"/api/games/rounds/{rounds[0].round_id}").json() == own | {"user_id": None}


def test_an_open_round_is_its_players_and_staffs_only(
    rounds: list[Round], as_ada: Caller, as_bob: Caller, as_sam: Caller, as_nobody: Caller
) -> None:
    path = f"/api/games/rounds/{rounds[3].round_id}"
    assert [caller.get(path).status_code for caller in (as_ada, as_sam, as_bob, as_nobody)] == [200, 200, 404, 404]
    assert as_bob.get(path).json()["error"]["code"] == "ROUND_NOT_FOUND"


@pytest.mark.parametrize("number", ["1", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_round_is_not_found(as_nobody: Caller, number: str) -> None:
    response = as_nobody.get(f"/api/games/rounds/{number}")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "ROUND_NOT_FOUND")


def test_the_server_seed_in_use_is_never_shown(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    secret = ada.wallet.server_seed
    played = as_ada.post("/api/games/slot/spin", {"bet_amount": 10})
    paths = [f"/api/games/rounds/{played.json()['round_id']}", HISTORY, "/api/games/stats/me", "/api/auth/me"]
    told = [played, *(caller.get(path) for path in paths for caller in (as_ada, as_sam))]
    assert [answer for answer in told if secret in answer.content.decode()] == []


def listed(caller: Caller, game: str) -> dict[str, Any]:
    found = {each["id"]: each for each in caller.get("/api/games").json()}
    assert list(found) == ["slot", "rps", "gacha", "crash"]
    return dict(found[game])


def test_the_list_has_the_four_games_with_their_exact_returns(as_nobody: Caller) -> None:
    slot = listed(as_nobody, "slot")
    assert slot.pop("description")
    assert slot.pop("image_url").endswith(".svg")
    assert slot == {
        "id": "slot",
        "name": "슬롯",
        "type": "slot",
        "is_active": True,
        "min_bet": 10,
        "max_bet": 10_000,
        "rtp": 0.96342,
        "rtp_exact": "48171/50000",
        "daily_limit": None,
        "plays_today": None,
        "can_play": False,
        "reason": None,
    }
    facts = ("name", "min_bet", "max_bet", "rtp")
    assert [[listed(as_nobody, game)[fact] for fact in facts] for game in ("rps", "crash")] == [
        ["가위바위보", 10, 10_000, pytest.approx(0.98333, abs=1e-5)],
        ["크래시", 10, 100_000, 0.97],
    ]
    assert [listed(as_nobody, "gacha")[fact] for fact in facts] == ["가챠", 500, 4500, pytest.approx(0.736, abs=1e-3)]


def test_the_list_says_whether_one_may_play_now(ada: Player, as_ada: Caller, as_nobody: Caller) -> None:
    def mine() -> tuple[bool, bool, str | None]:
        slot = listed(as_ada, "slot")
        return slot["is_active"], slot["can_play"], slot["reason"]

    assert mine() == (True, True, None)
    set_gold(ada, 9)
    assert mine() == (True, False, "골드가 부족합니다")
    Game.objects.filter(pk="slot").update(pause_reason="점검 중입니다")
    assert mine() == (False, False, "점검 중입니다")
    slot = listed(as_nobody, "slot")
    assert (slot["is_active"], slot["can_play"], slot["reason"]) == (False, False, None)


def test_the_list_counts_the_pulls_of_today(ada: Player, as_ada: Caller, as_nobody: Caller) -> None:
    def mine() -> tuple[int, int, bool, str | None]:
        gacha = listed(as_ada, "gacha")
        return gacha["daily_limit"], gacha["plays_today"], gacha["can_play"], gacha["reason"]

    assert mine() == (100, 0, True, None)
    now = days.now()
    album = GameStats.objects.create(
        player=ada, game_id="gacha", pulls_today=100, pulled_on=days.day_of(now), updated_at=now
    )
    assert mine() == (100, 100, False, "오늘 횟수를 모두 썼습니다")
    album.pulled_on = days.day_of(now - timedelta(days=1))
    album.save()
    assert mine() == (100, 0, True, None)
    assert [listed(as_nobody, "gacha")[name] for name in ("daily_limit", "plays_today")] == [None, None]


def test_the_first_tables_are_there_after_migrate_and_stay_what_staff_made_them(db: None) -> None:
    assert set(GameConfig.objects.values_list("game", "version")) == {(game, 1) for game in GameType}
    Game.objects.filter(pk="slot").update(pause_reason="점검 중입니다")
    open_games()
    assert Game.objects.get(pk="slot").pause_reason == "점검 중입니다"
    assert GameConfig.objects.count() == len(GameType)
