"""Attendance: one reward per UTC day and account, by the table in force for the days in a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from accounts import errors, rewards
from accounts.ledger import open_wallet
from accounts.models import Player, Reward, Streak, StreakTable, StreakType, Wallet
from accounts.progress import goals, levels, streaks
from casino.lib import days, idempotency
from casino.lib.days import stamp
from casino.lib.idempotency import Key

Json = dict[str, Any]
OPERATION: Final = "streak.claim"
DEFAULT_STEPS: Final = tuple((min(800 + 200 * n, 2800), min(25 + 25 * n, 275)) for n in range(1, 11))
"""Version 1: gold and XP for the first day in a row, the second, …; the last for every day after."""


def table_in_force() -> StreakTable:
    """The newest table; version 1 where none was ever stored."""
    return StreakTable.objects.first() or StreakTable(version=1, steps=[list(step) for step in DEFAULT_STEPS])


@dataclass(frozen=True, slots=True)
class Preview:
    """What a claim at this moment pays, or what today's paid; and what the next day's will if nothing else happens."""

    action_type: str
    count: int
    is_claimed: bool
    today: tuple[int, int]
    next_day: tuple[int, int]

    def told(self) -> Json:
        """As the wire shows it."""
        return {
            "action_type": self.action_type,
            "streak_count": self.count,
            "claimed_today": self.is_claimed,
            "claimable": not self.is_claimed,
            "today_reward_gold": self.today[0],
            "today_reward_xp": self.today[1],
            "next_day_reward_gold": self.next_day[0],
            "next_day_reward_xp": self.next_day[1],
        }


def preview(wallet: Wallet, streak: Streak, *, now: datetime, table: StreakTable | None = None) -> Preview:
    """What the player's claim of today pays by this streak, or paid; `table` is the one in force, if it is at hand."""
    today, table = days.day_of(now), table or table_in_force()
    count = max(1, streaks.next_count(streak, today))
    reward = table.reward(count)
    paid = _paid(wallet, today)
    if paid is not None:
        count, reward = paid.metadata["streak_count"], (paid.gold, paid.xp)
    will_count = paid is None and not streaks.is_counted(streak, today)
    following = count + 1 if will_count else streaks.next_count(streak, today + timedelta(days=1))
    return Preview(str(streak.action_type), count, paid is not None, reward, table.reward(following))


def _paid(wallet: Wallet, today: date) -> Reward | None:
    if wallet.attendance_claimed_on is None or not streaks.is_claimed(wallet, today):
        return None
    claims = Reward.objects.filter(player_id=wallet.pk, source=Reward.Source.ATTENDANCE)
    return claims.get(key=wallet.attendance_claimed_on.isoformat())


def tick(*, player_id: int, action_type: str) -> tuple[Streak, bool, datetime]:
    """Counts today for the streak; the streak, whether today was not counted before, and the moment."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        streak = streaks.of(player_id, action_type)
        counted = streaks.tick(wallet, streak, at=wallet.now)
        if counted and action_type == StreakType.DAILY_LOGIN:
            goals.advance(wallet, {"attendance_days": 1}, at=wallet.now)
    return streak, counted, wallet.now


def claim(*, player: Player, action_type: str, key: Key | None) -> tuple[Json, bool]:
    """Counts today, pays for the days in a row, once a day whatever the streak; the answer, and if it is told again."""
    with transaction.atomic():
        kept = idempotency.claim(key, ref=action_type, now=days.now())
        if key is not None and kept is not None:
            return idempotency.kept_answer(key), True
        with open_wallet(player.pk) as wallet:
            today = days.day_of(wallet.now)
            if streaks.is_claimed(wallet.row, today):
                raise errors.already_claimed()
            wallet.row.attendance_claimed_on = today
            streak = streaks.of(player.pk, action_type)
            if streaks.count_day(streak, today) and action_type == StreakType.DAILY_LOGIN:
                goals.advance(wallet, {"attendance_days": 1}, at=wallet.now)
            streaks.keep(wallet, streak)
            count, table = max(1, streak.count), table_in_force()
            gold, xp = table.reward(count)
            facts = {"streak_count": count, "action_type": action_type, "table_version": table.version}
            rewards.grant(
                wallet, source=Reward.Source.ATTENDANCE, key=today.isoformat(), gold=gold, xp=xp, metadata=facts
            )
        answer = {
            "action_type": action_type,
            "streak_count": count,
            "awarded_gold": gold,
            "awarded_xp": xp,
            "new_gold_balance": wallet.balance,
            "experience": wallet.row.experience,
            "level": levels.level(wallet.row.experience),
            "claimed_at": stamp(wallet.now),
        }
        idempotency.keep_answer(key, answer)
    return answer, False
