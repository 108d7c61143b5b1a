"""What the crash page shows: the curve in force and its exact odds, the open round, and the player's last rounds.

Every number comes from the table that pays; nothing about odds is written twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from games.engine import crash, returns
from games.engine.crash import Curve
from games.engine.units import HUNDREDTHS
from games.models import Round, RoundStatus
from games.screens.shown import percent, times

Json = dict[str, Any]

LAST_ROUNDS: Final = 20
FIRST_STAKE_STEPS: Final = 10
FIRST_TARGET: Final = 200
MID_FROM: Final = 200
HIGH_FROM: Final = 1_000
ODDS_AT: Final = (101, 150, 200, 300, 500, 1_000, 2_000, 5_000, 10_000)
"""The multipliers whose odds the drawer lists, where the table allows them."""

BANDS: Final[dict[str, Promise]] = {
    "low": gettext_lazy("낮음"),
    "mid": gettext_lazy("보통"),
    "high": gettext_lazy("높음"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One of the last crash points, in colour and in a word."""

    times: str
    band: str

    @property
    def word(self) -> str:
        """The band for eyes that see no colour."""
        return str(BANDS[self.band])


@dataclass(frozen=True, slots=True)
class FlownRow:
    """One of the player's settled rounds with what proves it."""

    round_id: str
    at: datetime | None
    status: str
    stake: int
    payout: int
    left: str
    crash: str
    server_seed_hash: str
    client_seed: str
    nonce: int

    @property
    def net(self) -> int:
        """Payout less stake."""
        return self.payout - self.stake

    @property
    def tone(self) -> str:
        """A return at or below the stake is stated plainly, neither a win nor a loss of everything."""
        return "gain" if self.net > 0 else "soft" if self.payout else "loss"


@dataclass(frozen=True, slots=True)
class OddsRow:
    """What one multiplier means: the chance to get there, when, and what leaving there returns."""

    times: str
    chance: str
    seconds: str
    by_target: str
    by_hand: str


@dataclass(frozen=True, slots=True)
class CrashScreen:
    """The whole crash page."""

    curve: Curve
    config_version: int
    pause_reason: str
    stake: int
    target: int
    is_auto: bool
    is_plain: bool
    opening: Json
    rounds: tuple[FlownRow, ...]
    chips: tuple[Chip, ...]
    server_seed_hash: str
    nonce: int

    @property
    def open_round(self) -> Json | None:
        """The open round as the API tells it."""
        found: Json | None = self.opening["round"]
        return found

    @property
    def open_since(self) -> datetime | None:
        """When the open round began."""
        return datetime.fromisoformat(self.open_round["started_at"]) if self.open_round else None

    @property
    def shown_multiplier(self) -> str:
        """The large number as the page opens."""
        return f"{self.open_round['current_multiplier']:.2f}" if self.open_round else f"{1:.2f}"

    @property
    def shown_worth(self) -> int:
        """What leaving would pay as the page opens."""
        if not self.open_round:
            return 0
        return crash.payout(self.open_round["bet_amount"], round(self.open_round["current_multiplier"] * HUNDREDTHS))

    @property
    def rtp(self) -> str:
        """The exact return of every automatic target before cutting, in percent."""
        return percent(returns.crash_return(self.curve))

    @property
    def rtp_exact(self) -> str:
        """The same as a fraction."""
        return str(returns.crash_return(self.curve))

    @property
    def survival(self) -> str:
        """The chance to reach m, as a formula."""
        return f"{times(self.curve.return_hundredths)} / m"

    @property
    def lost_at_once(self) -> str:
        """How many rounds end at 1.00, in percent."""
        return percent(returns.crash_lost_at_once(self.curve))

    @property
    def least(self) -> str:
        """The first multiplier above the stake."""
        return told(HUNDREDTHS + 1)

    @property
    def top(self) -> str:
        """Where every round ends at the latest."""
        return told(self.curve.top)

    @property
    def growth_rate(self) -> str:
        """The growth a millisecond, as printed in the formula."""
        return f"{Decimal(self.curve.growth_millionths).scaleb(-6):f}".rstrip("0")

    @property
    def target_told(self) -> str:
        """The automatic target as typed in its field."""
        return f"{self.target // HUNDREDTHS}.{self.target % HUNDREDTHS:02d}"

    @property
    def target_hint(self) -> str:
        """Chance, gain and return of the opening stake on the opening target."""
        if not self.is_auto:
            return _("끄면 직접 캐시아웃합니다 · %(top)sx에서 끝납니다") % {"top": bound(self.curve.top)}
        return _("도달 확률 %(chance)s · 성공하면 %(gold)sG · 환수율 %(returned)s") % {
            "chance": f"{percent(returns.crash_survival(self.curve, self.target))}%",
            "gold": f"+{crash.payout(self.stake, self.target) - self.stake:,}",
            "returned": f"{percent(self._stake_return)}%",
        }

    @property
    def _stake_return(self) -> Fraction:
        return returns.crash_return_after_cutting(self.curve, stake=self.stake, target=self.target)

    @property
    def odds(self) -> tuple[OddsRow, ...]:
        """The drawer's list of multipliers."""
        curve = self.curve
        return tuple(
            OddsRow(
                times=told(at),
                chance=percent(returns.crash_survival(curve, at)),
                seconds=f"{crash.time_of(curve, at) / 1000:.1f}",
                by_target=percent(returns.crash_return(curve)),
                by_hand=percent(returns.crash_manual_return(curve, at)),
            )
            for at in ODDS_AT
            if curve.target_min <= at <= curve.target_max
        )

    @property
    def net(self) -> int:
        """What the listed rounds add up to."""
        return sum(row.net for row in self.rounds)

    @property
    def blank(self) -> FlownRow:
        """An empty row: the form that scripts fill."""
        return FlownRow("", None, "", 0, 0, "", "", "", "", 0)

    @property
    def table(self) -> Json:
        """The table for scripts: the same numbers the payer reads."""
        curve = self.curve
        return {
            "config_version": self.config_version,
            "min_bet": curve.stake_min,
            "max_bet": curve.stake_max,
            "growth_millionths": curve.growth_millionths,
            "return_hundredths": curve.return_hundredths,
            "top": curve.top,
            "target_min": curve.target_min,
            "target_max": curve.target_max,
            "mid_from": MID_FROM,
            "high_from": HIGH_FROM,
        }


