"""Buyers who race, each race with a control that shows it would be lost without what protects it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError
from pytest_django.fixtures import Settings

from accounts.ledger import OpenWallet
from accounts.models import Entry, Player, Wallet
from casino.lib import days, idempotency
from casino.lib.idempotency import Key
from shop import settlement, stock
from shop.buy import OPERATION, buy
from shop.defaults import seed_products
from shop.gateways.base import Charge, Outcome
from shop.models import InventoryItem, Product, Purchase, PurchaseStatus
from shop.orders import Order, Sale
from shop.tests.conftest import change
from shop.truths import purchase_truths
from tests.cast import enrol, gold_of, set_gold
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SENDERS = 16
PACK, ITEM, RANK_UP = "GOLD_PACK_SMALL", "anti_single_loss", "early_rank_up"
PAID = Charge(Outcome.PAID, "charge")


@pytest.fixture
def ada(transactional_db: None) -> Player:
    seed_products(days.now())
    return enrol("ada")


def orders(players: Sequence[Player], name: str, keys: Sequence[str | None], mode: str = "") -> list[Sale]:
    """One order a key, all at once; nobody may crash."""
    product, order = Product.objects.named(name), Order(gateway_mode=mode)
    calls = [
        partial(
            buy,
            player=player,
            product=product,
            order=order,
            key=Key(player.pk, OPERATION, key, "same body") if key else None,
        )
        for player, key in zip(players, keys, strict=True)
    ]
    answers = together(*calls)
    assert [answer for answer in answers if not isinstance(answer, Sale)] == []
    return [answer for answer in answers if isinstance(answer, Sale)]


OWN_KEYS = [f"key {sender}" for sender in range(SENDERS)]
NO_KEYS = [None] * SENDERS
ONE_KEY = ["one"] * SENDERS


def check_books(player: Player, balance: int) -> None:
    """Wallet, entries and purchases tell the same story."""
    wallet = Wallet.objects.get(pk=player.pk)
    entries = list(Entry.objects.filter(wallet_id=player.pk).order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, wallet.entry_seq + 1))
    assert sum(entry.signed_amount for entry in entries) == wallet.balance == balance
    assert [truth.first for truth in purchase_truths() if not truth.holds] == []


def check_one_purchase(player: Player, name: str, balance: int) -> None:
    sales = orders([player] * SENDERS, name, ONE_KEY)
    assert Counter(sale.replayed for sale in sales) == {False: 1, True: SENDERS - 1}
    assert {sale.purchase.receipt_code for sale in sales} == {Purchase.objects.get().receipt_code}
    assert Purchase.objects.get().status == PurchaseStatus.SUCCESS
    check_books(player, balance)


@pytest.mark.parametrize(("name", "start", "end"), [(PACK, 1_000, 3_600), (ITEM, 1_000_000, 970_000)])
def test_sixteen_senders_of_one_key_buy_once(ada: Player, name: str, start: int, end: int) -> None:
    set_gold(ada, start)
    check_one_purchase(ada, name, end)


def test_control_without_the_key_the_same_senders_buy_often(ada: Player) -> None:
    with patch.object(idempotency, "claim", lambda *_args, **_facts: None), pytest.raises(AssertionError):
        check_one_purchase(ada, PACK, 3_600)
    assert Purchase.objects.count() > 1


def check_gold_for_one(player: Player, keys: Sequence[str | None]) -> None:
    sales = orders([player] * SENDERS, ITEM, keys)
    assert Counter(sale.purchase.reason_code for sale in sales) == {"": 1, "INSUFFICIENT_FUNDS": SENDERS - 1}
    assert InventoryItem.objects.count() == 1
    check_books(player, 0)


@pytest.mark.parametrize("keys", [OWN_KEYS, NO_KEYS], ids=["own keys", "no keys"])
def test_gold_for_one_item_buys_one(ada: Player, keys: Sequence[str | None]) -> None:
    set_gold(ada, 30_000)
    check_gold_for_one(ada, keys)


def test_control_without_row_locks_the_same_orders_collide(ada: Player) -> None:
    set_gold(ada, 30_000)
    with row_locks_off(), meeting_at(OpenWallet, "pay", SENDERS), pytest.raises((AssertionError, DatabaseError)):
        check_gold_for_one(ada, NO_KEYS)


def check_one_time(player: Player) -> None:
    sales = orders([player] * SENDERS, RANK_UP, NO_KEYS)
    assert Counter(sale.purchase.reason_code for sale in sales) == {"": 1, "ALREADY_OWNED": SENDERS - 1}
    player.refresh_from_db()
    assert player.rank == "PREMIUM"
    check_books(player, 9_500_000)


def test_a_one_time_item_is_sold_once_to_sixteen_devices(ada: Player) -> None:
    set_gold(ada, 10_000_000)
    check_one_time(ada)


def test_control_without_row_locks_the_devices_collide(ada: Player) -> None:
    set_gold(ada, 10_000_000)
    with row_locks_off(), meeting_at(OpenWallet, "pay", SENDERS), pytest.raises((AssertionError, DatabaseError)):
        check_one_time(ada)


def check_last_unit(buyers: Sequence[Player], name: str, mode: str = "") -> None:
    change(name, stock_remaining=1)
    sales = orders(buyers, name, OWN_KEYS, mode)
    assert Counter(sale.purchase.reason_code for sale in sales) == {"": 1, "OUT_OF_STOCK": SENDERS - 1}
    assert Product.objects.get(product_id=name).stock_remaining == 0
    assert Purchase.objects.count() == 1


@pytest.fixture
def crowd(ada: Player) -> list[Player]:
    buyers = [ada, *(enrol(f"buyer{number}") for number in range(SENDERS - 1))]
    for buyer in buyers:
        set_gold(buyer, 30_000)
    return buyers


def test_the_last_item_is_sold_once(crowd: list[Player]) -> None:
    check_last_unit(crowd, ITEM)
    assert sorted(gold_of(buyer) for buyer in crowd) == [0] + [30_000] * (SENDERS - 1)


def test_the_last_pack_is_sold_once(crowd: list[Player]) -> None:
    check_last_unit(crowd, PACK)
    assert sum(gold_of(buyer) for buyer in crowd) == SENDERS * 30_000 + 2_600


@contextmanager
def stock_by_check_then_save() -> Iterator[None]:
    """What a careless shop would do: look, think, write."""

    def take(purchase: Purchase, now: datetime) -> bool:
        assert purchase.product is not None
        return (purchase.product.stock_remaining or 0) >= purchase.quantity

    with patch.object(stock, "take", take):
        yield


def test_control_with_check_then_save_the_last_item_is_sold_often(crowd: list[Player]) -> None:
    with stock_by_check_then_save(), pytest.raises(AssertionError):
        check_last_unit(crowd, ITEM)
    assert Purchase.objects.count() > 1


def waiting_for_money(player: Player) -> Purchase:
    """A purchase whose end is told from outside."""
    (sale,) = orders([player], PACK, [None], "external")
    return sale.purchase


def check_settled_once(purchase: Purchase, outcomes: Sequence[Charge | None], log: pytest.LogCaptureFixture) -> None:
    """Everyone who can end a purchase does so at once: charges, and (None) the sweeper that voids."""
    now = days.now()
    calls = [
        partial(settlement.settle, purchase, charge, flow="webhook", now=now)
        if charge
        else partial(settlement.void, purchase, now=now)
        for charge in outcomes
    ]
    answers = together(*calls)
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    steps = Counter(step["step"] for step in Purchase.objects.get().timeline)
    assert (Purchase.objects.get().status, steps["granted"]) == ("success", 1)
    assert Entry.objects.filter(code="topup").count() == 1
    assert [record.message for record in log.records if record.name == settlement.__name__] == []  # nobody stumbled
    check_books(purchase.player, 3_600)


def test_sixteen_settlements_grant_once(ada: Player, caplog: pytest.LogCaptureFixture) -> None:
    check_settled_once(waiting_for_money(ada), [PAID] * SENDERS, caplog)


def test_settlements_and_sweepers_grant_once(ada: Player, caplog: pytest.LogCaptureFixture) -> None:
    change(PACK, stock_remaining=5)
    check_settled_once(waiting_for_money(ada), [PAID, None] * (SENDERS // 2), caplog)
    assert Product.objects.get(product_id=PACK).stock_remaining == 4


def test_control_without_row_locks_settlements_collide(ada: Player, caplog: pytest.LogCaptureFixture) -> None:
    purchase = waiting_for_money(ada)  # its own answer of the gateway is applied before the barrier stands
    have_read, apply = Barrier(SENDERS), settlement._apply

    def apply_once_all_have_read(*facts: Any) -> bool:
        with suppress(BrokenBarrierError):  # whoever was refused the read does not come
            have_read.wait(timeout=5)
        return apply(*facts)

    waiting = patch.object(settlement, "_apply", apply_once_all_have_read)
    with row_locks_off(), waiting, pytest.raises((AssertionError, DatabaseError)):
        check_settled_once(purchase, [PAID] * SENDERS, caplog)


def test_the_velocity_guard_counts_parallel_attempts(ada: Player, settings: Settings) -> None:
    settings.FRAUD_MAX_PURCHASES = 10
    product = Product.objects.named(PACK)
    answers = together(*(partial(buy, player=ada, product=product, order=Order(), key=None) for _ in range(SENDERS)))
    assert Counter(getattr(answer, "code", "sold") for answer in answers) == {"sold": 10, "FRAUD_BLOCK": SENDERS - 10}
    check_books(ada, 1_000 + 10 * 2_600)
