"""The gacha as a player finds it: prices, chances and banners, and what is left of the day's pulls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Player
from casino.lib import days
from games import collection, errors, floor, tables
from games.engine import gacha as engine
from games.engine.gacha import Banner, Pool
from games.engine.units import MILLION
from games.models import Game, GameStats, GameType, Round

Json = dict[str, Any]
_RECENT: Final = 5


def config() -> Json:
    """The table in force as players read it."""
    row = Game.objects.select_related("config").get(pk=GameType.GACHA)
    return _config(floor.rules(row.config.fingerprint, Pool), row.config.version)


def example() -> Json:
    """The same of a new club."""
    return _config(tables.parse_gacha(tables.FIRST_VERSIONS[GameType.GACHA]), 1)


def _config(pool: Pool, version: int) -> Json:
    return {
        "cost_single": pool.cost_single,
        "cost_ten": pool.cost_ten,
        "banners": [_banner(banner) for banner in pool.banners],
        "rarity_table": [[rarity.name, rarity.weight / MILLION] for rarity in pool.rarities],
        "items": [_item(pool, item) for item in pool.items],
        "pity": {"threshold": pool.pity_threshold, "guarantees": pool.pity_guarantees},
        "ten_pull_guarantee": pool.ten_guarantee,
        "daily_limits": dict(pool.daily_limits),
        "contains_random_items": True,
        "config_version": version,
    }


def _banner(banner: Banner) -> Json:
    return {
        "id": banner.banner_id,
        "name": _(banner.name),
        "starts_at": days.stamp_or_none(banner.starts_at),
        "ends_at": days.stamp_or_none(banner.ends_at),
        "is_default": banner.is_default,
    }


def _item(pool: Pool, item: engine.Item) -> Json:
    return {
        "item_id": item.item_id,
        "name": _(item.name),
        "rarity": item.rarity,
        "probability": float(pool.chance_of(item)),
        "gold_value": item.gold_value,
    }


def stats_of(player: Player, *, now: datetime) -> Json:
    """Pity, the day's pulls, what was drawn so far and last."""
    seat = floor.seats_of(player.pk)[GameType.GACHA]
    pool, row = floor.rules(seat.fingerprint, Pool), seat.stats
    limit, pulled = pool.daily_limit(player.rank), pulled_today(row, now)
    return {
        "current_pity_count": row.pity,
        "pulls_until_pity": engine.pulls_until_pity(pool, row.pity),
        "total_pulls": row.pulls,
        "pulls_today": pulled,
        "daily_limit": limit,
        "remaining_today": max(0, limit - pulled),
        "rarity_counts": dict.fromkeys((rarity.name for rarity in pool.rarities), 0)
        | collection.rarity_counts(row.collection),
        "recent_history": _recent(row),
    }


def _recent(row: GameStats) -> list[Json]:
    """The items drawn last, newest first; of a ten-pull the tenth is the newest."""
    if not row.pulls:
        return []
    rounds = Round.objects.of(row.player_id).filter(game=GameType.GACHA)[:_RECENT]
    items = [
        {
            "item_id": item["item_id"],
            "name": _(item["name"]),
            "rarity": item["rarity"],
            "created_at": days.stamp(played.created_at),
        }
        for played in rounds
        for item in reversed(played.outcome["items"])
    ]
    return items[:_RECENT]


def pulled_today(row: GameStats, now: datetime) -> int:
    """How many pulls of the day of `now` the row has counted."""
    return row.pulls_today if row.pulled_on is not None and row.pulled_on >= days.day_of(now) else 0


def want_room(pool: Pool, row: GameStats, *, rank: str, count: int, now: datetime) -> None:
    """Refuses pulls that would go over the day's limit; part of them is never made."""
    limit = pool.daily_limit(rank)
    if pulled_today(row, now) + count > limit:
        midnight = days.start_of("day", now) + timedelta(days=1)
        raise errors.daily_gacha_limit(limit, retry_after=days.seconds_up(midnight - now))


def open_banner(pool: Pool, banner_id: str | None, *, now: datetime) -> Banner:
    """The banner called so (the default one for None), or a refusal when there is none or it is not its time."""
    if banner_id is None:
        return pool.default_banner
    found = next((banner for banner in pool.banners if banner.banner_id == banner_id), None)
    if found is None:
        raise errors.banner_not_found()
    if not found.is_open(now):
        raise errors.window_closed()
    return found
