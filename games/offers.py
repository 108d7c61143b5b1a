"""What each game takes, returns and pays at most, in one shape, from the rules that pay."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from games.engine import gacha_returns, returns
from games.engine.gacha import Pool
from games.engine.rps import Duel
from games.engine.slots import Machine
from games.tables import Rules

_WRITABLE_BITS: Final = 14_000
"""Longer numbers Python refuses to write in decimal."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The smallest and largest stake, the exact return before cutting to whole gold, the best multiple of a stake."""

    stake_min: int
    stake_max: int
    rtp: Fraction
    max_multiplier: Fraction


def offer(rules: Rules) -> Offer:
    """What a game played by these rules offers; the gacha's return is that of single pulls."""
    if isinstance(rules, Pool):
        rtp, most = gacha_returns.price_return(rules, 1), gacha_returns.max_multiplier(rules, 1)
        return Offer(rules.cost_single, rules.cost_ten, rtp, most)
    if isinstance(rules, Machine):
        rtp, most = returns.slot_return(rules), returns.slot_max_multiplier(rules)
    elif isinstance(rules, Duel):
        rtp, most = returns.rps_return(rules), returns.rps_max_multiplier(rules)
    else:
        rtp, most = returns.crash_return(rules), returns.crash_max_multiplier(rules)
    return Offer(rules.stake_min, rules.stake_max, rtp, most)


def exact_text(share: Fraction) -> str | None:
    """The share as a fraction in lowest terms; None when it is too long to be written."""
    return f"{share.numerator}/{share.denominator}" if share.denominator.bit_length() <= _WRITABLE_BITS else None
