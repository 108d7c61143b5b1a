"""Opens the windows of `casino.lib.pages`: what lower floors show of games and shop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from accounts.models import Player
from casino.lib.pages import windows
from casino.sources import open_sources
from games import collection, history, seeds, stats
from games.play import due
from games.screens import lobby, records, rows, tiles
from shop import receipts
from shop.models import Purchase

Json = dict[str, Any]


def open_windows() -> None:
    """Called once, by the composition root."""
    windows.tiles = _tiles
    windows.lobby = _lobby
    windows.settle_due = lambda player_id, now: due.settle_due(player_id, now=now)
    windows.statistics = stats.stats_of
    windows.records = records.records
    windows.rounds = _rounds
    windows.pending_purchases = lambda player_id: Purchase.objects.of(player_id).pending().count()
    windows.collection = collection.lines
    windows.belongings = _belongings
    open_sources()


def _belongings(player_id: int) -> Json:
    return {
        "rounds": [history.item(played) for played in history.rounds_of(player_id).order_by("id")],
        "revealed_seeds": seeds.revealed_of(player_id),
        "purchases": receipts.all_of(player_id),
    }


def _tiles(visitor: AbstractBaseUser | None) -> tuple[tiles.Tile, ...]:
    return tiles.tiles(visitor if isinstance(visitor, Player) else None)


def _lobby(member: AbstractBaseUser, balance: int, win_streak: int, limit: int, now: datetime) -> Json:
    if not isinstance(member, Player):
        raise TypeError("a lobby is a player's")
    return lobby.lobby_screen(member, balance=balance, win_streak=win_streak, limit=limit, now=now)


def _rounds(player_id: int, limit: int) -> tuple[int, list[rows.RoundRow]]:
    found = history.rounds_of(player_id)
    return found.count(), [rows.row_of(history.item(played)) for played in found[:limit]]
