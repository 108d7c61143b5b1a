"""Charts as numbers for SVG attributes: the page that draws them carries no style and no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

Json = dict[str, Any]

BARS_WIDTH: Final = 600
BARS_TOP: Final = 20
BARS_FLOOR: Final = 165
_BAR_WIDTH: Final = 26
_LABELLED_EVERY: Final = 7
_STEPS: Final = (1, 2, 5)

PARTS_WIDTH: Final = 300
_PARTS_GAP: Final = 2
_SHADES: Final = 4

RANGE_WIDTH: Final = 200
_RANGE_EDGE: Final = 6


def bars(days: Sequence[tuple[date, int]]) -> Json:
    """One bar a day, the last one now; three lines with their amounts in cents."""
    top = _round_up(max((cents for _, cents in days), default=0))
    pitch = BARS_WIDTH / max(len(days), 1)
    height = BARS_FLOOR - BARS_TOP
    drawn = []
    for place, (day, cents) in enumerate(days):
        tall = round(cents / top * height, 1)
        drawn.append(
            {
                "x": round(place * pitch + (pitch - _BAR_WIDTH) / 2, 1),
                "y": round(BARS_FLOOR - max(tall, 2), 1),
                "height": max(tall, 2),
                "width": _BAR_WIDTH,
                "middle": round((place + 0.5) * pitch, 1),
                "day": day,
                "cents": cents,
                "is_now": place == len(days) - 1,
                "is_labelled": place % _LABELLED_EVERY == 0,
            }
        )
    lines = [{"y": round(BARS_FLOOR - height * part / 3, 1), "dollars": top * part // 300} for part in (1, 2, 3)]
    return {"bars": drawn, "lines": lines}


def parts(amounts: Sequence[tuple[str, int]], top: int) -> list[Json]:
    """The pieces of one flow beside each other, `top` filling the whole width; the smallest share one shade."""
    drawn: list[Json] = []
    x = 0.0
    for place, (name, amount) in enumerate(amounts):
        width = max(amount / top * PARTS_WIDTH - _PARTS_GAP, 1)
        shade = min(place, _SHADES - 1) + 1
        drawn.append({"x": round(x, 1), "width": round(width, 1), "name": name, "amount": amount, "shade": shade})
        x += width + _PARTS_GAP
    return drawn


def interval(*, exact: float, seen: float, spread: float) -> Json:
    """Where the exact return, the actual one and its 95 % interval lie, the exact one always in the middle."""
    reach = max(abs(seen - exact) + spread, 1.0) * 1.15

    def place(value: float) -> float:
        middle = RANGE_WIDTH / 2
        inside = (value - exact) / reach * (middle - _RANGE_EDGE)
        return round(min(max(middle + inside, _RANGE_EDGE), RANGE_WIDTH - _RANGE_EDGE), 1)

    return {"low": place(seen - spread), "high": place(seen + spread), "seen": place(seen), "exact": place(exact)}


def _round_up(cents: int) -> int:
    """The next amount that divides well into three lines: 3, 6 or 15 dollars times a power of ten."""
    power = 1
    while True:
        for step in _STEPS:
            if step * power * 300 >= max(cents, 1):
                return step * power * 300
        power *= 10
