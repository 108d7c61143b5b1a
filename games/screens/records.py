"""What a player made of each game, as the profile shows it: totals, and the return seen beside the exact one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from games import seen, stats
from games.models import GameType
from games.screens.rows import multiplier_told
from games.screens.shown import percent
from games.seen import ENOUGH, NEWEST

Json = dict[str, Any]

AXIS_WIDTH: Final = 192
AXIS_LEFT: Final = 4
AXIS_LEAST: Final = 1.5


@dataclass(frozen=True, slots=True)
class Ruler:
    """The returns as places on one line from nothing to a little beyond the farthest; attributes as text."""

    low: str
    high: str
    exact: str
    returned: str


@dataclass(frozen=True, slots=True)
class Record:
    """One game of one player."""

    game: str
    name: str
    totals: Json
    seen: seen.Seen | None

    newest: int = NEWEST
    enough: int = ENOUGH

    @property
    def best(self) -> str:
        """The best cash-out of the crash; other games are told by their largest payout."""
        highest = self.totals.get("max_multiplier")
        return multiplier_told(highest) if highest else ""

    @property
    def exact(self) -> str:
        """The exact return in percent."""
        return percent(self.seen.exact) if self.seen else ""

    @property
    def returned(self) -> str:
        """The return seen, in percent."""
        return _percent(self.seen.returned) if self.seen else ""

    @property
    def interval(self) -> str:
        """Where the true return lies, 19 times in 20; nothing while too few rounds are known."""
        if self.seen is None or self.seen.low is None or self.seen.high is None:
            return ""
        return f"{_percent(self.seen.low)}–{_percent(self.seen.high)}"

    @property
    def ruler(self) -> Ruler | None:
        """The same drawn."""
        if self.seen is None:
            return None
        low, high = self.seen.low, self.seen.high
        farthest = max(AXIS_LEAST, self.seen.returned, high or 0)

        def place(share: float) -> str:
            return f"{AXIS_LEFT + share / farthest * AXIS_WIDTH:.1f}"

        known = low is not None and high is not None
        return Ruler(
            low=place(low or 0) if known else "",
            high=place(high or 0) if known else "",
            exact=place(float(self.seen.exact)),
            returned=place(self.seen.returned),
        )


def records(player_id: int, told: Json | None = None) -> tuple[Record, ...]:
    """Every game, played or not; `told` are the statistics as the API tells them, when they are known already."""
    breakdown = (told or stats.stats_of(player_id))["game_breakdown"]
    found = seen.seen_by(player_id)
    return tuple(Record(game.value, str(game.label), breakdown[game.value], found.get(game)) for game in GameType)


def _percent(share: float) -> str:
    return f"{share * 100:,.1f}"
