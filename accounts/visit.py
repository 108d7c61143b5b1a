"""Who is looking at a page: the signed-in player with wallet and attendance, read once a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from accounts import queries
from accounts.models import Player, Streak, Wallet

_KEPT: Final = "_club_member"


@dataclass(frozen=True, slots=True)
class Member:
    """A signed-in player as they stood when the page was asked for."""

    player: Player
    wallet: Wallet
    attendance: Streak


def member(request: HttpRequest) -> Member | None:
    """The member who looks, read at the first question; none for visitors."""
    if not isinstance(request.user, Player):
        return None
    found: Member | None = getattr(request, _KEPT, None)
    return found or member_anew(request, request.user)


def member_anew(request: HttpRequest, player: Player) -> Member:
    """The same, read again: something was settled meanwhile."""
    found = Member(player, *queries.wallet_and_attendance(player.pk))
    setattr(request, _KEPT, found)
    return found
