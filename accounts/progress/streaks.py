"""Days in a row: what counts one, what breaks them, and the tokens that cover a missed day.

A streak is kept as its last counted day left it. Whether it still stands is a question of the clock, so it is answered
when it is asked: a missed day brings it to 0 unless protection covers it. What missed days did is written down before
anything else about the streak changes, so that nothing that comes later mends or undoes it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
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


def tokens_left(streak: Streak, today: date) -> int:
    """The tokens as they stand on `today`: each day they covered has used one."""
    return streak.tokens if _is_broken(streak, today) else streak.tokens - _missed(streak, today)


def is_counted(streak: Streak, today: date) -> bool:
    """Whether nothing more can be counted on `today`; a clock that was set back finds its day counted already."""
    return streak.ticked_on is not None and today <= streak.ticked_on


def next_count(streak: Streak, today: date) -> int:
    """The count that a tick on `today` leads to; the one it has when the day is counted already."""
    return streak.count if is_counted(streak, today) else standing(streak, today) + 1


def is_claimed(wallet: Wallet, today: date) -> bool:
    """Whether the attendance of `today` was paid."""
    return wallet.attendance_claimed_on is not None and today <= wallet.attendance_claimed_on


def _missed(streak: Streak, today: date) -> int:
    """Whole days between the last counted one and `today`; none where there is nothing to lose."""
    if streak.ticked_on is None or streak.count == 0:
        return 0
    return max(0, (today - streak.ticked_on).days - 1)


def _is_broken(streak: Streak, today: date) -> bool:
    missed = _missed(streak, today)
    return missed > 0 and not (streak.is_protected and streak.tokens >= missed)


def _settle_missed(streak: Streak, today: date) -> None:
    """Writes down what the missed days until `today` did: they broke the streak, or each used a token."""
    missed = _missed(streak, today)
    if _is_broken(streak, today):
        streak.count = 0
    elif missed:
        streak.tokens -= missed
        streak.ticked_on = today - timedelta(days=1)


def count_day(streak: Streak, today: date) -> bool:
    """Counts `today` unless it is counted already (or lies before the last counted day); whether it was."""
    if is_counted(streak, today):
        return False
    _settle_missed(streak, today)
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
    wallet.tell(StreakUpdate(**told(streak, wallet.row, wallet.now)))


def status(streak: Streak, now: datetime) -> Json:
    """StreakStatus: the streak as it stands at `now`."""
    today, last = days.day_of(now), streak.last_counted
    return {
        "action_type": str(streak.action_type),
        "count": standing(streak, today),
        "ttl_seconds": _seconds_left(streak, now),
        "ticked_today": is_counted(streak, today),
        "last_tick_date": last.isoformat() if last else None,
        "protection": {"enabled": streak.is_protected, "tokens": tokens_left(streak, today)},
    }


def told(streak: Streak, wallet: Wallet, now: datetime) -> Json:
    """StreakStatus with `claimed_today`, as the stream and the socket's opening tell it."""
    return {**status(streak, now), "claimed_today": is_claimed(wallet, days.day_of(now))}


def _seconds_left(streak: Streak, now: datetime) -> int | None:
    """Seconds until the streak breaks unless a day is counted; tokens that are in use prolong it."""
    if standing(streak, days.day_of(now)) == 0 or streak.ticked_on is None:
        return None
    covered = streak.tokens if streak.is_protected else 0
    return days.seconds_up(days.midnight(streak.ticked_on, after_days=2 + covered) - now)


def add_tokens(wallet: OpenWallet, number: int) -> None:
    """Gives the wallet's player protection tokens for attendance, however many they hold, and tells them."""
    streak = of(wallet.row.pk)
    _settle_missed(streak, days.day_of(wallet.now))
    streak.tokens += number
    keep(wallet, streak)


def reset(*, player_id: int, action_type: str) -> None:
    """Brings the streak to 0; the day stays counted, so neither a second tick nor a second claim follows."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        streak = of(player_id, action_type)
        _settle_missed(streak, days.day_of(wallet.now))
        streak.count = 0
        keep(wallet, streak)


def protect(*, player_id: int, action_type: str, enabled: bool) -> tuple[Streak, datetime]:
    """Switches protection on or off; the streak as it then stands, and the moment."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        streak = of(player_id, action_type)
        _settle_missed(streak, days.day_of(wallet.now))
        streak.is_protected = enabled
        keep(wallet, streak)
    return streak, wallet.now


def protection(streak: Streak, now: datetime) -> Json:
    """Whether missed days are covered at `now`, by how many tokens, and when the next one is earned."""
    today = days.day_of(now)
    return {
        "action_type": str(streak.action_type),
        "enabled": streak.is_protected,
        "tokens": tokens_left(streak, today),
        "days_to_next_token": TOKEN_EVERY - standing(streak, today) % TOKEN_EVERY,
    }
