"""The catalogue over HTTP: what each visitor sees, in which order, and why something cannot be bought."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Player
from casino.lib import days
from casino.lib.days import stamp
from shop.models import Product
from shop.tests.conftest import change
from tests.cast import Caller, set_gold

PACK, ITEM, RANK_UP = "GOLD_PACK_SMALL", "anti_single_loss", "early_rank_up"
pytestmark = pytest.mark.usefixtures("shelf")


def seen(caller: Caller, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [item for item in caller.get("/api/shop/items").json() if item["product_id"] == name]
    return found[0]


def test_the_catalog_lists_the_packs(as_ada: Caller) -> None:
    packs = as_ada.get("/api/shop/catalog").json()
    ends = Product.objects.get(pk=1004).discount_ends_at
    assert [pack["id"] for pack in packs] == [1001, 1002, 1003, 1004, 1005]
    assert ends is not None
    assert packs[3] == {
        "id": 1004,
        "product_id": "GOLD_PACK_VIP",
        "sku": "GOLD_PACK_VIP",
        "name": "Gold x100,000 (VIP)",
        "description": "",
        "icon": "🪙",
        "type": "currency",
        "rarity": "legendary",
        "currency": "USD",
        "price": 5999,
        "final_price": 5099,
        "discount": 15,
        "discount_ends_at": stamp(ends),
        "sale_starts_at": None,
        "sale_ends_at": None,
        "value": 100_000,
        "bonus_gold": 0,
        "bonusGold": 0,
        "effective_gold": 100_000,
        "one_time": False,
        "oneTime": False,
        "is_limited": False,
        "isLimited": False,
        "popular": False,
        "min_rank": "VIP",
        "stock_remaining": None,
        "owned": False,
        "purchasable": False,
        "blocked_reason": "RANK_REQUIRED",
        "price_cents": 5999,
        "discounted_price_cents": 5099,
        "gold": 100_000,
        "discount_percent": 15,
    }


def test_items_lists_everything_by_sort_order_then_id(as_nobody: Caller) -> None:
    change(RANK_UP, sort_order=-1)
    ids = [item["id"] for item in as_nobody.get("/api/shop/items").json()]
    assert ids == [3007, 1001, 1002, 1003, 1004, 1005, 3001, 3002, 3003, 3004, 3005, 3006, 3008, 3009]


def test_products_lists_what_costs_gold_cheapest_first(as_nobody: Caller) -> None:
    change("model_points_1150000", discount=95)
    shown = [(item["final_price"], item["id"]) for item in as_nobody.get("/api/shop/products").json()]
    assert shown == sorted(shown)
    assert (50_000, 3004) in shown
    assert len(shown) == 9


@pytest.mark.parametrize("gone", [{"is_active": False}, {"deleted_at": days.now()}])
def test_what_is_not_for_sale_is_not_shown(as_nobody: Caller, gone: dict[str, Any]) -> None:
    change(PACK, **gone)
    for path in ("catalog", "items"):
        assert 1001 not in [item["id"] for item in as_nobody.get(f"/api/shop/{path}").json()]


def test_nobody_is_asked_to_sign_in(as_nobody: Caller) -> None:
    reasons = {(item["purchasable"], item["blocked_reason"]) for item in as_nobody.get("/api/shop/items").json()}
    assert reasons == {(False, "LOGIN_REQUIRED")}


def test_a_low_balance_does_not_block(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 0)
    assert (seen(as_ada, ITEM)["purchasable"], seen(as_ada, ITEM)["blocked_reason"]) == (True, None)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"stock_remaining": 0}, "OUT_OF_STOCK"),
        ({"stock_remaining": 1}, None),
        ({"sale_starts_at": days.now() + timedelta(days=1)}, "NOT_ON_SALE"),
        ({"sale_ends_at": days.now() - timedelta(days=1)}, "NOT_ON_SALE"),
        ({"min_rank": "PREMIUM"}, "RANK_REQUIRED"),
        ({"min_rank": "STANDARD"}, None),
        ({"min_rank": "PREMIUM", "stock_remaining": 0}, "RANK_REQUIRED"),
    ],
)
def test_why_a_product_is_blocked(as_ada: Caller, facts: dict[str, Any], reason: str | None) -> None:
    change(ITEM, **facts)
    assert (seen(as_ada, ITEM)["blocked_reason"], seen(as_ada, ITEM)["purchasable"]) == (reason, reason is None)


def test_a_one_time_product_is_owned_once_bought(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    set_gold(ada, 500_000)
    as_ada.post("/api/shop/buy", {"product_id": RANK_UP})
    assert (seen(as_ada, RANK_UP)["owned"], seen(as_ada, RANK_UP)["blocked_reason"]) == (True, "ALREADY_OWNED")
    assert (seen(as_bob, RANK_UP)["owned"], seen(as_bob, RANK_UP)["blocked_reason"]) == (False, None)


def test_an_unpaid_one_time_product_is_kept_for_its_buyer_until_it_is_declined(as_ada: Caller) -> None:
    change(PACK, one_time=True)
    as_ada.post("/api/shop/buy", {"product_id": PACK, "gateway_mode": "always_fail"})
    assert seen(as_ada, PACK)["owned"] is False
    as_ada.post("/api/shop/buy", {"product_id": PACK, "gateway_mode": "external"})
    assert seen(as_ada, PACK)["owned"] is True
    assert as_ada.post("/api/shop/buy", {"product_id": PACK}).json()["reason_code"] == "ALREADY_OWNED"


def test_the_highest_rank_sees_that_it_cannot_rise(vip: Player) -> None:
    assert seen(Caller(vip), RANK_UP)["blocked_reason"] == "RANK_MAX"


def test_the_shelf_costs_three_statements(as_ada: Caller) -> None:
    for path in ("items", "products"):
        with CaptureQueriesContext(connection) as captured:
            as_ada.get(f"/api/shop/{path}")
        assert len(captured) == 3  # session, products, what is owned


def test_a_bad_token_on_the_public_shelf_is_nobody(as_nobody: Caller) -> None:
    as_nobody.headers["Authorization"] = "Bearer nonsense"
    assert as_nobody.get("/api/shop/catalog").status_code == 200
