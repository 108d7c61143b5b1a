"""The gaming floor: which games are open, by which table each is played, and what a player has played of it.

A play reads its seat afresh inside its transaction, so a new table or a pause counts from the very next
round. Only parsed tables stay in the process, found by the fingerprint of their text: they cannot go stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, TypeVar

from django.db import connection
from django.db.models import FilteredRelation, Q

from casino.lib import rows
from games import tables
from games.models import Game, GameConfig, GameStats, GameType

_Rules = TypeVar("_Rules")
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
        cursor.execute(seats_sql(), [player_id])
        return seats_from(player_id, cursor.fetchall())


def seats_from(player_id: int, found: Iterable[Sequence[Any]]) -> dict[GameType, Seat]:
    """The seats that the rows of `seats_sql` tell of."""
    return {
        GameType(game): Seat(GameType(game), pause_reason, version, fingerprint, _stats(player_id, game, values))
        for game, pause_reason, version, fingerprint, *values in found
    }


@cache
def seats_sql() -> str:
    """The statement as the ORM writes it, for any player; written once: that costs ten times what running it does.

    Its one parameter is the player.
    """
    seats = Game.objects.annotate(mine=FilteredRelation("stats", condition=Q(stats__player_id=0)))
    columns = ("id", "pause_reason", "config__version", "config__fingerprint", *(f"mine__{name}" for name in _STATS))
    sql, _parameters = seats.values_list(*columns).query.sql_with_params()
    return str(sql)


def _stats(player_id: int, game: str, values: list[Any]) -> GameStats:
    if values[0] is None:  # never played: nothing is stored yet
        return GameStats(player_id=player_id, game_id=game)
    return rows.built(GameStats, values)


def rules(fingerprint: str, kind: type[_Rules]) -> _Rules:
    """The rules described by the stored table with this fingerprint: a `Machine`, `Duel`, `Pool` or `Curve`."""
    found = parsed(fingerprint)
    if not isinstance(found, kind):
        raise TypeError(f"table {fingerprint} describes a {type(found).__name__}, not a {kind.__name__}")
    return found


@lru_cache(maxsize=64)
def parsed(fingerprint: str) -> tables.Rules:
    """The rules of whichever game the stored table with this fingerprint belongs to."""
    config = GameConfig.objects.filter(fingerprint=fingerprint)[:1].get()
    return tables.parse(config.game, config.table)
