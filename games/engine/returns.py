"""Exact returns, by enumerating the very table that pays; every number is a Fraction."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import prod

from games.engine.slots import COLUMNS, HUNDREDTHS, Machine, line_pays


def slot_return(machine: Machine) -> Fraction:
    """The share of the stake paid back in the long run, before cutting to whole gold, for any number of lines.

    All lines read independent cells with the same weights, so n lines at one n-th of the stake return what one does.
    """
    return sum((chance * multiplier for chance, multiplier in _line_odds(machine)), Fraction()) / HUNDREDTHS


def slot_return_after_cutting(machine: Machine, *, stake: int, lines: int) -> Fraction:
    """The share of this stake paid back in the long run when each line's amount is cut to whole gold."""
    a_line = sum(
        (chance * (stake * multiplier // (HUNDREDTHS * lines)) for chance, multiplier in _line_odds(machine)),
        Fraction(),
    )
    return a_line * lines / stake


def slot_hit_rate(machine: Machine) -> Fraction:
    """The chance that one line pays."""
    return sum((chance for chance, multiplier in _line_odds(machine) if multiplier), Fraction())


def slot_max_multiplier(machine: Machine) -> Fraction:
    """The most a spin can pay, as a multiple of the stake: every line showing the best three."""
    return Fraction(max(multiplier for _, multiplier in _line_odds(machine)), HUNDREDTHS)


@lru_cache(maxsize=64)
def _line_odds(machine: Machine) -> tuple[tuple[Fraction, int], ...]:
    """The chance of every multiplier (hundredths) that one line can pay, 0 included."""
    chances: dict[int, Fraction] = {}
    for chance, multiplier in _line_outcomes(machine):
        chances[multiplier] = chances.get(multiplier, Fraction()) + chance
    return tuple((chance, multiplier) for multiplier, chance in chances.items())


def _line_outcomes(machine: Machine) -> Iterator[tuple[Fraction, int]]:
    """Every combination one line can show, with its chance and what it pays."""
    all_ways = sum(machine.weights) ** COLUMNS
    for first, second, third in product(machine.symbols, repeat=COLUMNS):
        ways = prod((first.weight, second.weight, third.weight))
        yield Fraction(ways, all_ways), line_pays(first, second, third)[1]
