"""Products kept by staff over HTTP: whole answers, exact records, told once, and nothing moved by a refusal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import TestCase

from accounts.models import Audit, Player
from casino.lib import days
from casino.lib.days import stamp
from realtime import publish
from shop import shelving
from shop.models import Product
from shop.tests.conftest import change
from shop.tests.keeping import PRODUCTS, call, news, record, refused, shelf_rows, told
from tests.cast import Caller

PACK, ITEM = "GOLD_PACK_SMALL", "anti_single_loss"
HAT = {"product_id": "hat", "name": "Hat", "price": 500}
pytestmark = pytest.mark.usefixtures("shelf")


def shown(product: Product) -> dict[str, Any]:
    """The whole product as staff are to see it; the fixtures of this file have no discount that ends."""
    return {
        "id": product.pk, "product_id": product.product_id, "sku": product.sku, "name": product.name,
        "description": product.description, "icon": product.icon, "type": product.type, "rarity": product.rarity,
        "currency": product.currency, "price": product.price,
        "final_price": product.price * (100 - product.discount) // 100, "discount": product.discount,
        "discount_ends_at": None, "sale_starts_at": None, "sale_ends_at": None, "value": product.value,
        "bonus_gold": product.bonus_gold, "bonusGold": product.bonus_gold, "effective_gold": product.effective_gold,
        "one_time": product.one_time, "oneTime": product.one_time, "is_limited": product.is_limited,
        "isLimited": product.is_limited, "popular": product.popular, "min_rank": product.min_rank or None,
        "stock_remaining": product.stock_remaining, "is_active": product.is_active,
        "deleted_at": stamp(product.deleted_at) if product.deleted_at else None, "sort_order": product.sort_order,
        "extra": product.extra, "created_at": stamp(product.created_at), "updated_at": stamp(product.updated_at),
    }  # fmt: skip


def on_shelf(caller: Caller) -> dict[str, dict[str, Any]]:
    return {item["product_id"]: item for item in caller.get("/api/shop/items").json()}


def test_a_new_product_is_answered_whole_recorded_told_and_on_the_very_next_list(
    sam: Player, as_sam: Caller, as_nobody: Caller
) -> None:
    with told() as heard:
        response = as_sam.post(PRODUCTS, HAT)
    product = Product.objects.get(product_id="hat")
    assert (response.status_code, response.json()) == (200, shown(product))
    usual = {
        "sku": "hat", "description": "", "icon": "🎁", "type": "item", "rarity": "common", "currency": "gold",
        "discount": 0, "discount_ends_at": None, "sale_starts_at": None, "sale_ends_at": None, "value": 0,
        "bonus_gold": 0, "effect": "inventory", "one_time": False, "is_limited": False, "popular": False,
        "min_rank": "", "stock_remaining": None, "is_active": True, "sort_order": 0, "extra": {},
    }  # fmt: skip
    assert record("PRODUCT_CREATE") == {
        "by": "sam", "severity": "info", "target": ("product", "hat"), "before": None, "after": HAT | usual,
    }  # fmt: skip
    assert heard == [news("product_created", product_id="hat")]
    assert on_shelf(as_nobody)["hat"]["price"] == 500


def test_every_field_can_be_given_and_changed(as_sam: Caller) -> None:
    facts = {
        "name": "모자", "description": "새 모자", "icon": "🎩", "type": "powerup", "rarity": "mythic",
        "currency": "USD", "price": 10**12, "value": 7, "bonus_gold": 8, "discount": 50,
        "discount_ends_at": "2030-01-01T00:00:00.000Z",
        "sale_starts_at": "2026-01-01T09:00:00+09:00", "sale_ends_at": "2031-01-01T00:00:00", "one_time": True,
        "is_limited": True, "popular": True, "min_rank": "VIP", "stock_remaining": 0, "is_active": False,
        "sort_order": -1, "extra": {"note": "n"},
    }  # fmt: skip
    kept = facts | {"sale_starts_at": "2026-01-01T00:00:00.000Z", "sale_ends_at": "2031-01-01T00:00:00.000Z"}
    made = as_sam.post(PRODUCTS, {"product_id": "hat", **facts}).json()
    as_sam.post(PRODUCTS, HAT | {"product_id": "cap"})
    for method in ("PUT", "PATCH"):
        answer = call(as_sam, method, f"{PRODUCTS}/cap", facts).json()
        assert answer["updated"] is True
        assert {name: answer["product"][name] for name in facts} == {name: made[name] for name in facts} == kept


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("name", [PACK, PACK.lower(), "1001"])
def test_a_change_writes_what_it_names_and_nothing_else(as_sam: Caller, method: str, name: str) -> None:
    before = Product.objects.values().get(pk=1001)
    with told() as heard:
        response = call(as_sam, method, f"{PRODUCTS}/{name}", {"price": 250, "discount": 96, "name": "Gold x2,600"})
    product = Product.objects.get(pk=1001)
    assert response.json() == {"updated": True, "product": shown(product)}
    after = before | {"price": 250, "discount": 95, "updated_at": product.updated_at}
    assert Product.objects.values().get(pk=1001) == after
    assert record("PRODUCT_UPDATE") == {
        "by": "sam", "severity": "info", "target": ("product", PACK),
        "before": {"price": 199, "discount": 0}, "after": {"price": 250, "discount": 95},
    }  # fmt: skip
    assert heard == [news("product_updated", product_id=PACK)]


@pytest.mark.parametrize("facts", [{}, {"price": 199}, {"discount": -1}, {"extra": {"discount": -5, "min_rank": None}}])
def test_a_change_that_changes_nothing_writes_nothing_and_tells_nobody(as_sam: Caller, facts: dict[str, Any]) -> None:
    before = shelf_rows()
    with told() as heard:
        assert call(as_sam, "PUT", f"{PRODUCTS}/{PACK}", facts).status_code == 200
    assert (shelf_rows(), heard) == (before, [])


def test_a_moment_read_from_the_answer_and_sent_back_is_no_change(as_sam: Caller) -> None:
    seen = as_sam.get(f"{PRODUCTS}/GOLD_PACK_VIP").json()
    before = shelf_rows()
    call(as_sam, "PUT", f"{PRODUCTS}/GOLD_PACK_VIP", seen)
    assert shelf_rows() == before


def test_units_sold_meanwhile_stay_sold(as_sam: Caller, as_ada: Caller) -> None:
    change(PACK, stock_remaining=10)
    as_ada.post("/api/shop/buy", {"product_id": PACK, "quantity": 3})
    call(as_sam, "PUT", f"{PRODUCTS}/{PACK}", {"price": 250})
    assert Product.objects.get(pk=1001).stock_remaining == 7


def test_what_staff_may_not_set_is_ignored(as_sam: Caller) -> None:
    sly = {
        "id": 7, "deleted_at": stamp(days.now()), "created_at": "2020-01-01T00:00:00Z", "sku": "x", "effect": "rank_up",
        "updated_at": "2020-01-01T00:00:00Z", "sold": 5, "used": 5, "product_id": "cap", "effective_gold": 9,
    }  # fmt: skip
    before = shelf_rows()
    assert call(as_sam, "PUT", f"{PRODUCTS}/{PACK}", sly).status_code == 200
    assert shelf_rows() == before
    made = as_sam.post(PRODUCTS, HAT | sly).json()
    assert (made["product_id"], made["sku"], made["deleted_at"]) == ("cap", "cap", None)
    assert made["id"] != 7
    assert Product.objects.get(product_id="cap").effect == "inventory"


@pytest.mark.parametrize(("given", "kept"), [(-(10**15), 0), (-1, 0), (0, 0), (95, 95), (96, 95), (10**15, 95)])
def test_a_discount_is_kept_between_0_and_95(as_sam: Caller, given: int, kept: int) -> None:
    assert as_sam.post(PRODUCTS, HAT | {"discount": given}).json()["discount"] == kept
    assert (
        call(as_sam, "PUT", f"{PRODUCTS}/{ITEM}", {"extra": {"discount": given}}).json()["product"]["discount"] == kept
    )


def test_extra_names_the_discount_and_the_rank_and_keeps_the_rest(as_sam: Caller) -> None:
    extra = {"discount": 20, "min_rank": "PREMIUM", "note": "n"}
    made = as_sam.post(PRODUCTS, HAT | {"extra": extra}).json()
    assert (made["discount"], made["min_rank"], made["extra"]) == (20, "PREMIUM", {"note": "n"})
    changed = call(as_sam, "PUT", f"{PRODUCTS}/hat", {"extra": {"discount": 30}, "min_rank": "VIP"}).json()["product"]
    assert (changed["discount"], changed["min_rank"], changed["extra"]) == (30, "VIP", {"note": "n"})
    own = call(as_sam, "PUT", f"{PRODUCTS}/hat", {"extra": {"discount": 5}, "discount": 6}).json()["product"]
    assert own["discount"] == 6
    assert call(as_sam, "PUT", f"{PRODUCTS}/hat", {"extra": {}}).json()["product"]["extra"] == {}


def test_deleting_is_soft_repeatable_and_undone(as_sam: Caller, as_nobody: Caller) -> None:
    with told() as heard:
        first = call(as_sam, "DELETE", f"{PRODUCTS}/{PACK}").json()
    gone = Product.objects.get(pk=1001)
    assert gone.deleted_at is not None
    assert first == {"deleted": True, "deleted_at": stamp(gone.deleted_at)}
    facts = {"by": "sam", "severity": "info", "target": ("product", PACK)}
    assert record("PRODUCT_DELETE") == facts | {
        "before": {"deleted_at": None},
        "after": {"deleted_at": first["deleted_at"]},
    }
    assert heard == [news("product_deleted", product_id=PACK)]
    assert PACK not in on_shelf(as_nobody)
    before = shelf_rows()
    with told() as heard:
        assert call(as_sam, "DELETE", f"{PRODUCTS}/{PACK}").json() == first
    assert (shelf_rows(), heard) == (before, [])
    with told() as heard:
        assert as_sam.post(f"{PRODUCTS}/{PACK}/restore").json() == {"restored": True}
    assert record("PRODUCT_RESTORE") == facts | {
        "before": {"deleted_at": first["deleted_at"]},
        "after": {"deleted_at": None},
    }
    assert heard == [news("product_restored", product_id=PACK)]
    assert PACK in on_shelf(as_nobody)
    before = shelf_rows()
    assert as_sam.post(f"{PRODUCTS}/{PACK}/restore").json() == {"restored": True}
    assert shelf_rows() == before


def test_the_list_is_newest_first_and_shows_deleted_ones_when_asked(as_sam: Caller) -> None:
    change(PACK, deleted_at=days.now(), created_at=days.now() + timedelta(days=1))
    as_sam.post(PRODUCTS, HAT)
    listed = [item["product_id"] for item in as_sam.get(PRODUCTS).json()]
    assert (listed[0], len(listed)) == ("hat", 14)
    every = as_sam.get(PRODUCTS, include_deleted="true").json()
    assert ([item["product_id"] for item in every[:2]], len(every)) == ([PACK, "hat"], 15)
    assert every[0] == as_sam.get(f"{PRODUCTS}/{PACK}").json() == shown(Product.objects.get(pk=1001))
    assert refused(as_sam.get(PRODUCTS, include_deleted="perhaps"), 422, "VALIDATION_ERROR") == [
        ["query", "include_deleted"]
    ]


def test_stock_is_set_or_changed_by_with_a_reason(sam: Player) -> None:
    change(PACK, stock_remaining=10)
    shelving.change_stock(by=sam, product_id=PACK, by_units=-4, reason="broken")
    assert record("PRODUCT_UPDATE") == {
        "by": "sam", "severity": "info", "target": ("product", PACK), "before": {"stock_remaining": 10},
        "after": {"stock_remaining": 6}, "reason": "broken",
    }  # fmt: skip
    before = shelf_rows()
    with pytest.raises(Exception, match="VALIDATION_ERROR"):
        shelving.change_stock(by=sam, product_id=PACK, by_units=-7, reason="too many")
    assert shelf_rows() == before
    assert shelving.set_stock(by=sam, product_id=PACK, to=None, reason="endless").stock_remaining is None
    with pytest.raises(Exception, match="VALIDATION_ERROR"):
        shelving.change_stock(by=sam, product_id=PACK, by_units=1, reason="not counted")


def test_what_is_rolled_back_is_told_to_nobody(sam: Player) -> None:
    before = shelf_rows()
    with told() as heard, transaction.atomic():
        shelving.change_product(by=sam, product_id=PACK, facts={"price": 250})
        transaction.set_rollback(True)
    assert (shelf_rows(), heard) == (before, [])


def test_a_change_stands_when_it_cannot_be_told(as_sam: Caller) -> None:
    deaf = patch.object(publish, "broadcast", side_effect=ConnectionError)
    with deaf as broadcast, TestCase.captureOnCommitCallbacks(execute=True):
        assert call(as_sam, "PUT", f"{PRODUCTS}/{PACK}", {"price": 250}).status_code == 200
    assert broadcast.call_count == 1
    assert Product.objects.get(pk=1001).price == 250


def test_a_fact_that_is_not_for_staff_is_a_bug(sam: Player) -> None:
    for name in ("id", "deleted_at", "product_id", "created_at"):
        with pytest.raises(TypeError, match=name):
            shelving.change_product(by=sam, product_id=PACK, facts={name: datetime.now(UTC)})
    assert not Audit.objects.filter(action="PRODUCT_UPDATE").exists()
