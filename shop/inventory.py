"""What a player keeps: things bought in the shop, and the collection that the gacha tells of through its window."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Player
from casino.lib.days import stamp, stamp_or_none
from casino.lib.pages import windows
from shop.models import InventoryItem, ProductType, Rarity

Json = dict[str, Any]
_GIFT: Final = "🎁"


def page(player: Player, *, limit: int, offset: int) -> Json:
    """The player's inventory, newest first."""
    rows = InventoryItem.objects.filter(player=player).order_by("-acquired_at", "-id").select_related("purchase")
    drawn = [_drawn(line) for line in windows.collection(player.pk)]
    # At most len(drawn) of the lines skipped are drawn ones, so this many rows at least lie before the page.
    skipped = max(0, offset - len(drawn))
    kept = drawn + [_shown(item) for item in rows[skipped : offset + limit]]
    kept.sort(key=lambda line: line["acquired_at"], reverse=True)
    return {
        "items": kept[offset - skipped : offset - skipped + limit],
        "total": rows.count() + len(drawn),
        "limit": limit,
        "offset": offset,
    }


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


def _drawn(line: Json) -> Json:
    """A line of the collection; it has no row here, so its number counts down from -1."""
    rarity = line["rarity"].lower()
    return {
        "id": -line["number"],
        "product_id": line["item_id"],
        "name": _(line["name"]),
        "type": ProductType.ITEM.value,
        "rarity": rarity if rarity in Rarity.values else Rarity.COMMON.value,
        "icon": _GIFT,
        "quantity": line["count"],
        "status": InventoryItem.Status.OWNED.value,
        "source": InventoryItem.Source.GACHA.value,
        "receipt_code": None,
        "acquired_at": line["last_at"],
        "used_at": None,
    }
