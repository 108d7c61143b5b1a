"""What happened in a round, as it is drawn again: reels, hands, cards, the curve. All from the stored outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import expm1
from typing import Any, Final

from django.utils.translation import gettext as _

from games.engine import crash
from games.engine.crash import Curve
from games.engine.slots import COLUMNS, MAX_LINES
from games.engine.units import HUNDREDTHS, MILLION
from games.screens.gacha import art_of
from games.screens.rows import HAND_NAMES, multiplier_told, rarity_rank
from games.screens.shown import times
from games.screens.slot import LINE_NAMES, Gallery, Picture

Json = dict[str, Any]

CURVE_WIDTH: Final = 640
CURVE_HEIGHT: Final = 260
CURVE_STEPS: Final = 48
DRAWN_BEYOND: Final = 1.2
"""How much of a flight is drawn beyond the player's exit: what was missed is stated, not staged."""

FLIGHT_MS_MAX: Final = 4_000
"""A flight is shown again in at most this time; a shorter one in its own."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture of the reels, and whether a line that paid runs through it."""

    picture: Picture
    is_won: bool


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One line that paid, in words."""

    number: int
    picture: Picture
    count: int
    times: str
    amount: int

    @property
    def name(self) -> str:
        """Where the line runs."""
        return str(LINE_NAMES[self.number - 1])

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures that paid."""
        return (self.picture,) * self.count


@dataclass(frozen=True, slots=True)
class Tag:
    """One line of the machine: whether it was played, and whether it paid."""

    number: int
    is_played: bool
    is_won: bool


@dataclass(frozen=True, slots=True)
class SlotScene:
    """Nine pictures and the lines that paid."""

    gallery: Gallery
    outcome: Json

    @property
    def columns(self) -> tuple[tuple[Cell, ...], ...]:
        """The nine pictures, reel by reel."""
        won = {tuple(cell) for win in self.outcome["win_lines"] for cell in win["positions"][: win["count"]]}
        reels = self.outcome["reels"]
        return tuple(
            tuple(Cell(self.gallery[line[column]], (row, column) in won) for row, line in enumerate(reels))
            for column in range(COLUMNS)
        )

    @property
    def told(self) -> str:
        """The pictures in words, row by row."""
        return self.gallery.told(self.outcome["reels"])

    @property
    def wins(self) -> tuple[PaidLine, ...]:
        """The lines that paid, in their order."""
        return tuple(
            PaidLine(
                number=win["line"],
                picture=self.gallery[win["symbol"]],
                count=win["count"],
                times=times(Fraction(str(win["multiplier"])) * HUNDREDTHS),
                amount=win["amount"],
            )
            for win in self.outcome["win_lines"]
        )

    @property
    def tags(self) -> tuple[Tag, ...]:
        """The lines of the machine in their order."""
        won = {win["line"] for win in self.outcome["win_lines"]}
        numbers = range(1, MAX_LINES + 1)
        return tuple(Tag(number, number <= self.outcome["lines"], number in won) for number in numbers)

    @property
    def script(self) -> Json:
        """What the replay needs."""
        drawn = {face for row in self.outcome["reels"] for face in row}
        faces = drawn.union(symbol.face for symbol in self.gallery.machine.symbols)
        return {
            "reels": self.outcome["reels"],
            "win_lines": self.outcome["win_lines"],
            "symbols": [
                {"symbol": face, "name": self.gallery[face].name, "art": self.gallery[face].art}
                for face in sorted(faces)
            ],
        }


@dataclass(frozen=True, slots=True)
class RpsScene:
    """Two hands."""

    mine: str
    house: str
    result: str

    @property
    def mine_name(self) -> str:
        """The player's hand in words."""
        return str(HAND_NAMES[self.mine])

    @property
    def house_name(self) -> str:
        """The house's hand in words."""
        return str(HAND_NAMES[self.house])

    @property
    def word(self) -> str:
        """How it ended for the player."""
        return {"win": _("승리"), "lose": _("패배"), "draw": _("무승부")}[self.result]


@dataclass(frozen=True, slots=True)
class CardShown:
    """One item of a pull."""

    name: str
    rarity: str
    rank: int
    gold_value: int
    is_new: bool
    is_pity: bool
    is_guaranteed: bool
    art: str

    @property
    def shape(self) -> str:
        """The number of the shape, for the sprite."""
        return str(self.rank)


