"""Staff redeem vouchers: once, for a reason, and never what was taken back."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError

from accounts.models import Audit, Player, Role
from casino.lib import days
from casino.lib.errors import Refusal
from shop import delivery, redeeming, refunds
from shop.buy import buy
from shop.defaults import seed_products
from shop.models import InventoryItem, Product, Purchase
from shop.orders import Order
from shop.tests.conftest import written
from shop.truths import purchase_truths
from tests.cast import Caller, enrol, gold_of, set_gold
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

ITEM = "anti_single_loss"


def bought(player: Player, quantity: int = 1) -> InventoryItem:
    """The line that buying the voucher makes."""
    set_gold(player, 30_000 * quantity)
    buy(player=player, product=Product.objects.named(ITEM), order=Order(quantity=quantity), key=None)
    return InventoryItem.objects.latest("id")


@pytest.mark.usefixtures("shelf")
def test_a_voucher_is_redeemed_and_its_player_sees_it(ada: Player, sam: Player, as_ada: Caller) -> None:
    line = bought(ada, quantity=2)
    redeemed = redeeming.redeem(by=sam, item_id=line.pk, reason="points were booked")
    assert (redeemed.status, redeemed.used_at is not None) == ("used", True)
    shown = as_ada.get("/api/shop/inventory").json()["items"][0]
    assert (shown["status"], shown["used_at"] is not None, shown["quantity"]) == ("used", True, 2)
    row = Audit.objects.get(action="ITEM_REDEEM")
    assert (row.severity, row.actor, row.target_type, row.target_id) == ("info", sam, "inventory_item", str(line.pk))
    assert row.details == {
        "user_id": ada.pk, "product_id": ITEM, "quantity": 2, "receipt_code": Purchase.objects.get().receipt_code,
        "reason": "points were booked",
    }  # fmt: skip


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("status", [InventoryItem.Status.USED, InventoryItem.Status.REVOKED])
def test_what_was_used_or_revoked_is_not_redeemed(ada: Player, sam: Player, status: str) -> None:
    line = bought(ada)
    InventoryItem.objects.update(status=status)
    before, kept = written(ada), InventoryItem.objects.values().get()
    with pytest.raises(Refusal) as refused:
        redeeming.redeem(by=sam, item_id=line.pk, reason="points were booked")
    assert (refused.value.code, refused.value.status, refused.value.details) == ("CONFLICT", 409, [{"status": status}])
    assert (written(ada), InventoryItem.objects.values().get()) == (before, kept)


@pytest.mark.usefixtures("shelf")
def test_a_gift_without_a_purchase_is_redeemed_too(ada: Player, sam: Player) -> None:
    bought(ada)
    InventoryItem.objects.update(purchase=None, source=InventoryItem.Source.EVENT)
    line = redeeming.redeem(by=sam, item_id=InventoryItem.objects.get().pk, reason="handed over")
    assert line.status == "used"
    assert Audit.objects.get(action="ITEM_REDEEM").details["receipt_code"] is None


@pytest.mark.usefixtures("shelf")
def test_staff_do_not_redeem_their_own(sam: Player) -> None:
    sue = enrol("sue", role=Role.SHOP)
    line = bought(sue)
    with pytest.raises(Refusal, match="PERMISSION_DENIED"):
        redeeming.redeem(by=sue, item_id=line.pk, reason="for me")
    assert InventoryItem.objects.get().status == "owned"
    with pytest.raises(Refusal, match="NOT_FOUND"):
        redeeming.redeem(by=sam, item_id=line.pk + 1, reason="nothing there")


# --- races ---------------------------------------------------------------------------------------------------


@pytest.fixture
def house(transactional_db: None) -> tuple[Player, Player]:
    """Ada, and sam who sees to her."""
    seed_products(days.now())
    return enrol("ada"), enrol("sam", role=Role.OWNER)


def check_used_or_refunded(ada: Player, sam: Player) -> None:
    """Two redeem the line while two refund its purchase."""
    line = bought(ada)
    receipt = Purchase.objects.get().receipt_code
    redeem: Any = partial(redeeming.redeem, by=sam, item_id=line.pk, reason="points were booked")
    refund: Any = partial(refunds.refund, by=sam, receipt_code=receipt, reason="paid twice", key=None)
    answers = together(redeem, refund, redeem, refund)
    won = [number for number, answer in enumerate(answers) if not isinstance(answer, BaseException)]
    assert len(won) == 1, answers
    assert all(isinstance(answer, Refusal) for number, answer in enumerate(answers) if number not in won), answers
    line.refresh_from_db()
    was_refunded = won[0] in (1, 3)
    expected = ("revoked", "refunded", 30_000) if was_refunded else ("used", "success", 0)
    assert (line.status, Purchase.objects.get().status, gold_of(ada)) == expected
    assert Audit.objects.filter(action__in=("ITEM_REDEEM", "REFUND")).count() == 1
    assert [truth.first for truth in purchase_truths()[:1]] == [None]


class TestRaces:
    pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

    def test_a_voucher_is_redeemed_or_refunded_never_both(self, house: tuple[Player, Player]) -> None:
        check_used_or_refunded(*house)

    def test_control_without_row_locks_both_win(self, house: tuple[Player, Player]) -> None:
        # Nobody writes before all four have read the line.
        meeting = meeting_at(InventoryItem, "save", 4, (delivery, "take_back"))
        with row_locks_off(), meeting, pytest.raises((AssertionError, DatabaseError)):
            check_used_or_refunded(*house)
