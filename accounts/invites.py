"""Invite codes: made, looked at, used once per account made with them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from prometheus_client import Counter

from accounts import audit, errors
from accounts.models import Invite, Player
from casino.lib.errors import not_found

_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH: Final = 8
_attempts: Final = Counter("app_invite_code_attempts_total", "Sign-ups tried with an invite code", ["code"])
_signups: Final = Counter("app_invite_code_signups_total", "Accounts made with an invite code", ["code"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a code admits someone, and why not."""

    invite: Invite | None
    problem: str | None


def look_at(code: str, *, now: datetime) -> Verdict:
    """What a sign-up with `code` would meet; uses nothing up."""
    invite = Invite.objects.filter(code=code).first()
    if invite is None:
        return Verdict(None, _("유효하지 않은 초대코드입니다: %(code)s") % {"code": code})
    if not invite.is_active:
        return Verdict(invite, _("사용이 중지된 초대코드입니다"))
    if invite.expires_at is not None and invite.expires_at <= now:
        return Verdict(invite, _("만료된 초대코드입니다"))
    if invite.remaining_uses == 0:
        return Verdict(invite, _("사용 횟수가 모두 소진된 초대코드입니다"))
    return Verdict(invite, None)


def check(code: str, *, now: datetime) -> None:
    """Counts an attempt to join with `code`, and refuses it with INVALID_INVITE when it admits nobody."""
    verdict = look_at(code, now=now)
    _attempts.labels(code if verdict.invite else "unknown").inc()
    if verdict.problem is not None:
        raise errors.invalid_invite(code)


def use(code: str, *, now: datetime) -> None:
    """Counts one use of `code` in the transaction that makes the account, or refuses with INVALID_INVITE."""
    if not Invite.objects.usable(now).filter(code=code).update(used_count=F("used_count") + 1):
        raise errors.invalid_invite(code)


def count_signup(code: str) -> None:
    """Counts an account made with `code`, after its commit."""
    _signups.labels(code).inc()


def generate(*, by: Player, expires_in: timedelta, max_uses: int, now: datetime) -> Invite:
    """A new code of eight characters that cannot be misread."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    with transaction.atomic():
        audit.record(action="INVITE_GENERATE", target_type="invite", target_id=code, actor=by, now=now)
        return Invite.objects.create(
            code=code, max_uses=max_uses, expires_at=now + expires_in, created_at=now, created_by=by
        )


def deactivate(code: str, *, by: Player, now: datetime) -> Invite:
    """Switches a code off."""
    with transaction.atomic():
        invite = Invite.objects.select_for_update().filter(code=code).first()
        if invite is None:
            raise not_found()
        invite.is_active = False
        invite.save(update_fields=["is_active"])
        audit.record(action="INVITE_DEACTIVATE", target_type="invite", target_id=code, actor=by, now=now)
    return invite


def totals(*, now: datetime) -> dict[str, int]:
    """All codes counted."""
    used_up = Q(max_uses__isnull=False, used_count__gte=F("max_uses"))
    expired = Q(expires_at__isnull=False, expires_at__lte=now)
    return Invite.objects.aggregate(
        total=Count("id"),
        active=Count("id", filter=Q(is_active=True) & ~used_up & ~expired),
        expired=Count("id", filter=expired),
        used_up=Count("id", filter=used_up),
        total_uses=Coalesce(Sum("used_count"), 0),
    )
