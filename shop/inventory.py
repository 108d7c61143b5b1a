"""What a player keeps."""

from __future__ import annotations

from typing import Any

from accounts.models import Player
from casino.lib.days import stamp, stamp_or_none
from shop.models import InventoryItem

Json = dict[str, Any]


def page(player: Player, *, limit: int, offset: int) -> Json:
    """The player's inventory, newest first."""
    rows = InventoryItem.objects.filter(player=player).order_by("-id").select_related("purchase")
    kept = [_shown(item) for item in rows[offset : offset + limit]]
    return {"items": kept, "total": rows.count(), "limit": limit, "offset": offset}


def _shown(item: InventoryItem) -> Json:
    return {
        "id": item.pk,
        "product_id": item.product_id,
        "name": item.name,
        "type": item.type,
        "rarity": item.rarity,
        "icon": item.icon,
        "quantity": item.quantity,
        "status": item.status,
        "source": item.source,
        "receipt_code": item.purchase.receipt_code if item.purchase else None,
        "acquired_at": stamp(item.acquired_at),
        "used_at": stamp_or_none(item.used_at),
    }
