"""The slot's table: what is on the reels, how often, and what it pays in hundredths of the stake."""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from django.utils.translation import gettext as _

from games.engine import returns
from games.engine.slots import Machine, Symbol
from games.tables.reading import (
    PaysTooMuch,
    TableError,
    parts,
    text,
    want_different,
    want_keys,
    want_largest_win,
    want_stakes,
    whole,
)

FIRST: Final[dict[str, Any]] = {
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
}


def parse_slot(table: Mapping[str, Any]) -> Machine:
    """The machine a table describes, or a `TableError` saying what is wrong with it."""
    want_keys(table, {"stake_min", "stake_max", "jackpot", "symbols"}, "slot table")
    symbols = parts(table, "symbols", {"face", "name", "weight", "pair", "three"}, at_most=20)
    machine = Machine(
        symbols=tuple(
            Symbol(
                face=text(symbol, "face"),
                name=text(symbol, "name"),
                weight=whole(symbol, "weight", at_least=1, at_most=1_000_000),
                pair=whole(symbol, "pair", at_least=0),
                three=whole(symbol, "three", at_least=0),
            )
            for symbol in symbols
        ),
        jackpot=text(table, "jackpot"),
        stake_min=whole(table, "stake_min", at_least=1),
        stake_max=whole(table, "stake_max", at_least=1),
    )
    _check(machine)
    return machine


def _check(machine: Machine) -> None:
    faces = [symbol.face for symbol in machine.symbols]
    want_different(faces, "face")
    if machine.jackpot not in faces:
        raise TableError(_("jackpot: symbols 중 하나여야 합니다"))
    want_stakes(machine.stake_min, machine.stake_max)
    want_largest_win(ceil(machine.stake_max * returns.slot_max_multiplier(machine)))
    if returns.slot_return(machine) > 1:
        raise PaysTooMuch(_("환수율이 100%를 넘습니다"))
