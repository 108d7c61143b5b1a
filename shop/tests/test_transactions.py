"""Receipts read again, the inventory, what buying costs in statements, and the sentences the audit checks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Player
from casino.lib.days import stamp
from casino.lib.idempotency import IdempotencyKey
from shop.models import Purchase
from shop.tests.conftest import change, written
from shop.truths import purchase_truths
from tests.cast import Caller, set_gold

BUY, LIST, PACK, ITEM = "/api/shop/buy", "/api/shop/transactions", "GOLD_PACK_SMALL", "anti_single_loss"
pytestmark = pytest.mark.usefixtures("shelf")


def receipts(answer: Any) -> list[str]:
    return [item["receipt_code"] for item in answer.json()["items"]]


def test_a_transaction_tells_the_whole_purchase(ada: Player, as_ada: Caller) -> None:
    receipt = as_ada.post(BUY, {"product_id": PACK, "payment_method": "card"}).json()["receipt_code"]
    bought = Purchase.objects.get()
    shown = {
        "receipt_code": receipt,
        "product_id": PACK,
        "name": "Gold x2,600",
        "kind": "gold",
        "quantity": 1,
        "unit_price": 199,
        "amount": 199,
        "currency": "USD",
        "gold_granted": 2_600,
        "gold_spent": None,
        "status": "success",
        "reason_code": None,
        "payment_method": "card",
        "charge_id": f"sandbox_{receipt}",
        "promo_code": None,
        "created_at": stamp(bought.created_at),
        "settled_at": stamp(bought.settled_at or bought.created_at),
    }
    assert as_ada.get(LIST).json() == {"items": [shown], "next_cursor": None}
    assert as_ada.get(f"{LIST}/{receipt}").json() == shown | {"timeline": bought.timeline}
    assert [set(step) for step in bought.timeline] == [{"step", "at", "data"}] * 5


def test_receipts_are_for_their_buyer_and_staff(as_ada: Caller, as_bob: Caller, as_sam: Caller) -> None:
    receipt = as_ada.post(BUY, {"product_id": PACK}).json()["receipt_code"]
    assert as_sam.get(f"{LIST}/{receipt}").json()["receipt_code"] == receipt
    for path in (f"{LIST}/{receipt}", f"{LIST}/nothing"):
        response = as_bob.get(path)
        assert (response.status_code, response.json()["error"]["code"]) == (404, "PURCHASE_NOT_FOUND")
    assert receipts(as_bob.get(LIST)) == receipts(as_sam.get(LIST)) == []


def test_the_list_is_paged_and_filtered(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 30_000)
    modes = ["always_success", "always_fail", "external"]
    codes = [as_ada.post(BUY, {"product_id": PACK, "gateway_mode": mode}).json()["receipt_code"] for mode in modes]
    codes.append(as_ada.post(BUY, {"product_id": ITEM}).json()["receipt_code"])
    newest_first = codes[::-1]
    first = as_ada.get(LIST, limit=3)
    assert receipts(first) == newest_first[:3]
    second = as_ada.get(LIST, limit=3, cursor=first.json()["next_cursor"])
    assert (receipts(second), second.json()["next_cursor"]) == (newest_first[3:], None)
    assert receipts(as_ada.get(LIST, status="pending")) == [codes[2]]
    assert receipts(as_ada.get(LIST, kind="item")) == [codes[3]]
    assert receipts(as_ada.get(LIST, kind="gold", status="failed")) == [codes[1]]


@pytest.mark.parametrize(
    ("field", "value"),
    [("limit", "0"), ("limit", "101"), ("limit", "1.0"), ("status", "lost"), ("kind", "x"), ("cursor", "!")],
)
def test_filters_that_do_not_exist_are_refused(as_ada: Caller, field: str, value: str) -> None:
    response = as_ada.get(LIST, **{field: value})
    assert response.status_code == 422
    assert [detail["loc"] for detail in response.json()["error"]["details"]] == [["query", field]]


def test_the_inventory_lists_what_was_bought(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    set_gold(ada, 110_000)
    receipt = as_ada.post(BUY, {"product_id": ITEM, "quantity": 2}).json()["receipt_code"]
    as_ada.post(BUY, {"product_id": "comp_double_day"})
    answer = as_ada.get("/api/shop/inventory", offset=1).json()
    kept = answer["items"][0]
    assert (answer["total"], answer["limit"], answer["offset"], len(answer["items"])) == (2, 50, 1, 1)
    assert kept == {
        "id": kept["id"],
        "product_id": ITEM,
        "name": "한폴방지",
        "type": "powerup",
        "rarity": "rare",
        "icon": "🛡️",
        "quantity": 2,
        "status": "owned",
        "source": "shop",
        "receipt_code": receipt,
        "acquired_at": stamp(Purchase.objects.get(receipt_code=receipt).created_at),
        "used_at": None,
    }
    assert as_bob.get("/api/shop/inventory").json() == {"items": [], "total": 0, "limit": 50, "offset": 0}


def statements(caller: Caller, body: dict[str, Any]) -> list[str]:
    edges = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    with CaptureQueriesContext(connection) as captured:
        assert caller.post(BUY, body | {"idempotency_key": "k"}).json()["success"] is True
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(edges)]


@pytest.mark.parametrize(
    ("product", "facts", "budget"),
    [(PACK, {}, 14), (ITEM, {}, 13), (ITEM, {"stock_remaining": 5}, 14), ("early_rank_up", {}, 15)],
    ids=["pack", "item", "counted item", "rank up"],
)
def test_buying_costs_few_statements(
    ada: Player, as_ada: Caller, product: str, facts: dict[str, Any], budget: int
) -> None:
    set_gold(ada, 500_000)
    change(product, name="Thing", **facts)
    told = statements(as_ada, {"product_id": product})
    assert len(told) == budget, "\n".join(told)


def broken() -> list[str]:
    return [truth.name for truth in purchase_truths() if not truth.holds]


def test_purchases_match_the_ledger_whatever_became_of_them(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 30_000)
    for mode in ("always_success", "always_fail", "external"):
        as_ada.post(BUY, {"product_id": PACK, "gateway_mode": mode, "idempotency_key": mode})
    as_ada.post(BUY, {"product_id": ITEM})
    assert broken() == []


@pytest.mark.parametrize("lie", [{"gold": 2_601}, {"status": "failed"}, {"receipt_code": "0" * 12}])
def test_a_purchase_that_lies_is_found(ada: Player, as_ada: Caller, lie: dict[str, Any]) -> None:
    as_ada.post(BUY, {"product_id": PACK})
    Purchase.objects.update(**lie)
    assert broken() == ["purchases_match_entries"]
    assert "moved" in str(purchase_truths()[0].first)


def test_a_key_without_its_purchase_is_found(ada: Player, as_ada: Caller) -> None:
    as_ada.post(BUY, {"product_id": PACK, "idempotency_key": "k"})
    IdempotencyKey.objects.update(ref="0" * 12)
    assert broken() == ["keys_made_one_purchase"]
    assert written(ada)["IdempotencyKey"] == 1
