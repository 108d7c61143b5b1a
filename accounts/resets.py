"""A lost password: staff hand out a code that works once and not for long, and its use ends every session."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from accounts import audit, errors, ledger, lockout, passwords, profile, sessions, staff_rights
from accounts.models import Player, ResetCode
from casino.lib import days

LIFETIME: Final = timedelta(minutes=30)
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PARTS, _PART_LENGTH = 3, 4


@dataclass(frozen=True, slots=True)
class Issued:
    """A code as it is told once, and when it ends."""

    code: str
    expires_at: datetime


def issue(*, by: Player, player_id: int, reason: str) -> Issued:
    """A new code for the player, on the record; the one before is void."""
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_PART_LENGTH)) for _ in range(_PARTS))
    with transaction.atomic():
        player, now = staff_rights.somebody_else(player_id, by=by), days.now()
        facts = {"code_hash": _hash(player, code), "created_at": now, "expires_at": now + LIFETIME}
        ResetCode.objects.update_or_create(player=player, defaults=facts)
        details = {"reason": reason, "expires_at": facts["expires_at"]}
        audit.record(
            action="PASSWORD_RESET_CODE", target_type="user", target_id=player.pk, actor=by, details=details, now=now
        )
    return Issued(code, now + LIFETIME)


def reset(*, name: str, code: str, password: str, ip: str, now: datetime) -> None:
    """Sets a new password by a code; a wrong one counts like a failed sign-in, unknown names are refused alike.

    A right code with a password that is too weak stays unspent, so that the player may think of another.
    """
    player = Player.objects.called(name)
    key = lockout.account_key(name, player)
    lockout.count_attempt(key, ip, now=now)
    code_hash = _hash(player, code)
    if not _usable(player, code_hash, now).exists() or player is None:
        raise errors.reset_code_invalid()
    lockout.forget(key, ip, now=now)
    passwords.check_strength(password, player)
    hashed = passwords.hashed(password)
    with transaction.atomic(), ledger.open_wallet(player.pk, now=now) as wallet:
        if not _spend(player, code_hash, now):
            raise errors.reset_code_invalid()
        Player.objects.filter(pk=player.pk).update(password=hashed)
        sessions.end_all(player, reason="password_reset", now=now)
        profile.tell_new_password(wallet, ip)
        audit.record(action="PASSWORD_RESET", target_type="user", target_id=player.pk, actor=player, now=now)


def _usable(player: Player | None, code_hash: str, now: datetime) -> QuerySet[ResetCode]:
    """The player's code, if it is this one and its time is not over; nobody has none, at the same cost."""
    return ResetCode.objects.filter(pk=player.pk if player else 0, code_hash=code_hash, expires_at__gt=now)


def _spend(player: Player, code_hash: str, now: datetime) -> bool:
    """Uses the code up: of several who come with it at once, one does."""
    return _usable(player, code_hash, now).delete()[0] == 1


def _hash(player: Player | None, code: str) -> str:
    """What is kept of a code: worth nothing without the club's secret. Case, spaces and dashes are the reader's."""
    letters = "".join(code.upper().replace("-", "").split())
    return salted_hmac("accounts.resets", f"{player.pk if player else 0}:{letters}", algorithm="sha256").hexdigest()
