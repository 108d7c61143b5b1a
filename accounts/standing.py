"""How an account stands, as far as staff decide it: its rights, whether it may be used, its rank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, changes, errors, ledger, sessions, staff_rights
from accounts.changes import Change
from accounts.ledger import OpenWallet
from accounts.models import Player, Role
from accounts.progress import vip
from casino.lib.errors import invalid, permission_denied

Facts = Mapping[str, Any]
_RIGHTS: Final = frozenset({"is_staff", "role"})
_NOT_ONES_OWN: Final = _RIGHTS | {"is_active"}
FIELDS: Final = (*sorted(_NOT_ONES_OWN), "rank")
"""What staff may set, by its column."""


def change(*, player_id: int, by: Player, facts: Facts, reason: str = "") -> Player:
    """Changes what is different in `facts`, on the record; an account that is switched off loses every session.

    Rights are for owners to give and take. Nobody changes the own rights or switches the own account off.
    """
    changes.check_names(facts, FIELDS)
    touches_rights = not _RIGHTS.isdisjoint(facts)
    if touches_rights and by.role != Role.OWNER:
        raise permission_denied()
    if not Player.objects.filter(pk=player_id).exists():
        raise errors.no_such_user()
    with transaction.atomic(), ledger.open_wallet(player_id) as wallet:
        player = staff_rights.take_up(player_id, by=by, now=wallet.now, owners_only=touches_rights)
        if player_id == by.pk and not _NOT_ONES_OWN.isdisjoint(facts):
            raise errors.self_change_forbidden()
        made = _write(player, {**facts, **_rights(player, facts)})
        if made is not None:
            _follow(wallet, player, made)
            _record(wallet, made, by, reason)
    return player


def _rights(player: Player, facts: Facts) -> Facts:
    """Rights as they go together: staff have a role (new ones look on until an owner says more), players none."""
    if _RIGHTS.isdisjoint(facts):
        return {}
    is_staff, named = facts.get("is_staff", player.is_staff), facts.get("role") or Role.NONE
    if named and not is_staff:
        raise invalid("role", _("역할은 운영진만 가질 수 있습니다"))
    role = Role(named or player.role or Role.AUDITOR) if is_staff else Role.NONE
    return {"is_staff": is_staff, "role": role.value, "is_superuser": role == Role.OWNER}


def _write(player: Player, wanted: Facts) -> Change | None:
    changed = [name for name, value in wanted.items() if getattr(player, name) != value]
    if not changed:
        return None
    told = [name for name in FIELDS if name in changed]
    before = changes.facts_of(player, told)
    for name in changed:
        setattr(player, name, wanted[name])
    player.save(update_fields=changed)
    return Change(before, changes.facts_of(player, told))


def _follow(wallet: OpenWallet, player: Player, made: Change) -> None:
    if made.after.get("is_active") is False:
        sessions.end_all(player, reason="deactivated", now=wallet.now)
    if "rank" in made.after:
        vip.tell_rank(wallet, player.rank)
        wallet.tell_profile({"rank": player.rank}, reason="rank", ref=f"user:{player.pk}")


def _record(wallet: OpenWallet, made: Change, by: Player, reason: str) -> None:
    details = {"before": made.before, "after": made.after} | ({"reason": reason} if reason else {})
    is_raised = made.after.get("is_staff") or made.after.get("role") == Role.OWNER
    for action in ("USER_UPDATE", "USER_ELEVATED") if is_raised else ("USER_UPDATE",):
        audit.record(
            action=action, target_type="user", target_id=wallet.row.pk, actor=by, details=details, now=wallet.now
        )
