"""Staff end what waits: the usual settlement, by their word, once, on the record."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError

from accounts.models import Audit, Entry, Player, Role
from accounts.progress import vip
from casino.lib import days
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from shop import forcing, payments, settlement
from shop.buy import buy
from shop.defaults import seed_products
from shop.gateways.base import Charge, Outcome
from shop.models import DiscountType, LimitedPackage, Product, PromoCode, Purchase
from shop.orders import Order
from shop.tests.conftest import change, moved, news_of, notice, written
from shop.truths import purchase_truths
from tests.cast import Caller, enrol, gold_of, set_gold
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

BUY, PACK, ITEM = "/api/shop/buy", "GOLD_PACK_SMALL", "anti_single_loss"
WHY = {"reason": "the bank confirmed it"}


def path(receipt: object) -> str:
    return f"/api/admin/transactions/{receipt}/force-settle"


def waiting(caller: Caller, mode: str = "external", **body: Any) -> str:
    """A purchase that waits for its money; the receipt."""
    answer = caller.post(BUY, {"product_id": PACK, "gateway_mode": mode, **body}).json()
    assert answer["receipt_code"], answer
    return str(answer["receipt_code"])


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def steps(receipt: str) -> list[str]:
    return [step["step"] for step in Purchase.objects.get(receipt_code=receipt).timeline]


@pytest.mark.usefixtures("shelf")
def test_a_pending_purchase_is_settled_as_paid(ada: Player, sam: Player, as_ada: Caller, as_sam: Caller) -> None:
    receipt = waiting(as_ada)
    before = written(ada)
    answer = as_sam.post(path(receipt), WHY)
    assert answer.json() == {
        "success": True, "receipt_code": receipt, "status": "success", "new_gold_balance": 3_600,
        "idempotent_reuse": False,
    }  # fmt: skip
    done = moved(before, written(ada))
    assert {name: done[name] for name in ("entries", "audits", "StreamEvent")} == {
        "entries": 1, "audits": 1, "StreamEvent": 3,
    }  # fmt: skip
    entry = Entry.objects.filter(wallet_id=ada.pk).latest("seq")
    assert (entry.code, entry.signed_amount, entry.reference) == ("topup", 2_600, receipt)
    assert steps(receipt)[-2:] == ["settled", "granted"]
    purchase, profile, notification = news_of(ada, 3)
    assert (purchase["type"], purchase["status"], profile["type"]) == ("purchase_update", "success", "profile_update")
    assert notification == notice(ada, "구매 완료", "‘Gold x2,600’ 구매가 완료되었어요.", receipt)
    row = Audit.objects.get(action="FORCE_SETTLE")
    assert (row.severity, row.actor, row.target_type, row.target_id) == ("warning", sam, "purchase", receipt)
    assert row.details == {
        "user_id": ada.pk, "amount": 199, "currency": "USD", "outcome": "success", "reason": "the bank confirmed it",
    }  # fmt: skip


@pytest.mark.usefixtures("shelf")
def test_a_pending_purchase_is_settled_as_failed_and_gives_its_unit_back(
    ada: Player, as_ada: Caller, as_sam: Caller
) -> None:
    change(PACK, stock_remaining=1)
    receipt = waiting(as_ada)
    answer = as_sam.post(path(receipt), {"outcome": "failed"}).json()
    assert (answer["success"], answer["status"], answer["new_gold_balance"]) == (True, "failed", 1_000)
    assert Product.objects.get(product_id=PACK).stock_remaining == 1
    told, notification = news_of(ada, 2)
    assert (told["status"], told["reason_code"]) == ("failed", "PAYMENT_DECLINED")
    assert notification == notice(ada, "구매 실패", "‘Gold x2,600’ 구매가 이루어지지 않았어요.", receipt)
    assert Audit.objects.get(action="FORCE_SETTLE").details["reason"] == ""


@pytest.mark.usefixtures("shelf")
def test_a_limited_package_with_a_promo_is_settled_the_same_way(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    now = days.now()
    package = LimitedPackage.objects.create(
        code="STARTER", name="Starter", price_cents=499, gold=8_000, per_user_limit=2, stock_total=2,
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), created_at=now, updated_at=now,
    )  # fmt: skip
    promo = PromoCode.objects.create(code="LESS", discount_type=DiscountType.FLAT, value=99, created_at=now)
    body = {"package_id": "STARTER", "promo_code": "less", "gateway_mode": "external"}
    paid, lost = (as_ada.post("/api/shop/buy-limited", body).json()["receipt_code"] for _ in range(2))
    assert as_sam.post(path(paid), WHY).json()["new_gold_balance"] == 9_000
    assert as_sam.post(path(lost), {"outcome": "failed"}).json()["status"] == "failed"
    package.refresh_from_db()
    promo.refresh_from_db()
    assert (package.sold, promo.used) == (1, 1)
    assert Purchase.objects.get(receipt_code=lost).reason_code == "PAYMENT_FAILED"
    assert Entry.objects.get(code="limited_topup").reference == paid


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("product", "mode"),
    [(PACK, "always_success"), (PACK, "always_fail"), (ITEM, "")],
    ids=["success", "failed", "gold"],
)
@pytest.mark.parametrize("outcome", ["success", "failed"])
def test_only_what_waits_is_settled(
    ada: Player, as_ada: Caller, as_sam: Caller, product: str, mode: str, outcome: str
) -> None:
    set_gold(ada, 30_000)
    body = {"product_id": product} | ({"gateway_mode": mode} if mode else {})
    receipt = as_ada.post(BUY, body).json()["receipt_code"]
    before = written(ada)
    assert refused(as_sam.post(path(receipt), {"outcome": outcome})) == (400, "NOT_SETTLEABLE")
    assert written(ada) == before


@pytest.mark.usefixtures("shelf")
def test_a_grant_that_failed_can_only_be_tried_again(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    with patch.object(vip, "credit", side_effect=ArithmeticError):
        receipt = waiting(as_ada, "always_success")
        assert Purchase.objects.get().reason_code == "GRANT_FAILED"
        before = written(ada)
        assert refused(as_sam.post(path(receipt), {"outcome": "failed"})) == (400, "NOT_SETTLEABLE")
        assert written(ada) == before
        again = as_sam.post(path(receipt), WHY | {"idempotency_key": "k"}).json()
    assert (again["success"], again["status"], again["new_gold_balance"]) == (False, "pending", 1_000)
    assert Audit.objects.filter(action="FORCE_SETTLE").count() == 1
    healed = as_sam.post(path(receipt), WHY | {"idempotency_key": "k"}).json()
    assert (healed["status"], healed["new_gold_balance"], healed["idempotent_reuse"]) == ("success", 3_600, False)


@pytest.mark.usefixtures("shelf")
def test_the_same_key_tells_the_first_answer_again(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    receipt = waiting(as_ada)
    first = as_sam.post(path(receipt), WHY, Idempotency_Key="one")
    set_gold(ada, 50_000)
    before = written(ada)
    again = as_sam.post(path(receipt), WHY, Idempotency_Key="one")
    assert again.json() == first.json() | {"idempotent_reuse": True}
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refused(as_sam.post(path(receipt), WHY, Idempotency_Key="two")) == (400, "NOT_SETTLEABLE")
    assert refused(as_sam.post(path(receipt), {}, Idempotency_Key="one")) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada) == before


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("body", [{"outcome": "voided"}, {"outcome": None}, {"reason": "x"}, {"reason": "x" * 121}])
def test_other_outcomes_and_reasons_are_refused(
    ada: Player, as_ada: Caller, as_sam: Caller, body: dict[str, Any]
) -> None:
    receipt = waiting(as_ada)
    before = written(ada)
    assert refused(as_sam.post(path(receipt), body)) == (422, "VALIDATION_ERROR")
    assert written(ada) == before


@pytest.mark.usefixtures("shelf")
def test_nobody_settles_what_they_bought_themselves(as_sam: Caller) -> None:
    sue = enrol("sue", role=Role.SHOP)
    receipt = waiting(Caller(sue))
    before = written(sue)
    assert refused(Caller(sue).post(path(receipt), WHY)) == (403, "PERMISSION_DENIED")
    assert written(sue) == before
    assert as_sam.post(path(receipt), WHY).json()["status"] == "success"
    assert refused(as_sam.post(path("0" * 12), WHY)) == (404, "PURCHASE_NOT_FOUND")


@pytest.mark.usefixtures("shelf")
def test_the_gateway_is_asked_again_on_the_record(ada: Player, sam: Player, as_ada: Caller) -> None:
    receipt = waiting(as_ada)
    ask = partial(forcing.ask_gateway, by=sam, receipt_code=receipt, reason="the buyer wrote to us")
    assert ask().status == "pending"
    with patch.object(payments, "poll", return_value=Charge(Outcome.PAID, "ch_9")):
        bought = ask()
    assert (bought.status, bought.charge_id, gold_of(ada)) == ("success", "ch_9", 3_600)
    told = Audit.objects.filter(action="PAYMENT_ASKED").order_by("id").values_list("details__outcome", flat=True)
    assert list(told) == ["pending", "paid"]
    before = written(ada)
    with pytest.raises(Refusal, match="NOT_SETTLEABLE"):
        ask()
    assert written(ada) == before


# --- races ---------------------------------------------------------------------------------------------------

SENDERS = 8


def check_forced_once(ada: Player, sam: Player, keys: list[str | None]) -> None:
    """Staff, the gateway's late word and the sweeper that voids, all at once."""
    product, now = Product.objects.named(PACK), days.now()
    bought = buy(player=ada, product=product, order=Order(gateway_mode="external"), key=None).purchase
    forced = [
        partial(
            forcing.force_settle,
            by=sam,
            receipt_code=bought.receipt_code,
            outcome="success",
            reason="the bank confirmed it",
            key=Key(sam.pk, forcing.OPERATION, key, "same body") if key else None,
        )
        for key in keys
    ]
    paid = partial(settlement.settle, bought, Charge(Outcome.PAID, "ch"), flow="webhook", now=now)
    answers = together(*forced, paid, partial(settlement.void, bought, now=now))
    assert [answer for answer in answers if isinstance(answer, BaseException) and not isinstance(answer, Refusal)] == []
    told = Counter(step["step"] for step in Purchase.objects.get().timeline)
    assert (Purchase.objects.get().status, told["granted"], told["settled"]) == ("success", 1, 1)
    assert Entry.objects.filter(code="topup").count() == 1
    assert Audit.objects.filter(action="FORCE_SETTLE").count() <= 1
    assert gold_of(ada) == 3_600
    assert [truth.first for truth in purchase_truths() if not truth.holds] == []


@pytest.fixture
def house(transactional_db: None) -> tuple[Player, Player]:
    """Ada, and sam who settles for her."""
    seed_products(days.now())
    return enrol("ada"), enrol("sam", role=Role.OWNER)


class TestRaces:
    pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

    @pytest.mark.parametrize("keys", [[None] * SENDERS, ["one"] * SENDERS], ids=["no keys", "one key"])
    def test_whoever_settles_first_settles_alone(self, house: tuple[Player, Player], keys: list[str | None]) -> None:
        check_forced_once(*house, keys)

    def test_control_without_row_locks_settlements_collide(self, house: tuple[Player, Player]) -> None:
        meeting = meeting_at(settlement, "hand_over", 2)
        with row_locks_off(), meeting, pytest.raises((AssertionError, DatabaseError)):
            check_forced_once(*house, [None] * SENDERS)
