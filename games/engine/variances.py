"""How far rounds stray from their mean, exactly: what a simulation's interval is made of."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import prod

from games.engine import crash, rps
from games.engine.crash import Curve
from games.engine.returns import crash_survival
from games.engine.rps import Duel
from games.engine.slots import COLUMNS, PAYLINES, Machine, line_pays

Z_95 = 1.959964
"""So many standard errors to each side hold 95 % of all chances."""

Worth = Callable[[int], int]
"""What a line's multiplier (hundredths) counts for: its gold, or one when it pays at all."""


def slot_variance(machine: Machine, worth: Worth, *, lines: int) -> Fraction:
    """The variance of one spin's sum over its played lines; lines that share a cell stray together."""
    total = Fraction()
    for one, other in product(PAYLINES[:lines], repeat=2):
        shared = set(one) & set(other)
        if one == other:
            total += _mean(machine, lambda multiplier: worth(multiplier) ** 2) - _mean(machine, worth) ** 2
        elif shared:
            total += _covariance(machine, worth, column=shared.pop()[1])
    return total


def rps_variance(duel: Duel, *, stake: int) -> Fraction:
    """The variance of one duel's payout."""
    paid = [rps.payout(stake, rps.pays(duel, rps.judge(rps.HANDS[0], house))) for house in rps.HANDS]
    return Fraction(sum(gold**2 for gold in paid), len(rps.HANDS)) - Fraction(sum(paid), len(rps.HANDS)) ** 2


def crash_variance(curve: Curve, *, stake: int, target: int) -> Fraction:
    """The variance of the payout of a round with an automatic target."""
    return crash.payout(stake, target) ** 2 * coin_variance(crash_survival(curve, target))


def coin_variance(chance: Fraction) -> Fraction:
    """The variance of something that happens or not."""
    return chance * (1 - chance)


def _mean(machine: Machine, worth: Worth) -> Fraction:
    return _given(machine, worth, column=0, faces=range(len(machine.symbols)))


def _covariance(machine: Machine, worth: Worth, *, column: int) -> Fraction:
    """How two lines that share their cell in this column stray together: independent once that cell is known."""
    all_weights = sum(machine.weights)
    both = sum(
        (
            Fraction(weight, all_weights) * _given(machine, worth, column=column, faces=[face]) ** 2
            for face, weight in enumerate(machine.weights)
        ),
        Fraction(),
    )
    return both - _mean(machine, worth) ** 2


def _given(machine: Machine, worth: Worth, *, column: int, faces: range | list[int]) -> Fraction:
    """A line's mean worth when the symbol in one column is one of these."""
    symbols = machine.symbols
    choices = [faces if at == column else range(len(symbols)) for at in range(COLUMNS)]
    ways = paid = 0
    for cells in product(*choices):
        line = [symbols[cell] for cell in cells]
        weight = prod(symbol.weight for symbol in line)
        ways += weight
        paid += weight * worth(line_pays(*line)[1])
    return Fraction(paid, ways)
