"""How one becomes a player: names, invite, account, wallet and the first 1000 gold in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import errors, invites, ledger, names, passwords
from accounts.models import EntryCode, Player, Rank, Role
from casino.lib import rates
from casino.lib.errors import invalid


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody who wants to join has written."""

    site_id: str
    nickname: str
    password: str
    invite_code: str
    phone_number: str | None = None
    accept_terms: bool = False


def limit(ip: str, *, now: datetime) -> None:
    """Refuses the 21st sign-up of an hour from one address; development and tests may sign up freely."""
    if settings.IS_PRODUCTION:
        rates.spend(f"signup:{ip}", limit=settings.SIGNUPS_PER_HOUR_AND_IP, per=timedelta(hours=1), now=now)


def sign_up(application: Application, *, now: datetime) -> Player:
    """Makes the account, or refuses and makes nothing. Of parallel sign-ups with one name, one succeeds."""
    _check(application, now)
    draft = Player(
        site_id=application.site_id,
        nickname=application.nickname,
        phone_number=application.phone_number,
        terms_accepted_at=now if application.accept_terms else None,
    )
    passwords.check_strength(application.password, draft)
    draft.password = passwords.hashed(application.password)
    return _admit(draft, invite_code=application.invite_code, now=now)


def quick_register(*, nickname: str, invite_code: str, now: datetime) -> Player:
    """An account with a made-up site_id and a password nobody knows, for development and tests."""
    site_id = f"quick-{secrets.token_hex(8)}"
    _check(Application(site_id, nickname, "", invite_code), now)
    draft = Player(site_id=site_id, nickname=nickname, password=make_password(None))
    return _admit(draft, invite_code=invite_code, now=now)


def enrol(
    *,
    site_id: str,
    nickname: str,
    password: str,
    phone_number: str | None,
    role: Role = Role.NONE,
    rank: Rank = Rank.STANDARD,
    now: datetime,
) -> Player:
    """Makes an account the club itself wants: no invite, no reserved names, any password."""
    is_staff = role != Role.NONE
    draft = Player(
        site_id=site_id,
        nickname=nickname,
        phone_number=phone_number,
        password=passwords.hashed(password),
        is_staff=is_staff,
        is_superuser=role == Role.OWNER,
        role=role,
        rank=rank,
    )
    return _admit(draft, invite_code=None, now=now)


def _check(application: Application, now: datetime) -> None:
    if not application.invite_code.strip():
        raise errors.invite_required()
    if not names.SITE_ID.fullmatch(application.site_id):
        raise invalid("site_id", _("영문, 숫자, _ . - 만 사용할 수 있습니다"))
    names.check_allowed(application.site_id, field="site_id")
    names.check_allowed(application.nickname, field="nickname")
    invites.check(application.invite_code, now=now)
    if names.is_taken(application.site_id):
        raise errors.site_id_taken()
    if names.is_taken(application.nickname):
        raise errors.nickname_taken()
    if application.phone_number and Player.objects.filter(phone_number=application.phone_number).exists():
        raise errors.phone_taken()


def _admit(draft: Player, *, invite_code: str | None, now: datetime) -> Player:
    draft.created_at = now
    try:
        with transaction.atomic():
            if invite_code is not None:
                invites.use(invite_code, now=now)
            draft.save(force_insert=True)
            names.take(draft)
            ledger.create_wallet(draft.pk, code=EntryCode.SIGNUP_GRANT, now=now)
    except IntegrityError as error:
        raise _who_was_faster(draft) from error
    if invite_code is not None:
        invites.count_signup(invite_code)
    return draft


def _who_was_faster(draft: Player) -> Exception:
    if names.is_taken(draft.site_id):
        return errors.site_id_taken()
    return errors.nickname_taken() if names.is_taken(draft.nickname) else errors.phone_taken()
