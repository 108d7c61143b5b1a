"""Promo codes: what they take off, every reason to refuse one, previews that use nothing up, and no guessing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from pytest_django.fixtures import Settings

from accounts.models import Player
from casino.lib import days
from shop import settlement
from shop.models import LimitedPackage, Product, PromoCode, Purchase
from shop.promos import discounted
from shop.tests.conftest import change, change_package, written
from tests.cast import Caller, gold_of

PREVIEW, BUY = "/api/shop/promo/preview", "/api/shop/buy"
STARTER, BLITZ, PACK = "WEEKEND_STARTER", "VIP_BLITZ", "GOLD_PACK_SMALL"
pytestmark = pytest.mark.usefixtures("packages", "shelf")


def promo(code: str = "SAVE", **facts: Any) -> PromoCode:
    return PromoCode.objects.create(**{"code": code, "value": 100, **facts})


def previews(caller: Caller, player: Player, status: int = 200, **body: Any) -> Any:
    """What is answered; nothing of what purchases move may move."""
    before = written(player)
    response = caller.post(PREVIEW, {"promo_code": "SAVE", **body})
    assert (response.status_code, written(player)) == (status, before)
    return response.json()


@pytest.mark.parametrize(
    ("kind", "value", "price", "after"),
    [
        ("flat", 0, 499, 499), ("flat", 100, 499, 399), ("flat", 499, 499, 0), ("flat", 500, 499, 0),
        ("percent", 0, 499, 499), ("percent", 10, 499, 449), ("percent", 33, 100, 67), ("percent", 95, 19, 0),
        ("percent", 95, 20, 1), ("percent", 95, 0, 0),
    ],
)  # fmt: skip
def test_what_a_code_takes_off_a_unit(kind: str, value: int, price: int, after: int) -> None:
    assert discounted(PromoCode(discount_type=kind, value=value), price) == after


def test_a_preview_tells_totals(ada: Player, as_ada: Caller) -> None:
    promo(discount_type="percent", value=10)
    assert previews(as_ada, ada, package_id=BLITZ, quantity=2, promo_code="save") == {
        "valid": True,
        "promo_code": "SAVE",
        "price_before": 3_998,
        "price_after": 3_598,
        "discount_cents": 400,
        "currency": "USD",
        "quantity": 2,
        "reason_code": None,
        "message": "프로모션 코드가 적용됩니다",
    }


@pytest.mark.parametrize("name", [1002, "1002", "GOLD_PACK_MED", "gold_pack_med"])
def test_a_price_that_is_lowered_already_is_where_the_code_begins(ada: Player, as_ada: Caller, name: Any) -> None:
    promo()
    told = previews(as_ada, ada, product_id=name, quantity=3)
    assert (told["price_before"], told["price_after"], told["discount_cents"]) == (1_422, 1_122, 300)
    assert as_ada.post(BUY, {"product_id": name, "quantity": 3, "promo_code": "SAVE"}).json()["amount"] == 1_122


INACTIVE, NOT_YET = "This promo code has been switched off", "This promo code is not in force yet"
OVER, USED_UP = "This promo code has expired", "This promo code has been used up"
REASONS: list[tuple[str, dict[str, Any], str, str]] = [
    ("PROMO_INACTIVE", {"is_active": False}, "사용이 중지된 프로모션 코드입니다", INACTIVE),
    (
        "PROMO_NOT_STARTED",
        {"starts_at": days.now() + timedelta(days=1)},
        "아직 사용할 수 없는 프로모션 코드입니다",
        NOT_YET,
    ),
    ("PROMO_EXPIRED", {"ends_at": days.now()}, "기간이 끝난 프로모션 코드입니다", OVER),
    ("PROMO_EXHAUSTED", {"max_uses": 0}, "사용 한도가 끝난 프로모션 코드입니다", USED_UP),
    ("PROMO_EXHAUSTED", {"max_uses": 3, "used": 3}, "사용 한도가 끝난 프로모션 코드입니다", USED_UP),
]


@pytest.mark.parametrize(("reason", "facts", "korean", "english"), REASONS)
def test_a_refused_code_keeps_the_price_and_says_why(
    ada: Player, as_ada: Caller, reason: str, facts: dict[str, Any], korean: str, english: str
) -> None:
    promo(**facts)
    told = previews(as_ada, ada, package_id=STARTER)
    assert told == {
        "valid": False,
        "promo_code": "SAVE",
        "price_before": 499,
        "price_after": 499,
        "discount_cents": 0,
        "currency": "USD",
        "quantity": 1,
        "reason_code": reason,
        "message": korean,
    }
    told = as_ada.post(PREVIEW, {"promo_code": "SAVE", "package_id": STARTER}, Accept_Language="en").json()
    assert told["message"] == english


def test_a_code_nobody_made_is_not_found(ada: Player, as_ada: Caller) -> None:
    told = previews(as_ada, ada, package_id=STARTER, promo_code="ß" * 40)
    assert (told["valid"], told["reason_code"], told["message"]) == (
        False, "PROMO_NOT_FOUND", "없는 프로모션 코드입니다",
    )  # fmt: skip


def test_a_code_for_one_thing_is_refused_for_others(ada: Player, as_ada: Caller) -> None:
    promo("PACKAGE", package=LimitedPackage.objects.get(code=STARTER))
    promo("PRODUCT", product=Product.objects.get(product_id=PACK))
    cases: list[tuple[str, dict[str, Any], str | None]] = [
        ("PACKAGE", {"package_id": STARTER}, None),
        ("PACKAGE", {"package_id": BLITZ}, "PROMO_WRONG_PRODUCT"),
        ("PACKAGE", {"product_id": PACK}, "PROMO_WRONG_PRODUCT"),
        ("PRODUCT", {"product_id": PACK}, None),
        ("PRODUCT", {"product_id": "GOLD_PACK_MED"}, "PROMO_WRONG_PRODUCT"),
        ("PRODUCT", {"package_id": STARTER}, "PROMO_WRONG_PRODUCT"),
    ]
    for code, goods, reason in cases:
        told = previews(as_ada, ada, promo_code=code, **goods)
        assert (told["reason_code"], told["valid"]) == (reason, reason is None)


def test_a_code_takes_nothing_off_gold_prices(ada: Player, as_ada: Caller) -> None:
    promo()
    told = previews(as_ada, ada, product_id="anti_single_loss", quantity=2)
    assert (told["reason_code"], told["currency"], told["price_before"], told["price_after"]) == (
        "PROMO_NOT_APPLICABLE", "gold", 60_000, 60_000,
    )  # fmt: skip


def test_a_players_own_uses_are_told_apart(ada: Player, as_ada: Caller, bob: Player, as_bob: Caller) -> None:
    promo(per_user_limit=1)
    as_ada.post(BUY, {"product_id": PACK, "promo_code": "SAVE", "gateway_mode": "external"})
    told = previews(as_ada, ada, package_id=STARTER)
    assert (told["reason_code"], told["message"]) == ("PROMO_ALREADY_USED", "이미 사용한 프로모션 코드입니다")
    assert previews(as_bob, bob, package_id=STARTER)["valid"] is True


def test_what_is_unknown_or_off_the_shelf_is_not_found(ada: Player, as_ada: Caller) -> None:
    change("GOLD_PACK_MED", is_active=False)
    for goods, code in (
        ({"package_id": "NOTHING"}, "PACKAGE_NOT_FOUND"),
        ({"product_id": "NOTHING"}, "PRODUCT_NOT_FOUND"),
        ({"product_id": 999}, "PRODUCT_NOT_FOUND"),
        ({"product_id": "GOLD_PACK_MED"}, "PRODUCT_NOT_FOUND"),
    ):
        assert previews(as_ada, ada, 404, **goods)["error"]["code"] == code


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "package_id"), ({"package_id": STARTER, "product_id": 1001}, "package_id"),
        ({"package_id": 5}, "package_id"),
        ({"product_id": True}, "product_id"), ({"package_id": STARTER, "promo_code": ""}, "promo_code"),
        ({"package_id": STARTER, "promo_code": "x" * 41}, "promo_code"),
        ({"package_id": STARTER, "quantity": 11}, "quantity"), ({"product_id": 1001, "quantity": 100}, "quantity"),
        ({"package_id": STARTER, "quantity": 0}, "quantity"),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_is_refused_by_its_name(
    ada: Player, as_ada: Caller, body: dict[str, Any], field: str
) -> None:
    error = previews(as_ada, ada, 422, **body)["error"]
    assert (error["code"], [detail["loc"] for detail in error["details"]]) == ("VALIDATION_ERROR", [["body", field]])


def test_the_twenty_first_preview_in_a_minute_is_too_much(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    body = {"promo_code": "NONE", "package_id": STARTER}
    with time_machine.travel(days.now(), tick=False) as travel:
        assert [as_ada.post(PREVIEW, body).status_code for _ in range(20)] == [200] * 20
        response = as_ada.post(PREVIEW, body)
        assert (response.status_code, response.json()["error"]["code"], response["Retry-After"]) == (
            429, "RATE_LIMITED", "60",
        )  # fmt: skip
        assert as_bob.post(PREVIEW, body).status_code == 200
        travel.shift(timedelta(minutes=1))
        assert as_ada.post(PREVIEW, body).status_code == 200


# --- buying products with a code --------------------------------------------------------------------------


def uses() -> int:
    return PromoCode.objects.get(code="SAVE").used


def test_a_use_is_reserved_while_pending_and_counted_when_it_succeeds(as_ada: Caller, settings: Settings) -> None:
    promo(max_uses=1)
    body = {"product_id": PACK, "promo_code": "save", "expected_price": 99, "gateway_mode": "pending_then_success"}
    waiting = as_ada.post(BUY, body).json()
    assert (waiting["status"], waiting["amount"], waiting["promo_code"], uses()) == ("pending", 99, "SAVE", 1)
    refused = as_ada.post(BUY, body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "PROMO_EXHAUSTED")
    settings.PAYMENT_PENDING_DELAY *= 0
    assert as_ada.post(f"/api/shop/transactions/{waiting['receipt_code']}/settle").json()["status"] == "success"
    assert uses() == 1


@pytest.mark.parametrize("ending", ["declined", "voided"])
def test_a_use_is_free_again_when_the_purchase_comes_to_nothing(as_ada: Caller, ending: str) -> None:
    promo(max_uses=1, per_user_limit=1)
    body = {"product_id": PACK, "promo_code": "SAVE"}
    as_ada.post(BUY, body | {"gateway_mode": "always_fail" if ending == "declined" else "external"})
    if ending == "voided":
        settlement.void(Purchase.objects.get(), now=days.now())
    assert uses() == 0
    assert as_ada.post(BUY, body).json()["success"] is True


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"is_active": False}, 422, "PROMO_INVALID"), ({"max_uses": 0}, 409, "PROMO_EXHAUSTED"),
        ({"ends_at": days.now()}, 422, "PROMO_INVALID"),
    ],
)  # fmt: skip
def test_a_code_that_does_not_hold_sells_nothing(
    ada: Player, as_ada: Caller, facts: dict[str, Any], status: int, code: str
) -> None:
    promo(**facts)
    before = written(ada)
    response = as_ada.post(BUY, {"product_id": PACK, "promo_code": "SAVE", "expected_price": 1, "idempotency_key": "k"})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert written(ada) == before


def test_nobody_finds_a_code_by_trying(ada: Player, as_ada: Caller, as_bob: Caller, settings: Settings) -> None:
    settings.FRAUD_MAX_PURCHASES = 3
    promo()
    right, wrong = ({"product_id": PACK, "promo_code": code} for code in ("SAVE", "WRONG"))
    done = as_ada.post(BUY, right | {"idempotency_key": "k"}).json()
    with time_machine.travel(days.now(), tick=False) as travel:
        assert [as_ada.post(BUY, wrong).status_code for _ in range(3)] == [422] * 3
        before = written(ada)
        for body in (wrong, right):
            response = as_ada.post(BUY, body)
            assert (response.status_code, response.json()["error"]["code"], response["Retry-After"]) == (
                429, "RATE_LIMITED", "300",
            )  # fmt: skip
        assert written(ada) == before
        assert as_ada.post(BUY, right | {"idempotency_key": "k"}).json() == done | {"idempotent_reuse": True}
        assert as_ada.post(BUY, {"product_id": PACK}).json()["success"] is True
        assert as_bob.post(BUY, right).json()["success"] is True
        travel.shift(timedelta(minutes=5))
        assert as_ada.post(BUY, right).json()["success"] is True
    assert gold_of(ada) == 1_000 + 3 * 2_600


def test_a_package_and_a_product_draw_on_the_same_uses(as_ada: Caller, as_bob: Caller) -> None:
    promo(max_uses=1)
    change_package(STARTER, per_user_limit=5)
    bought = as_ada.post("/api/shop/limited/buy", {"package_id": STARTER, "promo_code": "SAVE"}).json()
    assert (bought["success"], bought["total_price_cents"]) == (True, 399)
    refused = as_bob.post(BUY, {"product_id": PACK, "promo_code": "SAVE"})
    assert (refused.status_code, refused.json()["error"]["details"]) == (409, [{"reason_code": "PROMO_EXHAUSTED"}])
