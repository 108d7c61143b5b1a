"""The same key again: the same receipt, nothing moved twice, every other tab told; and what a key does not cover."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Player
from shop.models import Product, Purchase
from shop.tests.conftest import change, moved, news_of, written
from tests.cast import Caller, gold_of, set_gold

BUY, PACK, ITEM = "/api/shop/buy", "GOLD_PACK_SMALL", "anti_single_loss"
pytestmark = pytest.mark.usefixtures("shelf")


@pytest.mark.parametrize("product", [PACK, ITEM])
def test_a_known_key_gives_the_first_answer_again(ada: Player, as_ada: Caller, product: str) -> None:
    set_gold(ada, 30_000)
    body = {"product_id": product, "idempotency_key": "k"}
    first = as_ada.post(BUY, body)
    set_gold(ada, 5)
    before = written(ada)
    again = as_ada.post(BUY, body)
    assert "Idempotency-Replayed" not in first
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == first.json() | {"idempotent_reuse": True}
    assert moved(before, written(ada)).keys() == {"StreamEvent", "wallet"}
    told = news_of(ada, 1)[0]
    assert (told["status"], told["reason_code"], told["receipt_code"]) == (
        "idempotent_reuse", "IDEMPOTENT_HIT", first.json()["receipt_code"],
    )  # fmt: skip


def test_however_often_it_is_replayed_the_timeline_stays_short(ada: Player, as_ada: Caller) -> None:
    for _ in range(4):
        as_ada.post(BUY, {"product_id": PACK, "idempotency_key": "k"})
    last = Purchase.objects.get().timeline[-1]
    assert (last["step"], last["data"]) == ("replayed", {"times": 3})


def test_a_declined_purchase_is_replayed_as_it_was(ada: Player, as_ada: Caller) -> None:
    body = {"product_id": PACK, "gateway_mode": "always_fail", "idempotency_key": "k"}
    first = as_ada.post(BUY, body).json()
    assert as_ada.post(BUY, body).json() == first | {"idempotent_reuse": True}


def test_a_pending_purchase_is_asked_about_and_told_as_it_stands(ada: Player, as_ada: Caller, settings: Any) -> None:
    body = {"product_id": PACK, "gateway_mode": "pending_then_success", "idempotency_key": "k"}
    first = as_ada.post(BUY, body).json()
    assert as_ada.post(BUY, body).json() == first | {"idempotent_reuse": True}
    settings.PAYMENT_PENDING_DELAY *= 0
    done = as_ada.post(BUY, body).json()
    assert (done["success"], done["status"], done["receipt_code"]) == (True, "success", first["receipt_code"])
    assert (done["new_gold_balance"], gold_of(ada)) == (3_600, 3_600)
    assert as_ada.post(BUY, body).json() == done


def test_every_name_of_a_product_makes_the_same_payload(ada: Player, as_ada: Caller) -> None:
    first = as_ada.post(BUY, {"product_id": 1001, "idempotency_key": "k"}).json()
    for body in ({"product_id": "1001"}, {"item_id": PACK}, {"item_id": "gold_pack_small"}):
        assert as_ada.post(BUY, body | {"idempotency_key": "k"}).json()["receipt_code"] == first["receipt_code"]
    by_path = as_ada.post(f"{BUY}/{PACK}", Idempotency_Key="k").json()
    assert (by_path["receipt_code"], by_path["idempotent_reuse"]) == (first["receipt_code"], True)
    assert Purchase.objects.count() == 1


@pytest.mark.parametrize(
    "other", [{"product_id": 1002}, {"quantity": 2}, {"card_token": "tok"}, {"expected_price": 199}, {"note": "x"}]
)
def test_a_known_key_with_another_body_is_refused(ada: Player, as_ada: Caller, other: dict[str, Any]) -> None:
    body = {"product_id": 1001, "idempotency_key": "k"}
    as_ada.post(BUY, body)
    before = written(ada)
    response = as_ada.post(BUY, body | other)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada) == before


def test_another_players_key_is_a_purchase_of_ones_own(
    ada: Player, bob: Player, as_ada: Caller, as_bob: Caller
) -> None:
    body = {"product_id": PACK, "idempotency_key": "k"}
    first, other = as_ada.post(BUY, body).json(), as_bob.post(BUY, body).json()
    assert (other["idempotent_reuse"], other["user_id"]) == (False, bob.pk)
    assert first["receipt_code"] != other["receipt_code"]
    assert (gold_of(ada), gold_of(bob)) == (3_600, 3_600)


@pytest.mark.parametrize("gone", [{"is_active": False}, {"price": 1}, {"min_rank": "VIP"}, {"stock_remaining": 0}])
def test_a_replay_comes_before_every_objection(as_ada: Caller, gone: dict[str, Any]) -> None:
    body = {"product_id": PACK, "expected_price": 199, "idempotency_key": "k"}
    first = as_ada.post(BUY, body).json()
    change(PACK, **gone)
    assert as_ada.post(BUY, body).json() == first | {"idempotent_reuse": True}


def test_without_a_key_every_call_buys(ada: Player, as_ada: Caller) -> None:
    for _ in range(2):
        as_ada.post(BUY, {"product_id": PACK})
    assert (Purchase.objects.count(), gold_of(ada)) == (2, 6_200)


@pytest.mark.parametrize("key", ["", "é", "a\nb", "k" * 129, 5, True, [], {}])
def test_a_key_that_is_no_key_is_refused(ada: Player, as_ada: Caller, key: Any) -> None:
    before = written(ada)
    response = as_ada.post(BUY, {"product_id": PACK, "idempotency_key": key})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert written(ada) == before
    assert Product.objects.count() == 14
