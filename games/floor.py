"""The gaming floor: which games are open, by which table each is played, and what a player has played of it.

A play reads its seat afresh inside its transaction, so a new table or a pause counts from the very next
round. Only parsed tables stay in the process, found by the fingerprint of their text: they cannot go stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import cache, lru_cache
from typing import Any, Final

from django.db import connection
from django.db.models import FilteredRelation, Q

from games import tables
from games.engine.slots import Machine
from games.models import Game, GameConfig, GameStats, GameType

_STATS: Final = [field.attname for field in GameStats._meta.concrete_fields]


@dataclass(frozen=True, slots=True)
class Seat:
    """One game as one player finds it: the table in force, the pause if any, and the player's statistics."""

    game: GameType
    pause_reason: str
    config_version: int
    fingerprint: str
    stats: GameStats


def seats_of(player_id: int) -> dict[GameType, Seat]:
    """Every game's seat for this player, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_seats_sql(), [player_id])
        rows = cursor.fetchall()
    return {
        GameType(game): Seat(GameType(game), pause_reason, version, fingerprint, _stats(player_id, game, values))
        for game, pause_reason, version, fingerprint, *values in rows
    }


@cache
def _seats_sql() -> str:
    """The statement as the ORM writes it, for any player; written once: that costs ten times what running it does."""
    seats = Game.objects.annotate(mine=FilteredRelation("stats", condition=Q(stats__player_id=0)))
    columns = ("id", "pause_reason", "config__version", "config__fingerprint", *(f"mine__{name}" for name in _STATS))
    sql, _parameters = seats.values_list(*columns).query.sql_with_params()
    return str(sql)


def _stats(player_id: int, game: str, values: list[Any]) -> GameStats:
    if values[0] is None:  # never played: nothing is stored yet
        return GameStats(player_id=player_id, game_id=game)
    row = GameStats.from_db(connection.alias, _STATS, values)
    row.updated_at = row.updated_at.replace(tzinfo=UTC)  # SQLite's cursor does not say so itself
    return row


@lru_cache(maxsize=32)
def slot_machine(fingerprint: str) -> Machine:
    """The machine described by the stored table with this fingerprint."""
    return tables.parse_slot(GameConfig.objects.filter(fingerprint=fingerprint)[:1].get().table)
