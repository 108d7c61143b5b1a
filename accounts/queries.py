"""Page-sized reads of accounts: profiles as the wire shows them, statistics, the ledger list."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import TruncDate

from accounts.models import Account, Action, Entry, Player, Streak, StreakType, Wallet
from accounts.progress import levels, streaks
from casino.lib import rows
from casino.lib.days import day_of, stamp, stamp_or_none
from casino.lib.days import now as clock
from casino.lib.errors import invalid

Json = dict[str, Any]


def wallet_and_attendance(player_id: int) -> tuple[Wallet, Streak]:
    """The player's wallet beside the attendance streak, in one statement."""
    return wallet_and_streak(player_id, StreakType.DAILY_LOGIN)


def wallet_and_streak(player_id: int, action_type: str) -> tuple[Wallet, Streak]:
    """The wallet beside the streak of this type (a new one, not stored, for who has none), in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_wallet_and_streak_sql(), [action_type, player_id])
        found = cursor.fetchone()
    if found is None:
        raise Wallet.DoesNotExist(f"player {player_id} has no wallet")
    width = len(Wallet._meta.concrete_fields)
    wallet, streak = rows.built(Wallet, found[:width]), found[width:]
    if streak[0] is None:
        return wallet, Streak(player_id=player_id, action_type=action_type)
    return wallet, rows.built(Streak, streak)


@cache
def _wallet_and_streak_sql() -> str:
    return (
        f"SELECT {rows.columns_of(Wallet)}, {rows.columns_of(Streak)} FROM accounts_wallet "  # noqa: S608 - our own names
        f"LEFT JOIN accounts_streak ON accounts_streak.player_id = accounts_wallet.player_id "
        f"AND accounts_streak.action_type = %s WHERE accounts_wallet.player_id = %s"
    )


def profile_of(player: Player) -> Json:
    """UserProfile of the player as they stand now."""
    return profile(player, *wallet_and_attendance(player.pk), now=clock())


def profile(player: Player, wallet: Wallet, attendance: Streak, *, now: datetime) -> Json:
    """UserProfile: everything a player may know of the own account."""
    return {
        "id": player.pk,
        "site_id": player.site_id,
        "nickname": player.nickname,
        "phone_number": player.phone_number,
        "avatar_url": player.avatar_url,
        "is_active": player.is_active,
        "is_admin": player.is_staff,
        "rank": player.rank,
        "user_rank": player.rank,
        "created_at": stamp(player.created_at),
        "last_login": stamp_or_none(player.last_login),
        "gold_balance": wallet.balance,
        "cyber_token_balance": wallet.balance,
        "vip_points": wallet.vip_points,
        "experience_points": wallet.experience,
        **levels.standing(wallet.experience),
        "xp_for_next_level": levels.XP_PER_LEVEL,
        "max_experience": levels.XP_PER_LEVEL,
        "daily_streak": streaks.standing(attendance, day_of(now)),
    }


def public_profile(player: Player, wallet: Wallet) -> Json:
    """What anyone signed in may know of another player."""
    return {
        "id": player.pk,
        "nickname": player.nickname,
        "avatar_url": player.avatar_url,
        "rank": player.rank,
        "level": levels.level(wallet.experience),
        "created_at": stamp(player.created_at),
    }


def balance(player: Player, *, now: datetime) -> Json:
    """The authoritative balance."""
    wallet, attendance = wallet_and_attendance(player.pk)
    return {
        "user_id": player.pk,
        "nickname": player.nickname,
        "gold_balance": wallet.balance,
        "cyber_token_balance": wallet.balance,
        "experience_points": wallet.experience,
        "level": levels.level(wallet.experience),
        "daily_streak": streaks.standing(attendance, day_of(now)),
    }


def gold_totals(player: Player) -> tuple[int, int]:
    """Sums of the positive and of the negative ledger entries, both as positive numbers."""
    totals = Entry.objects.filter(wallet_id=player.pk).aggregate(
        earned=Sum(Case(When(credit=Account.PLAYER, then=F("amount")), default=0)),
        spent=Sum(Case(When(debit=Account.PLAYER, then=F("amount")), default=0)),
    )
    return totals["earned"] or 0, totals["spent"] or 0


def active_days(player: Player, *, now: datetime) -> tuple[int, int]:
    """UTC days with server-recorded activity: in the last 30 days, and ever."""
    days = Action.objects.filter(player=player, source=Action.Source.SERVER).annotate(day=TruncDate("created_at"))
    recent = days.filter(created_at__gt=now - timedelta(days=30))
    return recent.values("day").distinct().count(), days.values("day").distinct().count()


def user_stats(player: Player, played: Json, *, now: datetime) -> Json:
    """A player in numbers; `played` are the statistics of the games."""
    wallet = Wallet.objects.get(pk=player.pk)
    earned, spent = gold_totals(player)
    recent_days, all_days = active_days(player, now=now)
    return {
        "total_games_played": played["total_games_played"],
        "total_tokens_earned": earned,
        "total_tokens_spent": spent,
        "win_rate": played["win_rate"],
        "level": levels.level(wallet.experience),
        "experience": wallet.experience,
        "last_30d_active_days": recent_days,
        "lifetime_active_days": all_days,
    }


def entry_row(entry: Entry) -> Json:
    """One line of the ledger list."""
    return {
        "id": entry.pk,
        "kind": entry.code,
        "amount": entry.signed_amount,
        "balance_after": entry.balance_after,
        "reference": entry.reference,
        "created_at": stamp(entry.created_at),
    }


def ledger_page(
    player: Player,
    *,
    limit: int,
    cursor: str | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[list[Json], str | None]:
    """Ledger lines newest first, and the cursor of the next page."""
    wanted = Q(wallet_id=player.pk)
    if cursor is not None:
        wanted &= Q(seq__lt=read_cursor(cursor))
    if kind is not None:
        wanted &= Q(code=kind)
    if since is not None:
        wanted &= Q(created_at__gte=since)
    if until is not None:
        wanted &= Q(created_at__lt=until)
    entries = list(Entry.objects.filter(wanted).order_by("-seq")[: limit + 1])
    following = make_cursor(entries[limit - 1].seq) if len(entries) > limit else None
    return [entry_row(entry) for entry in entries[:limit]], following


def make_cursor(position: int) -> str:
    """An opaque cursor for a position in a list."""
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> int:
    """The position a cursor stands for, or 422."""
    try:
        return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
    except ValueError as error:
        raise invalid("cursor", "invalid cursor", place="query") from error