def told(hundredths: int) -> str:
    """A multiplier as read: 247 → 2.47x."""
    return f"{hundredths // HUNDREDTHS}.{hundredths % HUNDREDTHS:02d}x"


def bound(hundredths: int) -> str:
    """A limit as read: 101 → 1.01, 10000 → 100.0."""
    return times(hundredths) if hundredths % HUNDREDTHS else f"{hundredths // HUNDREDTHS}.0"


def hundredths_of(multiplier: float) -> int:
    """The whole hundredths of a multiplier as a round keeps it."""
    return round(multiplier * HUNDREDTHS)


def first_bet(curve: Curve, last: Round | None) -> tuple[int, int, bool]:
    """The stake, the target and whether it is on, as a page opens: the last round's while they are still taken."""
    asked = last.outcome["auto_cashout_multiplier"] if last else None
    stake = last.stake if last else curve.stake_min * FIRST_STAKE_STEPS
    target = hundredths_of(asked) if asked else FIRST_TARGET
    return (
        min(max(stake, curve.stake_min), curve.stake_max),
        min(max(target, curve.target_min), curve.target_max),
        asked is not None,
    )


def flown_row(flown: Round) -> FlownRow:
    """A settled round as the table shows it."""
    cashout = flown.outcome["cashout_multiplier"]
    left = "—" if cashout is None else told(hundredths_of(cashout))
    if flown.status == RoundStatus.AUTO_CASHED:
        left = _("자동 %(times)s") % {"times": left}
    return FlownRow(
        round_id=str(flown.round_id),
        at=flown.created_at,
        status=flown.status,
        stake=flown.stake,
        payout=flown.payout,
        left=left,
        crash=told(hundredths_of(flown.outcome["crash_point"])),
        server_seed_hash=flown.server_seed_hash,
        client_seed=flown.client_seed,
        nonce=flown.nonce,
    )


def chip(flown: Round) -> Chip:
    """A settled round's crash point as a chip."""
    point = hundredths_of(flown.outcome["crash_point"])
    return Chip(told(point), "high" if point >= HIGH_FROM else "mid" if point >= MID_FROM else "low")
