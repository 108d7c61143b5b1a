"""What things cost: normalisation at its edges, the published packs to the cent, rules that stand in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from casino.lib import days
from shop import pricing
from shop.defaults import default_products, seed_products
from shop.models import Currency, Product, ProductType

NOW = days.now()


@pytest.mark.parametrize(
    ("raw", "kept", "final"),
    [(-1, 0, 1000), (0, 0, 1000), (1, 1, 990), (94, 94, 60), (95, 95, 50), (96, 95, 50), (10**9, 95, 50)],
)
def test_discounts_are_kept_between_0_and_95(raw: int, kept: int, final: int) -> None:
    product = Product(price=1000, discount=raw)
    assert pricing.normal_discount(raw) == kept
    assert pricing.discount_in_force(product, NOW) == kept
    assert pricing.final_price(product, NOW) == final


@pytest.mark.parametrize(("price", "discount", "final"), [(199, 5, 189), (1, 95, 0), (99, 1, 98), (0, 50, 0)])
def test_the_final_price_rounds_down(price: int, discount: int, final: int) -> None:
    assert pricing.final_price(Product(price=price, discount=discount), NOW) == final


def test_a_discount_is_over_at_its_end() -> None:
    product = Product(price=100, discount=20, discount_ends_at=NOW)
    assert pricing.final_price(product, NOW - timedelta(microseconds=1)) == 80
    assert pricing.final_price(product, NOW) == 100


@pytest.mark.parametrize(
    ("kind", "value", "bonus", "gold"),
    [("currency", 100, 0, 100), ("currency", 100, 20, 120), ("utility", 100, 20, 0), ("item", 0, 5, 0)],
)
def test_only_packs_give_gold(kind: str, value: int, bonus: int, gold: int) -> None:
    assert Product(type=kind, value=value, bonus_gold=bonus).effective_gold == gold


def test_the_default_packs_cost_what_was_published() -> None:
    packs = {p.product_id: p for p in default_products(NOW) if p.currency == Currency.USD}
    assert {name: (p.pk, p.price, p.value, pricing.final_price(p, NOW)) for name, p in packs.items()} == {
        "GOLD_PACK_SMALL": (1001, 199, 2_600, 199),
        "GOLD_PACK_MED": (1002, 499, 6_000, 474),
        "GOLD_PACK_BIG": (1003, 1099, 13_500, 989),
        "GOLD_PACK_VIP": (1004, 5999, 100_000, 5099),
        "GOLD_PACK_WHALE": (1005, 2299, 30_000, 1954),
    }
    assert packs["GOLD_PACK_VIP"].min_rank == "VIP"
    assert packs["GOLD_PACK_VIP"].discount_ends_at == NOW + timedelta(days=7)
    assert packs["GOLD_PACK_WHALE"].discount_ends_at == NOW + timedelta(days=14)


def test_seeding_twice_changes_nothing_and_keeps_what_staff_changed(db: None) -> None:
    first = seed_products(NOW)
    Product.objects.filter(pk=1001).update(price=5)
    assert [is_new for _name, is_new in first] == [True] * 14
    assert seed_products(NOW) == [(name, False) for name, _new in first]
    assert Product.objects.get(pk=1001).price == 5
    assert list(Product.objects.order_by("id").values_list("id", flat=True)) == [*range(1001, 1006), *range(3001, 3010)]


def test_a_new_product_is_numbered_behind_the_default_ones(db: None) -> None:
    seed_products(NOW)
    assert Product.objects.create(product_id="new", sku="new", name="New", price=1).pk > 3009


@pytest.mark.parametrize(
    "facts",
    [
        {"price": -1},
        {"price": 10**12 + 1},
        {"value": 10**12 + 1},
        {"bonus_gold": -1},
        {"discount": -1},
        {"discount": 96},
        {"currency": Currency.GOLD, "type": ProductType.CURRENCY},
        {"currency": "EUR"},
        {"min_rank": "KING"},
        {"stock_remaining": -1},
        {"sku": "other"},
        {"sale_starts_at": NOW, "sale_ends_at": NOW},
    ],
)
def test_the_database_refuses_what_no_product_may_be(db: None, facts: dict[str, Any]) -> None:
    Product.objects.create(product_id="Other", sku="Other", name="Other", price=1)
    sound = {"product_id": "thing", "sku": "thing", "name": "Thing", "price": 1}
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.create(**sound | facts)
    assert Product.objects.create(**sound).pk


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (1001, "GOLD_PACK_SMALL"), ("1001", "GOLD_PACK_SMALL"), ("GOLD_PACK_SMALL", "GOLD_PACK_SMALL"),
        ("gold_pack_small", "GOLD_PACK_SMALL"), ("MODEL_POINTS_30000", "model_points_30000"), ("1", None), (0, None),
        (-1001, None), ("", None), ("９", None), ("9" * 40, None), ("nothing", None),
    ],
)  # fmt: skip
def test_products_are_found_by_id_then_product_id_then_sku(db: None, name: int | str, found: str | None) -> None:
    seed_products(NOW)
    product = Product.objects.named(name)
    assert (product.product_id if product else None) == found


def test_a_product_id_beats_the_sku_of_another(db: None) -> None:
    Product.objects.create(product_id="a", sku="B", name="By sku", price=1)
    Product.objects.create(product_id="b", sku="c", name="By product_id", price=1)
    found = [Product.objects.named(name) for name in ("b", "B", "C")]
    assert [product.name for product in found if product] == ["By product_id", "By sku", "By product_id"]
