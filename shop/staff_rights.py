"""Whose purchases staff may touch: everybody's but those of other staff, which are for an owner."""

from __future__ import annotations

from accounts.models import Player, Role
from casino.lib.errors import permission_denied
from shop import errors
from shop.models import Purchase


def check(by: Player, of: Player) -> None:
    """Refuses with 403 when `of` is staff and `by` no owner: so nobody settles or refunds a purchase of their own."""
    if of.is_staff and by.role != Role.OWNER:
        raise permission_denied()


def take_up(receipt_code: str, *, by: Player) -> Purchase:
    """The purchase with this receipt, for `by` to act on; 404 when there is none."""
    purchase = Purchase.objects.select_related("player").filter(receipt_code=receipt_code).first()
    if purchase is None:
        raise errors.purchase_not_found()
    check(by, purchase.player)
    return purchase
