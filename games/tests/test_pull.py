"""A round of pulls over HTTP: the whole answer, what it leaves behind, and that a refusal leaves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY

from accounts.models import Action, Entry, Player, Wallet
from casino.lib import days
from games.models import Game, GameStats, Round
from games.play import gacha
from games.tables.gacha import FIRST
from games.tests.conftest import golden_rounds
from games.tests.plays import album_of, banner, parsed_already, put_in_force, seed, statements, written
from realtime.models import StreamEvent
from tests.cast import Caller, gold_of, set_gold

PULL = "/api/games/gacha/pull"
PATHS = (PULL, "/api/gacha/pull")
BY_NAME = golden_rounds("gacha")


def ready(player: Player, name: str) -> dict[str, Any]:
    """A player with enough gold before a published round, pity counter included."""
    vector = BY_NAME[name]
    seed(player, vector)
    set_gold(player, 20_000)
    GameStats.objects.filter(player=player).delete()
    album_of(player, pity=vector["params"]["pity_before"])
    return vector


def marked(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The published items as a player who owns nothing sees them: new when they are drawn for the first time."""
    seen = [item["item_id"] for item in items]
    return [item | {"is_new": item["item_id"] not in seen[:place]} for place, item in enumerate(items)]


@pytest.mark.parametrize("name", BY_NAME)
def test_a_pull_answers_its_whole_round(ada: Player, as_ada: Caller, name: str) -> None:
    vector = ready(ada, name)
    response = as_ada.post(PULL, {"pull_count": vector["params"]["pull_count"]})
    price, payout, outcome = vector["stake"], vector["payout"], vector["outcome"]
    items = marked(outcome["items"])
    named = f"{items[0]['name']}" if len(items) == 1 else f"아이템 {len(items)}개"
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "round_id": str(Round.objects.get().round_id),
        "game_type": "gacha",
        "bet_amount": price,
        "win_amount": payout,
        "net_change": payout - price,
        "balance": 20_000 - price + payout,
        "message": f"{named} 획득, {payout:,} 골드 지급",
        "fair": {field: vector[field] for field in ("server_seed_hash", "client_seed", "nonce")},
        "config_version": 1,
        "idempotent_reuse": False,
        "banner": "standard",
        "pull_count": vector["params"]["pull_count"],
        "items": items,
        "rare_item_count": outcome["rare_item_count"],
        "ultra_rare_item_count": outcome["ultra_rare_item_count"],
        "pity": outcome["pity"],
        "animation_type": outcome["animation_type"],
        "currency_balance": {"tokens": 20_000 - price + payout},
    }
    assert outcome["pity"]["before"] == vector["params"]["pity_before"]
    assert payout == sum(item["gold_value"] for item in items)
    assert gold_of(ada) == 20_000 - price + payout


def test_items_speak_the_readers_language_wherever_the_round_is_told(ada: Player, as_ada: Caller) -> None:
    ready(ada, "one legendary")
    answer = as_ada.post(PULL, {"idempotency_key": "k"}, Accept_Language="en").json()
    assert answer["items"][0]["name"] == "Crown of Dawn"
    assert answer["message"] == "You drew Crown of Dawn, 20,000 gold paid"
    as_ada.headers["Accept-Language"] = "en"
    told = as_ada.get(f"/api/games/rounds/{answer['round_id']}").json()
    assert told["outcome"]["items"] == told["result_meta"]["items"] == answer["items"]
    assert as_ada.get("/api/games/history").json()["items"][0]["result_meta"]["items"] == answer["items"]
    assert as_ada.get("/api/games/gacha/stats").json()["recent_history"][0]["name"] == "Crown of Dawn"
    as_ada.headers["Accept-Language"] = "ko"
    assert as_ada.get(f"/api/games/rounds/{answer['round_id']}").json()["outcome"]["items"][0]["name"] == "새벽의 왕관"
    again = as_ada.post(PULL, {"idempotency_key": "k"}).json()
    assert again["message"] == "새벽의 왕관 획득, 20,000 골드 지급"


