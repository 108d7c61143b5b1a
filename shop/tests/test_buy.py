"""Buying over HTTP: every row of the published table, the whole answer, and what each leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Entry, Player, Wallet
from casino.lib import days
from casino.lib.days import stamp
from shop import delivery
from shop.models import InventoryItem, Product, Purchase, PurchaseRefusal
from shop.tests.conftest import change, moved, news_of, notice, written
from tests.cast import Caller, gold_of, set_gold

BUY = "/api/shop/buy"
PACK, ITEM, RANK_UP = "GOLD_PACK_SMALL", "anti_single_loss", "early_rank_up"
pytestmark = pytest.mark.usefixtures("shelf")


def test_a_pack_is_paid_and_its_gold_arrives(ada: Player, as_ada: Caller) -> None:
    before = written(ada)
    response = as_ada.post(BUY, {"product_id": 1002, "quantity": 2, "payment_method": "card", "card_token": "tok_1"})
    bought = Purchase.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "message": "구매 완료",
        "status": "success",
        "user_id": ada.pk,
        "product_id": "GOLD_PACK_MED",
        "quantity": 2,
        "unit_price": 474,
        "amount": 948,
        "currency": "USD",
        "promo_code": None,
        "gold_granted": 12_000,
        "gold_spent": None,
        "new_gold_balance": 13_000,
        "charge_id": f"sandbox_{bought.receipt_code}",
        "receipt_code": bought.receipt_code,
        "item_id": None,
        "item_name": "Gold x6,000",
        "reason_code": None,
        "created_at": stamp(bought.created_at),
        "idempotent_reuse": False,
    }
    assert len(bought.receipt_code) == 12
    assert int(bought.receipt_code, 16) >= 0
    after = written(ada)
    assert moved(before, after).keys() == {"Purchase", "StreamEvent", "entries", "wallet"}
    assert (after["wallet"]["balance"], after["wallet"]["vip_points"]) == (13_000, 9)
    entry = Entry.objects.get(reference=bought.receipt_code)
    assert (entry.code, entry.signed_amount, entry.debit, entry.balance_after) == (
        "topup", 12_000, "house:shop", 13_000,
    )  # fmt: skip
    assert news_of(ada, 3) == [
        {
            "type": "purchase_update",
            "status": "success",
            "product_id": "GOLD_PACK_MED",
            "receipt_code": bought.receipt_code,
            "amount": 948,
            "currency": "USD",
            "quantity": 2,
            "reason_code": None,
        },
        {
            "type": "profile_update",
            "changes": {"vip_points": 9, "gold_balance": 13_000, "cyber_token_balance": 13_000},
            "reason": "topup",
            "ref": bought.receipt_code,
        },
        notice(ada, "구매 완료", "‘Gold x6,000’ 구매가 완료되었어요.", bought.receipt_code),
    ]
    assert [step["step"] for step in bought.timeline] == ["created", "priced", "gateway_called", "settled", "granted"]
    assert "tok_1" not in str(Purchase.objects.values().get())


def test_bonus_gold_is_part_of_the_grant(ada: Player, as_ada: Caller) -> None:
    change(PACK, bonus_gold=400)
    assert as_ada.post(BUY, {"product_id": PACK, "quantity": 3}).json()["gold_granted"] == 9_000
    assert gold_of(ada) == 10_000


def test_a_gold_item_is_taken_from_the_balance_and_put_into_the_inventory(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 70_000)
    response = as_ada.post(BUY, {"product_id": ITEM, "quantity": 2})
    bought = Purchase.objects.get()
    assert response.json() == {
        "success": True,
        "message": "구매 완료",
        "status": "success",
        "user_id": ada.pk,
        "product_id": ITEM,
        "quantity": 2,
        "unit_price": 30_000,
        "amount": 60_000,
        "currency": "gold",
        "promo_code": None,
        "gold_granted": None,
        "gold_spent": 60_000,
        "new_gold_balance": 10_000,
        "charge_id": None,
        "receipt_code": bought.receipt_code,
        "item_id": ITEM,
        "item_name": "한폴방지",
        "reason_code": None,
        "created_at": stamp(bought.created_at),
        "idempotent_reuse": False,
    }
    entry = Entry.objects.get(reference=bought.receipt_code)
    assert (entry.code, entry.signed_amount, entry.credit) == ("shop_spend", -60_000, "house:shop")
    kept = InventoryItem.objects.get()
    assert (kept.player, kept.product_id, kept.quantity, kept.status, kept.source, kept.purchase) == (
        ada, ITEM, 2, "owned", "shop", bought,
    )  # fmt: skip
    purchase_update, profile_update, notification = news_of(ada, 3)
    assert (purchase_update["type"], profile_update["type"]) == ("purchase_update", "profile_update")
    assert profile_update["changes"] == {"gold_balance": 10_000, "cyber_token_balance": 10_000}
    assert notification == notice(ada, "구매 완료", "‘한폴방지’ 구매가 완료되었어요.", bought.receipt_code)
    assert Wallet.objects.get(pk=ada.pk).vip_points == 0
    assert [step["step"] for step in bought.timeline] == ["created", "priced", "settled", "granted"]


@pytest.mark.parametrize("name", [1001, "1001", PACK, "gold_pack_small"])
@pytest.mark.parametrize("field", ["product_id", "item_id", "path"])
def test_a_product_may_be_named_in_every_way(as_ada: Caller, ada: Player, name: int | str, field: str) -> None:
    response = as_ada.post(f"{BUY}/{name}") if field == "path" else as_ada.post(BUY, {field: name})
    assert response.json()["product_id"] == PACK
    assert gold_of(ada) == 3_600


def test_early_rank_up_raises_the_rank_at_once_and_once(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 1_000_000)
    assert as_ada.post(BUY, {"product_id": RANK_UP}).json()["success"] is True
    ada.refresh_from_db()
    assert ada.rank == "PREMIUM"
    purchase_update, profile_update, raised, done = news_of(ada, 4)
    assert (purchase_update["type"], profile_update["type"]) == ("purchase_update", "profile_update")
    assert profile_update["changes"] == {
        "rank": "PREMIUM", "gold_balance": 500_000, "cyber_token_balance": 500_000,
    }  # fmt: skip
    assert (raised["kind"], raised["message"], raised["unread"]) == ("account", "이제 PREMIUM 등급이에요.", 1)
    receipt = Purchase.objects.get().receipt_code
    assert done == notice(ada, "구매 완료", "‘조기등업’ 구매가 완료되었어요.", receipt, unread=2)
    assert not InventoryItem.objects.exists()
    before = written(ada)
    again = as_ada.post(BUY, {"product_id": RANK_UP}).json()
    assert (again["success"], again["status"], again["reason_code"]) == (False, None, "ALREADY_OWNED")
    assert moved(before, written(ada)).keys() == {"PurchaseRefusal", "StreamEvent", "wallet"}
    ada.refresh_from_db()
    assert (ada.rank, gold_of(ada)) == ("PREMIUM", 500_000)


def refused(caller: Caller, player: Player, body: dict[str, Any], status: int, code: str) -> Any:
    """A refusal that leaves nothing at all behind, and its key free."""
    before = written(player)
    response = caller.post(BUY, body | {"idempotency_key": "k"})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert written(player) == before
    return response.json()["error"]


@pytest.mark.parametrize("name", ["nothing", 1, 999_999_999_999_999_999_999, -1, "🎁", "' OR 1=1 --"])
def test_an_unknown_product_is_not_found(ada: Player, as_ada: Caller, name: Any) -> None:
    refused(as_ada, ada, {"product_id": name}, 404, "PRODUCT_NOT_FOUND")


@pytest.mark.parametrize("gone", [{"is_active": False}, {"deleted_at": days.now()}])
def test_a_product_that_is_switched_off_or_deleted_is_not_found(
    ada: Player, as_ada: Caller, gone: dict[str, Any]
) -> None:
    change(PACK, **gone)
    refused(as_ada, ada, {"product_id": PACK}, 404, "PRODUCT_NOT_FOUND")


def test_a_rank_too_low_is_told_which_one_is_needed(ada: Player, as_ada: Caller, vip: Player) -> None:
    error = refused(as_ada, ada, {"product_id": 1004, "expected_price": 1}, 403, "RANK_REQUIRED")
    assert (error["message"], error["details"]) == ("VIP required", [{"min_rank": "VIP"}])
    assert Caller(vip).post(BUY, {"product_id": 1004}).json()["amount"] == 5099


@pytest.mark.parametrize("product", [PACK, ITEM])
def test_no_promo_code_is_known_yet(ada: Player, as_ada: Caller, product: str) -> None:
    refused(as_ada, ada, {"product_id": product, "promo_code": "SAVE", "expected_price": 1}, 422, "PROMO_INVALID")


def test_a_changed_price_is_told_with_both_prices(ada: Player, as_ada: Caller) -> None:
    error = refused(as_ada, ada, {"product_id": 1002, "expected_price": 499}, 409, "PRICE_CHANGED")
    assert error["details"] == [{"expected": 499, "actual": 474}]
    assert as_ada.post(BUY, {"product_id": 1002, "expected_price": 474}).json()["success"] is True


def test_a_discount_that_ended_changes_the_price(ada: Player, as_ada: Caller) -> None:
    change("GOLD_PACK_WHALE", discount_ends_at=days.now())
    error = refused(as_ada, ada, {"product_id": 1005, "expected_price": 1954}, 409, "PRICE_CHANGED")
    assert error["details"] == [{"expected": 1954, "actual": 2299}]


def turned_down(caller: Caller, player: Player, body: dict[str, Any], reason: str) -> dict[str, Any]:
    """A 200 that says no without a receipt: it counts for the guard, is told, and keeps the key free."""
    before = written(player)
    response = caller.post(BUY, body | {"idempotency_key": "k"})
    answer: dict[str, Any] = response.json()
    assert response.status_code == 200
    assert (answer["success"], answer["status"], answer["receipt_code"]) == (False, None, None)
    assert (answer["reason_code"], answer["new_gold_balance"]) == (reason, before["wallet"]["balance"])
    after = written(player)
    assert moved(before, after).keys() == {"PurchaseRefusal", "StreamEvent", "wallet"}
    assert after["wallet"] == before["wallet"] | {"stream_seq": before["wallet"]["stream_seq"] + 1}
    assert PurchaseRefusal.objects.latest("id").reason_code == reason
    told = news_of(player, 1)[0]
    assert (told["type"], told["status"], told["receipt_code"], told["reason_code"]) == (
        "purchase_update", "failed", None, reason,
    )  # fmt: skip
    return answer


def test_a_sold_out_product_is_turned_down(ada: Player, as_ada: Caller) -> None:
    change(PACK, stock_remaining=2)
    turned_down(as_ada, ada, {"product_id": PACK, "quantity": 3}, "OUT_OF_STOCK")
    assert as_ada.post(BUY, {"product_id": PACK, "quantity": 2}).json()["success"] is True
    assert Product.objects.get(product_id=PACK).stock_remaining == 0
    turned_down(as_ada, ada, {"product_id": PACK}, "OUT_OF_STOCK")


@pytest.mark.parametrize("window", [{"sale_starts_at": timedelta(hours=1)}, {"sale_ends_at": timedelta(0)}])
def test_outside_its_window_a_product_is_turned_down(ada: Player, as_ada: Caller, window: dict[str, timedelta]) -> None:
    change(PACK, **{edge: days.now() + offset for edge, offset in window.items()})
    turned_down(as_ada, ada, {"product_id": PACK}, "NOT_ON_SALE")


def test_the_highest_rank_cannot_rise(vip: Player) -> None:
    set_gold(vip, 1_000_000)
    turned_down(Caller(vip), vip, {"product_id": RANK_UP}, "RANK_MAX")


def test_too_little_gold_is_turned_down_and_the_key_may_be_tried_again(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 29_999)
    answer = turned_down(as_ada, ada, {"product_id": ITEM}, "INSUFFICIENT_FUNDS")
    assert answer["message"] == "골드가 부족합니다"
    set_gold(ada, 30_000)
    assert as_ada.post(BUY, {"product_id": ITEM, "idempotency_key": "k"}).json()["new_gold_balance"] == 0


def test_a_one_time_product_is_sold_in_ones(ada: Player, as_ada: Caller) -> None:
    error = refused(as_ada, ada, {"product_id": RANK_UP, "quantity": 2}, 422, "VALIDATION_ERROR")
    assert error["details"][0]["loc"] == ["body", "quantity"]


def test_the_first_objection_in_the_published_order_is_the_one_told(ada: Player, as_ada: Caller) -> None:
    everything_wrong = {"stock_remaining": 0, "sale_ends_at": days.now()}
    change(RANK_UP, **everything_wrong)
    turned_down(as_ada, ada, {"product_id": RANK_UP}, "OUT_OF_STOCK")
    change(RANK_UP, stock_remaining=1)
    turned_down(as_ada, ada, {"product_id": RANK_UP}, "NOT_ON_SALE")
    change(RANK_UP, sale_ends_at=None)
    turned_down(as_ada, ada, {"product_id": RANK_UP}, "INSUFFICIENT_FUNDS")


def test_a_failed_delivery_is_undone_and_only_the_failed_receipt_stays(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 50_000)
    change(ITEM, stock_remaining=1)
    before = written(ada)
    handed = delivery.hand_over

    def breaks(*args: Any) -> None:
        handed(*args)
        raise delivery.DeliveryFailed("injected")

    body = {"product_id": ITEM, "idempotency_key": "k"}
    with patch("shop.buy.hand_over", breaks):
        answer = as_ada.post(BUY, body).json()
    bought = Purchase.objects.get()
    assert (answer["success"], answer["status"], answer["reason_code"]) == (False, "failed", "ITEM_PURCHASE_FAILED")
    assert (answer["receipt_code"], answer["gold_spent"]) == (bought.receipt_code, None)
    assert answer["new_gold_balance"] == 50_000
    after = written(ada)
    assert moved(before, after).keys() == {"Purchase", "StreamEvent", "IdempotencyKey", "wallet"}
    assert after["wallet"] == before["wallet"] | {"stream_seq": before["wallet"]["stream_seq"] + 2, "unread": 1}
    update, notification = news_of(ada, 2)
    assert (update["status"], update["reason_code"]) == ("failed", "ITEM_PURCHASE_FAILED")
    message = "‘한폴방지’ 구매가 이루어지지 않았어요."
    assert notification == notice(ada, "구매 실패", message, bought.receipt_code)
    assert [step["step"] for step in bought.timeline] == [
        "created", "priced", "hold_taken", "grant_failed", "hold_released",
    ]  # fmt: skip
    assert as_ada.post(BUY, body).json() == answer | {"idempotent_reuse": True}


def test_a_failed_rank_up_leaves_the_rank(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 500_000)
    handed = delivery.hand_over

    def breaks(*args: Any) -> None:
        handed(*args)
        raise delivery.DeliveryFailed("injected")

    with patch("shop.buy.hand_over", breaks):
        assert as_ada.post(BUY, {"product_id": RANK_UP}).json()["reason_code"] == "ITEM_PURCHASE_FAILED"
    ada.refresh_from_db()
    assert (ada.rank, gold_of(ada)) == ("STANDARD", 500_000)
    failed = notice(ada, "구매 실패", "‘조기등업’ 구매가 이루어지지 않았어요.", Purchase.objects.get().receipt_code)
    assert [news["type"] for news in news_of(ada, 3)] == ["profile_update", "purchase_update", "notification"]
    assert news_of(ada, 1) == [failed]  # and nothing of a rank
    assert as_ada.post(BUY, {"product_id": RANK_UP}).json()["success"] is True


def test_a_free_pack_needs_no_gateway(ada: Player, as_ada: Caller, settings: Settings) -> None:
    settings.PAYMENT_GATEWAY_MODE = "always_fail"
    change(PACK, price=1, discount=95)
    answer = as_ada.post(BUY, {"product_id": PACK}).json()
    assert (answer["success"], answer["amount"], answer["charge_id"], gold_of(ada)) == (True, 0, None, 3_600)


def test_what_the_server_decides_cannot_be_sent(ada: Player, as_ada: Caller, bob: Player) -> None:
    wish = {
        "kind": "gold", "amount": 1, "price": 1, "currency": "gold", "item_name": "Gift", "user_id": bob.pk,
        "gold": 10**9, "gold_granted": 10**9, "status": "success", "unit_price": 0, "receipt_code": "0" * 12,
    }  # fmt: skip
    answer = as_ada.post(BUY, {"product_id": PACK, **wish}).json()
    assert (answer["user_id"], answer["amount"], answer["currency"], answer["item_name"]) == (
        ada.pk, 199, "USD", "Gold x2,600",
    )  # fmt: skip
    assert (gold_of(ada), gold_of(bob)) == (3_600, 1_000)
    assert answer["receipt_code"] != "0" * 12


NO_INTEGERS = ["1.5", "1.0", '"5"', "1e3", "true", "null", "9223372036854775808", '"１００"', "[1]", "{}", "-1"]


@pytest.mark.parametrize("raw", [*NO_INTEGERS, "0", "100"])
def test_a_quantity_that_is_none_is_refused_by_its_name(ada: Player, as_ada: Caller, raw: str) -> None:
    check_field(ada, as_ada, f'{{"product_id": 1001, "quantity": {raw}}}', "quantity")


@pytest.mark.parametrize("raw", NO_INTEGERS)
def test_an_expected_price_that_is_none_is_refused_by_its_name(ada: Player, as_ada: Caller, raw: str) -> None:
    check_field(ada, as_ada, f'{{"product_id": 1001, "expected_price": {raw}}}', "expected_price")


@pytest.mark.parametrize("raw", ["null", "true", "1.5", "[]", "{}", '""', f'"{"x" * 65}"'])
def test_a_product_that_is_no_name_is_refused_by_its_name(ada: Player, as_ada: Caller, raw: str) -> None:
    check_field(ada, as_ada, f'{{"product_id": {raw}}}', "product_id")


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        ("promo_code", '""'), ("promo_code", f'"{"x" * 41}"'), ("promo_code", "5"), ("payment_method", f'"{"x" * 33}"'),
        ("card_token", f'"{"x" * 129}"'), ("card_token", "4111111111111111"), ("gateway_mode", '"never"'),
    ],
)  # fmt: skip
def test_texts_have_their_limits(ada: Player, as_ada: Caller, field: str, raw: str) -> None:
    check_field(ada, as_ada, f'{{"product_id": 1001, "{field}": {raw}}}', field)


def check_field(player: Player, caller: Caller, body: str, field: str) -> None:
    before = written(player)
    response = caller.post(BUY, body)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "VALIDATION_ERROR")
    assert [detail["loc"] for detail in error["details"]] == [["body", field]]
    assert written(player) == before


@pytest.mark.parametrize("body", ["{}", "", "[]", "nonsense", '{"product_id": "\\u0000"}', '{"product_id": "\\ud800"}'])
def test_a_body_that_names_nothing_is_refused(ada: Player, as_ada: Caller, body: str) -> None:
    before = written(ada)
    assert as_ada.post(BUY, body).status_code == 422
    assert written(ada) == before


def test_a_gateway_mode_is_for_development_and_tests(ada: Player, as_ada: Caller, settings: Settings) -> None:
    assert as_ada.post(BUY, {"product_id": PACK, "gateway_mode": "always_fail"}).json()["status"] == "failed"
    settings.IS_PRODUCTION = True
    refused(as_ada, ada, {"product_id": PACK, "gateway_mode": "always_fail"}, 403, "DEV_ONLY")


def test_nobody_buys(as_nobody: Caller) -> None:
    response = as_nobody.post(BUY, {"product_id": PACK})
    assert (response.status_code, response.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")
    assert not Purchase.objects.exists()


def test_a_money_item_is_delivered_like_any_other(ada: Player, as_ada: Caller) -> None:
    Product.objects.create(product_id="hat", sku="hat", name="Hat", price=250, currency="USD", type="item")
    answer = as_ada.post(BUY, {"product_id": "hat"}).json()
    assert (answer["success"], answer["gold_granted"], answer["item_id"]) == (True, None, "hat")
    assert InventoryItem.objects.get().product_id == "hat"
    assert (gold_of(ada), Wallet.objects.get(pk=ada.pk).vip_points) == (1_000, 2)
