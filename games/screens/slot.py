"""What the slot page shows: the table in force, what a stake on it returns, and the player's last spins.

Every number comes from the machine that pays; nothing about odds is written twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from games.engine import returns
from games.engine.slots import COLUMNS, MAX_LINES, PAYLINES, ROWS, Cell, Machine, Symbol
from games.engine.units import HUNDREDTHS
from games.models import Round
from games.screens.shown import percent, times

FIRST_STAKE_STEPS: Final = 10
SPRITE: Final = "img/symbols.svg"
UNDRAWN: Final = "sym-coin"
DRAWN: Final[Mapping[str, tuple[str, Promise]]] = {
    "🍒": ("sym-cherry", gettext_lazy("체리")),
    "🍋": ("sym-lemon", gettext_lazy("레몬")),
    "🍊": ("sym-orange", gettext_lazy("오렌지")),
    "🍇": ("sym-grapes", gettext_lazy("포도")),
    "💎": ("sym-diamond", gettext_lazy("다이아")),
    "7️⃣": ("sym-seven", gettext_lazy("세븐")),
}
"""The one table from a face on the wire to the picture that is drawn and the name that is read out."""

LINE_NAMES: Final = (
    gettext_lazy("가운데 줄"),
    gettext_lazy("윗줄"),
    gettext_lazy("아랫줄"),
    gettext_lazy("내리막 대각선"),
    gettext_lazy("오르막 대각선"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A face as the page draws and names it."""

    face: str
    name: str
    art: str


class Gallery(dict[str, Picture]):
    """The pictures of one page, each looked up once; faces of older tables hang here too."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.machine = machine

    def __missing__(self, face: str) -> Picture:
        drawn = self[face] = picture(self.machine, face)
        return drawn

    def told(self, reels: Sequence[Sequence[str]]) -> str:
        """The pictures in words, row by row."""
        return " / ".join(" ".join(self[face].name for face in row) for row in reels)


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """One line of the machine, as a path on a 30 by 30 grid."""

    number: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class PaidSymbol:
    """One row of the paytable; multipliers in hundredths and as shown, gold for the chosen stake."""

    picture: Picture
    share: str
    pair: int
    three: int
    pair_times: str
    three_times: str
    pair_gold: int
    three_gold: int


@dataclass(frozen=True, slots=True)
class SpinRow:
    """One of the last spins with what proves it."""

    round_id: str
    stake: int
    payout: int
    pictures: tuple[Picture, ...]
    cells: tuple[Picture, ...]
    told: str
    wins: tuple[str, ...]
    server_seed_hash: str
    client_seed: str
    nonce: int

    @property
    def net(self) -> int:
        """Payout less stake."""
        return self.payout - self.stake

    @property
    def is_win(self) -> bool:
        """More came back than was staked."""
        return self.payout > self.stake

    @property
    def tone(self) -> str:
        """A return at or below the stake is stated plainly, neither a win nor a loss of everything."""
        return "gain" if self.is_win else "soft" if self.payout else "loss"


@dataclass(frozen=True, slots=True)
class SlotScreen:
    """The whole slot page."""

    gallery: Gallery
    config_version: int
    pause_reason: str
    stake: int
    lines: int
    reels: tuple[tuple[str, ...], ...]
    rounds: tuple[SpinRow, ...]
    server_seed_hash: str
    nonce: int

    @property
    def machine(self) -> Machine:
        """The machine in force."""
        return self.gallery.machine

    @property
    def rtp(self) -> str:
        """The exact return before cutting, in percent."""
        return percent(returns.slot_return(self.machine))

    @property
    def rtp_exact(self) -> str:
        """The exact return as a fraction."""
        return str(returns.slot_return(self.machine))

    @property
    def hit_rate(self) -> str:
        """How often a line pays, in percent."""
        return percent(returns.slot_hit_rate(self.machine))

    @property
    def hit_rate_exact(self) -> str:
        """How often a line pays, as a fraction."""
        return str(returns.slot_hit_rate(self.machine))

    @property
    def max_multiplier(self) -> str:
        """The most a spin can pay, in stakes."""
        return times(returns.slot_max_multiplier(self.machine) * HUNDREDTHS)

    @property
    def stake_return(self) -> str:
        """The exact return of the chosen stake after cutting to whole gold, in percent."""
        return percent(returns.slot_return_after_cutting(self.machine, stake=self.stake, lines=self.lines))

    @property
    def most(self) -> int:
        """The most this stake can bring in one spin."""
        return max(symbol.three_gold for symbol in self.paytable) * self.lines

    @property
    def per_line(self) -> int:
        """The chosen stake's whole gold on each line."""
        return self.stake // self.lines

    @property
    def columns(self) -> tuple[tuple[Picture, ...], ...]:
        """The nine pictures shown, reel by reel."""
        return tuple(tuple(self.gallery[row[column]] for row in self.reels) for column in range(COLUMNS))

    @property
    def reels_told(self) -> str:
        """The nine pictures in words, row by row."""
        return self.gallery.told(self.reels)

    @property
    def lines_drawn(self) -> tuple[DrawnLine, ...]:
        """The lines of the machine in their order."""
        return tuple(
            DrawnLine(number, str(LINE_NAMES[number - 1]), line_path(cells))
            for number, cells in enumerate(PAYLINES, start=1)
        )

    @property
    def paytable(self) -> tuple[PaidSymbol, ...]:
        """Every symbol, the best first."""
        best_first = sorted(self.machine.symbols, key=lambda symbol: (-symbol.three, -symbol.pair, symbol.weight))
        return tuple(self._paid(symbol) for symbol in best_first)

    def _paid(self, symbol: Symbol) -> PaidSymbol:
        return PaidSymbol(
            picture=self.gallery[symbol.face],
            share=percent(Fraction(symbol.weight, sum(self.machine.weights))),
            pair=symbol.pair,
            three=symbol.three,
            pair_times=times(symbol.pair),
            three_times=times(symbol.three),
            pair_gold=self.stake * symbol.pair // (HUNDREDTHS * self.lines),
            three_gold=self.stake * symbol.three // (HUNDREDTHS * self.lines),
        )

    @property
    def net(self) -> int:
        """What the listed spins add up to."""
        return sum(row.net for row in self.rounds)

    @property
    def blank(self) -> SpinRow:
        """An empty row: the form that scripts fill."""
        return SpinRow("", 0, 0, (), (), "", (), "", "", 0)

    @property
    def table(self) -> dict[str, Any]:
        """The table for scripts: the same numbers the payer reads."""
        return {
            "config_version": self.config_version,
            "min_bet": self.machine.stake_min,
            "max_bet": self.machine.stake_max,
            "symbols": [
                {"symbol": symbol.face, "weight": symbol.weight, "pair": symbol.pair, "three": symbol.three}
                | {"name": drawn.name, "art": drawn.art}
                for symbol in self.machine.symbols
                for drawn in (self.gallery[symbol.face],)
            ],
            "lines": PAYLINES,
        }


