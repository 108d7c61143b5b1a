"""Rock, paper, scissors: the house throws one of three hands, each equally likely."""

from dataclasses import dataclass
from typing import Literal

from games.engine.fairness import Dice
from games.engine.units import HUNDREDTHS

HANDS = ("rock", "paper", "scissors")
"""The hands in the order they are drawn; each is beaten by the next, the last by the first."""

Result = Literal["win", "lose", "draw"]


@dataclass(frozen=True, slots=True)
class Duel:
    """One version of the game: what a win and a draw pay in hundredths, and what may be staked."""

    win: int
    draw: int
    stake_min: int
    stake_max: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The house's hand, how the duel ended for the player, the multiplier in hundredths, the gold."""

    house: str
    result: Result
    multiplier: int
    payout: int


def play(duel: Duel, dice: Dice, *, stake: int, choice: str) -> Outcome:
    """Draw the house's hand and pay the player's."""
    house = HANDS[dice.draw(len(HANDS))]
    result = judge(choice, house)
    multiplier = pays(duel, result)
    return Outcome(house=house, result=result, multiplier=multiplier, payout=payout(stake, multiplier))


def judge(choice: str, house: str) -> Result:
    """How the player's hand fares against the house's."""
    lead = (HANDS.index(choice) - HANDS.index(house)) % len(HANDS)
    results: tuple[Result, ...] = ("draw", "win", "lose")
    return results[lead]


def pays(duel: Duel, result: Result) -> int:
    """What a result pays, in hundredths of the stake."""
    return {"win": duel.win, "draw": duel.draw, "lose": 0}[result]


def payout(stake: int, multiplier: int) -> int:
    """What a multiplier pays, cut to whole gold."""
    return stake * multiplier // HUNDREDTHS
