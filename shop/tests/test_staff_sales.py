"""Everybody's purchases, as staff look for them over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Player, Role
from casino.lib import days
from casino.lib.days import stamp
from shop.models import Purchase
from tests.cast import Caller, enrol, set_gold

BUY, LIST, PACK, ITEM = "/api/shop/buy", "/api/admin/transactions", "GOLD_PACK_SMALL", "anti_single_loss"
pytestmark = pytest.mark.usefixtures("shelf")


def buys(caller: Caller, product: str = PACK, **body: Any) -> str:
    receipt: str = caller.post(BUY, {"product_id": product, **body}).json()["receipt_code"]
    return receipt


def receipts(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [item["receipt_code"] for item in answer.json()["items"]]


def test_a_transaction_names_its_buyer(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    receipt = buys(as_ada, payment_method="card")
    own = as_ada.get("/api/shop/transactions").json()["items"][0]
    listed = as_sam.get(LIST).json()
    assert listed == {"items": [own | {"user_id": ada.pk, "site_id": "ada"}], "next_cursor": None}
    told = as_sam.get(f"/api/shop/transactions/{receipt}").json()
    assert told == own | {"timeline": Purchase.objects.get().timeline}


def test_staff_find_what_they_look_for(
    ada: Player, bob: Player, as_ada: Caller, as_bob: Caller, as_sam: Caller
) -> None:
    set_gold(ada, 30_000)
    paid, waits, item = buys(as_ada), buys(as_ada, gateway_mode="external"), buys(as_ada, ITEM)
    lost = buys(as_bob, gateway_mode="always_fail")
    assert receipts(as_sam.get(LIST)) == [lost, item, waits, paid]
    assert receipts(as_sam.get(LIST, status="pending")) == [waits]
    assert receipts(as_sam.get(LIST, kind="item")) == [item]
    assert receipts(as_sam.get(LIST, user_id=bob.pk)) == [lost]
    assert receipts(as_sam.get(LIST, user_id=ada.pk, kind="gold")) == [waits, paid]
    assert receipts(as_sam.get(LIST, q=paid.upper())) == [paid]
    assert receipts(as_sam.get(LIST, q=f"sandbox_{lost}")) == [lost]
    assert receipts(as_sam.get(LIST, q="BO")) == [lost]
    assert receipts(as_sam.get(LIST, q="ada", status="success")) == [item, paid]
    assert receipts(as_sam.get(LIST, q="nothing like it")) == []


def test_times_bound_the_list_from_and_until(as_ada: Caller, as_sam: Caller) -> None:
    codes = [buys(as_ada) for _ in range(3)]
    noon = days.now().replace(microsecond=0) - timedelta(days=2)
    for number, code in enumerate(codes):
        Purchase.objects.filter(receipt_code=code).update(created_at=noon + timedelta(hours=number))
    since, until = stamp(noon + timedelta(hours=1)), stamp(noon + timedelta(hours=2))
    assert receipts(as_sam.get(LIST, since=since)) == [codes[2], codes[1]]
    assert receipts(as_sam.get(LIST, until=until)) == [codes[1], codes[0]]
    assert receipts(as_sam.get(LIST, since=since, until=until)) == [codes[1]]
    assert receipts(as_sam.get(LIST, since=since.removesuffix("Z"))) == [codes[2], codes[1]]  # UTC without saying so


def test_the_list_is_paged_without_a_gap(as_ada: Caller, as_bob: Caller, as_sam: Caller) -> None:
    codes = [buys(caller) for caller in (as_ada, as_bob) * 3]
    found: list[str] = []
    cursor: dict[str, Any] = {}
    for _ in range(3):
        answer = as_sam.get(LIST, limit=2, **cursor)
        found += receipts(answer)
        cursor = {"cursor": answer.json()["next_cursor"]}
    assert found == codes[::-1]
    assert cursor == {"cursor": None}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "0"), ("limit", "201"), ("status", "lost"), ("kind", "x"), ("cursor", "!"), ("user_id", "ada"),
        ("since", "yesterday"), ("until", "2026-13-01"), ("q", "x" * 65), ("q", "a\x00b"),
    ],
)  # fmt: skip
def test_filters_that_do_not_exist_are_refused(as_sam: Caller, field: str, value: str) -> None:
    response = as_sam.get(LIST, **{field: value})
    assert response.status_code == 422
    assert [detail["loc"] for detail in response.json()["error"]["details"]] == [["query", field]]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT, Role.ECONOMY])
def test_other_roles_read_and_change_nothing(as_ada: Caller, role: Role) -> None:
    receipt = buys(as_ada, gateway_mode="external")
    reader = Caller(enrol("abe", role=role))
    assert receipts(reader.get(LIST)) == [receipt]
    for deed in ("force-settle", "refund"):
        answer = reader.post(f"{LIST}/{receipt}/{deed}", {"reason": "a feeling"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")
    assert Purchase.objects.get().status == "pending"


def statements(caller: Caller, method: str, path: str, *given: Any) -> list[str]:
    edges = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    with CaptureQueriesContext(connection) as captured:
        assert getattr(caller, method)(path, *given).status_code == 200
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(edges)]


def test_the_list_costs_the_same_for_one_and_for_many(as_ada: Caller, as_bob: Caller, as_sam: Caller) -> None:
    buys(as_ada)
    few = statements(as_sam, "get", LIST)
    for caller in (as_ada, as_bob) * 3:
        buys(caller)
    many = statements(as_sam, "get", f"{LIST}?since=2020-01-01")
    assert len(few) == len(many) == 2, "\n".join(many)
    searched = statements(as_sam, "get", f"{LIST}?q=a")
    assert len(searched) == 3, "\n".join(searched)


def test_what_staff_do_costs_few_statements(as_ada: Caller, as_sam: Caller) -> None:
    receipt = buys(as_ada, gateway_mode="external")
    forced = statements(as_sam, "post", f"{LIST}/{receipt}/force-settle", {"idempotency_key": "k"})
    assert len(forced) == 14, "\n".join(forced)
    refunded = statements(as_sam, "post", f"{LIST}/{receipt}/refund", {"reason": "paid twice", "idempotency_key": "k"})
    assert len(refunded) == 14, "\n".join(refunded)
