"""Crash: a multiplier grows by the clock until a point drawn before; who leaves earlier is paid what it showed.

Multipliers are whole hundredths, times whole milliseconds. The point of a round is known only to who
knows its server seed.
"""

from dataclasses import dataclass
from math import exp, log

from games.engine.fairness import Dice
from games.engine.units import HUNDREDTHS, MILLION

POINT_SPAN = 2**52
"""As many points are equally likely: 13 hexadecimal digits tell them apart."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One version of the game: how it grows a millisecond, what it returns, where it ends, what may be asked."""

    growth_millionths: int
    return_hundredths: int
    top: int
    target_min: int
    target_max: int
    stake_min: int
    stake_max: int


def point(curve: Curve, dice: Dice) -> int:
    """Where the round crashes, from 1.00 to the top: read from block 0, which uses up no draw."""
    return point_of(curve, int(dice.block(0).hex()[:13], 16))


def point_of(curve: Curve, drawn: int) -> int:
    """The point that a number from 0 to 2^52 - 1 stands for."""
    reached = curve.return_hundredths * POINT_SPAN // (POINT_SPAN - drawn)
    return min(max(HUNDREDTHS, reached), curve.top)


def multiplier_at(curve: Curve, elapsed_ms: int) -> int:
    """What the display shows after so many milliseconds: cut to hundredths, never above the top."""
    exponent = curve.growth_millionths * max(0, elapsed_ms) / MILLION
    if exponent > log(curve.top):  # far past the top already, and soon past what a float can hold
        return curve.top
    return min(int(HUNDREDTHS * exp(exponent)), curve.top)


def time_of(curve: Curve, multiplier: int) -> int:
    """The first whole millisecond at which the display shows at least this multiplier, which the top must allow."""
    if multiplier > curve.top:
        raise ValueError("the display never shows more than the top")
    elapsed = max(0, int(log(multiplier / HUNDREDTHS) * MILLION / curve.growth_millionths) - 1)
    while multiplier_at(curve, elapsed) < multiplier:
        elapsed += 1
    return elapsed


def left_at(curve: Curve, *, point: int, target: int | None) -> int | None:
    """Where a round left to itself pays: at its target, or the top, if the point is not below; None when it crashes."""
    goal = curve.top if target is None else target
    return goal if goal <= point else None


def payout(stake: int, multiplier: int) -> int:
    """What leaving at a multiplier pays, cut to whole gold."""
    return stake * multiplier // HUNDREDTHS
