"""The inventory: what was bought and what was drawn in one list, newest first, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from accounts.models import Player
from casino.lib import days
from casino.lib.pages import windows
from games.models import GameStats
from games.play import gacha
from shop import inventory
from shop.models import InventoryItem
from tests.cast import Caller, set_gold

INVENTORY = "/api/shop/inventory"
NOON = datetime(2026, 12, 5, 12, tzinfo=UTC)


def bought(player: Player, name: str, at: datetime) -> InventoryItem:
    """Something from the shop, without its purchase."""
    return InventoryItem.objects.create(
        player=player, product_id=name, name=name, type="powerup", rarity="rare", icon="*", quantity=1, acquired_at=at
    )


def test_what_was_drawn_is_listed_beside_what_was_bought(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    set_gold(ada, 10_000)
    older = bought(ada, "older", days.now() - timedelta(days=1))
    played = gacha.pull(player=ada, count=10, banner=None, key=None).round
    newer = bought(ada, "newer", days.now() + timedelta(days=1))
    answer = as_ada.get(INVENTORY).json()
    drawn = [item["item_id"] for item in played.outcome["items"]]
    assert (answer["total"], answer["limit"], answer["offset"]) == (len(set(drawn)) + 2, 50, 0)
    lines = answer["items"]
    assert [lines[0]["id"], lines[-1]["id"]] == [newer.pk, older.pk]
    assert {line["product_id"]: line["quantity"] for line in lines[1:-1]} == {item: drawn.count(item) for item in drawn}
    assert sorted(line["id"] for line in lines[1:-1]) == list(range(-len(set(drawn)), 0))
    item = played.outcome["items"][0]
    (line,) = (each for each in lines if each["product_id"] == item["item_id"])
    assert line == {
        "id": line["id"],
        "product_id": item["item_id"],
        "name": item["name"],
        "type": "item",
        "rarity": item["rarity"].lower(),
        "icon": "🎁",
        "quantity": drawn.count(item["item_id"]),
        "status": "owned",
        "source": "gacha",
        "receipt_code": None,
        "acquired_at": days.stamp(played.created_at),
        "used_at": None,
    }
    assert as_bob.get(INVENTORY).json() == {"items": [], "total": 0, "limit": 50, "offset": 0}


def test_an_item_drawn_again_comes_first_again_under_its_old_number(ada: Player, as_ada: Caller) -> None:
    collection = {
        "lamp": kept("은화 램프", "Common", 3, first=NOON, last=NOON + timedelta(hours=2)),
        "crown": kept("새벽의 왕관", "Legendary", 1, first=NOON + timedelta(hours=1), last=NOON + timedelta(hours=1)),
        "relic": kept("유물", "Antique", 1, first=NOON, last=NOON),
    }
    GameStats.objects.create(player=ada, game_id="gacha", updated_at=NOON, collection=collection)
    as_ada.headers["Accept-Language"] = "en"
    lines = as_ada.get(INVENTORY).json()["items"]
    assert [(line["id"], line["product_id"], line["name"], line["rarity"], line["quantity"]) for line in lines] == [
        (-1, "lamp", "Silver Coin Lamp", "common", 3),
        (-3, "crown", "Crown of Dawn", "legendary", 1),
        (-2, "relic", "유물", "common", 1),  # of a rarity that the shop has no look for
    ]


def kept(name: str, rarity: str, count: int, *, first: datetime, last: datetime) -> dict[str, Any]:
    moments = {"first_at": days.stamp(first), "last_at": days.stamp(last)}
    return {"name": name, "rarity": rarity, "count": count, **moments}


@pytest.mark.parametrize("seed", range(4))
def test_every_page_is_a_piece_of_the_whole_list(ada: Player, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    luck = Random(seed)
    moments = [NOON + timedelta(minutes=luck.randrange(8)) for _ in range(24)]  # many at the same moment
    for number, moment in enumerate(moments[:14]):
        bought(ada, f"bought {number}", moment)
    lines = [
        {"number": number, "item_id": f"drawn {number}", **kept("x", "Epic", 1, first=moment, last=moment)}
        for number, moment in enumerate(moments[14 : 14 + seed * 3], start=1)
    ]
    monkeypatch.setattr(windows, "collection", lambda _player_id: lines)
    whole = inventory.page(ada, limit=200, offset=0)
    times = [line["acquired_at"] for line in whole["items"]]
    assert times == sorted(times, reverse=True)
    assert len({line["id"] for line in whole["items"]}) == whole["total"] == 14 + len(lines)
    for limit in (1, 3, 7):
        for offset in range(whole["total"] + 2):
            page = inventory.page(ada, limit=limit, offset=offset)
            assert page["items"] == whole["items"][offset : offset + limit]
            assert page["total"] == whole["total"]
