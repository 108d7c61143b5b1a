"""Numbers as people read them: shares in percent, multipliers in stakes."""

from __future__ import annotations

from fractions import Fraction

from games.engine.units import HUNDREDTHS


def percent(share: Fraction) -> str:
    """A share in percent, cut to three decimals, or to two digits that are not zero when it is smaller."""
    scale = 1000
    while 0 < share.numerator * 100 * scale < 10 * share.denominator:
        scale *= 10
    cut = share.numerator * 100 * scale // share.denominator
    return f"{cut // scale}.{str(scale + cut % scale)[1:]}".rstrip("0").rstrip(".")


def times(hundredths: int | Fraction) -> str:
    """A multiplier of hundredths as read: 150 → 1.5, 100000 → 1,000."""
    whole, part = divmod(int(hundredths), HUNDREDTHS)
    return f"{whole:,}" + (f".{part:02d}".rstrip("0") if part else "")
