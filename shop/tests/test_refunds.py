"""Refunds: the whole purchase goes back, or nothing moves; once, whoever asks and whatever happens meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError

from accounts.ledger import OpenWallet
from accounts.models import Audit, Entry, Player, Role, Wallet
from casino.lib import days
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from shop import delivery, refunds
from shop.buy import buy
from shop.defaults import seed_products
from shop.models import DiscountType, InventoryItem, LimitedPackage, Product, PromoCode, Purchase, PurchaseStatus
from shop.orders import Order, Sale
from shop.tests.conftest import change, moved, news_of, notice, written
from shop.truths import purchase_truths
from tests.cast import Caller, enrol, gold_of, set_gold
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

BUY, PACK, ITEM, RANK_UP, PROTECTION = (
    "/api/shop/buy", "GOLD_PACK_SMALL", "anti_single_loss", "early_rank_up", "attendance_link",
)  # fmt: skip
WHY = {"reason": "paid twice"}


def path(receipt: object) -> str:
    return f"/api/admin/transactions/{receipt}/refund"


def buys(caller: Caller, product: str = PACK, **body: Any) -> str:
    """Buys; the receipt."""
    answer = caller.post(BUY, {"product_id": product, **body}).json()
    assert answer["receipt_code"], answer
    return str(answer["receipt_code"])


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def steps(receipt: str) -> list[str]:
    return [step["step"] for step in Purchase.objects.get(receipt_code=receipt).timeline]


def broken() -> list[str]:
    return [truth.name for truth in purchase_truths() if not truth.holds]


@pytest.mark.usefixtures("shelf")
def test_a_pack_is_taken_back_with_its_gold_its_points_and_its_unit(
    ada: Player, sam: Player, as_ada: Caller, as_sam: Caller
) -> None:
    change(PACK, stock_remaining=5)
    receipt = buys(as_ada, quantity=2)
    assert (gold_of(ada), Wallet.objects.get(pk=ada.pk).vip_points) == (6_200, 3)
    before = written(ada)
    answer = as_sam.post(path(receipt), WHY)
    assert answer.json() == {
        "success": True, "receipt_code": receipt, "status": "refunded", "new_gold_balance": 1_000,
        "idempotent_reuse": False,
    }  # fmt: skip
    done = moved(before, written(ada))
    assert {name: done[name] for name in ("entries", "audits", "StreamEvent")} == {
        "entries": 1, "audits": 1, "StreamEvent": 3,
    }  # fmt: skip
    assert done["stock"][PACK] == 5
    assert Wallet.objects.get(pk=ada.pk).vip_points == 0
    bought, entry = Purchase.objects.get(), Entry.objects.filter(wallet_id=ada.pk).latest("seq")
    assert (entry.code, entry.signed_amount, entry.reference) == ("refund_topup", -5_200, receipt)
    assert (bought.status, bought.holds_stock, steps(receipt)[-2:]) == (
        "refunded", False, ["refunded", "hold_released"],
    )  # fmt: skip
    assert bought.timeline[-2]["data"] == {"by": "staff", "reason": "paid twice"}
    row = Audit.objects.get(action="REFUND")
    assert (row.severity, row.actor, row.target_type, row.target_id) == ("warning", sam, "purchase", receipt)
    assert row.details == {
        "user_id": ada.pk, "product_id": PACK, "amount": 398, "currency": "USD", "gold": 5_200, "vip_points": 3,
        "reason": "paid twice",
    }  # fmt: skip
    assert broken() == []


@pytest.mark.usefixtures("shelf")
def test_the_buyers_screens_hear_of_it(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    receipt = buys(as_ada)
    as_sam.post(path(receipt), WHY)
    purchase, profile, notification = news_of(ada, 3)
    assert (purchase["type"], purchase["status"], purchase["receipt_code"]) == ("purchase_update", "refunded", receipt)
    assert profile == {
        "type": "profile_update",
        "changes": {"vip_points": 0, "gold_balance": 1_000, "cyber_token_balance": 1_000},
        "reason": "refund_topup",
        "ref": receipt,
    }
    assert notification == notice(ada, "환불 완료", "‘Gold x2,600’ 구매가 환불되었어요.", receipt, unread=2)


@pytest.mark.usefixtures("shelf")
def test_an_item_is_revoked_and_its_price_comes_back(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    set_gold(ada, 60_000)
    change(ITEM, stock_remaining=2)
    receipt = buys(as_ada, ITEM, quantity=2)
    assert as_sam.post(path(receipt), WHY).json()["new_gold_balance"] == 60_000
    entry = Entry.objects.filter(wallet_id=ada.pk).latest("seq")
    assert (entry.code, entry.signed_amount) == ("refund_spend", 60_000)
    assert InventoryItem.objects.get().status == InventoryItem.Status.REVOKED
    assert as_ada.get("/api/shop/inventory").json()["items"][0]["status"] == "revoked"
    assert Product.objects.get(product_id=ITEM).stock_remaining == 2
    assert broken() == []


@pytest.mark.usefixtures("shelf")
def test_a_one_time_right_is_free_again(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    change(PACK, one_time=True)
    receipt = buys(as_ada)
    assert as_ada.post(BUY, {"product_id": PACK}).json()["reason_code"] == "ALREADY_OWNED"
    as_sam.post(path(receipt), WHY)
    assert as_ada.post(BUY, {"product_id": PACK}).json()["success"] is True


@pytest.mark.usefixtures("shelf")
def test_a_limited_package_gives_its_unit_back_and_the_promo_stays_used(
    ada: Player, as_ada: Caller, as_sam: Caller
) -> None:
    now = days.now()
    package = LimitedPackage.objects.create(
        code="STARTER", name="Starter", price_cents=499, gold=8_000, per_user_limit=1, stock_total=1,
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), created_at=now, updated_at=now,
    )  # fmt: skip
    promo = PromoCode.objects.create(
        code="HALF", package=package, discount_type=DiscountType.PERCENT, value=50, max_uses=5, created_at=now
    )
    body = {"package_id": "STARTER", "promo_code": "half"}
    receipt = as_ada.post("/api/shop/buy-limited", body).json()["receipt_code"]
    package.refresh_from_db()
    promo.refresh_from_db()
    assert (gold_of(ada), package.sold, promo.used) == (9_000, 1, 1)
    assert as_sam.post(path(receipt), WHY).json()["new_gold_balance"] == 1_000
    package.refresh_from_db()
    promo.refresh_from_db()
    assert (package.sold, promo.used) == (0, 1)
    assert as_ada.post("/api/shop/buy-limited", {"package_id": "STARTER"}).json()["success"] is True


@pytest.mark.usefixtures("shelf")
def test_the_rank_that_points_brought_stays(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    change(PACK, price=150_000)
    receipt = buys(as_ada)
    assert (Wallet.objects.get(pk=ada.pk).vip_points, Player.objects.get(pk=ada.pk).rank) == (1_500, "PREMIUM")
    as_sam.post(path(receipt), WHY)
    assert (Wallet.objects.get(pk=ada.pk).vip_points, Player.objects.get(pk=ada.pk).rank) == (0, "PREMIUM")


def spend_the_gold(ada: Player, receipt: str) -> None:
    set_gold(ada, 2_599)


def use_the_item(ada: Player, receipt: str) -> None:
    InventoryItem.objects.update(status=InventoryItem.Status.USED, used_at=days.now())


def nothing_more(ada: Player, receipt: str) -> None:
    """An effect is applied by buying alone."""


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("product", "meanwhile"),
    [(PACK, spend_the_gold), (ITEM, use_the_item), (RANK_UP, nothing_more), (PROTECTION, nothing_more)],
    ids=["gold spent", "item used", "rank raised", "tokens given"],
)
def test_what_is_spent_used_or_in_force_cannot_be_refunded_and_nothing_moves(
    ada: Player, as_ada: Caller, as_sam: Caller, product: str, meanwhile: Any
) -> None:
    set_gold(ada, 500_000)
    receipt = buys(as_ada, product)
    meanwhile(ada, receipt)
    before = written(ada)
    response = as_sam.post(path(receipt), WHY | {"idempotency_key": "k"})
    assert refused(response) == (409, "REFUND_IMPOSSIBLE")
    assert written(ada) == before
    assert Purchase.objects.get(receipt_code=receipt).status == "success"
    assert written(ada)["IdempotencyKey"] == before["IdempotencyKey"]


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("mode", ["external", "always_fail"])
def test_only_a_success_is_refunded(ada: Player, as_ada: Caller, as_sam: Caller, mode: str) -> None:
    receipt = buys(as_ada, gateway_mode=mode)
    before = written(ada)
    response = as_sam.post(path(receipt), WHY)
    status = Purchase.objects.get().status
    assert (*refused(response), response.json()["error"]["details"]) == (409, "REFUND_IMPOSSIBLE", [{"status": status}])
    assert written(ada) == before


@pytest.mark.usefixtures("shelf")
def test_a_second_refund_is_refused_and_the_same_key_tells_the_first_again(
    ada: Player, as_ada: Caller, as_sam: Caller
) -> None:
    receipt = buys(as_ada)
    first = as_sam.post(path(receipt), WHY, Idempotency_Key="one")
    set_gold(ada, 50_000)
    before = written(ada)
    again = as_sam.post(path(receipt), WHY, Idempotency_Key="one")
    assert again.json() == first.json() | {"idempotent_reuse": True}
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refused(as_sam.post(path(receipt), WHY, Idempotency_Key="two")) == (409, "REFUND_IMPOSSIBLE")
    other = {"reason": "another reason"}
    assert refused(as_sam.post(path(receipt), other, Idempotency_Key="one")) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada) == before


@pytest.mark.usefixtures("shelf")
def test_one_key_of_two_staff_are_two_keys(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    receipts = [buys(as_ada), buys(as_ada)]
    sue = Caller(enrol("sue", role=Role.SHOP))
    answers = [
        caller.post(path(receipt), WHY, Idempotency_Key="k").json()
        for caller, receipt in zip((as_sam, sue), receipts, strict=True)
    ]
    assert [answer["new_gold_balance"] for answer in answers] == [3_600, 1_000]


@pytest.mark.usefixtures("shelf")
def test_an_unknown_receipt_is_not_found(as_sam: Caller) -> None:
    assert refused(as_sam.post(path("000000000000"), WHY)) == (404, "PURCHASE_NOT_FOUND")


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("body", [{}, {"reason": "x"}, {"reason": "x" * 121}, {"reason": 5}, {"reason": "  "}])
def test_a_refund_needs_a_reason(ada: Player, as_ada: Caller, as_sam: Caller, body: dict[str, Any]) -> None:
    receipt = buys(as_ada)
    before = written(ada)
    response = as_sam.post(path(receipt), body)
    assert refused(response) == (422, "VALIDATION_ERROR")
    assert [detail["loc"] for detail in response.json()["error"]["details"]] == [["body", "reason"]]
    assert written(ada) == before


@pytest.mark.usefixtures("shelf")
def test_purchases_of_staff_are_for_an_owner(as_sam: Caller) -> None:
    sue = enrol("sue", role=Role.SHOP)
    receipt = buys(Caller(sue))
    before = written(sue)
    assert refused(Caller(sue).post(path(receipt), WHY)) == (403, "PERMISSION_DENIED")
    assert refused(Caller(enrol("abe", role=Role.SHOP)).post(path(receipt), WHY)) == (403, "PERMISSION_DENIED")
    assert written(sue) == before
    assert as_sam.post(path(receipt), WHY).json()["status"] == "refunded"


# --- races ---------------------------------------------------------------------------------------------------

race = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
SENDERS = 8


@pytest.fixture
def house(transactional_db: None) -> tuple[Player, Player]:
    """Ada, and sam who refunds her."""
    seed_products(days.now())
    return enrol("ada"), enrol("sam", role=Role.OWNER)


def sold(player: Player, name: str) -> Purchase:
    return buy(player=player, product=Product.objects.named(name), order=Order(), key=None).purchase


def refunding(by: Player, bought: Purchase, key: str | None = None) -> partial[Any]:
    kept = Key(by.pk, refunds.OPERATION, key, "same body") if key else None
    return partial(refunds.refund, by=by, receipt_code=bought.receipt_code, reason="paid twice", key=kept)


def check_refunded_once(ada: Player, sam: Player, keys: Sequence[str | None]) -> None:
    bought = sold(ada, PACK)
    answers = together(*(refunding(sam, bought, key) for key in keys))
    told = Counter(answer.code if isinstance(answer, Refusal) else type(answer).__name__ for answer in answers)
    expected = {"dict": SENDERS} if keys[0] else {"dict": 1, "REFUND_IMPOSSIBLE": SENDERS - 1}
    assert told == expected
    assert Entry.objects.filter(code="refund_topup").count() == 1
    assert Audit.objects.filter(action="REFUND").count() == 1
    assert gold_of(ada) == 1_000
    assert [truth.first for truth in purchase_truths() if not truth.holds] == []


class TestRaces:
    pytestmark = race

    @pytest.mark.parametrize("keys", [[None] * SENDERS, ["one"] * SENDERS], ids=["no keys", "one key"])
    def test_many_refunds_at_once_give_back_once(
        self, house: tuple[Player, Player], keys: Sequence[str | None]
    ) -> None:
        check_refunded_once(*house, keys)

    def test_control_without_row_locks_refunds_collide(self, house: tuple[Player, Player]) -> None:
        meeting = meeting_at(delivery, "take_back", SENDERS)
        with row_locks_off(), meeting, pytest.raises((AssertionError, DatabaseError)):
            check_refunded_once(*house, [None] * SENDERS)

    def test_the_gold_is_spent_or_refunded_never_both(self, house: tuple[Player, Player]) -> None:
        check_spent_or_refunded(*house)

    def test_control_without_row_locks_spending_and_refund_collide(self, house: tuple[Player, Player]) -> None:
        meeting = meeting_at(OpenWallet, "pay", 4)
        with row_locks_off(), meeting, pytest.raises((AssertionError, DatabaseError)):
            check_spent_or_refunded(*house)


def check_spent_or_refunded(ada: Player, sam: Player) -> None:
    """Her 3600 gold are enough for the refund of 2600 or for one item of 2000, not for two of them."""
    change(ITEM, price=2_000)
    bought = sold(ada, PACK)
    shopping = partial(buy, player=ada, product=Product.objects.named(ITEM), order=Order(), key=None)
    answers = together(refunding(sam, bought), shopping, shopping, shopping)
    assert [answer for answer in answers if isinstance(answer, BaseException) and not isinstance(answer, Refusal)] == []
    sales = [answer.purchase.status for answer in answers if isinstance(answer, Sale) and answer.purchase.receipt_code]
    bought.refresh_from_db()
    if bought.status == PurchaseStatus.REFUNDED:
        assert (sales, gold_of(ada)) == ([], 1_000)
    else:
        assert (bought.status, sales, gold_of(ada)) == ("success", ["success"], 1_600)
    assert [truth.first for truth in purchase_truths() if not truth.holds] == []
