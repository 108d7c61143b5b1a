"""The crash table: how fast the multiplier grows, where it ends at the latest, and what may be aimed at."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from games.engine import crash
from games.engine.crash import Curve
from games.engine.units import HUNDREDTHS
from games.tables.reading import PaysTooMuch, TableError, want_keys, want_largest_win, want_stakes, whole

FIRST: Final[dict[str, Any]] = {
    "stake_min": 10,
    "stake_max": 100_000,
    "growth_millionths": 60,
    "return_hundredths": 97,
    "top": 10_000,
    "target_min": 101,
    "target_max": 10_000,
}

_SHORTEST_MS: Final = 1_000
_LONGEST_MS: Final = 3_600_000


def parse_crash(table: Mapping[str, Any]) -> Curve:
    """The curve a table describes, or a `TableError` saying what is wrong with it."""
    want_keys(table, set(FIRST), "crash table")
    curve = Curve(
        growth_millionths=whole(table, "growth_millionths", at_least=1),
        return_hundredths=whole(table, "return_hundredths", at_least=1),
        top=whole(table, "top", at_least=101, at_most=1_000_000),
        target_min=whole(table, "target_min", at_least=101),
        target_max=whole(table, "target_max", at_least=101),
        stake_min=whole(table, "stake_min", at_least=1),
        stake_max=whole(table, "stake_max", at_least=1),
    )
    want_stakes(curve.stake_min, curve.stake_max)
    if curve.return_hundredths > HUNDREDTHS:
        raise PaysTooMuch(_("환수율이 100%를 넘습니다"))
    if not curve.target_min <= curve.target_max <= curve.top:
        raise TableError(_("target_min ≤ target_max ≤ top 이어야 합니다"))
    want_largest_win(crash.payout(curve.stake_max, curve.top))
    _check_pace(curve)
    return curve


def _check_pace(curve: Curve) -> None:
    fastest = curve.growth_millionths > 1_000_000
    if fastest or not _SHORTEST_MS <= crash.time_of(curve, curve.top) <= _LONGEST_MS:
        raise TableError(_("growth_millionths: 최고 배수까지 1초에서 1시간이 걸려야 합니다"))
