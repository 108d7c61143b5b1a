"""The shop's tests stand before a full shelf and can see everything a purchase may write."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model

from accounts.models import Audit, Entry, Notification, Player, Wallet
from casino.lib import days
from casino.lib.days import stamp
from casino.lib.idempotency import IdempotencyKey
from realtime.models import StreamEvent
from shop.defaults import seed_packages, seed_products
from shop.models import Hold, InventoryItem, LimitedPackage, Product, PromoCode, Purchase, PurchaseRefusal


@pytest.fixture
def shelf(db: None) -> None:
    seed_products(days.now())


@pytest.fixture
def packages(db: None) -> None:
    seed_packages(days.now())


def change(product_id: str, **facts: Any) -> Product:
    """Changes a product of the shelf as staff would; the product as it is now."""
    assert Product.objects.filter(product_id=product_id).update(**facts) == 1
    return Product.objects.get(product_id=product_id)


def change_package(code: str, **facts: Any) -> LimitedPackage:
    """Changes a limited package as staff would; the package as it is now."""
    assert LimitedPackage.objects.filter(code=code).update(**facts) == 1
    return LimitedPackage.objects.get(code=code)


def written(player: Player) -> dict[str, Any]:
    """Everything a purchase can write, counted, with wallet, rank and stock as they stand."""
    rows: tuple[type[Model], ...] = (Purchase, PurchaseRefusal, InventoryItem, Hold, StreamEvent, IdempotencyKey)
    counts: dict[str, Any] = {each.__name__: each._default_manager.filter(player_id=player.pk).count() for each in rows}
    return counts | {
        "entries": Entry.objects.filter(wallet_id=player.pk).count(),
        "audits": Audit.objects.count(),
        "wallet": Wallet.objects.values().get(pk=player.pk),
        "rank": Player.objects.values_list("rank", flat=True).get(pk=player.pk),
        "stock": dict(Product.objects.values_list("product_id", "stock_remaining")),
        "sold": dict(LimitedPackage.objects.values_list("code", "sold")),
        "promos": dict(PromoCode.objects.values_list("code", "used")),
    }


def moved(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What is different, by its name: numbers as differences."""
    changed = {name: value for name, value in after.items() if value != before[name]}
    return {name: value - before[name] if type(value) is int else value for name, value in changed.items()}


def news_of(player: Player, count: int) -> list[dict[str, Any]]:
    """The latest `count` stored events of the player: type and data."""
    events = StreamEvent.objects.filter(player=player).order_by("-seq")[:count]
    return [{"type": event.type, **event.data} for event in reversed(events)]


def notice(player: Player, title: str, message: str, receipt: str, *, unread: int = 1) -> dict[str, Any]:
    """The event of the one notice that the player got about this purchase, as it is expected to read."""
    kept = Notification.objects.get(player=player, link=f"/shop/history#{receipt}", title=title)
    return {
        "type": "notification",
        "id": kept.pk,
        "kind": "purchase",
        "title": title,
        "message": message,
        "link": f"/shop/history#{receipt}",
        "created_at": stamp(kept.created_at),
        "unread": unread,
    }
