"""How money purchases end: the gateway's modes, polling, late and lost answers, grants that fail at first."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Audit, Entry, Player, Wallet
from casino.lib import days
from shop import delivery, payments, settlement
from shop.gateways.base import Bill, Charge, GatewayDown, Outcome
from shop.gateways.sandbox import Always
from shop.models import Product, Purchase
from shop.tests.conftest import change, moved, news_of, notice, written
from tests.cast import Caller, gold_of, set_gold

BUY, PACK, ITEM = "/api/shop/buy", "GOLD_PACK_SMALL", "anti_single_loss"
pytestmark = pytest.mark.usefixtures("shelf")


def settle_path(receipt: str) -> str:
    return f"/api/shop/transactions/{receipt}/settle"


def bought(receipt: str) -> Purchase:
    return Purchase.objects.get(receipt_code=receipt)


def steps(receipt: str) -> list[str]:
    return [step["step"] for step in bought(receipt).timeline]


def later(receipt: str, **span: float) -> datetime:
    return bought(receipt).created_at + timedelta(**span)


def make_older(receipt: str, **span: float) -> None:
    Purchase.objects.filter(receipt_code=receipt).update(created_at=later(receipt, **{k: -v for k, v in span.items()}))


def buys(caller: Caller, mode: str, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = caller.post(BUY, {"product_id": PACK, "gateway_mode": mode, **body}).json()
    return answer


def test_a_declined_payment_leaves_a_failed_receipt_and_the_stock(ada: Player, as_ada: Caller) -> None:
    change(PACK, stock_remaining=1)
    before = written(ada)
    answer = buys(as_ada, "always_fail")
    assert (answer["success"], answer["status"], answer["reason_code"], answer["message"]) == (
        False, "failed", "PAYMENT_DECLINED", "결제 거절됨",
    )  # fmt: skip
    assert (answer["gold_granted"], answer["new_gold_balance"]) == (None, 1_000)
    assert moved(before, written(ada)).keys() == {"Purchase", "StreamEvent", "wallet"}
    assert steps(answer["receipt_code"]) == [
        "created", "priced", "hold_taken", "gateway_called", "declined", "hold_released",
    ]  # fmt: skip
    told, notification = news_of(ada, 2)
    assert (told["type"], told["status"], told["reason_code"]) == ("purchase_update", "failed", "PAYMENT_DECLINED")
    message = "‘Gold x2,600’ 구매가 이루어지지 않았어요."
    assert notification == notice(ada, "구매 실패", message, answer["receipt_code"])


def test_a_pending_payment_keeps_the_unit_and_arrives_when_asked_after_the_delay(ada: Player, as_ada: Caller) -> None:
    change(PACK, stock_remaining=1)
    answer = buys(as_ada, "pending_then_success")
    receipt = answer["receipt_code"]
    assert (answer["success"], answer["status"], answer["reason_code"], answer["message"]) == (
        False, "pending", "PAYMENT_PENDING", "결제 대기 중",
    )  # fmt: skip
    assert (news_of(ada, 1)[0]["status"], news_of(ada, 1)[0]["reason_code"]) == ("pending", "PAYMENT_PENDING")
    assert (Product.objects.get(product_id=PACK).stock_remaining, gold_of(ada)) == (0, 1_000)

    before = written(ada)
    early = as_ada.post(settle_path(receipt), {"idempotency_key": "s"}).json()
    assert early == {
        "success": True,
        "receipt_code": receipt,
        "status": "pending",
        "new_balance": 1_000,
        "new_gold_balance": 1_000,
        "idempotent_reuse": False,
    }
    assert written(ada) == before

    make_older(receipt, seconds=1)
    done = as_ada.post(settle_path(receipt), {"idempotency_key": "s"})
    assert done.json() == early | {"status": "success", "new_balance": 3_600, "new_gold_balance": 3_600}
    assert "Idempotency-Replayed" not in done
    assert [news["type"] for news in news_of(ada, 3)] == ["purchase_update", "profile_update", "notification"]
    assert news_of(ada, 1) == [notice(ada, "구매 완료", "‘Gold x2,600’ 구매가 완료되었어요.", receipt)]
    assert steps(receipt) == [
        "created", "priced", "hold_taken", "gateway_called", "pending", "settled", "granted",
    ]  # fmt: skip

    after = written(ada)
    again = as_ada.post(settle_path(receipt), {"idempotency_key": "s"})
    assert (again.json(), again["Idempotency-Replayed"]) == (done.json() | {"idempotent_reuse": True}, "true")
    assert as_ada.post(settle_path(receipt)).json() == done.json()
    assert written(ada) == after


def test_an_external_payment_waits_for_the_outside(ada: Player, as_ada: Caller, settings: Settings) -> None:
    settings.PAYMENT_GATEWAY_MODE = "external"
    receipt = as_ada.post(BUY, {"product_id": PACK}).json()["receipt_code"]
    make_older(receipt, hours=1)
    assert as_ada.post(settle_path(receipt)).json()["status"] == "pending"
    assert gold_of(ada) == 1_000


def test_only_ones_own_money_purchases_can_be_settled(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    set_gold(ada, 30_000)
    money = buys(as_ada, "pending_then_success")["receipt_code"]
    gold = as_ada.post(BUY, {"product_id": ITEM}).json()["receipt_code"]
    for caller, receipt, status, code in (
        (as_bob, money, 404, "PURCHASE_NOT_FOUND"),
        (as_bob, gold, 404, "PURCHASE_NOT_FOUND"),
        (as_ada, "0" * 12, 404, "PURCHASE_NOT_FOUND"),
        (as_ada, gold, 400, "NOT_SETTLEABLE"),
    ):
        response = caller.post(settle_path(receipt))
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert bought(money).is_pending


def test_a_gateway_without_an_answer_leaves_the_purchase_pending(ada: Player, as_ada: Caller) -> None:
    class Down(Always):
        def charge(self, bill: Bill) -> Charge:
            raise GatewayDown

    with patch.dict(payments._GATEWAYS, {"always_success": Down(Outcome.PAID)}):
        answer = buys(as_ada, "always_success")
    assert (answer["status"], answer["reason_code"]) == ("pending", "PAYMENT_PENDING")
    assert as_ada.post(settle_path(answer["receipt_code"])).json()["status"] == "success"
    assert gold_of(ada) == 3_600


def cannot_hand_over(wallet: Any, purchase: Purchase) -> None:
    delivery.hand_over(wallet, purchase)
    raise delivery.DeliveryFailed("injected")


def test_a_paid_grant_that_fails_is_kept_and_granted_later_never_voided(ada: Player, as_ada: Caller) -> None:
    before = written(ada)
    with patch("shop.settlement.hand_over", cannot_hand_over):
        answer = buys(as_ada, "always_success", idempotency_key="k")
        receipt = answer["receipt_code"]
        assert (answer["success"], answer["status"], answer["reason_code"], answer["message"]) == (
            False, "pending", "GRANT_FAILED", "골드 지급 실패",
        )  # fmt: skip
        assert (news_of(ada, 1)[0]["status"], news_of(ada, 1)[0]["reason_code"]) == ("pending", "GRANT_FAILED")
        assert moved(before, written(ada)).keys() == {"Purchase", "StreamEvent", "IdempotencyKey", "wallet"}
        make_older(receipt, days=1)
        after = written(ada)
        assert settlement.settle_stale(days.now()) == Counter({"pending": 1})
        assert written(ada) == after
    assert bought(receipt).charged_at is not None
    assert settlement.settle_stale(days.now()) == Counter({"success": 1})
    assert gold_of(ada) == 3_600
    assert steps(receipt) == ["created", "priced", "gateway_called", "grant_failed", "settled", "granted"]
    assert settlement.settle_stale(days.now()) == Counter()
    replay = as_ada.post(BUY, {"product_id": PACK, "gateway_mode": "always_success", "idempotency_key": "k"}).json()
    assert (replay["success"], replay["receipt_code"], replay["gold_granted"]) == (True, receipt, 2_600)


def test_stale_purchases_are_asked_about_once_more_and_voided(ada: Player, as_ada: Caller) -> None:
    change(PACK, stock_remaining=3)
    fresh, stale = (buys(as_ada, "external")["receipt_code"] for _ in range(2))
    paid = buys(as_ada, "pending_then_success")["receipt_code"]
    make_older(stale, minutes=5, seconds=1)
    make_older(paid, minutes=5, seconds=1)
    assert Purchase.objects.stale(days.now(), timedelta(minutes=5)).count() == 2
    assert settlement.settle_stale(days.now()) == Counter({"voided": 1, "success": 1})
    assert [bought(each).status for each in (fresh, stale, paid)] == ["pending", "voided", "success"]
    assert (bought(stale).reason_code, steps(stale)[-2:]) == ("STALE_AUTO_VOID", ["voided", "hold_released"])
    assert Product.objects.get(product_id=PACK).stock_remaining == 1
    assert gold_of(ada) == 3_600
    told = news_of(ada, 5)
    assert [(news["type"], news.get("status")) for news in told] == [
        ("purchase_update", "voided"), ("notification", None),
        ("purchase_update", "success"), ("profile_update", None), ("notification", None),
    ]  # fmt: skip
    given_up = "‘Gold x2,600’ 결제가 확인되지 않아 취소되었어요."
    assert told[1] == notice(ada, "구매 취소", given_up, stale)
    assert told[4] == notice(ada, "구매 완료", "‘Gold x2,600’ 구매가 완료되었어요.", paid, unread=2)


def test_one_broken_purchase_does_not_hold_up_the_others(ada: Player, as_ada: Caller) -> None:
    broken, other = (buys(as_ada, "external")["receipt_code"] for _ in range(2))
    make_older(broken, hours=1)
    make_older(other, hours=1)
    Purchase.objects.filter(receipt_code=broken).update(gateway_mode="gone")
    assert settlement.settle_stale(days.now()) == Counter({"voided": 1})
    assert [bought(each).status for each in (broken, other)] == ["pending", "voided"]


@pytest.mark.parametrize("mode", ["always_success", "pending_then_success"])
def test_a_server_killed_before_the_gateway_answered_is_caught_up(ada: Player, as_ada: Caller, mode: str) -> None:
    with patch("shop.payments.charge", side_effect=SystemExit), pytest.raises(SystemExit):
        buys(as_ada, mode, idempotency_key="k")
    receipt = Purchase.objects.get().receipt_code
    assert (bought(receipt).status, gold_of(ada)) == ("pending", 1_000)
    assert settlement.settle_stale(days.now()) == Counter()
    assert settlement.settle_stale(later(receipt, minutes=6)) == Counter({"success": 1})
    assert gold_of(ada) == 3_600


def test_a_buyer_who_tries_again_after_a_kill_gets_the_same_purchase(ada: Player, as_ada: Caller) -> None:
    with patch("shop.settlement.settle", side_effect=SystemExit), pytest.raises(SystemExit):
        buys(as_ada, "always_success", idempotency_key="k")
    answer = buys(as_ada, "always_success", idempotency_key="k")
    assert (answer["success"], answer["idempotent_reuse"], answer["new_gold_balance"]) == (True, True, 3_600)
    assert Purchase.objects.get().receipt_code == answer["receipt_code"]
    assert Entry.objects.filter(code="topup").count() == 1


def test_a_key_used_for_another_receipt_settles_nothing(ada: Player, as_ada: Caller, settings: Settings) -> None:
    settings.PAYMENT_PENDING_DELAY = timedelta(0)
    first, second = (buys(as_ada, "pending_then_success")["receipt_code"] for _ in range(2))
    assert as_ada.post(settle_path(first), {"idempotency_key": "k"}).json()["status"] == "success"
    before = written(ada)
    refused = as_ada.post(settle_path(second), {"idempotency_key": "k"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert (written(ada), bought(second).status) == (before, "pending")


PAID = Charge(Outcome.PAID, "late")


def test_money_that_arrives_after_the_end_is_still_granted(ada: Player, as_ada: Caller) -> None:
    receipt = buys(as_ada, "external")["receipt_code"]
    assert settlement.void(bought(receipt), now=days.now()) is True
    late = settlement.settle(bought(receipt), PAID, flow="webhook", now=days.now()).purchase
    assert (late.status, gold_of(ada)) == ("success", 3_600)
    declined = buys(as_ada, "always_fail")["receipt_code"]
    assert settlement.settle(bought(declined), PAID, flow="webhook", now=days.now()).purchase.status == "success"
    assert gold_of(ada) == 6_200


def test_late_money_for_units_that_are_gone_is_left_to_staff(ada: Player, as_ada: Caller) -> None:
    change(PACK, stock_remaining=1)
    receipt = buys(as_ada, "external")["receipt_code"]
    settlement.void(bought(receipt), now=days.now())
    change(PACK, stock_remaining=0)
    late = settlement.settle(bought(receipt), PAID, flow="webhook", now=days.now()).purchase
    assert (late.status, gold_of(ada), steps(receipt)[-1]) == ("voided", 1_000, "late_event_ignored")
    assert Audit.objects.get(action="LIMITED_LATE_PAYMENT").target_id == receipt


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_success_never_goes_back(ada: Player, as_ada: Caller, outcome: Outcome) -> None:
    receipt = buys(as_ada, "always_success")["receipt_code"]
    before = written(ada)
    settled = settlement.settle(bought(receipt), Charge(outcome), flow="webhook", now=days.now()).purchase
    assert settled.status == "success"
    assert settlement.void(settled, now=days.now()) is False
    assert written(ada) == before


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.PENDING])
def test_a_confirmed_charge_is_not_undone_by_a_later_no(ada: Player, as_ada: Caller, outcome: Outcome) -> None:
    with patch("shop.settlement.hand_over", cannot_hand_over):
        receipt = buys(as_ada, "always_success")["receipt_code"]
    settled = settlement.settle(bought(receipt), Charge(outcome), flow="webhook", now=days.now()).purchase
    assert (settled.status, settled.reason_code) == ("pending", "GRANT_FAILED")
    assert settlement.void(settled, now=days.now()) is False


def test_a_wallet_too_full_for_the_grant_keeps_the_purchase(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 2**53 - 1)
    answer = buys(as_ada, "always_success")
    assert (answer["status"], answer["reason_code"]) == ("pending", "GRANT_FAILED")
    assert (gold_of(ada), Wallet.objects.get(pk=ada.pk).vip_points) == (2**53 - 1, 0)
    set_gold(ada, 0)
    assert as_ada.post(settle_path(answer["receipt_code"])).json()["new_balance"] == 2_600