def test_a_ten_pull_leaves_round_entries_statistics_action_and_news(ada: Player, as_ada: Caller) -> None:
    vector = ready(ada, "ten, a legendary among them")
    before = days.now()
    answer = as_ada.post(PULL, {"pull_count": 10}).json()
    payout, balance, round_id = vector["payout"], answer["balance"], answer["round_id"]

    played = Round.objects.get()
    assert (played.game, played.status, played.stake, played.payout) == ("gacha", "settled", 4_500, payout)
    assert played.outcome == vector["outcome"] | {"items": answer["items"], "banner": "standard"}
    assert (played.nonce, Wallet.objects.get(pk=ada.pk).nonce) == (vector["nonce"], vector["nonce"] + 1)

    entries = Entry.objects.filter(reference=round_id).order_by("seq")
    assert [(e.code, e.signed_amount, e.debit, e.credit, e.balance_after) for e in entries] == [
        ("gacha_pull", -4_500, "player", "house:gacha", 15_500),
        ("gacha_win", payout, "house:gacha", "player", balance),
    ]

    row = GameStats.objects.get(player=ada)
    outcome = vector["outcome"]
    assert (row.rounds, row.wagered, row.won, row.max_win) == (1, 4_500, payout, payout)
    assert (row.pulls, row.pulls_today) == (10, 10)
    assert (row.rare_wins, row.ultra_rare_wins) == (outcome["rare_item_count"], outcome["ultra_rare_item_count"])
    assert row.pity == outcome["pity"]["after"]
    assert row.pulled_on in (days.day_of(before), days.day_of(days.now()))
    drawn = [item["item_id"] for item in answer["items"]]
    assert {item: kept["count"] for item, kept in row.collection.items()} == {item: drawn.count(item) for item in drawn}
    moment = days.stamp(played.created_at)
    first = answer["items"][0]
    assert row.collection[first["item_id"]] == {
        "name": first["name"],
        "rarity": first["rarity"],
        "count": drawn.count(first["item_id"]),
        "first_at": moment,
        "last_at": moment,
    }

    action = Action.objects.get(player=ada)
    assert (action.action_type, action.context) == (
        "GACHA_PULL",
        {"round_id": round_id, "bet_amount": 4_500, "win_amount": payout},
    )

    news = list(StreamEvent.objects.filter(player=ada).order_by("seq"))[-4:]
    assert [event.type for event in news] == ["game_event", "streak_update", "profile_update", "stats_update"]
    common = {"subtype": "gacha_pull", "game_type": "gacha", "round_id": round_id, "status": "settled", "bet": 4_500}
    money = {"win": payout, "net_change": payout - 4_500, "balance_after": balance}
    assert news[0].data == common | money | played.outcome
    assert (news[1].data["action_type"], news[1].data["count"]) == ("GACHA_PULL", 1)
    assert news[2].data["reason"] == "gacha_win"
    assert news[3].data["stats"] == as_ada.get("/api/games/stats/me").json()["stats"]
    shown = news[3].data["stats"]["game_breakdown"]["gacha"]
    assert (shown["rounds"], shown["pulls"], shown["rare_wins"], shown["ultra_rare_wins"]) == (
        1,
        10,
        row.rare_wins,
        row.ultra_rare_wins,
    )


def test_an_item_is_new_once(ada: Player, as_ada: Caller) -> None:
    ready(ada, "one common")
    first = as_ada.post(PULL, {}).json()["items"][0]
    seed(ada, BY_NAME["one common"])
    Round.objects.all().delete()  # the same dice again: only a test can do that
    kept = GameStats.objects.get(player=ada).collection[first["item_id"]]
    again = as_ada.post(PULL, {}).json()["items"][0]
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert again["item_id"] == first["item_id"]
    now_kept = GameStats.objects.get(player=ada).collection[first["item_id"]]
    assert now_kept["count"] == 2
    assert now_kept["first_at"] == kept["first_at"] == kept["last_at"] <= now_kept["last_at"]


def test_pity_goes_on_from_pull_to_pull_and_over_banners(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 100_000)
    put_in_force("gacha", banners=[*FIRST["banners"], banner("masks")])
    counter = 0
    for turn in range(8):
        body = {"pull_count": 10 if turn % 3 == 0 else 1, "banner": ("standard", "masks")[turn % 2]}
        answer = as_ada.post(PULL, body).json()
        assert (answer["pity"]["before"], answer["banner"]) == (counter, body["banner"])
        counter = answer["pity"]["after"]
        assert answer["pity"]["pulls_until_pity"] == 90 - counter
    assert GameStats.objects.get(player=ada).pity == counter


