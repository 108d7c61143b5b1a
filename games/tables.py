"""The games' tables: one declarative table decides what a game draws, what it pays and what it takes.

The text is kept in `GameConfig`, one row a version, never edited in place; here it becomes a value the
engine plays by. Multipliers are whole hundredths.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from games.engine import returns
from games.engine.slots import Machine, Symbol

GOLD_LIMIT: Final = 2**53

FIRST_VERSIONS: Final[Mapping[str, dict[str, Any]]] = MappingProxyType(
    {
        "slot": {
            "stake_min": 10,
            "stake_max": 10_000,
            "jackpot": "7️⃣",
            "symbols": [
                {"face": "🍒", "name": "cherry", "weight": 30, "pair": 200, "three": 500},
                {"face": "🍋", "name": "lemon", "weight": 25, "pair": 200, "three": 800},
                {"face": "🍊", "name": "orange", "weight": 20, "pair": 300, "three": 1_500},
                {"face": "🍇", "name": "grapes", "weight": 15, "pair": 300, "three": 2_500},
                {"face": "💎", "name": "diamond", "weight": 8, "pair": 1_000, "three": 10_000},
                {"face": "7️⃣", "name": "seven", "weight": 2, "pair": 2_000, "three": 100_000},
            ],
        },
    }
)
"""Version 1 of every game the club has."""


class TableError(ValueError):
    """A table that cannot be played, or would pay back more than it takes."""


def fingerprint(table: Mapping[str, Any]) -> str:
    """The SHA-256 hex of the table as canonical JSON; equal for equal tables only."""
    text = json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def parse_slot(table: Mapping[str, Any]) -> Machine:
    """The machine a table describes, or a `TableError` saying what is wrong with it."""
    _want_keys(table, {"stake_min", "stake_max", "jackpot", "symbols"}, "slot table")
    if not isinstance(table["symbols"], list) or not table["symbols"]:
        raise TableError("symbols must be a list of at least one symbol")
    machine = Machine(
        symbols=tuple(_parse_symbol(symbol) for symbol in table["symbols"]),
        jackpot=_text(table, "jackpot"),
        stake_min=_whole(table, "stake_min", at_least=1),
        stake_max=_whole(table, "stake_max", at_least=1),
    )
    _check_machine(machine)
    return machine


def _check_machine(machine: Machine) -> None:
    faces = [symbol.face for symbol in machine.symbols]
    if len(set(faces)) != len(faces):
        raise TableError("every symbol needs a face of its own")
    if machine.jackpot not in faces:
        raise TableError("the jackpot must be one of the symbols")
    if machine.stake_min > machine.stake_max:
        raise TableError("stake_min must not be above stake_max")
    if machine.stake_max * returns.slot_max_multiplier(machine) >= GOLD_LIMIT:
        raise TableError("the largest win must stay below 2^53")
    if returns.slot_return(machine) > 1:
        raise TableError("the machine would pay back more than it takes")


def _parse_symbol(symbol: Any) -> Symbol:
    if not isinstance(symbol, dict):
        raise TableError("a symbol must be an object")
    _want_keys(symbol, {"face", "name", "weight", "pair", "three"}, "symbol")
    return Symbol(
        face=_text(symbol, "face"),
        name=_text(symbol, "name"),
        weight=_whole(symbol, "weight", at_least=1),
        pair=_whole(symbol, "pair", at_least=0),
        three=_whole(symbol, "three", at_least=0),
    )


def _want_keys(table: Mapping[str, Any], wanted: set[str], what: str) -> None:
    if set(table) != wanted:
        raise TableError(f"a {what} has exactly {', '.join(sorted(wanted))}")


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not 1 <= len(value) <= 20:
        raise TableError(f"{key} must be a text of 1 to 20 characters")
    return value


def _whole(table: Mapping[str, Any], key: str, *, at_least: int) -> int:
    value = table[key]
    if type(value) is not int or not at_least <= value < GOLD_LIMIT:
        raise TableError(f"{key} must be a whole number from {at_least}")
    return value
