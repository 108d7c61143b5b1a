"""Whose account staff act on when it must not be their own: anybody's, that of other staff for owners alone."""

from __future__ import annotations

from accounts import errors
from accounts.models import Player, Role
from casino.lib.errors import permission_denied


def somebody_else(player_id: int, *, by: Player) -> Player:
    """The account with this id: 404 when there is none, 400 for one's own, 403 for staff unless `by` is an owner."""
    player = Player.objects.filter(pk=player_id).first()
    if player is None:
        raise errors.no_such_user()
    if player.pk == by.pk:
        raise errors.self_change_forbidden()
    if player.is_staff and by.role != Role.OWNER:
        raise permission_denied()
    return player
