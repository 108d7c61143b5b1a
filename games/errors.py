"""What the games refuse, each with its code and its text."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casino.lib.errors import Refusal, invalid, validation_error


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


def banner_not_found() -> Refusal:
    """404: no gacha banner is called so."""
    return Refusal("NOT_FOUND", 404, _("배너를 찾을 수 없습니다"))


def window_closed() -> Refusal:
    """403: the banner has not begun yet, or is over."""
    return Refusal("WINDOW_CLOSED", 403, _("지금은 열려 있지 않은 배너입니다"))


def daily_gacha_limit(limit: int, *, retry_after: int) -> Refusal:
    """429: the day's pulls are used up, or fewer are left than were asked for; the detail is an object."""
    message = _("일일 가챠 횟수(%(limit)s회)를 초과했습니다.") % {"limit": limit}
    return Refusal(
        "DAILY_GACHA_LIMIT",
        429,
        message,
        detail={"code": "DAILY_GACHA_LIMIT", "message": str(message)},
        headers={"Retry-After": str(retry_after)},
    )


def round_open() -> Refusal:
    """409: first the open crash round has to end."""
    return Refusal("ROUND_OPEN", 409, _("진행 중인 라운드가 있습니다"))


def target_out_of_range(low: int, high: int) -> Refusal:
    """422: an automatic cash-out there is none of; bounds in hundredths."""
    bounds = {"min": low / 100, "max": high / 100}
    return invalid(
        "auto_cashout_multiplier", _("자동 캐시아웃 배수는 %(min)s~%(max)s 사이여야 합니다") % bounds, "range"
    )


def nothing_to_cash_out() -> Refusal:
    """404: no crash round is open, or none of the caller's has this number."""
    return Refusal("ROUND_NOT_FOUND", 404, _("게임 세션을 찾을 수 없습니다"))


def round_crashed() -> Refusal:
    """400: the cash-out came after the crash."""
    return Refusal("ROUND_CRASHED", 400, _("이미 크래시가 발생했습니다"))


def round_not_active() -> Refusal:
    """400: the round is over, cashed out before."""
    return Refusal("ROUND_NOT_ACTIVE", 400, _("진행 중인 게임이 아닙니다"))


def seed_secret() -> Refusal:
    """409: the server seed is still in use, so nobody may learn it yet."""
    return Refusal("CONFLICT", 409, _("서버 시드가 아직 공개되지 않았습니다. 시드를 바꾸면 검증할 수 있습니다."))


def rtp_out_of_range(message: str) -> Refusal:
    """422: the table would pay back more than it takes."""
    return Refusal("RTP_OUT_OF_RANGE", 422, message)


def unplayable(message: str) -> Refusal:
    """422: the table that comes of it cannot be played, and why."""
    return validation_error([{"loc": ["body"], "msg": message, "type": "table"}])
