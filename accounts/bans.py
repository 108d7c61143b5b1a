"""Shutting a player out and letting one in again: by staff, for a reason, on the record."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from accounts import audit, errors, ledger, sessions, staff_rights
from accounts.models import Notification, Player


def ban(*, player: Player, by: Player, reason: str, lasts: timedelta | None, now: datetime) -> None:
    """Bans the player (for ever without `lasts`) and ends every session; open rounds still settle."""
    if player.pk == by.pk:
        raise errors.self_change_forbidden()
    until = now + lasts if lasts is not None else None
    with transaction.atomic():
        staff_rights.take_up(player.pk, by=by, now=now)
        player.is_banned, player.banned_until, player.ban_reason = True, until, reason
        player.save(update_fields=["is_banned", "banned_until", "ban_reason"])
        sessions.end_all(player, reason="ban", now=now)
        details = {"reason": reason, "until": until}
        audit.record(action="SECURITY_BAN", target_type="user", target_id=player.pk, actor=by, details=details, now=now)


def unban(*, player: Player, by: Player, reason: str, now: datetime) -> None:
    """Lifts a ban and tells the player, if there was one."""
    with transaction.atomic(), ledger.open_wallet(player.pk, now=now) as wallet:
        staff_rights.take_up(player.pk, by=by, now=now)
        player.is_banned, player.banned_until, player.ban_reason = False, None, ""
        banned = Player.objects.filter(pk=player.pk, is_banned=True)
        if banned.update(is_banned=False, banned_until=None, ban_reason=""):
            _tell_lifted(wallet, player)
        details = {"reason": reason}
        audit.record(action="USER_UNBAN", target_type="user", target_id=player.pk, actor=by, details=details, now=now)


def _tell_lifted(wallet: ledger.OpenWallet, player: Player) -> None:
    wallet.notify(
        Notification.Kind.SECURITY,
        gettext_noop("이용 정지 해제"),
        gettext_noop("%(nickname)s 님의 이용 정지가 해제되었어요. 다시 만나 반가워요!"),
        facts={"nickname": player.nickname},
        link="/profile",
    )


def log_out(*, player: Player, by: Player, reason: str, now: datetime) -> int:
    """Ends every session of the player; returns how many."""
    with transaction.atomic():
        staff_rights.take_up(player.pk, by=by, now=now)
        ended = sessions.end_all(player, reason="staff", now=now)
        details = {"reason": reason, "ended": ended}
        audit.record(
            action="SESSIONS_ENDED", target_type="user", target_id=player.pk, actor=by, details=details, now=now
        )
    return ended