@dataclass(frozen=True, slots=True)
class GachaScene:
    """The cards of a pull in the order they were drawn."""

    outcome: Json

    @property
    def cards(self) -> tuple[CardShown, ...]:
        """Every card."""
        return tuple(_card(item) for item in self.outcome["items"])

    @property
    def pity(self) -> Mapping[str, int]:
        """How the promise of many pulls stood before and after."""
        pity: Mapping[str, int] = self.outcome["pity"]
        return pity


def _card(item: Json) -> CardShown:
    return CardShown(
        name=item["name"],
        rarity=item["rarity"],
        rank=rarity_rank(item["rarity"]),
        gold_value=item["gold_value"],
        is_new=bool(item.get("is_new")),
        is_pity=bool(item["pity"]),
        is_guaranteed=bool(item["guaranteed"]),
        art=art_of(item["item_id"]),
    )


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the drawing of a flight, as attributes write it."""

    x: str
    y: str


@dataclass(frozen=True, slots=True)
class CrashScene:
    """A finished flight: the curve as far as the player was on board, and a little of what came after."""

    curve: Curve
    end: int
    left: int | None
    target: int | None

    @property
    def is_crashed(self) -> bool:
        """Whether the player was still on board."""
        return self.left is None

    @property
    def end_told(self) -> str:
        """Where the flight ended."""
        return multiplier_told(self.end / HUNDREDTHS)

    @property
    def left_told(self) -> str:
        """Where the player left."""
        return multiplier_told(self.left / HUNDREDTHS) if self.left else ""

    @property
    def target_told(self) -> str:
        """Where the player had asked to be taken out."""
        return multiplier_told(self.target / HUNDREDTHS) if self.target else ""

    @property
    def shown(self) -> str:
        """The large number: where the player left, else where it crashed."""
        return f"{(self.left or self.end) / HUNDREDTHS:.2f}"

    @property
    def seconds(self) -> str:
        """How long the player was on board."""
        return f"{self._on_board_ms / 1000:.1f}"

    @property
    def path(self) -> str:
        """The flight as far as it is drawn."""
        return self._path(self._drawn_ms)

    @property
    def path_on_board(self) -> str:
        """The part of it that the player was on board."""
        return self._path(self._on_board_ms)

    @property
    def tip(self) -> Spot:
        """Where the player's part ends on the drawing."""
        return self._spot(self._on_board_ms)

    @property
    def base(self) -> int:
        """The foot of the drawing."""
        return CURVE_HEIGHT

    @property
    def script(self) -> Json:
        """What the replay needs: how the number grows, and in what time it is shown again."""
        return {
            "shown": (self.left or self.end) / HUNDREDTHS,
            "elapsed_ms": self._on_board_ms,
            "replay_ms": min(self._on_board_ms, FLIGHT_MS_MAX),
            "growth_rate": self.curve.growth_millionths / MILLION,
        }

    @property
    def _on_board_ms(self) -> int:
        return crash.time_of(self.curve, self.left or self.end)

    @property
    def _drawn_ms(self) -> float:
        return min(crash.time_of(self.curve, self.end), self._on_board_ms * DRAWN_BEYOND)

    def _path(self, last_ms: float) -> str:
        spots = [self._spot(last_ms * step / CURVE_STEPS) for step in range(CURVE_STEPS + 1)]
        return "M" + "L".join(f"{spot.x} {spot.y}" for spot in spots)

    def _spot(self, elapsed_ms: float) -> Spot:
        """Time runs right, the multiplier up; a flight that never rose is a dot at the foot."""
        if not self._drawn_ms:
            return Spot("0", str(CURVE_HEIGHT))
        rate = self.curve.growth_millionths / MILLION
        risen = expm1(rate * elapsed_ms) / expm1(rate * self._drawn_ms)
        return Spot(f"{elapsed_ms / self._drawn_ms * CURVE_WIDTH:.1f}", f"{(1 - risen) * CURVE_HEIGHT:.1f}")


def crash_scene(curve: Curve, outcome: Json) -> CrashScene:
    """The flight that a settled outcome tells of."""
    return CrashScene(
        curve=curve,
        end=_hundredths(outcome["crash_point"]) or HUNDREDTHS,
        left=_hundredths(outcome.get("cashout_multiplier")),
        target=_hundredths(outcome.get("auto_cashout_multiplier")),
    )


def _hundredths(multiplier: float | None) -> int | None:
    return None if multiplier is None else round(multiplier * HUNDREDTHS)