def first_stake(machine: Machine, last: Round | None) -> tuple[int, int]:
    """The stake and lines a page opens with: those of the last spin while they are still taken."""
    lines = int(last.outcome.get("lines", MAX_LINES)) if last else MAX_LINES
    stake = last.stake if last else machine.stake_min * FIRST_STAKE_STEPS
    return min(max(stake, machine.stake_min), machine.stake_max), lines


def spin_row(gallery: Gallery, spun: Round) -> SpinRow:
    """A settled spin as the list shows it."""
    reels, wins = spun.outcome["reels"], spun.outcome["win_lines"]
    best = max(wins, key=lambda win: win["amount"], default=None)
    shown = [reels[row][column] for row, column in best["positions"]] if best else reels[ROWS // 2]
    return SpinRow(
        round_id=str(spun.round_id),
        stake=spun.stake,
        payout=spun.payout,
        pictures=tuple(gallery[face] for face in shown),
        cells=tuple(gallery[face] for row in reels for face in row),
        told=gallery.told(reels),
        wins=tuple(_win_told(gallery, win) for win in wins),
        server_seed_hash=spun.server_seed_hash,
        client_seed=spun.client_seed,
        nonce=spun.nonce,
    )


def _win_told(gallery: Gallery, win: Mapping[str, Any]) -> str:
    return _("%(line)s번 라인 ×%(times)s · %(symbol)s %(count)s개 · +%(gold)s") % {
        "line": win["line"],
        "times": times(Fraction(str(win["multiplier"])) * HUNDREDTHS),
        "symbol": gallery[win["symbol"]].name,
        "count": win["count"],
        "gold": f"{win['amount']:,}",
    }


def resting_reels(machine: Machine) -> tuple[tuple[str, ...], ...]:
    """Nine pictures for a machine nobody has spun: every symbol once in turn, so that no line looks won."""
    faces = [symbol.face for symbol in machine.symbols]
    return tuple(
        tuple(faces[(row * COLUMNS + column + row) % len(faces)] for column in range(COLUMNS)) for row in range(ROWS)
    )


def picture(machine: Machine, face: str) -> Picture:
    """How a face is drawn; one the club has not drawn yet shows as a coin under its own name."""
    if face in DRAWN:
        art, name = DRAWN[face]
        return Picture(face, str(name), f"{static(SPRITE)}#{art}")
    own_name = next((symbol.name for symbol in machine.symbols if symbol.face == face), face)
    return Picture(face, own_name, f"{static(SPRITE)}#{UNDRAWN}")


def line_path(cells: tuple[Cell, ...]) -> str:
    """A line through its cells' middles, drawn a little beyond the first and the last."""
    points = [(5 + 10 * column, 5 + 10 * row) for row, column in cells]
    (x0, y0), (x1, y1) = points[0], points[1]
    (x2, y2), (x3, y3) = points[-2], points[-1]
    start = (x0 - (x1 - x0) * 0.3, y0 - (y1 - y0) * 0.3)
    end = (x3 + (x3 - x2) * 0.3, y3 + (y3 - y2) * 0.3)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in [start, *points, end])
