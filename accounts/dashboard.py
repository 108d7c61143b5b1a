"""A player's club at a glance: standing, streak, what waits to be claimed or read, what happened last, the pulse."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from accounts import queries, reporting
from accounts.models import Goal, Player, Streak, Wallet
from accounts.progress import goals, streaks, vip
from casino.lib import days
from casino.lib.days import stamp
from realtime import pulse

Json = dict[str, Any]
RECENT: Final = 5


def dashboard(player: Player, *, now: datetime) -> Json:
    """Everything the home screen shows, as one answer."""
    wallet, attendance = queries.wallet_and_attendance(player.pk)
    reached = [goal.is_event for goal in goals.claimable(player.pk, now=now)]
    return {
        "user": queries.profile(player, wallet, attendance, now=now),
        "streak": _streak(wallet, attendance, now),
        "vip": vip.status(wallet, now),
        "events": {"active": Goal.objects.running(now).count(), "claimable": reached.count(True)},
        "missions": {"claimable": reached.count(False)},
        "notifications": {"unread": wallet.unread},
        "recent_actions": reporting.recent(player.pk, RECENT),
        "pulse": pulse.read(now=now),
        "_meta": {"generated_at": stamp(now)},
    }


def _streak(wallet: Wallet, attendance: Streak, now: datetime) -> Json:
    """The days in a row, and this week from Monday to Sunday."""
    today = days.day_of(now)
    monday = days.day_of(days.start_of("week", now))
    week = [monday + timedelta(days=place) for place in range(7)]
    return {
        "count": streaks.standing(attendance, today),
        "claimable": wallet.attendance_claimed_on is None or wallet.attendance_claimed_on < today,
        "attendance_week": [
            {"date": day.isoformat(), "attended": day in attendance.days_of(day.year, day.month)} for day in week
        ],
    }
