"""Promo codes kept by staff over HTTP: one code, one target, whole records, told once."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Audit, Player
from accounts.seal import unsealed
from shop import packaging
from shop.models import LimitedPackage, Product, PromoCode
from shop.tests.keeping import NO_MONEY, news, record, refused, shelf_rows, told
from tests.cast import Caller

UPSERT, LIMITED = "/api/admin/promo-codes/upsert", "/api/admin/limited/promo"
PACK = "GOLD_PACK_SMALL"
DONE, UPSERTED = {"success": True}, {"success": True, "message": "Upserted"}
SAM = {"by": "sam", "severity": "info", "target": ("promo_code", "HAT5")}
pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture
def hats(sam: Player) -> LimitedPackage:
    return packaging.upsert_package(by=sam, code="HATS", facts={"name": "Hats", "price_cents": 499})


def hat5() -> PromoCode:
    return PromoCode.objects.get(code="HAT5")


def preview(caller: Caller, **target: str) -> tuple[bool, int]:
    answer = caller.post("/api/shop/promo/preview", {"promo_code": "hat5", **target}).json()
    return answer["valid"], answer["discount_cents"]


def test_a_new_code_is_kept_in_upper_case_recorded_whole_and_told(as_sam: Caller, as_ada: Caller) -> None:
    with told() as heard:
        response = as_sam.post(UPSERT, {"code": "hat5", "value": 50})
    assert (response.status_code, response.json()) == (200, UPSERTED)
    after = {
        "code": "HAT5", "product": None, "package": None, "discount_type": "flat", "value": 50, "starts_at": None,
        "ends_at": None, "is_active": True, "max_uses": None, "per_user_limit": None,
    }  # fmt: skip
    assert record("PROMO_UPSERT") == SAM | {"before": None, "after": after}
    assert heard == [news("promo_updated")]
    assert preview(as_ada, product_id=PACK) == (True, 50)


def test_every_field_can_be_given(as_sam: Caller) -> None:
    body = {
        "code": "HAT5", "product_id": PACK.lower(), "discount_type": "percent", "value": 95, "is_active": False,
        "starts_at": "2030-01-01T09:00:00+09:00", "ends_at": "2030-02-01T00:00:00Z", "max_uses": 0, "per_user_limit": 1,
    }  # fmt: skip
    with told() as heard:
        assert as_sam.post(UPSERT, body).json() == UPSERTED
    kept = body | {"starts_at": "2030-01-01T00:00:00.000Z", "ends_at": "2030-02-01T00:00:00.000Z", "package": None}
    del kept["product_id"]
    assert record("PROMO_UPSERT")["after"] == kept | {"product": PACK}
    assert heard == [news("promo_updated", product_id=PACK)]


def test_an_upsert_changes_what_it_names_whatever_the_case_and_keeps_the_rest(as_sam: Caller) -> None:
    as_sam.post(UPSERT, {"code": "HAT5", "value": 50, "discount_type": "percent", "max_uses": 3, "is_active": False})
    PromoCode.objects.update(used=2)
    before = PromoCode.objects.values().get()
    with unsealed():
        Audit.objects.all().delete()
    with told() as heard:
        assert as_sam.post(UPSERT, {"code": "Hat5", "value": 60, "used": 0, "id": 9}).json() == UPSERTED
    assert PromoCode.objects.values().get() == before | {"value": 60, "updated_at": hat5().updated_at}
    assert record("PROMO_UPSERT") == SAM | {"before": {"value": 50}, "after": {"value": 60}}
    assert heard == [news("promo_updated")]
    rows = shelf_rows()
    with told() as heard:
        assert as_sam.post(UPSERT, {"code": "HAT5", "value": 60}).json() == UPSERTED
    assert (shelf_rows(), heard) == (rows, [])


@pytest.mark.usefixtures("hats")
def test_a_code_is_for_one_thing_and_a_new_one_takes_the_old_ones_place(as_sam: Caller) -> None:
    as_sam.post(UPSERT, {"code": "HAT5", "value": 50, "product_id": PACK})
    assert as_sam.post(UPSERT, {"code": "HAT5", "value": 50, "package_id": "HATS"}).json() == UPSERTED
    row = Audit.objects.filter(action="PROMO_UPSERT").latest("id")
    assert row.details == {
        "before": {"package": None, "product": PACK}, "after": {"package": "HATS", "product": None},
    }  # fmt: skip
    as_sam.post(UPSERT, {"code": "HAT5", "value": 50, "product_id": 1001, "package_id": None})
    assert (hat5().product, hat5().package) == (Product.objects.get(pk=1001), None)
    as_sam.post(UPSERT, {"code": "HAT5", "value": 50, "product_id": None})
    assert (hat5().product, hat5().package) == (None, None)


@pytest.mark.usefixtures("hats")
def test_two_targets_are_refused_and_unknown_ones_not_found(as_sam: Caller) -> None:
    before = shelf_rows()
    body = {"code": "HAT5", "value": 50}
    both = as_sam.post(UPSERT, body | {"product_id": "nothing", "package_id": "HATS"})
    assert refused(both, 422, "VALIDATION_ERROR") == [["body", "package_id"]]
    refused(as_sam.post(UPSERT, body | {"product_id": "nothing"}), 404, "PRODUCT_NOT_FOUND")
    refused(as_sam.post(UPSERT, body | {"package_id": "NOTHING"}), 404, "PACKAGE_NOT_FOUND")
    assert shelf_rows() == before


@pytest.mark.parametrize(
    ("said", "place"),
    [
        *(({"value": wrong}, ["value"]) for wrong in [*NO_MONEY, 10**12 + 1]),
        ({"discount_type": "percent", "value": 96}, []), ({"discount_type": "free"}, ["discount_type"]),
        ({"code": ""}, ["code"]), ({"code": "c" * 41}, ["code"]), ({"code": 5}, ["code"]),
        ({"code": "ß" * 21}, ["code"]),
        ({"max_uses": -1}, ["max_uses"]), ({"max_uses": True}, ["max_uses"]),
        ({"per_user_limit": 0}, ["per_user_limit"]),
        ({"is_active": None}, ["is_active"]), ({"starts_at": "soon"}, ["starts_at"]),
        ({"product_id": []}, ["product_id"]),
        ({"starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-01-01T00:00:00Z"}, []),
    ],
)  # fmt: skip
def test_what_is_no_such_code_is_refused(as_sam: Caller, said: dict[str, Any], place: list[str]) -> None:
    before = shelf_rows()
    with told() as heard:
        response = as_sam.post(UPSERT, {"code": "HAT5", "value": 50, **said})
    assert refused(response, 422, "VALIDATION_ERROR") == [["body", *place]]
    assert (shelf_rows(), heard) == (before, [])


def test_a_percentage_cannot_be_made_of_a_large_flat_value(as_sam: Caller) -> None:
    as_sam.post(UPSERT, {"code": "HAT5", "value": 500})
    before = shelf_rows()
    refused(as_sam.post(UPSERT, {"code": "HAT5", "value": 500, "discount_type": "percent"}), 422, "VALIDATION_ERROR")
    assert shelf_rows() == before


@pytest.mark.usefixtures("hats")
def test_set_makes_a_flat_code_of_the_package(as_sam: Caller, as_ada: Caller) -> None:
    body = {"code": "HATS", "promo_code": "hat5", "cents_off": 30}
    with told() as heard:
        assert as_sam.post(f"{LIMITED}/set", body).json() == DONE
    after = {
        "code": "HAT5", "product": None, "package": "HATS", "discount_type": "flat", "value": 30, "starts_at": None,
        "ends_at": None, "is_active": True, "max_uses": None, "per_user_limit": None,
    }  # fmt: skip
    assert record("LIMITED_PROMO_SET") == SAM | {"before": None, "after": after}
    assert heard == [news("promo_updated", package_id="HATS")]
    assert preview(as_ada, package_id="HATS") == (True, 30)
    assert preview(as_ada, product_id=PACK) == (False, 0)
    before = shelf_rows()
    assert as_sam.post(f"{LIMITED}/set", body).json() == DONE
    assert shelf_rows() == before


@pytest.mark.usefixtures("hats")
def test_set_turns_any_code_into_one_of_the_package(as_sam: Caller) -> None:
    as_sam.post(
        UPSERT, {"code": "HAT5", "value": 5, "discount_type": "percent", "product_id": PACK, "is_active": False}
    )
    as_sam.post(f"{LIMITED}/set", {"code": "HATS", "promo_code": "HAT5", "cents_off": 30})
    assert record("LIMITED_PROMO_SET") == SAM | {
        "before": {"product": PACK, "package": None, "discount_type": "percent", "value": 5, "is_active": False},
        "after": {"product": None, "package": "HATS", "discount_type": "flat", "value": 30, "is_active": True},
    }


@pytest.mark.usefixtures("hats")
def test_clear_switches_the_packages_code_off(as_sam: Caller, as_ada: Caller) -> None:
    as_sam.post(f"{LIMITED}/set", {"code": "HATS", "promo_code": "HAT5", "cents_off": 30})
    body = {"code": "HATS", "promo_code": "Hat5"}
    with told() as heard:
        assert as_sam.post(f"{LIMITED}/clear", body).json() == DONE
    assert heard == [news("promo_updated", package_id="HATS")]
    with told() as heard:
        assert as_sam.post(f"{LIMITED}/clear", body).json() == DONE
    assert heard == []
    assert record("LIMITED_PROMO_CLEAR") == SAM | {"before": {"is_active": True}, "after": {"is_active": False}}
    assert preview(as_ada, package_id="HATS") == (False, 0)


@pytest.mark.usefixtures("hats")
def test_a_code_of_something_else_is_not_cleared(as_sam: Caller) -> None:
    as_sam.post(UPSERT, {"code": "HAT5", "value": 5})
    before = shelf_rows()
    for name in ("HAT5", "NOTHING"):
        refused(as_sam.post(f"{LIMITED}/clear", {"code": "HATS", "promo_code": name}), 404, "NOT_FOUND")
    assert shelf_rows() == before


@pytest.mark.usefixtures("hats")
@pytest.mark.parametrize("wrong", NO_MONEY, ids=repr)
def test_cents_off_are_whole_cents(as_sam: Caller, wrong: object) -> None:
    before = shelf_rows()
    response = as_sam.post(f"{LIMITED}/set", {"code": "HATS", "promo_code": "HAT5", "cents_off": wrong})
    assert refused(response, 422, "VALIDATION_ERROR") == [["body", "cents_off"]]
    assert shelf_rows() == before
