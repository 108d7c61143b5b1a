"""Many rounds of one game, drawn as players' rounds are but written nowhere, held against the exact figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any, Final

from games import draws
from games.engine import gacha_returns, returns, variances
from games.engine.crash import Curve
from games.engine.fairness import Dice
from games.engine.gacha import Pool
from games.engine.rps import Duel
from games.engine.slots import Machine
from games.engine.units import HUNDREDTHS
from games.engine.variances import Z_95

FAULT_ERRORS: Final = 6
FAULT_ROUNDS: Final = 100_000

Round = Callable[[Dice], tuple[int, int]]
"""Plays one round: the gold it pays, and how many of its chances hit."""


@dataclass(frozen=True, slots=True)
class Bet:
    """What is played again and again, and what it must come to; a variance that is None is taken from the rounds.

    A hit is: a slot line that pays, a duel won, a pull of what pity guarantees or better, a target reached.
    """

    game: str
    stake: int
    params: dict[str, Any]
    play: Round
    chances: int
    exact_return: Fraction
    exact_hit_rate: Fraction
    payout_variance: Fraction | None
    hits_variance: Fraction | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share as it was observed, its 95 % interval, and the exact share."""

    observed: float
    error: float
    exact: Fraction

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 % confidence."""
        return self.observed - Z_95 * self.error, self.observed + Z_95 * self.error

    @property
    def holds(self) -> bool:
        """Whether the exact share lies in the interval."""
        low, high = self.interval
        return low <= self.exact <= high

    @property
    def errors_away(self) -> float:
        """How many standard errors lie between the observed and the exact share."""
        away = abs(self.observed - float(self.exact))
        return away / self.error if self.error else away * FAULT_ROUNDS


@dataclass(slots=True)
class Tally:
    """The rounds so far."""

    rounds: int = 0
    paid: int = 0
    paid_squares: int = 0
    hits: int = 0
    hits_squares: int = 0

    def add(self, payout: int, hits: int) -> None:
        """Counts one round."""
        self.rounds += 1
        self.paid += payout
        self.paid_squares += payout * payout
        self.hits += hits
        self.hits_squares += hits * hits

    def share_paid(self, bet: Bet) -> Estimate:
        """The share of the stakes that was paid back."""
        variance = bet.payout_variance
        if variance is None:
            variance = self._variance(self.paid, self.paid_squares)
        return self._estimate(self.paid, variance, bet.stake, bet.exact_return)

    def hit_rate(self, bet: Bet) -> Estimate:
        """The share of the chances that hit."""
        variance = bet.hits_variance
        if variance is None:
            variance = self._variance(self.hits, self.hits_squares)
        return self._estimate(self.hits, variance, bet.chances, bet.exact_hit_rate)

    def is_faulty(self, bet: Bet) -> bool:
        """Whether enough rounds stray so far that it cannot be chance."""
        estimates = (self.share_paid(bet), self.hit_rate(bet))
        return self.rounds >= FAULT_ROUNDS and any(one.errors_away > FAULT_ERRORS for one in estimates)

    def _variance(self, total: int, squares: int) -> Fraction:
        return Fraction(squares, self.rounds) - Fraction(total, self.rounds) ** 2

    def _estimate(self, total: int, variance: Fraction, unit: int, exact: Fraction) -> Estimate:
        error = (float(variance) / self.rounds) ** 0.5 / unit
        return Estimate(observed=total / (self.rounds * unit), error=error, exact=exact)


def rolls(game: str, *, seed: str, rounds: int) -> Iterator[Dice]:
    """The dice of so many rounds in a row under one server seed, itself made from this seed."""
    server_seed = sha256(f"simulate:{seed}".encode()).hexdigest()
    for nonce in range(rounds):
        yield Dice(server_seed=server_seed, client_seed="simulate", nonce=nonce, game=game)


def slot(machine: Machine, *, stake: int, lines: int) -> Bet:
    """Spins with the same stake and lines."""

    def play(dice: Dice) -> tuple[int, int]:
        drawn = draws.slot(machine, dice, stake=stake, lines=lines)
        return drawn.payout, len(drawn.outcome["win_lines"])

    def gold(multiplier: int) -> int:
        return stake * multiplier // (HUNDREDTHS * lines)

    return Bet(
        game="slot",
        stake=stake,
        params={"lines": lines},
        play=play,
        chances=lines,
        exact_return=returns.slot_return_after_cutting(machine, stake=stake, lines=lines),
        exact_hit_rate=returns.slot_hit_rate(machine),
        payout_variance=variances.slot_variance(machine, gold, lines=lines),
        hits_variance=variances.slot_variance(machine, lambda multiplier: int(multiplier > 0), lines=lines),
    )


def rps(duel: Duel, *, stake: int, choice: str) -> Bet:
    """Duels with the same stake and hand."""

    def play(dice: Dice) -> tuple[int, int]:
        drawn = draws.rps(duel, dice, stake=stake, choice=choice)
        return drawn.payout, int(drawn.outcome["result"] == "win")

    return Bet(
        game="rps",
        stake=stake,
        params={"choice": choice},
        play=play,
        chances=1,
        exact_return=returns.rps_return_after_cutting(duel, stake=stake),
        exact_hit_rate=returns.rps_win_rate(),
        payout_variance=variances.rps_variance(duel, stake=stake),
        hits_variance=variances.coin_variance(returns.rps_win_rate()),
    )


def gacha(pool: Pool, *, count: int) -> Bet:
    """Rounds of `count` pulls of one player; pity ties them a little, towards the mean: the interval is safe."""
    pity = 0

    def play(dice: Dice) -> tuple[int, int]:
        nonlocal pity
        drawn = draws.gacha(pool, dice, count=count, pity=pity)
        pity = drawn.outcome["pity"]["after"]
        return drawn.payout, drawn.outcome["ultra_rare_item_count"]

    return Bet(
        game="gacha",
        stake=pool.cost(count),
        params={"pull_count": count},
        play=play,
        chances=count,
        exact_return=gacha_returns.price_return(pool, count),
        exact_hit_rate=gacha_returns.hit_rate(pool, count),
        payout_variance=None,
        hits_variance=None,
    )


def crash(curve: Curve, *, stake: int, target: int) -> Bet:
    """Rounds with the same stake and automatic target (hundredths)."""

    def play(dice: Dice) -> tuple[int, int]:
        drawn = draws.crash(curve, dice, stake=stake, target=target)
        return drawn.payout, int(drawn.outcome["cashout_multiplier"] is not None)

    reached = returns.crash_survival(curve, target)
    return Bet(
        game="crash",
        stake=stake,
        params={"auto_cashout_multiplier": target / HUNDREDTHS},
        play=play,
        chances=1,
        exact_return=returns.crash_return_after_cutting(curve, stake=stake, target=target),
        exact_hit_rate=reached,
        payout_variance=variances.crash_variance(curve, stake=stake, target=target),
        hits_variance=variances.coin_variance(reached),
    )
