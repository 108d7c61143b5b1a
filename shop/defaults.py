"""The shelf every club opens with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.core.management.color import no_style
from django.db import connection
from django.utils.translation import gettext_noop

from accounts.models import Rank
from shop.models import Currency, Effect, LimitedPackage, Product, ProductType, Rarity
from shop.models.package import DEFAULT_WINDOW

Line = tuple[str, bool]
_FIRST_PACK: Final = 1001
_FIRST_ITEM: Final = 3001
# product_id, name, cents, gold, discount, discount lasts, least rank, rarity
_PACKS: Final = (
    ("GOLD_PACK_SMALL", "Gold x2,600", 199, 2_600, 0, None, "", Rarity.COMMON),
    ("GOLD_PACK_MED", "Gold x6,000", 499, 6_000, 5, None, "", Rarity.COMMON),
    ("GOLD_PACK_BIG", "Gold x13,500", 1099, 13_500, 10, None, "", Rarity.RARE),
    ("GOLD_PACK_VIP", "Gold x100,000 (VIP)", 5999, 100_000, 15, timedelta(days=7), Rank.VIP, Rarity.LEGENDARY),
    ("GOLD_PACK_WHALE", "Gold x30,000", 2299, 30_000, 15, timedelta(days=14), "", Rarity.EPIC),
)
_UTILITY, _POWERUP = ProductType.UTILITY, ProductType.POWERUP
# product_id, name, type, rarity, gold, icon, what else is so
_ITEMS: Final[tuple[tuple[str, str, str, str, int, str, dict[str, Any]], ...]] = (
    ("model_points_30000", "모델 30,000 포인트", _UTILITY, Rarity.COMMON, 30_000, "💰", {}),
    ("model_points_105000", "모델 105,000 포인트", _UTILITY, Rarity.RARE, 100_000, "💰", {"popular": True}),
    ("model_points_330000", "모델 330,000 포인트", _UTILITY, Rarity.EPIC, 300_000, "💰", {}),
    ("model_points_1150000", "모델 1,150,000 포인트", _UTILITY, Rarity.LEGENDARY, 1_000_000, "💰", {"popular": True}),
    ("anti_single_loss", "한폴방지", _POWERUP, Rarity.RARE, 30_000, "🛡️", {}),
    ("charge_plus_30", "충전 30%", _POWERUP, Rarity.EPIC, 50_000, "⚡", {"popular": True}),
    (
        "early_rank_up", "조기등업", ProductType.SPECIAL, Rarity.LEGENDARY, 500_000, "🚀",
        {"one_time": True, "is_limited": True, "effect": Effect.RANK_UP, "description": "등급 한 단계 상승"},
    ),
    ("attendance_link", "출석연결", _UTILITY, Rarity.COMMON, 20_000, "📅",
     {"effect": Effect.PROTECTION, "description": "연속 출석 보호권 1장"}),
    ("comp_double_day", "하루동안 콤프 2배", _POWERUP, Rarity.EPIC, 50_000, "🔥", {"popular": True}),
)  # fmt: skip


# code, name, description, cents, gold, units in all, units each
_PACKAGES: Final = (
    (
        "WEEKEND_STARTER", gettext_noop("주말 스타터"), gettext_noop("가볍게 시작하는 한정 골드 팩"),
        499, 8_000, 1000, 1,
    ),
    ("VIP_BLITZ", gettext_noop("VIP 블리츠"), gettext_noop("잠시만 파는 큰 골드 팩"), 1999, 40_000, None, 2),
)  # fmt: skip


def default_products(now: datetime) -> list[Product]:
    """The default packs and items, as rows that are not stored yet."""
    packs = [
        Product(
            id=number, product_id=name, sku=name, name=title, price=cents, value=gold, currency=Currency.USD,
            type=ProductType.CURRENCY, rarity=rarity, icon="🪙", discount=discount, min_rank=rank,
            discount_ends_at=now + lasts if lasts else None, sort_order=number, created_at=now,
        )
        for number, (name, title, cents, gold, discount, lasts, rank, rarity) in enumerate(_PACKS, _FIRST_PACK)
    ]  # fmt: skip
    items = [
        Product(
            id=number, product_id=name, sku=name, name=title, price=gold, currency=Currency.GOLD, type=kind,
            rarity=rarity, icon=icon, sort_order=number, created_at=now, **{"description": "교환권"} | flags,
        )
        for number, (name, title, kind, rarity, gold, icon, flags) in enumerate(_ITEMS, _FIRST_ITEM)
    ]  # fmt: skip
    return packs + items


def seed_products(now: datetime) -> list[Line]:
    """Puts on the shelf what is missing there; what staff changed or deleted since stays as it is."""
    known = set(Product.objects.values_list("product_id", flat=True))
    lines = [(product, product.product_id not in known) for product in default_products(now)]
    if missing := [product for product, is_new in lines if is_new]:
        Product.objects.bulk_create(missing)
        _let_new_products_follow()
    return [(f"product {product.product_id}", is_new) for product, is_new in lines]


def seed_packages(now: datetime) -> list[Line]:
    """Makes the limited packages that are missing, on sale from now; what staff changed since stays as it is."""
    lines = []
    for code, name, description, cents, gold, total, each in _PACKAGES:
        facts = {
            "name": name, "description": description, "price_cents": cents, "gold": gold, "stock_total": total,
            "per_user_limit": each, "starts_at": now, "ends_at": now + DEFAULT_WINDOW, "created_at": now,
        }  # fmt: skip
        _package, is_new = LimitedPackage.objects.get_or_create(code=code, defaults=facts)
        lines.append((f"limited package {code}", is_new))
    return lines


def _let_new_products_follow() -> None:
    """Ids were given by hand: the database's own counter must go on behind them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Product]):
            cursor.execute(statement)
