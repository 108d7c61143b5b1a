"""The games' tables in the database: configuration, rounds and statistics."""

from games.models.configuration import Game, GameConfig, GameType
from games.models.rounds import ACTION_TYPES, Round, RoundResult, RoundStatus
from games.models.seeds import RevealedSeed
from games.models.statistics import GameStats

__all__ = [
    "ACTION_TYPES",
    "Game",
    "GameConfig",
    "GameStats",
    "GameType",
    "RevealedSeed",
    "Round",
    "RoundResult",
    "RoundStatus",
]
