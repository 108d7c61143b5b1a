"""What the gacha tells before and between pulls: its table to everybody, the own counters to a player."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Player, Rank
from casino.lib import days
from games.models import Round
from games.play import gacha, slots
from games.tables.gacha import FIRST
from games.tests.plays import album_of, banner, put_in_force
from tests.cast import Caller, enrol, set_gold

CONFIG, STATS = "/api/games/gacha/config", "/api/games/gacha/stats"
SHARES = {"Common": 0.8, "Rare": 0.16, "Epic": 0.035, "Legendary": 0.005}
IN_RARITY = {"Common": 6, "Rare": 5, "Epic": 3, "Legendary": 1}


def test_everybody_reads_the_whole_table(as_nobody: Caller) -> None:
    response = as_nobody.get(CONFIG)
    assert response.status_code == 200
    answer = response.json()
    chances = [item.pop("probability") for item in answer["items"]]
    assert answer == {
        "cost_single": 500,
        "cost_ten": 4_500,
        "banners": [
            {"id": "standard", "name": "자정의 무도회", "starts_at": None, "ends_at": None, "is_default": True}
        ],
        "rarity_table": [list(pair) for pair in SHARES.items()],
        "items": FIRST["items"],
        "pity": {"threshold": 90, "guarantees": "Epic"},
        "ten_pull_guarantee": "Rare",
        "daily_limits": {"STANDARD": 100, "PREMIUM": 100, "VIP": 100},
        "contains_random_items": True,
        "config_version": 1,
    }
    assert chances == [
        pytest.approx(SHARES[item["rarity"]] / IN_RARITY[item["rarity"]], abs=1e-15) for item in FIRST["items"]
    ]
    assert sum(chances) == pytest.approx(1)


def test_names_are_told_in_the_readers_language(as_nobody: Caller) -> None:
    as_nobody.headers["Accept-Language"] = "en"
    answer = as_nobody.get(CONFIG).json()
    assert answer["banners"][0]["name"] == "Midnight Ball"
    names = {item["item_id"]: item["name"] for item in answer["items"]}
    assert (names["lamp"], names["crown"]) == ("Silver Coin Lamp", "Crown of Dawn")
    assert not set(names.values()) & {item["name"] for item in FIRST["items"]}


def test_banners_tell_their_windows_in_utc_and_a_new_table_counts_at_once(as_nobody: Caller) -> None:
    masks = banner("masks", starts_at="2026-12-06T09:00:00+09:00", ends_at="2026-12-20T00:00:00Z")
    put_in_force("gacha", banners=[*FIRST["banners"], masks], cost_single=600, daily_limits={
        "STANDARD": 50, "PREMIUM": 80, "VIP": 120,
    })  # fmt: skip
    answer = as_nobody.get(CONFIG).json()
    assert answer["banners"][1] == {
        "id": "masks",
        "name": "가면",
        "starts_at": "2026-12-06T00:00:00.000Z",
        "ends_at": "2026-12-20T00:00:00.000Z",
        "is_default": False,
    }
    assert (answer["cost_single"], answer["config_version"]) == (600, 2)
    assert answer["daily_limits"] == {"STANDARD": 50, "PREMIUM": 80, "VIP": 120}


def told(player: Player) -> dict[str, Any]:
    response = Caller(player).get(STATS)
    assert response.status_code == 200
    return dict(response.json())


def test_who_never_pulled_has_zeros_and_the_whole_day(ada: Player) -> None:
    assert told(ada) == {
        "current_pity_count": 0,
        "pulls_until_pity": 90,
        "total_pulls": 0,
        "pulls_today": 0,
        "daily_limit": 100,
        "remaining_today": 100,
        "rarity_counts": {"Common": 0, "Rare": 0, "Epic": 0, "Legendary": 0},
        "recent_history": [],
    }


def test_pulls_are_told_by_number_rarity_and_the_last_five(ada: Player) -> None:
    set_gold(ada, 100_000)
    for count in (10, 1, 1):
        gacha.pull(player=ada, count=count, banner=None, key=None)
        slots.spin(player=ada, stake=10, lines=1, key=None)  # other games are none of its business
    ten, one, last = Round.objects.filter(game="gacha").order_by("id")
    items = [(each, item) for each in (ten, one, last) for item in each.outcome["items"]]
    rarities = [item["rarity"] for _, item in items]
    pity = last.outcome["pity"]
    assert told(ada) == {
        "current_pity_count": pity["after"],
        "pulls_until_pity": pity["pulls_until_pity"],
        "total_pulls": 12,
        "pulls_today": 12,
        "daily_limit": 100,
        "remaining_today": 88,
        "rarity_counts": {rarity: rarities.count(rarity) for rarity in SHARES},
        "recent_history": [
            {
                **{field: item[field] for field in ("item_id", "name", "rarity")},
                "created_at": days.stamp(each.created_at),
            }
            for each, item in reversed(items[-5:])
        ],
    }


@pytest.mark.parametrize(("rank", "limit"), [(Rank.STANDARD, 50), (Rank.PREMIUM, 80), (Rank.VIP, 120)])
def test_the_days_limit_is_the_ranks(db: None, rank: Rank, limit: int) -> None:
    put_in_force("gacha", daily_limits={"STANDARD": 50, "PREMIUM": 80, "VIP": 120})
    player = enrol("ranked", rank=rank)
    album_of(player, pulls_today=60, pulled_on=days.day_of(days.now()), pulls=60)
    answer = told(player)
    assert (answer["daily_limit"], answer["pulls_today"]) == (limit, 60)
    assert answer["remaining_today"] == max(0, limit - 60)


def test_yesterdays_pulls_are_not_todays(ada: Player) -> None:
    yesterday: date = days.day_of(days.now()) - timedelta(days=1)
    album_of(ada, pulls_today=100, pulled_on=yesterday, pulls=100, pity=40)
    answer = told(ada)
    assert (answer["pulls_today"], answer["remaining_today"], answer["total_pulls"]) == (0, 100, 100)
    assert (answer["current_pity_count"], answer["pulls_until_pity"]) == (40, 50)


def test_items_of_an_earlier_table_are_counted_under_their_rarity(ada: Player) -> None:
    kept = {"name": "유물", "rarity": "Antique", "count": 2, "first_at": "x", "last_at": "x"}
    album_of(ada, collection={"relic": kept})
    assert told(ada)["rarity_counts"] == dict.fromkeys(SHARES, 0) | {"Antique": 2}


def test_nobody_has_no_pulls(as_nobody: Caller) -> None:
    response = as_nobody.get(STATS)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")
