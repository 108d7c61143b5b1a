"""What a player has drawn from the gacha: counted on the gacha's row of statistics, shown in the inventory."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from casino.lib import days
from games.models import GameStats, GameType

Json = dict[str, Any]


def remember(stats: GameStats, outcome: Json, *, at: datetime) -> Json:
    """Adds a round of pulls to the gacha's row; the outcome, with what the player did not have before marked new.

    The day never goes back: of two pulls around midnight the one that began earlier may get the wallet later.
    """
    day, count = days.day_of(at), outcome["pull_count"]
    if stats.pulled_on is None or stats.pulled_on < day:
        stats.pulled_on, stats.pulls_today = day, 0
    stats.pulls_today += count
    stats.pulls += count
    stats.rare_wins += outcome["rare_item_count"]
    stats.ultra_rare_wins += outcome["ultra_rare_item_count"]
    stats.pity = outcome["pity"]["after"]
    return outcome | {"items": [_kept(stats.collection, item, days.stamp(at)) for item in outcome["items"]]}


def _kept(collection: Json, item: Json, moment: str) -> Json:
    """Puts one item into the collection, under the name and rarity it was last drawn with."""
    before = collection.get(item["item_id"])
    collection[item["item_id"]] = {
        "name": item["name"],
        "rarity": item["rarity"],
        "count": before["count"] + 1 if before else 1,
        "first_at": before["first_at"] if before else moment,
        "last_at": moment,
    }
    return item | {"is_new": before is None}


def rarity_counts(collection: Json) -> Json:
    """How many items of each rarity were drawn."""
    counts: Counter[str] = Counter()
    for kept in collection.values():
        counts[kept["rarity"]] += kept["count"]
    return dict(counts)


def lines(player_id: int) -> list[Json]:
    """The player's collection, one line an item with its number: in the order in which they were first drawn."""
    row = GameStats.objects.filter(player_id=player_id, game_id=GameType.GACHA).only("collection").first()
    collection = row.collection if row else {}
    drawn = sorted(collection.items(), key=lambda item: (item[1]["first_at"], item[0]))
    return [{"number": number, "item_id": item_id, **kept} for number, (item_id, kept) in enumerate(drawn, start=1)]
