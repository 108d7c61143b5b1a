"""Page-sized reads of accounts: profiles as the wire shows them, statistics, the ledger list."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import TruncDate

from accounts.models import Account, Action, Entry, Player, Wallet
from casino.lib.days import stamp, stamp_or_none
from casino.lib.errors import invalid

Json = dict[str, Any]
XP_PER_LEVEL = 500


def level_facts(experience: int) -> Json:
    """Level and progress for an amount of XP: 500 each."""
    current = experience % XP_PER_LEVEL
    return {
        "level": experience // XP_PER_LEVEL + 1,
        "current_xp": current,
        "xp_for_next_level": XP_PER_LEVEL,
        "max_experience": XP_PER_LEVEL,
        "progress_percentage": current * 100 / XP_PER_LEVEL,
    }


def profile(player: Player, wallet: Wallet) -> Json:
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
        "experience": wallet.experience,
        "experience_points": wallet.experience,
        **level_facts(wallet.experience),
        "daily_streak": 0,
    }


def public_profile(player: Player, wallet: Wallet) -> Json:
    """What anyone signed in may know of another player."""
    return {
        "id": player.pk,
        "nickname": player.nickname,
        "avatar_url": player.avatar_url,
        "rank": player.rank,
        "level": level_facts(wallet.experience)["level"],
        "created_at": stamp(player.created_at),
    }


def balance(player: Player, wallet: Wallet) -> Json:
    """The authoritative balance."""
    return {
        "user_id": player.pk,
        "nickname": player.nickname,
        "gold_balance": wallet.balance,
        "cyber_token_balance": wallet.balance,
        "experience_points": wallet.experience,
        "level": level_facts(wallet.experience)["level"],
        "daily_streak": 0,
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
        "level": level_facts(wallet.experience)["level"],
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
