"""Accounts as staff look them up: found by what they are called, each with its standing, and with what it did."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from accounts import errors, reporting
from accounts.models import Player
from accounts.progress import levels
from casino.lib.days import stamp, stamp_or_none

Json = dict[str, Any]
_ID_DIGITS_MAX: Final = 18


def page(*, search: str = "", skip: int, limit: int) -> tuple[list[Json], int]:
    """One page of the accounts that `search` names (all without one), newest first; and how many there are."""
    found = _found(search)
    return [line(player) for player in found.order_by("-pk")[skip : skip + limit]], found.count()


def _found(search: str) -> QuerySet[Player]:
    if not search:
        return Player.objects.all()
    called = Q(site_id__icontains=search) | Q(nickname__icontains=search) | Q(phone_number__contains=search)
    is_id = search.isascii() and search.isdigit() and len(search) <= _ID_DIGITS_MAX
    return Player.objects.filter(called | Q(pk=int(search)) if is_id else called)


def find(user_id: int) -> Player:
    """The account with its wallet, or 404."""
    player = Player.objects.select_related("wallet").filter(pk=user_id).first()
    if player is None:
        raise errors.no_such_user()
    return player


def logs(user_id: int, *, limit: int) -> list[Json]:
    """What the account did, the club's own lines and what clients said, newest first; 404 for nobody."""
    find(user_id)
    return [
        {
            "id": action["id"],
            "user_id": user_id,
            "action_type": action["action_type"],
            "source": action["source"],
            "created_at": action["created_at"],
            "details": action["action_data"],
        }
        for action in reporting.recent(user_id, limit)
    ]


def line(player: Player) -> Json:
    """The account in a list."""
    return {
        "id": player.pk,
        "site_id": player.site_id,
        "nickname": player.nickname,
        "phone_number": player.phone_number,
        "is_active": player.is_active,
        "is_admin": player.is_staff,
        "user_rank": player.rank,
        "created_at": stamp(player.created_at),
    }


def card(player: Player, *, now: datetime) -> Json:
    """The account on its own; a ban is told while it is in force, one without an end has a reason alone."""
    wallet, is_banned = player.wallet, player.is_banned_at(now)
    return {
        **line(player),
        "gold_balance": wallet.balance,
        "cyber_token_balance": wallet.balance,
        "vip_points": wallet.vip_points,
        "experience": wallet.experience,
        "level": levels.level(wallet.experience),
        "last_login": stamp_or_none(player.last_login),
        "banned_until": stamp_or_none(player.banned_until) if is_banned else None,
        "ban_reason": player.ban_reason if is_banned else None,
    }


def rights(player: Player) -> Json:
    """What staff may change of the account, as it stands."""
    return {
        "id": player.pk,
        "site_id": player.site_id,
        "is_admin": player.is_staff,
        "role": player.role or None,
        "is_active": player.is_active,
        "user_rank": player.rank,
    }
