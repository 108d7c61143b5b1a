"""Days in a row: what counts one, what breaks them, and the tokens that cover a missed day.

A streak is kept as its last counted day left it. Whether it still stands is a question of the clock, so it is answered
when it is asked: a missed day brings it to 0 unless protection covers it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Streak, StreakType, Wallet
from casino.lib import days, rows
from realtime.events import StreakUpdate

Json = dict[str, Any]
KEY: Final = ("player", "action_type")
TOKEN_EVERY: Final = 7
TOKENS_EARNED_MAX: Final = 3


def of(player_id: int, action_type: str = StreakType.DAILY_LOGIN) -> Streak:
    """The player's streak of this type; a new one, not stored, for who has none."""
    found = Streak.objects.filter(player_id=player_id, action_type=action_type).first()
    return found or Streak(player_id=player_id, action_type=action_type)


def standing(streak: Streak, today: date) -> int:
    """The days in a row as they stand on `today`."""
    if streak.ticked_on is None or _is_broken(streak, today):
        return 0
    return streak.count


def next_count(streak: Streak, today: date) -> int:
    """The count that a tick on `today` leads to; today's own when it is counted already."""
    return streak.count if streak.ticked_on == today else standing(streak, today) + 1


def _missed(streak: Streak, today: date) -> int:
    """Whole days between the last counted one and `today`; none where there is nothing to lose."""
    if streak.ticked_on is None or streak.count == 0:
        return 0
    return max(0, (today - streak.ticked_on).days - 1)


def _is_broken(streak: Streak, today: date) -> bool:
    missed = _missed(streak, today)
    return missed > 0 and not (streak.is_protected and streak.tokens >= missed)


def _let_go_if_broken(streak: Streak, today: date) -> None:
    """What a missed day broke stays broken: tokens that come, or are allowed, afterwards do not mend it."""
    if _is_broken(streak, today):
        streak.count = 0


def count_day(streak: Streak, today: date) -> bool:
    """Counts `today` unless it is counted already (or lies before the last counted day); whether it was."""
    if streak.ticked_on is not None and today <= streak.ticked_on:
        return False
    _let_go_if_broken(streak, today)
    streak.tokens -= _missed(streak, today)
    streak.count += 1
    streak.ticked_on = today
    streak.mark(today)
    if streak.count % TOKEN_EVERY == 0 and streak.tokens < TOKENS_EARNED_MAX:
        streak.tokens += 1
    return True


def tick(wallet: OpenWallet, streak: Streak, *, at: datetime) -> bool:
    """Counts the day of `at` for the wallet's player and tells them; whether it was not counted before."""
    if not count_day(streak, days.day_of(at)):
        return False
    keep(wallet, streak)
    return True


def keep(wallet: OpenWallet, streak: Streak) -> None:
    """Stores a changed streak of the wallet's player when the wallet closes, and tells how it stands."""
    wallet.when_closing(lambda: rows.put([streak], key=KEY))
    wallet.tell(StreakUpdate(told(streak, wallet.row, wallet.now)))


def status(streak: Streak, now: datetime) -> Json:
    """StreakStatus: the streak as it stands at `now`."""
    today = days.day_of(now)
    return {
        "action_type": str(streak.action_type),
        "count": standing(streak, today),
        "ttl_seconds": _seconds_left(streak, now),
        "ticked_today": streak.ticked_on == today,
        "last_tick_date": streak.ticked_on.isoformat() if streak.ticked_on else None,
        "protection": {"enabled": streak.is_protected, "tokens": streak.tokens},
    }


def told(streak: Streak, wallet: Wallet, now: datetime) -> Json:
    """StreakStatus with `claimed_today`, as the stream and the socket's opening tell it."""
    return {**status(streak, now), "claimed_today": wallet.attendance_claimed_on == days.day_of(now)}


def _seconds_left(streak: Streak, now: datetime) -> int | None:
    """Seconds until the streak breaks unless a day is counted; tokens that are in use prolong it."""
    if standing(streak, days.day_of(now)) == 0 or streak.ticked_on is None:
        return None
    covered = streak.tokens if streak.is_protected else 0
    return days.seconds_up(days.midnight(streak.ticked_on, after_days=2 + covered) - now)


def add_tokens(wallet: OpenWallet, number: int) -> None:
    """Gives the wallet's player protection tokens for attendance, however many they hold, and tells them."""
    streak = of(wallet.row.pk)
    _let_go_if_broken(streak, days.day_of(wallet.now))
    streak.tokens += number
    keep(wallet, streak)


def reset(*, player_id: int, action_type: str, now: datetime) -> None:
    """Brings the streak to 0; the day stays counted, so neither a second tick nor a second claim follows."""
    with transaction.atomic(), open_wallet(player_id, now=now) as wallet:
        streak = of(player_id, action_type)
        streak.count = 0
        keep(wallet, streak)


def protect(*, player_id: int, action_type: str, enabled: bool, now: datetime) -> Streak:
    """Switches protection on or off; the streak as it then stands."""
    with transaction.atomic(), open_wallet(player_id, now=now) as wallet:
        streak = of(player_id, action_type)
        _let_go_if_broken(streak, days.day_of(now))
        streak.is_protected = enabled
        keep(wallet, streak)
    return streak


def days_to_next_token(streak: Streak, today: date) -> int:
    """Counted days until the next token is earned."""
    return TOKEN_EVERY - standing(streak, today) % TOKEN_EVERY
