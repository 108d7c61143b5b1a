"""Staff redeem what a player keeps: the voucher is given for what it promises, once."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from accounts import audit
from accounts.ledger import open_wallet
from accounts.models import Player
from shop import errors, staff_rights
from shop.models import InventoryItem, Purchase

_OWNED: Final = InventoryItem.Status.OWNED


def redeem(*, by: Player, item_id: int, reason: str) -> InventoryItem:
    """Marks a line of the inventory as used; one that was used or revoked is refused.

    Locks what a refund locks, in its order: of the two, one finds the line gone.
    """
    named = InventoryItem.objects.select_related("player").filter(pk=item_id).first()
    if named is None:
        raise errors.item_not_found()
    staff_rights.check(by, named.player)
    with transaction.atomic(), open_wallet(named.player_id) as wallet:
        bought = None
        if named.purchase_id is not None:
            bought = Purchase.objects.select_for_update().only("receipt_code").get(pk=named.purchase_id)
        line = InventoryItem.objects.select_for_update().get(pk=item_id)
        if line.status != _OWNED:
            raise errors.item_not_owned(line.status)
        line.status, line.used_at = InventoryItem.Status.USED, wallet.now
        line.save(update_fields=["status", "used_at"])
        audit.record(
            action="ITEM_REDEEM",
            target_type="inventory_item",
            target_id=line.pk,
            actor=by,
            details={
                "user_id": line.player_id,
                "product_id": line.product_id,
                "quantity": line.quantity,
                "receipt_code": bought.receipt_code if bought else None,
                "reason": reason,
            },
            now=wallet.now,
        )
    return line
