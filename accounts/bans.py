"""Shutting a player out and letting one in again: by staff, for a reason, on the record."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit, errors, sessions
from accounts.models import Player


def ban(*, player: Player, by: Player, reason: str, lasts: timedelta | None, now: datetime) -> None:
    """Bans the player (for ever without `lasts`) and ends every session; open rounds still settle."""
    if player.pk == by.pk:
        raise errors.self_change_forbidden()
    until = now + lasts if lasts is not None else None
    with transaction.atomic():
        player.is_banned, player.banned_until, player.ban_reason = True, until, reason
        player.save(update_fields=["is_banned", "banned_until", "ban_reason"])
        sessions.end_all(player, reason="ban", now=now)
        details = {"reason": reason, "until": until}
        audit.record(action="SECURITY_BAN", target_type="user", target_id=player.pk, actor=by, details=details, now=now)


def unban(*, player: Player, by: Player, reason: str, now: datetime) -> None:
    """Lifts a ban."""
    with transaction.atomic():
        player.is_banned, player.banned_until, player.ban_reason = False, None, ""
        player.save(update_fields=["is_banned", "banned_until", "ban_reason"])
        details = {"reason": reason}
        audit.record(action="USER_UNBAN", target_type="user", target_id=player.pk, actor=by, details=details, now=now)


def log_out(*, player: Player, by: Player, reason: str, now: datetime) -> int:
    """Ends every session of the player; returns how many."""
    with transaction.atomic():
        ended = sessions.end_all(player, reason="staff", now=now)
        details = {"reason": reason, "ended": ended}
        audit.record(
            action="SESSIONS_ENDED", target_type="user", target_id=player.pk, actor=by, details=details, now=now
        )
    return ended
