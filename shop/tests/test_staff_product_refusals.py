"""What staff are refused when they keep products: told by field or by name, with nothing moved."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Player, Role
from casino.lib import days
from casino.lib.errors import Refusal
from shop import shelving
from shop.tests.conftest import change
from shop.tests.keeping import NO_MONEY, PRODUCTS, call, refused, shelf_rows, told
from tests.cast import Caller, enrol

PACK, ITEM = "GOLD_PACK_SMALL", "anti_single_loss"
HAT = {"product_id": "hat", "name": "Hat", "price": 500}
pytestmark = pytest.mark.usefixtures("shelf")


@pytest.mark.parametrize(
    ("extra", "place"),
    [
        ({"discount": "5"}, "discount"), ({"discount": True}, "discount"), ({"discount": None}, "discount"),
        ({"discount": 1.5}, "discount"), ({"min_rank": "KING"}, "min_rank"), ({"min_rank": 5}, "min_rank"),
        ({"min_rank": ["VIP"]}, "min_rank"),
    ],
)  # fmt: skip
def test_extra_is_read_as_strictly_as_the_fields(as_sam: Caller, extra: dict[str, Any], place: str) -> None:
    before = shelf_rows()
    for response in (
        as_sam.post(PRODUCTS, HAT | {"extra": extra}),
        call(as_sam, "PUT", f"{PRODUCTS}/{ITEM}", {"extra": extra}),
    ):
        assert refused(response, 422, "VALIDATION_ERROR") == [["body", "extra", place]]
    assert shelf_rows() == before


@pytest.mark.parametrize("field", ["price", "value", "bonus_gold"])
@pytest.mark.parametrize("wrong", [*NO_MONEY, 10**12 + 1], ids=repr)
def test_what_is_no_amount_is_refused(as_sam: Caller, field: str, wrong: object) -> None:
    before = shelf_rows()
    with told() as heard:
        for response in (
            as_sam.post(PRODUCTS, HAT | {field: wrong}),
            call(as_sam, "PATCH", f"{PRODUCTS}/{ITEM}", {field: wrong}),
        ):
            assert refused(response, 422, "VALIDATION_ERROR") == [["body", field]]
    assert (shelf_rows(), heard) == (before, [])


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("stock_remaining", wrong) for wrong in [-1, 1.5, "5", 2**31, True]),
        *(("is_active", wrong) for wrong in ("true", 1, 0, None)), ("one_time", "no"), ("popular", 1),
        ("is_limited", None), ("discount", None), ("discount", 1.0), ("discount", "5"), ("sort_order", 2**31),
        ("name", ""), ("name", " "), ("name", 5), ("name", "n" * 101), ("name", None), ("icon", ""), ("icon", "i" * 17),
        ("description", "d" * 501), ("type", "gold"), ("type", ["item"]), ("rarity", ""), ("currency", "EUR"),
        ("currency", None), ("min_rank", "KING"), ("extra", None), ("extra", []), ("extra", "{}"),
        ("sale_starts_at", 5), ("sale_ends_at", "soon"), ("discount_ends_at", "9999-12-31T23:59:59-23:59"),
        ("discount_ends_at", "0001-01-01T00:00:00Z"),
    ],
)  # fmt: skip
def test_what_is_no_such_field_is_refused(as_sam: Caller, field: str, wrong: object) -> None:
    before = shelf_rows()
    for response in (
        as_sam.post(PRODUCTS, HAT | {field: wrong}),
        call(as_sam, "PUT", f"{PRODUCTS}/{ITEM}", {field: wrong}),
    ):
        assert refused(response, 422, "VALIDATION_ERROR") == [["body", field]]
    assert shelf_rows() == before


def test_an_endless_number_in_extra_is_refused(as_sam: Caller) -> None:
    response = as_sam.post(PRODUCTS, '{"product_id": "hat", "name": "Hat", "price": 5, "extra": {"a": [1e999]}}')
    assert refused(response, 422, "VALIDATION_ERROR") == [["body"]]  # no JSON number is endless


@pytest.mark.parametrize("extra", [["a"], "a", 5, {"a": float("nan")}, {"a": [{"b": "\ud800"}]}, {"\0": 1}])
def test_what_screens_give_as_extra_is_an_object_the_database_stores(sam: Player, extra: object) -> None:
    before = shelf_rows()
    with pytest.raises(Refusal) as refusal:
        shelving.change_product(by=sam, product_id=ITEM, facts={"extra": extra})
    assert [detail["loc"] for detail in refusal.value.details or []] == [["body", "extra"]]
    assert shelving.change_product(by=sam, product_id=ITEM, facts={"extra": None}).extra == {}
    assert shelf_rows() == before


@pytest.mark.parametrize("name", ["", "123", "a b", "a/b", "모자", "n" * 65, 5, None, "１２"])
def test_a_product_id_is_a_name(as_sam: Caller, name: object) -> None:
    before = shelf_rows()
    assert refused(as_sam.post(PRODUCTS, HAT | {"product_id": name}), 422, "VALIDATION_ERROR") == [
        ["body", "product_id"]
    ]
    assert shelf_rows() == before


@pytest.mark.parametrize("missing", ["product_id", "name", "price"])
def test_a_new_product_needs_its_name_and_price(as_sam: Caller, missing: str) -> None:
    body = {name: value for name, value in HAT.items() if name != missing}
    assert refused(as_sam.post(PRODUCTS, body), 422, "VALIDATION_ERROR") == [["body", missing]]


@pytest.mark.parametrize("name", [PACK, PACK.lower(), "SECOND_NAME"])
def test_a_name_means_one_product_whatever_its_case_and_deleted_ones_keep_theirs(as_sam: Caller, name: str) -> None:
    change(PACK, deleted_at=days.now())
    change(ITEM, sku="second_name")
    before = shelf_rows()
    with told() as heard:
        response = as_sam.post(PRODUCTS, HAT | {"product_id": name})
    refused(response, 400, "PRODUCT_EXISTS")
    assert response.json()["detail"] == "이미 존재하는 product_id"
    assert (shelf_rows(), heard) == (before, [])


def test_gold_is_never_sold_for_gold(as_sam: Caller) -> None:
    as_sam.post(PRODUCTS, HAT)
    before = shelf_rows()
    refused(as_sam.post(PRODUCTS, HAT | {"product_id": "cap", "type": "currency"}), 422, "GOLD_FOR_GOLD")
    refused(call(as_sam, "PUT", f"{PRODUCTS}/hat", {"type": "currency"}), 422, "GOLD_FOR_GOLD")
    refused(call(as_sam, "PUT", f"{PRODUCTS}/{PACK}", {"currency": "gold"}), 422, "GOLD_FOR_GOLD")
    assert shelf_rows() == before
    both = {"type": "currency", "currency": "USD", "value": 5}
    assert call(as_sam, "PUT", f"{PRODUCTS}/hat", both).json()["product"]["effective_gold"] == 5


def test_a_sale_ends_after_it_starts(as_sam: Caller) -> None:
    call(as_sam, "PUT", f"{PRODUCTS}/{PACK}", {"sale_starts_at": "2030-01-01T00:00:00Z"})
    before = shelf_rows()
    for end in ("2029-12-31T23:59:59Z", "2030-01-01T00:00:00Z"):
        refused(call(as_sam, "PUT", f"{PRODUCTS}/{PACK}", {"sale_ends_at": end}), 422, "VALIDATION_ERROR")
    assert shelf_rows() == before


def test_an_unknown_product_is_not_found_and_a_wrong_body_is_told_first(as_sam: Caller) -> None:
    calls = [("GET", ""), ("PUT", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore")]
    for method, more in calls:
        response = call(as_sam, method, f"{PRODUCTS}/nothing{more}")
        refused(response, 404, "PRODUCT_NOT_FOUND")
        assert response.json()["detail"] == "상품 없음"
    refused(call(as_sam, "PUT", f"{PRODUCTS}/nothing", {"price": -1}), 422, "VALIDATION_ERROR")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT, Role.ECONOMY])
def test_other_staff_may_look_and_not_touch(role: Role) -> None:
    caller, before = Caller(enrol("other", role=role)), shelf_rows()
    assert caller.get(PRODUCTS).status_code == caller.get(f"{PRODUCTS}/{PACK}").status_code == 200
    for method, path in [("POST", PRODUCTS), ("PUT", f"{PRODUCTS}/{PACK}"), ("DELETE", f"{PRODUCTS}/{PACK}")]:
        refused(call(caller, method, path, {"price": "wrong"}), 403, "PERMISSION_DENIED")
    assert shelf_rows() == before
