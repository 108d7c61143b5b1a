"""The one way in, for every door: the API, the sign-in page and the admin share count, checks and refusals."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from prometheus_client import Counter

from accounts import errors, lockout, passwords
from accounts.models import Player
from casino.lib.errors import Refusal

_logins: Final = Counter("cc_login_total", "Sign-ins by how they ended", ["result"])


def sign_in(name: str, password: str, *, ip: str, now: datetime, staff_only: bool = False) -> Player:
    """The player called `name` (site_id or nickname) when the password is right and the account may be used."""
    player = Player.objects.called(name)
    key = lockout.account_key(name, player)
    try:
        lockout.count_attempt(key, ip, now=now)
    except Refusal:
        _logins.labels("locked").inc()
        raise
    is_right = passwords.matches(player, password)
    if player is None or not is_right or (staff_only and not player.is_staff):
        _logins.labels("invalid").inc()
        raise errors.invalid_credentials()
    lockout.forget(key, ip, now=now)
    _check_may_enter(player, now)
    _logins.labels("success").inc()
    return player


def confirm_password(player: Player, password: str, *, ip: str, now: datetime) -> None:
    """Checks the signed-in player's own password; a wrong one counts like a failed sign-in."""
    key = lockout.account_key(player.site_id, player)
    lockout.count_attempt(key, ip, now=now)
    if not passwords.matches(player, password):
        raise errors.current_password_wrong()
    lockout.forget(key, ip, now=now)


def _check_may_enter(player: Player, now: datetime) -> None:
    if player.is_banned_at(now):
        _logins.labels("banned").inc()
        raise errors.account_banned()
    if not player.is_active:
        _logins.labels("banned").inc()
        raise errors.account_inactive()
