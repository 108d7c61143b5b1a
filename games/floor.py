"""The gaming floor: which games are open, by which table each is played, and what a player has played of it.

A play reads its seat afresh inside its transaction, so a new table or a pause counts from the very next
round. Only parsed tables stay in the process, found by the fingerprint of their text: they cannot go stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db.models import FilteredRelation, Q

from games import tables
from games.engine.slots import Machine
from games.models import Game, GameConfig, GameStats, GameType

_STATS_FIELDS: Final = tuple(
    field.attname for field in GameStats._meta.concrete_fields if field.name not in ("player", "game")
)


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
    rows = Game.objects.annotate(mine=FilteredRelation("stats", condition=Q(stats__player_id=player_id))).values_list(
        "id", "pause_reason", "config__version", "config__fingerprint", *(f"mine__{name}" for name in _STATS_FIELDS)
    )
    return {
        GameType(game): Seat(GameType(game), pause_reason, version, fingerprint, _stats(player_id, game, values))
        for game, pause_reason, version, fingerprint, *values in rows
    }


def _stats(player_id: int, game: str, values: list[object]) -> GameStats:
    if values[0] is None:  # never played: nothing is stored yet
        return GameStats(player_id=player_id, game_id=game)
    return GameStats(player_id=player_id, game_id=game, **dict(zip(_STATS_FIELDS, values, strict=True)))


@lru_cache(maxsize=32)
def slot_machine(fingerprint: str) -> Machine:
    """The machine described by the stored table with this fingerprint."""
    return tables.parse_slot(GameConfig.objects.filter(fingerprint=fingerprint)[:1].get().table)
