"""Holding units of a limited package: kept for one player for LIMITED_HOLD_TTL, never renewed, ended exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from accounts.models import Player
from casino.lib import rates
from casino.lib.days import seconds_up, stamp
from shop import errors, packages, stock
from shop.models import Hold, LimitedPackage
from shop.stock import Shelf

HOLDS_MAX: Final = 3
HOLDS_WINDOW: Final = timedelta(minutes=10)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """A running hold, the moment it was asked for, and what is left for others; None when units are not counted."""

    hold: Hold
    now: datetime
    left: int | None


def hold(*, player: Player, code: str, quantity: int) -> Held:
    """Keeps units of the package for the player; asking again while they are kept returns the same hold."""
    with transaction.atomic():
        shelf = stock.find_and_lock(code)
        if shelf is None:
            raise errors.package_not_found()
        _check_offer(shelf.package, player, shelf.now)
        kept = of(player.pk, shelf)
        if kept is None:
            kept = _keep(shelf, player, quantity)
        kept.package = shelf.package
        left = stock.free_units(shelf.package, stock.held_units(shelf.package.pk, shelf.now))
    return Held(kept, shelf.now, left)


def told(held: Held) -> Json:
    """The answer of a hold: what is kept until when, and what is left for others."""
    return {
        "hold_id": held.hold.pk,
        "package_id": held.hold.package.code,
        "quantity": held.hold.quantity,
        "expires_at": stamp(held.hold.expires_at),
        "ttl_seconds": seconds_up(held.hold.expires_at - held.now),
        "remaining_stock": held.left,
    }


def release(*, player: Player, hold_id: str) -> None:
    """Gives the units of the player's running hold back, or refuses as if there were none."""
    with transaction.atomic():
        named = Hold.objects.filter(player=player, pk=hold_id).values_list("package", flat=True).first()
        if named is None or not _end(stock.lock(named), hold_id):
            raise errors.hold_not_found()


def of(player_id: int, shelf: Shelf) -> Hold | None:
    """The player's running hold of a locked package."""
    return Hold.objects.running(shelf.now).filter(player_id=player_id, package=shelf.package).first()


def use(player_id: int, shelf: Shelf) -> Hold | None:
    """Ends the player's hold of a locked package because its units are bought; the one that was still running."""
    kept = of(player_id, shelf)
    return kept if kept is not None and _end(shelf, kept.pk) else None


def clear_away(*, now: datetime) -> int:
    """Deletes holds that are over; their units were free again the moment they expired. How many there were."""
    return Hold.objects.filter(expires_at__lte=now).delete()[0]


def _end(shelf: Shelf, hold_id: str) -> bool:
    return Hold.objects.running(shelf.now).filter(pk=hold_id).delete()[0] == 1


def _check_offer(package: LimitedPackage, player: Player, now: datetime) -> None:
    if not package.is_for_sale or not package.is_in_window(now):
        raise errors.window_closed()
    if not packages.rank_suffices(package, player):
        raise errors.rank_required(package.min_rank)


def _keep(shelf: Shelf, player: Player, quantity: int) -> Hold:
    if packages.bought_by(player.pk, shelf.package.pk) + quantity > shelf.package.per_user_limit:
        raise errors.user_limit(shelf.package.per_user_limit)
    if not shelf.has(quantity):
        raise errors.out_of_stock()
    # Holding again and again would keep units from everybody else: a hold is not renewed by that way either.
    rates.spend(f"hold:{player.pk}:{shelf.package.pk}", limit=HOLDS_MAX, per=HOLDS_WINDOW, now=shelf.now)
    Hold.objects.filter(player=player, package=shelf.package).delete()  # one that is over and not cleared away yet
    return Hold.objects.create(
        player=player,
        package=shelf.package,
        quantity=quantity,
        created_at=shelf.now,
        expires_at=shelf.now + settings.LIMITED_HOLD_TTL,
    )
