"""Leaving the club: everything kept about a player handed over, or the account made nobody's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import audit, names, queries, sessions, signin
from accounts.models import Action, AuthSession, Entry, Player, PlayerName, Role, Wallet
from casino.lib.days import stamp

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
    }


def anonymise(player: Player, password: str, *, ip: str, now: datetime) -> None:
    """Makes the account nobody's: names, number, password and sign-ins go, the ledger stays."""
    signin.confirm_password(player, password, ip=ip, now=now)
    with transaction.atomic():
        sessions.end_all(player, reason="account_deleted", now=now)
        AuthSession.objects.filter(player=player).update(ip="0.0.0.0", user_agent="")  # noqa: S104 - "unknown"
        PlayerName.objects.filter(player=player).delete()
        player.site_id = player.nickname = f"deleted-{player.pk}"
        player.phone_number = player.avatar_url = None
        player.password = make_password(None)
        player.is_active = player.is_staff = player.is_superuser = False
        player.role = Role.NONE
        player.save()
        player.groups.clear()
        names.take(player)
        audit.record(action="ACCOUNT_DELETED", target_type="player", target_id=player.pk, now=now)
