"""What a member's lobby shows of the games, in three statements: tiles, statistics and the newest rounds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Player
from games import floor, history, lobby
from games.models import Round
from games.screens import rows, tiles
from games.totals import shape

Json = dict[str, Any]


def lobby_screen(player: Player, *, balance: int, win_streak: int, limit: int, now: datetime) -> Json:
    """The games for a player with this balance and run of wins, none of whose rounds is due."""
    rounds, seats = Round.objects.of(player.pk), floor.seats_of(player.pk)
    newest = tiles.newest_of(rounds)
    listed = lobby.games_at(seats, rank=player.rank, balance=balance, now=now)
    pauses = {game.value: seat.pause_reason for game, seat in seats.items()}
    return {
        "games": tuple(tiles.tile(game, pauses[game["id"]], newest.get(game["id"], [])) for game in listed),
        "stats": shape(player.pk, {game: seat.stats for game, seat in seats.items()}, win_streak),
        "recent": [rows.row_of(history.item(played)) for played in rounds[:limit]],
    }
