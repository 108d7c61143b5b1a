"""What the games refuse, each with its code and its text."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casino.lib.errors import Refusal


def bet_out_of_range(low: int, high: int) -> Refusal:
    """422: the stake is a whole number, but not one this game takes."""
    message = _("베팅 금액은 %(min)s~%(max)s 사이여야 합니다") % {"min": low, "max": high}
    return Refusal("BET_OUT_OF_RANGE", 422, message, details=[{"loc": ["body", "bet_amount"], "min": low, "max": high}])


def game_paused(reason: str) -> Refusal:
    """403: staff paused the game; the text is their reason."""
    return Refusal("GAME_PAUSED", 403, reason)


def round_not_found() -> Refusal:
    """404: no such round, or none the caller may see."""
    return Refusal("ROUND_NOT_FOUND", 404, _("라운드를 찾을 수 없습니다"))
