"""Exact returns of slot, duel and crash, from the very table that pays; every number is a Fraction."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import prod

from games.engine import crash, rps
from games.engine.crash import Curve
from games.engine.rps import HANDS, Duel, judge, pays
from games.engine.slots import COLUMNS, Machine, line_pays
from games.engine.units import HUNDREDTHS


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


def rps_return(duel: Duel) -> Fraction:
    """The share of the stake paid back in the long run, before cutting to whole gold, for any hand."""
    return Fraction(sum(_duel_multipliers(duel)), HUNDREDTHS * len(HANDS))


def rps_return_after_cutting(duel: Duel, *, stake: int) -> Fraction:
    """The share of this stake paid back in the long run when each payout is cut to whole gold."""
    paid = sum(rps.payout(stake, multiplier) for multiplier in _duel_multipliers(duel))
    return Fraction(paid, stake * len(HANDS))


def rps_win_rate() -> Fraction:
    """The chance that a duel is won, with any hand."""
    return Fraction(sum(judge(HANDS[0], house) == "win" for house in HANDS), len(HANDS))


def rps_max_multiplier(duel: Duel) -> Fraction:
    """The most a duel can pay, as a multiple of the stake."""
    return Fraction(max(_duel_multipliers(duel)), HUNDREDTHS)


def _duel_multipliers(duel: Duel) -> list[int]:
    """What one hand of the player pays against each of the house's, in hundredths; alike for all three."""
    return [pays(duel, judge(HANDS[0], house)) for house in HANDS]


def crash_return(curve: Curve) -> Fraction:
    """The share of the stake that every automatic target pays back in the long run, before cutting to whole gold.

    The closed form that is published; the drawn 2^52 points fall short of it by less than `top` / 2^52.
    """
    return Fraction(curve.return_hundredths, HUNDREDTHS)


def crash_survival(curve: Curve, multiplier: int) -> Fraction:
    """The chance that a round reaches this multiplier (hundredths): the published return over multiplier."""
    return Fraction(1) if multiplier <= HUNDREDTHS else Fraction(curve.return_hundredths, multiplier)


def crash_lost_at_once(curve: Curve) -> Fraction:
    """The share of rounds that end at 1.00, before anybody can leave with more than the stake."""
    return 1 - crash_survival(curve, HUNDREDTHS + 1)


def crash_manual_return(curve: Curve, multiplier: int) -> Fraction:
    """The return of leaving by hand at this multiplier: the round must get one hundredth further."""
    beyond = min(multiplier + 1, curve.top)
    return Fraction(multiplier, HUNDREDTHS) * crash_survival(curve, beyond)


def crash_return_after_cutting(curve: Curve, *, stake: int, target: int) -> Fraction:
    """The share of this stake that an automatic target pays back when the payout is cut to whole gold."""
    return Fraction(crash.payout(stake, target), stake) * crash_survival(curve, target)


def crash_max_multiplier(curve: Curve) -> Fraction:
    """The most a round can pay, as a multiple of the stake."""
    return Fraction(curve.top, HUNDREDTHS)


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
