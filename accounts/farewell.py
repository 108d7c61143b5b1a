"""Leaving the club: everything kept about a player handed over, or the account made nobody's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import audit, ledger, names, notifications, queries, sessions, signin
from accounts.models import (
    Action,
    AuthSession,
    Entry,
    Notification,
    Player,
    PlayerName,
    Progress,
    ResetCode,
    Reward,
    Role,
    Streak,
    Wallet,
)
from casino.lib.days import stamp, stamp_or_none
from realtime.models import StreamEvent

Json = dict[str, Any]


def belongings(player: Player) -> Json:
    """What accounts keep about the player, as JSON."""
    wallet = Wallet.objects.get(pk=player.pk)
    sign_ins = AuthSession.objects.filter(player=player).order_by("created_at")
    actions = Action.objects.filter(player=player).order_by("id")
    return {
        "profile": queries.profile_of(player),
        "ledger": [queries.entry_row(entry) for entry in Entry.objects.filter(wallet=wallet).order_by("seq")],
        "sessions": [
            {"kind": row.kind, "created_at": stamp(row.created_at), "ip": row.ip, "user_agent": row.user_agent}
            for row in sign_ins
        ],
        "actions": [
            {"action_type": row.action_type, "created_at": stamp(row.created_at), "context": row.context}
            for row in actions
        ],
        "notifications": [notifications.item(row) for row in Notification.objects.filter(player=player).order_by("id")],
        "rewards": [_reward(row) for row in Reward.objects.filter(player=player).order_by("id")],
        "progress": [
            _progress(row) for row in Progress.objects.select_related("goal").filter(player=player).order_by("id")
        ],
        "streaks": [_streak(row) for row in Streak.objects.filter(player=player).order_by("action_type")],
    }


def _reward(row: Reward) -> Json:
    return {
        "source": row.source,
        "gold": row.gold,
        "xp": row.xp,
        "description": row.description,
        "awarded_at": stamp(row.awarded_at),
    }


def _progress(row: Progress) -> Json:
    return {
        "goal": row.goal.title,
        "period_start": row.period_start.isoformat(),
        "progress": row.tally,
        "joined_at": stamp(row.joined_at),
        "completed_at": stamp_or_none(row.completed_at),
        "claimed_at": stamp_or_none(row.claimed_at),
    }


def _streak(row: Streak) -> Json:
    months = sorted(tuple(int(part) for part in month.split("-")) for month in row.calendar)
    return {
        "action_type": row.action_type,
        "count": row.count,
        "tokens": row.tokens,
        "protection_enabled": row.is_protected,
        "days": [day.isoformat() for year, month in months for day in row.days_of(year, month)],
    }


def anonymise(player: Player, password: str, *, ip: str, now: datetime) -> None:
    """Makes the account nobody's: names, number, password, notices and sign-ins go, the ledger stays."""
    signin.confirm_password(player, password, ip=ip, now=now)
    with transaction.atomic(), ledger.open_wallet(player.pk, now=now) as wallet:
        _forget_what_was_said(wallet.row)
        PlayerName.objects.filter(player=player).delete()
        player.site_id = player.nickname = f"deleted-{player.pk}"
        player.phone_number = player.avatar_url = None
        player.password = make_password(None)
        player.is_active = player.is_staff = player.is_superuser = False
        player.role = Role.NONE
        player.save()
        player.groups.clear()
        ResetCode.objects.filter(player=player).delete()
        names.take(player)
        sessions.end_all(player, reason="account_deleted", now=now)
        AuthSession.objects.filter(player=player).update(ip="0.0.0.0", user_agent="")  # noqa: S104 - "unknown"
        audit.record(action="ACCOUNT_DELETED", target_type="player", target_id=player.pk, now=now)


def _forget_what_was_said(wallet: Wallet) -> None:
    """Texts that may name the player: notices, what clients reported, what staff wrote beside a gift, old events."""
    Notification.objects.filter(player_id=wallet.pk).delete()
    wallet.unread = 0
    Action.objects.filter(player_id=wallet.pk, source=Action.Source.CLIENT).delete()
    given = Reward.objects.filter(player_id=wallet.pk, source=Reward.Source.DISTRIBUTION)
    given.update(description="", metadata={})
    StreamEvent.objects.filter(player_id=wallet.pk).delete()
