"""What the page of rock-paper-scissors shows: what the table pays, what a stake returns, the player's last duels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import pgettext_lazy

from games.engine import returns
from games.engine.rps import HANDS, Duel, Result, judge, payout, pays
from games.models import Round
from games.screens.rows import HAND_NAMES, tone_of
from games.screens.shown import percent, times

FIRST_STAKE_STEPS: Final = 10
RESULTS: Final[tuple[Result, ...]] = ("win", "draw", "lose")
RESULT_NAMES: Final = {
    "win": pgettext_lazy("한 판의 결과", "승리"),
    "draw": pgettext_lazy("한 판의 결과", "무승부"),
    "lose": pgettext_lazy("한 판의 결과", "패배"),
}


@dataclass(frozen=True, slots=True)
class Hand:
    """One of the three hands, its key, and how often the listed duels were played with it."""

    name: str
    label: str
    key: int
    beats: str
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class Payment:
    """What one result pays: as a multiple, and in gold for the chosen stake."""

    result: str
    label: str
    multiplier: int
    times: str
    chance: str
    gold: int
    net: int


@dataclass(frozen=True, slots=True)
class DuelRow:
    """One of the last duels with what proves it."""

    round_id: str
    stake: int
    payout: int
    choice: str
    house: str
    result: str
    server_seed_hash: str
    client_seed: str
    nonce: int

    @property
    def net(self) -> int:
        """Payout less stake."""
        return self.payout - self.stake

    @property
    def tone(self) -> str:
        """The colour of the movement."""
        return tone_of(self.stake, self.payout)

    @property
    def label(self) -> str:
        """How it ended."""
        return str(RESULT_NAMES[self.result]) if self.result else ""

    @property
    def choice_name(self) -> str:
        """The player's hand."""
        return str(HAND_NAMES[self.choice]) if self.choice else ""

    @property
    def house_name(self) -> str:
        """The house's hand."""
        return str(HAND_NAMES[self.house]) if self.house else ""


@dataclass(frozen=True, slots=True)
class RpsScreen:
    """The whole page."""

    duel: Duel
    config_version: int
    pause_reason: str
    stake: int
    rounds: tuple[DuelRow, ...]
    server_seed_hash: str
    nonce: int

    @property
    def rtp(self) -> str:
        """The exact return before cutting, in percent."""
        return percent(returns.rps_return(self.duel))

    @property
    def rtp_exact(self) -> str:
        """The exact return as a fraction."""
        return str(returns.rps_return(self.duel))

    @property
    def edge(self) -> str:
        """What the house keeps in the long run: all that the printed return leaves."""
        return percent(1 - Fraction(self.rtp) / 100)

    @property
    def edge_exact(self) -> str:
        """The edge as a fraction."""
        return str(1 - returns.rps_return(self.duel))

    @property
    def stake_return(self) -> str:
        """The exact return of the chosen stake after cutting to whole gold, in percent."""
        return percent(returns.rps_return_after_cutting(self.duel, stake=self.stake))

    @property
    def chance(self) -> str:
        """The chance of each result, in percent."""
        return percent(Fraction(1, len(HANDS)))

    @property
    def payments(self) -> tuple[Payment, ...]:
        """What each result pays, the best first."""
        return tuple(self._payment(result) for result in RESULTS)

    def _payment(self, result: Result) -> Payment:
        multiplier = pays(self.duel, result)
        gold = payout(self.stake, multiplier)
        chance = Fraction(sum(judge(HANDS[0], house) == result for house in HANDS), len(HANDS))
        return Payment(
            result, str(RESULT_NAMES[result]), multiplier, times(multiplier), percent(chance), gold, gold - self.stake
        )

    @property
    def hands(self) -> tuple[Hand, ...]:
        """The hands in the order of their keys."""
        played = [row.choice for row in self.rounds]
        return tuple(
            Hand(
                name=hand,
                label=str(HAND_NAMES[hand]),
                key=key,
                beats=str(next(HAND_NAMES[other] for other in HANDS if judge(hand, other) == "win")),
                count=played.count(hand),
                share=_share(played.count(hand), len(played)),
            )
            for key, hand in enumerate(HANDS, start=1)
        )

    @property
    def tally(self) -> dict[str, int]:
        """How the listed duels ended."""
        return {result: sum(row.result == result for row in self.rounds) for result in RESULTS}

    @property
    def net(self) -> int:
        """What the listed duels add up to."""
        return sum(row.net for row in self.rounds)

    @property
    def blank(self) -> DuelRow:
        """An empty row: the form that scripts fill."""
        return DuelRow("", 0, 0, "", "", "", "", "", 0)

    @property
    def table(self) -> dict[str, Any]:
        """The table for scripts: the same numbers the payer reads."""
        return {
            "config_version": self.config_version,
            "min_bet": self.duel.stake_min,
            "max_bet": self.duel.stake_max,
            "pays": {result: pays(self.duel, result) for result in RESULTS},
            "hands": [{"hand": hand.name, "label": hand.label} for hand in self.hands],
            "results": {result: str(RESULT_NAMES[result]) for result in RESULTS},
        }


def first_stake(duel: Duel, rounds: Sequence[Round]) -> int:
    """The stake a page opens with: that of the last duel while it is still taken."""
    stake = rounds[0].stake if rounds else duel.stake_min * FIRST_STAKE_STEPS
    return min(max(stake, duel.stake_min), duel.stake_max)


def duel_row(played: Round) -> DuelRow:
    """A settled duel as the list shows it."""
    return DuelRow(
        round_id=str(played.round_id),
        stake=played.stake,
        payout=played.payout,
        choice=played.outcome["player_choice"],
        house=played.outcome["computer_choice"],
        result=played.outcome["result"],
        server_seed_hash=played.server_seed_hash,
        client_seed=played.client_seed,
        nonce=played.nonce,
    )


def _share(count: int, total: int) -> int:
    """A count in whole percent, rounded down."""
    return count * 100 // total if total else 0
