"""What rounds gave back: the return seen of each game, beside the exact one, with its 95 % interval.

The interval is that of a ratio (gold back over gold staked) estimated from the rounds themselves, so it holds for
uneven stakes and for every way of playing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any, Final

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast

from games import floor
from games.engine import gacha_returns
from games.engine.gacha import TEN, Pool
from games.engine.variances import Z_95
from games.models import Game, GameType, Round
from games.offers import offer
from games.tables import Rules

NEWEST: Final = 2_000
"""Rounds looked at, over all games: the cost of a page does not grow with a history."""
ENOUGH: Final = 30
"""With fewer rounds an interval would promise more than it knows."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Rounds of one game together; `exact` and `spread` (half of the interval) are shares of the gold staked."""

    rounds: int
    staked: int
    paid: int
    exact: Fraction
    spread: float

    @property
    def returned(self) -> float:
        """The share of the gold staked that came back."""
        return self.paid / self.staked

    @property
    def low(self) -> float | None:
        """Where the interval begins; None for too few rounds."""
        return max(0.0, self.returned - self.spread) if self.rounds >= ENOUGH else None

    @property
    def high(self) -> float | None:
        """Where the interval ends; None for too few rounds."""
        return self.returned + self.spread if self.rounds >= ENOUGH else None


def seen_by(player_id: int) -> dict[GameType, Seen]:
    """Every game of which the player settled a round lately."""
    newest = Round.objects.of(player_id).settled()[:NEWEST].values("pk")
    rules = {row.pk: floor.parsed(row.config.fingerprint) for row in Game.objects.select_related("config")}
    return seen_in(Round.objects.filter(pk__in=newest), rules)


def seen_in(rounds: QuerySet[Round], rules: Mapping[str, Rules]) -> dict[GameType, Seen]:
    """Every game of which there is one of these rounds, beside what these rules return."""
    stake, payout = Cast(F("stake"), FloatField()), Cast(F("payout"), FloatField())
    sums = (
        rounds.order_by()
        .values("game")
        .annotate(
            rounds=Count("pk"),
            staked=Sum("stake"),
            paid=Sum("payout"),
            in_tens=Sum("stake", filter=Q(outcome__pull_count=TEN), default=0),
            stakes_squared=Sum(stake * stake),
            both=Sum(stake * payout),
            payouts_squared=Sum(payout * payout),
        )
    )
    return {GameType(row["game"]): _seen(row, rules[row["game"]]) for row in sums}


def _seen(row: Mapping[str, Any], rules: Rules) -> Seen:
    staked, paid = row["staked"], row["paid"]
    returned = paid / staked
    strayed = row["payouts_squared"] - 2 * returned * row["both"] + returned**2 * row["stakes_squared"]
    spread = Z_95 * sqrt(max(0.0, strayed)) / staked
    return Seen(row["rounds"], staked, paid, _exact(rules, Fraction(row["in_tens"], staked)), spread)


def _exact(rules: Rules, tens: Fraction) -> Fraction:
    """The exact return; for the gacha, that of the rounds' own mix of singles and tens."""
    if not isinstance(rules, Pool):
        return offer(rules).rtp
    return (1 - tens) * gacha_returns.price_return(rules, 1) + tens * gacha_returns.price_return(rules, TEN)
