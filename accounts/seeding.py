"""What a new club starts with on this floor: five seed accounts and the first invite; repeating makes nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts import passwords, sessions
from accounts.models import Invite, Player, Role
from accounts.signup import enrol

SEED_INVITE: Final = "5858"
AUTO_SEED: Final = "AUTO_SEED"
"""What the record calls it when a start makes the seed accounts by itself."""
Line = tuple[str, bool]
"""What a seeded object is called, and whether it had to be made."""


class UnsafePasswords(Exception):
    """Production would get accounts whose passwords everybody knows."""


@dataclass(frozen=True, slots=True)
class SeedAccount:
    """One of the accounts every club has."""

    site_id: str
    nickname: str
    phone_number: str
    role: Role = Role.NONE

    @property
    def password(self) -> str:
        """The password a newly made account gets."""
        return str(settings.SEED_USER_PASSWORD if self.role == Role.NONE else settings.SEED_ADMIN_PASSWORD)


SEED_ACCOUNTS: Final = (
    SeedAccount("admin", "어드민", "01000000000", Role.OWNER),
    *(SeedAccount(f"user{place:03d}", f"유저{place:02d}", f"010000000{place}") for place in range(1, 5)),
)


def seed_players() -> list[Player]:
    """The seed accounts that exist."""
    return list(Player.objects.filter(site_id__in=[account.site_id for account in SEED_ACCOUNTS]).order_by("pk"))


def seed_accounts(*, now: datetime, reset_passwords: bool = False) -> Iterator[Line]:
    """Makes the accounts that are missing; passwords of the others stay unless `reset_passwords`."""
    _check_passwords()
    present = {player.site_id: player for player in seed_players()}
    for account in SEED_ACCOUNTS:
        player = present.get(account.site_id)
        if player is None:
            _make(account, now)
        elif reset_passwords:
            _reset_password(player, account, now)
        yield f"account {account.site_id}", player is None


def seed_invite(*, now: datetime) -> Iterator[Line]:
    """The unlimited invite everybody may join with."""
    _invite, is_new = Invite.objects.get_or_create(code=SEED_INVITE, defaults={"created_at": now})
    yield f"invite {SEED_INVITE}", is_new


def _make(account: SeedAccount, now: datetime) -> None:
    enrol(
        site_id=account.site_id,
        nickname=account.nickname,
        password=account.password,
        phone_number=account.phone_number,
        role=account.role,
        now=now,
    )


def _reset_password(player: Player, account: SeedAccount, now: datetime) -> None:
    with transaction.atomic():
        player.password = passwords.hashed(account.password)
        player.save(update_fields=["password"])
        sessions.end_all(player, reason="password", now=now)


def _check_passwords() -> None:
    if not settings.IS_PRODUCTION:
        return
    chosen = (settings.SEED_ADMIN_PASSWORD, settings.SEED_USER_PASSWORD)
    if set(chosen) & set(settings.DEFAULT_SEED_PASSWORDS):
        raise UnsafePasswords("SEED_ADMIN_PASSWORD and SEED_USER_PASSWORD must not be the default passwords")
    for password in chosen:
        passwords.check_strength(password)
