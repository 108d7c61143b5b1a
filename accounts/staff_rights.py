"""On whom staff may act: on players all who may act at all, on other staff and on anybody's rights owners alone."""

from __future__ import annotations

from datetime import datetime

from accounts import errors
from accounts.models import Player, Role
from casino.lib.errors import permission_denied


def may_touch(*, by: Player, of: Player) -> bool:
    """Whether `by` may act on the account `of`; on the own one, what it is decides."""
    return by.role == Role.OWNER or not of.is_staff or by.pk == of.pk


def somebody_else(player_id: int, *, by: Player) -> Player:
    """The account when it is not one's own: 404 for none, 400 for the own one, 403 when it is not for `by` to do."""
    player = Player.objects.filter(pk=player_id).first()
    if player is None:
        raise errors.no_such_user()
    if player.pk == by.pk:
        raise errors.self_change_forbidden()
    if not may_touch(by=by, of=player):
        raise permission_denied()
    return player


def take_up(player_id: int, *, by: Player, now: datetime, owners_only: bool = False) -> Player:
    """The player, locked, for `by` to act on; 404 when there is none, 403 when it is not for `by` to do.

    Both accounts are read under their locks: of two owners who take each other's rights at once, one has lost them
    by then and is refused, so the club never loses its last owner. Locked after the wallet, where that is open.
    """
    both = Player.objects.select_for_update(no_key=True).filter(pk__in=(by.pk, player_id)).order_by("pk")
    locked = {player.pk: player for player in both}
    if player_id not in locked:
        raise errors.no_such_user()
    actor, player = locked[by.pk], locked[player_id]
    is_owner = actor.role == Role.OWNER
    if not actor.may_enter(now) or (owners_only and not is_owner) or not may_touch(by=actor, of=player):
        raise permission_denied()
    return player
