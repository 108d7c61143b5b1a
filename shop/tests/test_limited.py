"""Buying limited packages over HTTP: every row of the published table on both paths, and what each leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import Audit, Entry, Player
from accounts.seal import unsealed
from casino.lib import days
from casino.lib.days import stamp
from casino.lib.rates import RateCounter
from shop import delivery, payments, settlement
from shop.gateways.base import Bill, Charge, Outcome
from shop.gateways.sandbox import Always
from shop.models import LimitedPackage, PromoCode, Purchase, PurchaseRefusal
from shop.tests.conftest import change_package, moved, news_of, notice, written
from tests.cast import Caller, gold_of, set_gold

LEGACY, MODERN = "/api/shop/buy-limited", "/api/shop/limited/buy"
STARTER, BLITZ = "WEEKEND_STARTER", "VIP_BLITZ"
PAID = Charge(Outcome.PAID, "late")
pytestmark = pytest.mark.usefixtures("packages")
on_both_paths = pytest.mark.parametrize("path", [LEGACY, MODERN])


def buys(caller: Caller, path: str = LEGACY, **body: Any) -> Any:
    """One order that no earlier one of the test has made too many."""
    RateCounter.objects.all().delete()
    return caller.post(path, {"package_id": STARTER, **body})


def steps(purchase: Purchase) -> list[str]:
    return [step["step"] for step in purchase.timeline]


# --- the list -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/shop/limited-packages", "/api/shop/limited/catalog"])
def test_the_default_packages_are_listed_to_everybody(as_nobody: Caller, path: str) -> None:
    starter = LimitedPackage.objects.get(code=STARTER)
    listed = as_nobody.get(path).json()
    assert listed[0] == {
        "code": STARTER,
        "package_id": STARTER,
        "name": "주말 스타터",
        "description": "가볍게 시작하는 한정 골드 팩",
        "price_cents": 499,
        "gold": 8_000,
        "start_at": stamp(starter.starts_at),
        "end_at": stamp(starter.starts_at + timedelta(days=30)),
        "is_active": True,
        "min_rank": None,
        "per_user_limit": 1,
        "remaining_stock": 1_000,
        "user_purchased": 0,
        "user_remaining": None,
    }
    facts = ("code", "price_cents", "gold", "per_user_limit", "remaining_stock")
    assert [[each[fact] for fact in facts] for each in listed[1:]] == [[BLITZ, 1999, 40_000, 2, None]]


def test_a_player_sees_what_they_bought_and_may_still_buy(as_ada: Caller, as_bob: Caller) -> None:
    buys(as_ada, package_id=BLITZ)
    buys(as_ada, gateway_mode="external")  # a purchase that waits counts too
    seen = [
        {each["code"]: (each["user_purchased"], each["user_remaining"]) for each in listed.json()}
        for listed in (as_ada.get("/api/shop/limited/catalog"), as_bob.get("/api/shop/limited/catalog"))
    ]
    assert seen == [{STARTER: (1, 0), BLITZ: (1, 1)}, {STARTER: (0, 1), BLITZ: (0, 2)}]


def test_sold_and_held_units_are_taken_off_what_remains(as_ada: Caller, as_bob: Caller, as_nobody: Caller) -> None:
    change_package(STARTER, stock_total=10, per_user_limit=5)
    buys(as_ada, quantity=2)
    as_bob.post("/api/shop/limited/hold", {"package_id": STARTER, "quantity": 3})
    assert as_nobody.get("/api/shop/limited/catalog").json()[0]["remaining_stock"] == 5


CLOSED: list[dict[str, Any]] = [
    {"is_active": False},
    {"is_disabled": True},
    {"starts_at": days.now() + timedelta(days=1)},
    {"ends_at": days.now()},
]
how_it_closes = ["switched off", "stopped", "not yet", "over"]


@pytest.mark.parametrize("closed", CLOSED, ids=how_it_closes)
def test_what_is_not_on_sale_is_not_listed(as_ada: Caller, closed: dict[str, Any]) -> None:
    change_package(STARTER, **{"starts_at": days.now() - timedelta(days=1)} | closed)
    assert [each["code"] for each in as_ada.get("/api/shop/limited/catalog").json()] == [BLITZ]


# --- success --------------------------------------------------------------------------------------------


@on_both_paths
@pytest.mark.parametrize("name", ["package_id", "code"])
def test_a_package_is_paid_and_its_gold_arrives(ada: Player, as_ada: Caller, path: str, name: str) -> None:
    before = written(ada)
    response = as_ada.post(path, {name: BLITZ, "quantity": 2, "currency": "USD", "card_token": "tok", "user_id": 1})
    bought = Purchase.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "message": "구매 완료",
        "status": "success",
        "user_id": ada.pk,
        "code": BLITZ,
        "quantity": 2,
        "total_price_cents": 3_998,
        "gold_granted": 80_000,
        "new_gold_balance": 81_000,
        "charge_id": f"sandbox_{bought.receipt_code}",
        "receipt_code": bought.receipt_code,
        "reason_code": None,
        "idempotent_reuse": False,
    }
    after = written(ada)
    assert moved(before, after).keys() == {"Purchase", "StreamEvent", "entries", "wallet", "sold"}
    assert (after["wallet"]["balance"], after["wallet"]["vip_points"]) == (81_000, 39)
    assert after["sold"] == {STARTER: 0, BLITZ: 2}
    entry = Entry.objects.get(reference=bought.receipt_code)
    assert (entry.code, entry.signed_amount, entry.debit, entry.balance_after) == (
        "limited_topup", 80_000, "house:shop", 81_000,
    )  # fmt: skip
    assert news_of(ada, 3) == [
        {
            "type": "purchase_update",
            "status": "success",
            "product_id": BLITZ,
            "receipt_code": bought.receipt_code,
            "amount": 3_998,
            "currency": "USD",
            "quantity": 2,
            "reason_code": None,
        },
        {
            "type": "profile_update",
            "changes": {"vip_points": 39, "gold_balance": 81_000, "cyber_token_balance": 81_000},
            "reason": "limited_topup",
            "ref": bought.receipt_code,
        },
        notice(ada, "구매 완료", "‘VIP 블리츠’ 구매가 완료되었어요.", bought.receipt_code),
    ]
    assert steps(bought) == ["created", "priced", "hold_taken", "gateway_called", "settled", "granted"]
    assert (bought.kind, bought.vip_points, bought.holds_stock) == ("limited", 39, True)
    assert "tok" not in str(Purchase.objects.values().get())


def test_it_is_a_transaction_like_any_other(as_ada: Caller) -> None:
    receipt = buys(as_ada).json()["receipt_code"]
    told = as_ada.get(f"/api/shop/transactions/{receipt}").json()
    facts = ("product_id", "name", "kind", "quantity", "unit_price", "amount", "currency", "gold_granted", "gold_spent")
    assert [told[fact] for fact in facts] == [STARTER, "주말 스타터", "limited", 1, 499, 499, "USD", 8_000, None]


def test_the_last_unit_raises_the_alarm(ada: Player, as_ada: Caller) -> None:
    change_package(STARTER, stock_total=3, per_user_limit=9)
    buys(as_ada, quantity=2)
    assert not Audit.objects.exists()
    buys(as_ada)
    row = Audit.objects.get()
    assert (row.action, row.severity, row.target_type, row.target_id, row.details) == (
        "LIMITED_STOCK_ZERO", "critical", "limited_package", STARTER, {"stock_total": 3},
    )  # fmt: skip


@on_both_paths
def test_a_promo_code_lowers_the_price_of_each_unit(ada: Player, as_ada: Caller, path: str) -> None:
    PromoCode.objects.create(code="TEN", discount_type="percent", value=10)
    answer = buys(as_ada, path, package_id=BLITZ, quantity=2, promo_code="ten", expected_price=1_799).json()
    assert (answer["success"], answer["total_price_cents"], answer["gold_granted"]) == (True, 3_598, 80_000)
    bought = Purchase.objects.get()
    assert (bought.unit_price, bought.promo_code, bought.vip_points) == (1_799, "TEN", 35)
    assert (written(ada)["promos"], steps(bought)[2]) == ({"TEN": 1}, "promo_applied")


@on_both_paths
def test_what_costs_nothing_asks_no_gateway(ada: Player, as_ada: Caller, path: str) -> None:
    PromoCode.objects.create(code="ALL", value=500)
    answer = buys(as_ada, path, promo_code="all", gateway_mode="always_fail").json()
    assert (answer["success"], answer["total_price_cents"], answer["charge_id"]) == (True, 0, None)
    assert (gold_of(ada), written(ada)["wallet"]["vip_points"]) == (9_000, 0)
    assert steps(Purchase.objects.get()) == ["created", "priced", "promo_applied", "hold_taken", "settled", "granted"]


# --- turned down ----------------------------------------------------------------------------------------

STATUSES = {
    "NOT_FOUND": (404, "PACKAGE_NOT_FOUND"),
    "WINDOW_CLOSED": (403, "WINDOW_CLOSED"),
    "USER_LIMIT": (403, "USER_LIMIT"),
    "OUT_OF_STOCK": (409, "OUT_OF_STOCK"),
    "PROMO_EXHAUSTED": (409, "PROMO_EXHAUSTED"),
    "PROMO_INVALID": (422, "PROMO_INVALID"),
    "PROCESSING": (409, "IN_PROGRESS"),
}


def turned_down(
    caller: Caller, player: Player, reason: str, *, total: int = 499, told: bool = True, **body: Any
) -> None:
    """Both paths say no, each in its way: counted for the guard, told if published, and the key stays free."""
    message = ""
    for path in (LEGACY, MODERN):
        before = written(player)
        response = buys(caller, path, idempotency_key="no", **body)
        answer = response.json()
        if path == LEGACY:
            assert (response.status_code, answer) == (
                200,
                {
                    "success": False,
                    "message": answer["message"],
                    "status": None,
                    "user_id": player.pk,
                    "code": body.get("package_id", STARTER),
                    "quantity": body.get("quantity", 1),
                    "total_price_cents": total,
                    "gold_granted": None,
                    "new_gold_balance": before["wallet"]["balance"],
                    "charge_id": None,
                    "receipt_code": None,
                    "reason_code": reason,
                    "idempotent_reuse": False,
                },
            )
            message = answer["message"]
        else:
            assert (response.status_code, answer["error"]["code"]) == STATUSES[reason]
            assert answer["error"]["message"] == message
        after = written(player)
        assert moved(before, after).keys() == {"PurchaseRefusal"} | ({"StreamEvent", "wallet"} if told else set())
        assert after["wallet"] == before["wallet"] | {"stream_seq": before["wallet"]["stream_seq"] + told}
        assert PurchaseRefusal.objects.latest("id").reason_code == reason
        if told:
            assert news_of(player, 1)[0] == {
                "type": "purchase_update",
                "status": "failed",
                "product_id": body.get("package_id", STARTER),
                "receipt_code": None,
                "amount": total,
                "currency": "USD",
                "quantity": body.get("quantity", 1),
                "reason_code": reason,
            }


@pytest.mark.parametrize("name", ["NOTHING", "weekend_starter", "1", "🎁", "' OR 1=1 --"])
def test_an_unknown_package_is_not_found(ada: Player, as_ada: Caller, name: str) -> None:
    turned_down(as_ada, ada, "NOT_FOUND", package_id=name, total=0, told=False)


@pytest.mark.parametrize("closed", CLOSED, ids=how_it_closes)
def test_a_package_that_is_not_on_sale_is_closed(ada: Player, as_ada: Caller, closed: dict[str, Any]) -> None:
    change_package(STARTER, **{"starts_at": days.now() - timedelta(days=1)} | closed)
    turned_down(as_ada, ada, "WINDOW_CLOSED")


def test_nobody_buys_more_than_one_player_may(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    turned_down(as_ada, ada, "USER_LIMIT", quantity=2, total=998)
    assert buys(as_ada).json()["success"] is True
    turned_down(as_ada, ada, "USER_LIMIT")
    assert buys(as_bob).json()["success"] is True


@pytest.mark.parametrize("status", ["pending", "success"])
def test_what_waits_for_its_money_counts_for_the_limit(ada: Player, as_ada: Caller, status: str) -> None:
    mode = {"pending": "external", "success": "always_success"}[status]
    assert buys(as_ada, gateway_mode=mode).json()["status"] == status
    turned_down(as_ada, ada, "USER_LIMIT")


@pytest.mark.parametrize("ending", ["always_fail", "voided"])
def test_what_came_to_nothing_frees_unit_and_limit(ada: Player, as_ada: Caller, ending: str) -> None:
    change_package(STARTER, stock_total=1)
    mode = ending if ending == "always_fail" else "external"
    receipt = buys(as_ada, gateway_mode=mode).json()["receipt_code"]
    if ending == "voided":
        assert settlement.void(Purchase.objects.get(receipt_code=receipt), now=days.now()) is True
    assert buys(as_ada).json()["success"] is True


def test_what_is_sold_out_is_turned_down(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    change_package(STARTER, stock_total=2, per_user_limit=5)
    turned_down(as_ada, ada, "OUT_OF_STOCK", quantity=3, total=1_497)
    assert buys(as_bob, quantity=2, gateway_mode="external").json()["status"] == "pending"
    turned_down(as_ada, ada, "OUT_OF_STOCK")


def test_units_that_others_hold_cannot_be_bought(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    change_package(STARTER, stock_total=1)
    as_bob.post("/api/shop/limited/hold", {"package_id": STARTER})
    turned_down(as_ada, ada, "OUT_OF_STOCK")


def test_a_code_that_does_not_hold_is_turned_down(ada: Player, as_ada: Caller) -> None:
    PromoCode.objects.create(code="OFF", value=1, is_active=False)
    turned_down(as_ada, ada, "PROMO_INVALID", promo_code="UNKNOWN")
    turned_down(as_ada, ada, "PROMO_INVALID", promo_code="off")


def test_a_code_that_is_used_up_is_turned_down(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    PromoCode.objects.create(code="NEVER", value=1, max_uses=0)
    PromoCode.objects.create(code="ONCE", value=1, max_uses=1)
    PromoCode.objects.create(code="MINE", value=1, per_user_limit=1)
    turned_down(as_ada, ada, "PROMO_EXHAUSTED", promo_code="NEVER")
    assert buys(as_bob, promo_code="ONCE", gateway_mode="external").json()["status"] == "pending"
    turned_down(as_ada, ada, "PROMO_EXHAUSTED", promo_code="ONCE")
    assert buys(as_ada, package_id=BLITZ, promo_code="MINE").json()["success"] is True
    turned_down(as_ada, ada, "PROMO_EXHAUSTED", promo_code="MINE")
    assert buys(as_ada, promo_code="MINE").json()["message"] == "이미 사용한 프로모션 코드입니다"


def test_two_purchases_of_one_package_do_not_run_at_once(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    """The gateway of the first one only answers after the second one was turned down."""
    told: list[Any] = []

    class Busy(Always):
        def charge(self, bill: Bill) -> Charge:
            if not told:
                told.append("asked")
                turned_down(as_ada, ada, "PROCESSING", total=0, told=False, package_id=BLITZ)
                told.append(buys(as_ada, package_id=STARTER).json()["success"])
                told.append(buys(as_bob, package_id=BLITZ).json()["success"])
            return super().charge(bill)

    with patch.dict(payments._GATEWAYS, {"always_success": Busy(Outcome.PAID)}):
        assert buys(as_ada, package_id=BLITZ).json()["success"] is True
    assert told == ["asked", True, True]
    assert buys(as_ada, package_id=BLITZ).json()["success"] is True


def test_a_purchase_whose_server_died_does_not_block_the_next_for_long(ada: Player, as_ada: Caller) -> None:
    with patch("shop.payments.charge", side_effect=SystemExit), pytest.raises(SystemExit):
        buys(as_ada, package_id=BLITZ)
    turned_down(as_ada, ada, "PROCESSING", total=0, told=False, package_id=BLITZ)
    Purchase.objects.update(created_at=days.now() - timedelta(seconds=61))
    assert buys(as_ada, package_id=BLITZ).json()["success"] is True


# --- statuses on both paths -----------------------------------------------------------------------------


@on_both_paths
def test_a_rank_too_low_is_told_which_one_is_needed(ada: Player, as_ada: Caller, vip: Player, path: str) -> None:
    change_package(BLITZ, min_rank="VIP")
    before = written(ada)
    response = buys(as_ada, path, package_id=BLITZ, idempotency_key="k")
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["message"], error["details"]) == (
        403, "RANK_REQUIRED", "VIP required", [{"min_rank": "VIP"}],
    )  # fmt: skip
    assert moved(before, written(ada)) == {"PurchaseRefusal": 1}
    assert buys(Caller(vip), path, package_id=BLITZ).json()["success"] is True


@on_both_paths
def test_a_changed_price_is_told_with_both_prices(ada: Player, as_ada: Caller, path: str) -> None:
    PromoCode.objects.create(code="TEN", discount_type="percent", value=10)
    before = written(ada)
    response = buys(as_ada, path, promo_code="TEN", expected_price=499, idempotency_key="k")
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["details"]) == (
        409, "PRICE_CHANGED", [{"expected": 499, "actual": 449}],
    )  # fmt: skip
    assert moved(before, written(ada)) == {"PurchaseRefusal": 1}
    assert buys(as_ada, path, promo_code="TEN", expected_price=449, idempotency_key="k").json()["success"] is True


@on_both_paths
def test_the_velocity_guard_blocks_with_a_status(ada: Player, as_ada: Caller, settings: Settings, path: str) -> None:
    settings.FRAUD_MAX_PURCHASES = 2
    assert buys(as_ada, path, package_id="NOTHING").status_code in (200, 404)
    assert buys(as_ada, path).json()["success"] is True
    before = written(ada)
    response = buys(as_ada, path, package_id="NOTHING", idempotency_key="k")
    assert (response.status_code, response.json()["error"]["code"], response["Retry-After"]) == (
        429, "FRAUD_BLOCK", "300",
    )  # fmt: skip
    assert moved(before, written(ada)).keys() == {"PurchaseRefusal", "StreamEvent", "audits", "wallet"}
    told = news_of(ada, 1)[0]
    assert (told["status"], told["reason_code"], told["receipt_code"]) == ("failed", "FRAUD_BLOCK", None)


def test_the_third_card_is_blocked_on_this_path_too(as_ada: Caller) -> None:
    statuses = [buys(as_ada, gateway_mode="always_fail", card_token=card).status_code for card in "abcab"]
    assert statuses == [200, 200, 429, 200, 200]


# --- too often ------------------------------------------------------------------------------------------


def test_the_sixth_call_in_ten_seconds_is_too_much(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    with time_machine.travel(days.now(), tick=False) as travel:
        assert [as_ada.post(LEGACY, {"code": "NOTHING"}).json()["reason_code"] for _ in range(5)] == ["NOT_FOUND"] * 5
        before = written(ada)
        kind = as_ada.post(LEGACY, {"code": STARTER, "idempotency_key": "k"})
        assert (kind.status_code, kind.json()) == (
            200,
            {
                "success": False,
                "message": "요청이 너무 많습니다. 잠시 후 다시 시도해주세요.",
                "status": None,
                "user_id": ada.pk,
                "code": STARTER,
                "quantity": 1,
                "total_price_cents": 0,
                "gold_granted": None,
                "new_gold_balance": 1_000,
                "charge_id": None,
                "receipt_code": None,
                "reason_code": "RATE_LIMIT",
                "idempotent_reuse": False,
            },
        )
        strict = as_ada.post(MODERN, {"code": STARTER, "idempotency_key": "k"})
        assert (strict.status_code, strict.json()["error"]["code"], strict["Retry-After"]) == (
            429, "RATE_LIMITED", "10",
        )  # fmt: skip
        assert written(ada) == before
        assert as_bob.post(MODERN, {"code": STARTER}).json()["success"] is True
        travel.shift(timedelta(seconds=10))
        assert as_ada.post(MODERN, {"code": STARTER, "idempotency_key": "k"}).json()["success"] is True


def test_replays_are_neither_counted_nor_limited(ada: Player, as_ada: Caller) -> None:
    body = {"package_id": STARTER, "idempotency_key": "k"}
    first = as_ada.post(LEGACY, body).json()
    for _ in range(8):
        assert as_ada.post(MODERN, body).json() == first | {"idempotent_reuse": True}
    assert RateCounter.objects.get(key=f"limited:{ada.pk}").count == 1
    for _ in range(6):
        as_ada.post(LEGACY, {"package_id": "NOTHING"})
    assert as_ada.post(LEGACY, {"package_id": "NOTHING"}).json()["reason_code"] == "RATE_LIMIT"
    assert as_ada.post(LEGACY, body).json() == first | {"idempotent_reuse": True}


# --- the order of checks --------------------------------------------------------------------------------


@on_both_paths
def test_the_first_objection_in_the_published_order_is_the_one_told(
    as_ada: Caller, settings: Settings, path: str
) -> None:
    wrong = {"is_disabled": True, "min_rank": "VIP", "per_user_limit": 1, "stock_total": 0}
    change_package(STARTER, **wrong)
    body: dict[str, Any] = {"quantity": 2, "promo_code": "NONE", "expected_price": 1}

    def objection() -> str:
        response = buys(as_ada, path, **body)
        answer = response.json()
        return str(answer["error"]["code"] if "error" in answer else answer["reason_code"])

    def said(reason: str) -> str:
        return STATUSES[reason][1] if path == MODERN else reason

    mends: list[Callable[[], Any]] = [
        lambda: change_package(STARTER, is_disabled=False),
        lambda: change_package(STARTER, min_rank=""),
        lambda: change_package(STARTER, per_user_limit=5),
        lambda: change_package(STARTER, stock_total=2),
        lambda: body.pop("promo_code"),
        lambda: body.pop("expected_price"),
    ]
    heard = []
    for mend in mends:
        heard.append(objection())
        mend()
    assert heard == [
        said("WINDOW_CLOSED"), "RANK_REQUIRED", said("USER_LIMIT"), said("OUT_OF_STOCK"), said("PROMO_INVALID"),
        "PRICE_CHANGED",
    ]  # fmt: skip
    assert buys(as_ada, path, **body).json()["success"] is True


def test_too_often_comes_before_fraud_and_fraud_before_the_package(as_ada: Caller, settings: Settings) -> None:
    settings.FRAUD_MAX_PURCHASES = 1
    calls = [as_ada.post(LEGACY, {"package_id": "NOTHING"}) for _ in range(6)]
    codes = [call.json().get("reason_code") or call.json()["error"]["code"] for call in calls]
    assert codes == ["NOT_FOUND"] + ["FRAUD_BLOCK"] * 4 + ["RATE_LIMIT"]


def test_fraud_comes_before_a_purchase_that_is_running(as_ada: Caller, settings: Settings) -> None:
    settings.FRAUD_MAX_PURCHASES = 1
    with patch("shop.payments.charge", side_effect=SystemExit), pytest.raises(SystemExit):
        buys(as_ada)
    assert buys(as_ada).json()["error"]["code"] == "FRAUD_BLOCK"


# --- the money ------------------------------------------------------------------------------------------


def after_the_gateway(path: str, caller: Caller, player: Player, mode: str) -> dict[str, Any]:
    """Receipts that are no success are 200 on both paths; the whole answer."""
    PromoCode.objects.create(code="ONE", value=100)
    response = buys(caller, path, gateway_mode=mode, promo_code="ONE")
    bought = Purchase.objects.get()
    answer: dict[str, Any] = response.json()
    assert response.status_code == 200
    assert answer == {
        "success": False,
        "message": answer["message"],
        "status": bought.status,
        "user_id": player.pk,
        "code": STARTER,
        "quantity": 1,
        "total_price_cents": 399,
        "gold_granted": None,
        "new_gold_balance": 1_000,
        "charge_id": bought.charge_id or None,
        "receipt_code": bought.receipt_code,
        "reason_code": bought.reason_code,
        "idempotent_reuse": False,
    }
    is_over = bought.status != "pending"
    told, *rest = news_of(player, 1 + is_over)
    assert (told["type"], told["status"], told["reason_code"], told["amount"]) == (
        "purchase_update", bought.status, bought.reason_code, 399,
    )  # fmt: skip
    message = "‘주말 스타터’ 구매가 이루어지지 않았어요."
    assert rest == ([notice(player, "구매 실패", message, bought.receipt_code)] if is_over else [])
    return answer


@on_both_paths
def test_a_declined_payment_gives_unit_and_promo_back(ada: Player, as_ada: Caller, path: str) -> None:
    before = written(ada) | {"promos": {"ONE": 0}}
    answer = after_the_gateway(path, as_ada, ada, "always_fail")
    assert (answer["status"], answer["reason_code"], answer["message"]) == ("failed", "PAYMENT_FAILED", "결제 실패")
    assert moved(before, written(ada)).keys() == {"Purchase", "StreamEvent", "wallet"}
    assert steps(Purchase.objects.get()) == [
        "created", "priced", "promo_applied", "hold_taken", "gateway_called", "declined", "hold_released",
    ]  # fmt: skip


@on_both_paths
def test_a_pending_payment_keeps_unit_and_promo(ada: Player, as_ada: Caller, path: str, settings: Settings) -> None:
    before = written(ada)
    answer = after_the_gateway(path, as_ada, ada, "pending_then_success")
    assert (answer["status"], answer["reason_code"], answer["message"]) == (
        "pending", "PAYMENT_PENDING", "결제 대기 중",
    )  # fmt: skip
    assert moved(before, written(ada)).keys() == {"Purchase", "StreamEvent", "wallet", "sold", "promos"}
    assert (written(ada)["sold"][STARTER], written(ada)["promos"]) == (1, {"ONE": 1})
    settings.PAYMENT_PENDING_DELAY *= 0
    done = as_ada.post(f"/api/shop/transactions/{answer['receipt_code']}/settle").json()
    assert (done["status"], done["new_gold_balance"]) == ("success", 9_000)
    assert (written(ada)["sold"][STARTER], written(ada)["promos"]) == (1, {"ONE": 1})


@on_both_paths
def test_a_grant_that_fails_keeps_unit_and_promo_and_is_made_later(ada: Player, as_ada: Caller, path: str) -> None:
    def breaks(*facts: Any) -> None:
        delivery.hand_over(*facts)
        raise delivery.DeliveryFailed("injected")

    with patch("shop.settlement.hand_over", breaks):
        answer = after_the_gateway(path, as_ada, ada, "always_success")
    assert (answer["status"], answer["reason_code"], answer["message"]) == (
        "pending", "GRANT_FAILED", "골드 지급 실패",
    )  # fmt: skip
    assert (gold_of(ada), written(ada)["sold"][STARTER], written(ada)["promos"]) == (1_000, 1, {"ONE": 1})
    assert settlement.settle_stale(days.now()) == {"success": 1}
    assert (gold_of(ada), written(ada)["sold"][STARTER], written(ada)["promos"]) == (9_000, 1, {"ONE": 1})


def voided(caller: Caller) -> Purchase:
    PromoCode.objects.create(code="ONE", value=100)
    receipt = buys(caller, gateway_mode="external", promo_code="ONE").json()["receipt_code"]
    assert settlement.void(Purchase.objects.get(receipt_code=receipt), now=days.now()) is True
    return Purchase.objects.get(receipt_code=receipt)


def test_late_money_takes_a_unit_again(ada: Player, as_ada: Caller) -> None:
    change_package(STARTER, stock_total=1)
    given_up = voided(as_ada)
    assert (written(ada)["sold"][STARTER], written(ada)["promos"]) == (0, {"ONE": 0})
    late = settlement.settle(given_up, PAID, flow="webhook", now=days.now())
    assert (late.applied, late.purchase.status, gold_of(ada)) == (True, "success", 9_000)
    assert (written(ada)["sold"][STARTER], written(ada)["promos"]) == (1, {"ONE": 1})
    assert steps(late.purchase)[-4:] == ["hold_released", "hold_taken", "settled", "granted"]


@pytest.mark.parametrize("taken_by", ["purchase", "hold"])
def test_late_money_for_units_that_are_gone_grants_nothing_and_asks_staff(
    ada: Player, as_ada: Caller, as_bob: Caller, taken_by: str
) -> None:
    change_package(STARTER, stock_total=1)
    given_up = voided(as_ada)
    if taken_by == "purchase":
        buys(as_bob)
    else:
        as_bob.post("/api/shop/limited/hold", {"package_id": STARTER})
    with unsealed():
        Audit.objects.all().delete()
    before = written(ada)
    late = settlement.settle(given_up, PAID, flow="webhook", now=days.now())
    assert (late.applied, late.purchase.status) == (False, "voided")
    assert moved(before, written(ada)) == {"audits": 1}
    row = Audit.objects.get()
    assert (row.action, row.severity, row.target_type, row.target_id, row.details) == (
        "LIMITED_LATE_PAYMENT", "warning", "purchase", given_up.receipt_code,
        {"receipt_code": given_up.receipt_code, "amount": 399, "reason": "OUT_OF_STOCK"},
    )  # fmt: skip
    assert steps(Purchase.objects.get(pk=given_up.pk))[-1] == "late_event_ignored"


# --- the same key again ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["always_success", "always_fail", "external"])
def test_a_known_key_gives_the_first_answer_again_on_both_paths(ada: Player, as_ada: Caller, mode: str) -> None:
    body = {"idempotency_key": "k", "gateway_mode": mode}
    first = as_ada.post(LEGACY, body | {"package_id": STARTER})
    set_gold(ada, 5)
    change_package(STARTER, is_disabled=True, stock_total=1, min_rank="VIP")
    assert "Idempotency-Replayed" not in first
    for path, name in ((LEGACY, "package_id"), (MODERN, "code"), (MODERN, "package_id"), (LEGACY, "code")):
        before = written(ada)
        again = as_ada.post(path, body | {name: STARTER})
        assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
        assert again.json() == first.json() | {"idempotent_reuse": True}
        assert moved(before, written(ada)).keys() == {"StreamEvent", "wallet"}
        told = news_of(ada, 1)[0]
        assert (told["status"], told["reason_code"], told["receipt_code"]) == (
            "idempotent_reuse", "IDEMPOTENT_HIT", first.json()["receipt_code"],
        )  # fmt: skip


@on_both_paths
@pytest.mark.parametrize(
    "other", [{"package_id": BLITZ}, {"quantity": 2}, {"card_token": "tok"}, {"expected_price": 499}, {"note": 1}]
)
def test_a_known_key_with_another_body_is_refused(
    ada: Player, as_ada: Caller, path: str, other: dict[str, Any]
) -> None:
    body = {"package_id": STARTER, "idempotency_key": "k"}
    as_ada.post(LEGACY, body)
    before = written(ada)
    response = as_ada.post(path, body | other)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada) == before


def test_a_key_of_the_shop_is_another_one_here(ada: Player, as_ada: Caller) -> None:
    first = as_ada.post("/api/shop/buy", {"product_id": STARTER, "idempotency_key": "k"})
    assert first.json()["error"]["code"] == "PRODUCT_NOT_FOUND"
    assert buys(as_ada, idempotency_key="k").json()["idempotent_reuse"] is False


# --- what may be sent -----------------------------------------------------------------------------------


@on_both_paths
@pytest.mark.parametrize(
    ("field", "raw"),
    [
        ("package_id", "null"), ("package_id", "5"), ("package_id", '""'), ("package_id", f'"{"x" * 65}"'),
        ("code", "[]"), ("quantity", "0"), ("quantity", "11"), ("quantity", "1.5"), ("quantity", '"1"'),
        ("quantity", "true"), ("quantity", "null"), ("promo_code", '""'), ("promo_code", f'"{"x" * 41}"'),
        ("hold_id", "5"), ("hold_id", f'"{"x" * 65}"'), ("card_token", f'"{"x" * 129}"'), ("expected_price", "-1"),
        ("expected_price", '"499"'), ("currency", '"KRW"'), ("currency", '"usd"'), ("currency", "null"),
        ("gateway_mode", '"never"'),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_is_refused_by_its_name(
    ada: Player, as_ada: Caller, path: str, field: str, raw: str
) -> None:
    before = written(ada)
    named = "" if field == "package_id" else f'"package_id": "{STARTER}", '
    response = as_ada.post(path, f'{{{named}"{field}": {raw}}}')
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "VALIDATION_ERROR")
    assert [detail["loc"] for detail in error["details"]] == [["body", field]]
    assert written(ada) == before


@on_both_paths
def test_a_body_that_names_no_package_is_refused(ada: Player, as_ada: Caller, path: str) -> None:
    before = written(ada)
    response = as_ada.post(path, {"quantity": 1})
    assert (response.status_code, response.json()["error"]["details"][0]["loc"]) == (422, ["body", "package_id"])
    assert written(ada) == before


@on_both_paths
def test_what_the_server_decides_cannot_be_sent(ada: Player, as_ada: Caller, bob: Player, path: str) -> None:
    wish = {"user_id": bob.pk, "price_cents": 1, "amount": 0, "gold": 10**9, "gold_granted": 10**9, "status": "success"}
    answer = buys(as_ada, path, **wish).json()
    assert (answer["user_id"], answer["total_price_cents"], answer["gold_granted"]) == (ada.pk, 499, 8_000)
    assert (gold_of(ada), gold_of(bob)) == (9_000, 1_000)


@on_both_paths
def test_a_gateway_mode_is_for_development_and_tests(
    ada: Player, as_ada: Caller, settings: Settings, path: str
) -> None:
    settings.IS_PRODUCTION = True
    before = written(ada)
    response = as_ada.post(path, {"package_id": STARTER, "gateway_mode": "always_success"})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "DEV_ONLY")
    assert written(ada) == before


# --- what it costs --------------------------------------------------------------------------------------


def statements(caller: Caller, **body: Any) -> list[str]:
    edges = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    with CaptureQueriesContext(connection) as captured:
        assert caller.post(MODERN, {"package_id": STARTER, "idempotency_key": "k", **body}).json()["success"] is True
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(edges)]


@pytest.mark.parametrize(
    ("body", "budget"), [({}, 20), ({"promo_code": "ONE"}, 23)], ids=["package", "package with a promo"]
)
def test_buying_costs_few_statements(as_ada: Caller, body: dict[str, Any], budget: int) -> None:
    PromoCode.objects.create(code="ONE", value=100)
    change_package(STARTER, name="Thing")
    told = statements(as_ada, **body)
    assert len(told) == budget, "\n".join(told)
