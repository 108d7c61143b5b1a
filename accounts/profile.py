"""What players change of themselves: nickname, phone number, password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts import errors, ledger, names, passwords, sessions, signin
from accounts.models import AuthSession, Notification, Player
from casino.lib.errors import invalid
from realtime.events import Changes, ProfileUpdate

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password with the present one that allows it."""

    password: str
    current_password: str


def change(
    player: Player, wanted: Json, *, session: AuthSession, new_password: NewPassword | None, ip: str, now: datetime
) -> Player:
    """Changes nickname, phone number and password together or not at all; a new password ends all other sessions."""
    if new_password is not None:
        signin.confirm_password(player, new_password.current_password, ip=ip, now=now)
        passwords.check_strength(new_password.password, player)
    if "nickname" in wanted:
        _check_nickname(player, wanted["nickname"])
    try:
        with transaction.atomic():
            changed = _write(player, wanted, new_password, ip, now)
            if new_password is not None:
                sessions.end_all(changed, reason="password_changed", but=session, now=now)
    except IntegrityError as error:
        if "nickname" in wanted and names.is_taken(wanted["nickname"], by_other_than=player):
            raise errors.nickname_taken() from error
        raise errors.phone_taken() from error
    return changed


def _check_nickname(player: Player, nickname: str) -> None:
    names.check_allowed(nickname, field="nickname")
    if names.is_taken(nickname, by_other_than=player):
        raise errors.nickname_taken()


def _write(player: Player, wanted: Json, new_password: NewPassword | None, ip: str, now: datetime) -> Player:
    with ledger.open_wallet(player.pk, now=now) as wallet:
        fresh = Player.objects.get(pk=player.pk)
        if "nickname" in wanted:
            names.change_nickname(fresh, wanted["nickname"])
        if "phone_number" in wanted:
            fresh.phone_number = wanted["phone_number"]
        if new_password is not None:
            fresh.password = passwords.hashed(new_password.password)
            tell_new_password(wallet, ip)
        fresh.save(update_fields=["nickname", "phone_number", "password"])
        if wanted:
            wallet.tell(ProfileUpdate(cast("Changes", wanted), "profile"))
    return fresh


def tell_new_password(wallet: ledger.OpenWallet, ip: str) -> None:
    """A notice for whoever did not set it."""
    wallet.notify(
        Notification.Kind.SECURITY,
        gettext_noop("비밀번호 변경"),
        gettext_noop("비밀번호가 바뀌었어요 (IP %(ip)s). 본인이 아니라면 고객지원에 알려 주세요."),
        facts={"ip": ip},
        link="/profile",
    )


def require_current(password: str | None, current: str | None) -> NewPassword | None:
    """The pair a password change needs, None for no change, or 422 when the present one is missing."""
    if password is None:
        return None
    if current is None:
        raise invalid("current_password", _("현재 비밀번호를 입력해주세요"), "required")
    return NewPassword(password, current)
