"""Opens the windows of `casino.lib.pages`: what lower floors show of games and shop."""

from __future__ import annotations

from typing import Any

from casino.lib.pages import windows
from casino.sources import open_sources
from games import history, lobby, stats
from shop import receipts
from shop.models import Purchase

Json = dict[str, Any]


def open_windows() -> None:
    """Called once, by the composition root."""
    windows.games = lambda: lobby.games(None)
    windows.statistics = stats.stats_of
    windows.rounds = _rounds
    windows.pending_purchases = lambda player_id: Purchase.objects.of(player_id).pending().count()
    windows.belongings = _belongings
    open_sources()


def _belongings(player_id: int) -> Json:
    return {
        "rounds": [history.item(played) for played in history.rounds_of(player_id).order_by("id")],
        "purchases": receipts.all_of(player_id),
    }


def _rounds(player_id: int, limit: int) -> tuple[int, list[Json]]:
    found = history.rounds_of(player_id)
    return found.count(), [history.item(played) for played in found[:limit]]
