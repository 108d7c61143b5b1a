"""The shelf as a visitor sees it: what is on sale, at which price, and why it cannot be bought if so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import Player, Rank
from casino.lib.days import stamp_or_none
from shop import pricing
from shop.models import Currency, Effect, Product, ProductType, Purchase

Json = dict[str, Any]


def items(viewer: Player | None, *, now: datetime) -> list[Json]:
    """All products on sale, as ShopItems, by sort order and id."""
    return _shown(Product.objects.on_sale(), viewer, now)


def gold_priced(viewer: Player | None, *, now: datetime) -> list[Json]:
    """The gold-priced products, as ShopItems, by final price and id."""
    shown = _shown(Product.objects.on_sale().filter(currency=Currency.GOLD), viewer, now)
    return sorted(shown, key=lambda item: (item["final_price"], item["id"]))


def packs(viewer: Player | None, *, now: datetime) -> list[Json]:
    """The money packs, as ShopItems with the names older clients know."""
    rows = Product.objects.on_sale().filter(currency=Currency.USD, type=ProductType.CURRENCY)
    return [
        item
        | {
            "price_cents": item["price"],
            "discounted_price_cents": item["final_price"],
            "gold": item["value"],
            "discount_percent": item["discount"],
        }
        for item in _shown(rows, viewer, now)
    ]


def _shown(products: Iterable[Product], viewer: Player | None, now: datetime) -> list[Json]:
    products = list(products)
    owned = owned_products(viewer, products)
    return [shop_item(product, viewer, is_owned=product.pk in owned, now=now) for product in products]


def owned_products(viewer: Player | None, products: Iterable[Product]) -> set[int]:
    """Which of the one-time products among `products` the viewer has bought already."""
    one_time = [product.pk for product in products if product.one_time]
    if viewer is None or not one_time:
        return set()
    return set(
        Purchase.objects.of(viewer.pk).owning().filter(product__in=one_time).values_list("product_id", flat=True)
    )


def shop_item(product: Product, viewer: Player | None, *, is_owned: bool, now: datetime) -> Json:
    """ShopItem: the product's facts, its price now, and whether this viewer may buy it."""
    blocked = blocked_reason(product, viewer, is_owned=is_owned, now=now)
    return product_facts(product, now=now) | {
        "owned": is_owned,
        "purchasable": blocked is None,
        "blocked_reason": blocked,
    }


def product_facts(product: Product, *, now: datetime) -> Json:
    """What a ShopItem says to every viewer alike."""
    return {
        "id": product.pk,
        "product_id": product.product_id,
        "sku": product.sku,
        "name": product.name,
        "description": product.description,
        "icon": product.icon,
        "type": product.type,
        "rarity": product.rarity,
        "currency": product.currency,
        "price": product.price,
        "final_price": pricing.final_price(product, now),
        "discount": pricing.discount_in_force(product, now),
        "discount_ends_at": stamp_or_none(product.discount_ends_at),
        "sale_starts_at": stamp_or_none(product.sale_starts_at),
        "sale_ends_at": stamp_or_none(product.sale_ends_at),
        "value": product.value,
        "bonus_gold": product.bonus_gold,
        "bonusGold": product.bonus_gold,
        "effective_gold": product.effective_gold,
        "one_time": product.one_time,
        "oneTime": product.one_time,
        "is_limited": product.is_limited,
        "isLimited": product.is_limited,
        "popular": product.popular,
        "min_rank": product.min_rank or None,
        "stock_remaining": product.stock_remaining,
    }


def blocked_reason(
    product: Product, viewer: Player | None, *, is_owned: bool, now: datetime, quantity: int = 1
) -> str | None:
    """The first reason why this viewer cannot buy `quantity` of the product now; a low balance is none."""
    if viewer is None:
        return "LOGIN_REQUIRED"
    if not rank_suffices(product, viewer):
        return "RANK_REQUIRED"
    if is_owned:
        return "ALREADY_OWNED"
    if product.stock_remaining is not None and product.stock_remaining < quantity:
        return "OUT_OF_STOCK"
    if not product.is_in_window(now):
        return "NOT_ON_SALE"
    if product.effect == Effect.RANK_UP and Rank(viewer.rank) is list(Rank)[-1]:
        return "RANK_MAX"
    return None


def rank_suffices(product: Product, viewer: Player) -> bool:
    """Whether the viewer's rank passes the product's gate."""
    return Rank(viewer.rank).reaches(product.min_rank)