def test_the_pull_that_completes_the_row_gives_epic_or_better(ada: Player, as_ada: Caller) -> None:
    put_in_force("gacha", pity={"threshold": 3, "guarantees": "Epic"}, cost_single=5_000, cost_ten=50_000)
    set_gold(ada, 1_000_000)
    worst = 0
    for _ in range(60):
        answer = as_ada.post(PULL, {}).json()
        worst = max(worst, answer["pity"]["after"])
        item = answer["items"][0]
        assert item["pity"] == (answer["pity"]["before"] == 2)
        assert item["rarity"] in ("Epic", "Legendary") or not item["pity"]
    assert worst == 2


@pytest.mark.parametrize(("count", "price"), [(1, 500), (10, 4_500)])
def test_not_enough_gold_moves_nothing_and_frees_the_key(ada: Player, as_ada: Caller, count: int, price: int) -> None:
    set_gold(ada, price - 1)
    before = written(ada)
    body = {"pull_count": count, "idempotency_key": "once"}
    response = as_ada.post(PULL, body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "INSUFFICIENT_GOLD")
    assert written(ada) == before
    set_gold(ada, price)
    assert as_ada.post(PULL, body).status_code == 200


def test_a_paused_gacha_says_why_and_takes_nothing(ada: Player, as_ada: Caller) -> None:
    Game.objects.filter(pk="gacha").update(pause_reason="점검 중입니다")
    before = written(ada)
    response = as_ada.post(PULL, {})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "GAME_PAUSED")
    assert response.json()["detail"] == "점검 중입니다"
    assert written(ada) == before


def test_a_known_key_tells_the_first_answer_again_on_either_path(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 10_000)
    body = {"pull_count": 10, "idempotency_key": "pull-1"}
    first = as_ada.post(PULL, body)
    after_first = written(ada)
    for path in PATHS:
        again = as_ada.post(path, body)
        assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
        assert again.json() == first.json() | {"idempotent_reuse": True}
        refused = as_ada.post(path, body | {"pull_count": 1})
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada) == after_first


def test_a_replay_is_answered_even_when_the_days_pulls_are_used_up(ada: Player, as_ada: Caller) -> None:
    body = {"idempotency_key": "k"}
    first = as_ada.post(PULL, body).json()
    GameStats.objects.filter(player=ada).update(pulls_today=100)
    assert as_ada.post(PULL, {}).status_code == 429
    assert as_ada.post(PULL, body).json() == first | {"idempotent_reuse": True}


@pytest.mark.parametrize("name", ["one common", "ten, nothing forced"])
def test_a_pull_takes_eleven_statements_and_a_replay_four(ada: Player, as_ada: Caller, name: str) -> None:
    parsed_already("gacha")
    vector = ready(ada, name)
    GameStats.objects.all().delete()
    # the first writes the row, the next changes it; the first of the day writes its streak besides
    for key, expected in (("first", 12), ("first", 4), ("next", 11)):
        if key == "next":
            Wallet.objects.filter(pk=ada.pk).update(client_seed="other")
        body = {"pull_count": vector["params"]["pull_count"], "idempotency_key": key}
        with CaptureQueriesContext(connection) as captured:
            assert as_ada.post(PULL, body).status_code == 200
        told = statements(captured)
        assert len(told) == expected, "\n".join(told)


def test_the_price_is_the_tables(ada: Player, as_ada: Caller) -> None:
    put_in_force("gacha", cost_single=700, cost_ten=6_000)
    set_gold(ada, 10_000)
    assert [as_ada.post(PULL, {"pull_count": count}).json()["bet_amount"] for count in (1, 10)] == [700, 6_000]


def test_operators_see_pulls(ada: Player) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("cc_game_wagered_gold_total", {"game": "gacha"}) or 0.0

    before = counted()
    gacha.pull(player=ada, count=1, banner=None, key=None)
    assert counted() - before == 500
