"""The games' tables: one declarative table decides what a game draws, what it pays and what it takes.

The text is kept in `GameConfig`, one row a version, never edited in place; here it becomes a value the
engine plays by. Multipliers are whole hundredths.
"""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from games.engine.crash import Curve
from games.engine.gacha import Pool
from games.engine.rps import Duel
from games.engine.slots import Machine
from games.tables import crash, gacha, rps, slot
from games.tables.crash import parse_crash
from games.tables.gacha import parse_gacha
from games.tables.reading import PaysTooMuch, TableError
from games.tables.rps import parse_rps
from games.tables.slot import parse_slot

__all__ = [
    "FIRST_VERSIONS",
    "PaysTooMuch",
    "Rules",
    "TableError",
    "fingerprint",
    "parse",
    "parse_crash",
    "parse_gacha",
    "parse_rps",
    "parse_slot",
]

Rules = Machine | Duel | Pool | Curve
"""What a table becomes: the value its game's engine plays by."""

FIRST_VERSIONS: Final[Mapping[str, dict[str, Any]]] = MappingProxyType(
    {"slot": slot.FIRST, "rps": rps.FIRST, "gacha": gacha.FIRST, "crash": crash.FIRST}
)
"""Version 1 of every game the club has."""

_PARSERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Rules]]] = MappingProxyType(
    {"slot": parse_slot, "rps": parse_rps, "gacha": parse_gacha, "crash": parse_crash}
)


def parse(game: str, table: Mapping[str, Any]) -> Rules:
    """The rules a game's table describes, or a `TableError` saying what is wrong with it."""
    return _PARSERS[game](table)


def fingerprint(table: Mapping[str, Any]) -> str:
    """The SHA-256 hex of the table as canonical JSON; equal for equal tables only."""
    text = json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
