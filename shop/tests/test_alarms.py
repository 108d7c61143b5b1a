"""The alarm that payments fail: loud when it should be, once, and silent otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import Audit, Player
from casino import worker
from casino.lib import days
from casino.lib.rates import RateCounter
from shop import settlement
from shop.alarms import watch_payments
from shop.buy import buy
from shop.defaults import seed_products
from shop.gateways.base import Charge, Outcome
from shop.models import Product, Purchase
from shop.orders import Order
from tests.cast import enrol, set_gold
from tests.race import together

PACK, ITEM = "GOLD_PACK_SMALL", "anti_single_loss"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def shop(clock: time_machine.Traveller, shelf: None, settings: Settings) -> Player:
    settings.FRAUD_MAX_PURCHASES = 1_000
    return enrol("ada")


def buys(player: Player, mode: str, times: int, name: str = PACK) -> list[Purchase]:
    product = Product.objects.named(name)
    orders = (buy(player=player, product=product, order=Order(gateway_mode=mode), key=None) for _ in range(times))
    return [sale.purchase for sale in orders]


def alarms() -> list[dict[str, int]]:
    return list(Audit.objects.filter(action="PAYMENT_FAIL_SPIKE").order_by("id").values_list("details", flat=True))


def test_ten_failures_of_twenty_raise_the_alarm(shop: Player) -> None:
    buys(shop, "always_fail", 10)
    buys(shop, "always_success", 10)
    assert watch_payments(now=days.now()) is True
    assert alarms() == [{"failed": 10, "ended": 20}]
    row = Audit.objects.get(action="PAYMENT_FAIL_SPIKE")
    assert (row.severity, row.target_type, row.target_id, row.actor) == ("critical", "shop", "payments", None)


@pytest.mark.parametrize(("failed", "paid"), [(9, 0), (10, 11), (0, 30)], ids=["few", "less than half", "none"])
def test_fewer_failures_are_no_spike(shop: Player, failed: int, paid: int) -> None:
    buys(shop, "always_fail", failed)
    buys(shop, "always_success", paid)
    assert watch_payments(now=days.now()) is False
    assert (alarms(), RateCounter.objects.filter(key="payment_fail_spike").exists()) == ([], False)


def test_what_waits_and_what_costs_gold_does_not_count(shop: Player) -> None:
    set_gold(shop, 600_000)
    buys(shop, "always_fail", 10)
    buys(shop, "external", 20)
    buys(shop, "", 20, name=ITEM)
    assert watch_payments(now=days.now()) is True
    assert alarms() == [{"failed": 10, "ended": 10}]


def test_failures_are_forgotten_after_five_minutes(shop: Player, clock: time_machine.Traveller) -> None:
    buys(shop, "always_fail", 10)
    clock.move_to(NOON + timedelta(minutes=5))
    assert watch_payments(now=days.now()) is False
    clock.move_to(NOON + timedelta(minutes=4, seconds=59))
    assert watch_payments(now=days.now()) is True


def test_a_payment_counts_when_it_fails_not_when_it_was_begun(shop: Player, clock: time_machine.Traveller) -> None:
    waiting = buys(shop, "external", 10)
    clock.shift(timedelta(minutes=40))
    for purchase in waiting:
        settlement.settle(purchase, Charge(Outcome.DECLINED), flow="webhook", now=days.now())
    assert watch_payments(now=days.now()) is True


def test_the_alarm_is_raised_once_in_ten_minutes(shop: Player, clock: time_machine.Traveller) -> None:
    for minute in range(0, 21, 2):
        clock.move_to(NOON + timedelta(minutes=minute))
        buys(shop, "always_fail", 10)
        watch_payments(now=days.now())
    raised = Audit.objects.filter(action="PAYMENT_FAIL_SPIKE").order_by("id").values_list("created_at", flat=True)
    assert [at - NOON for at in raised] == [timedelta(minutes=minute) for minute in (0, 10, 20)]


def test_watching_costs_two_statements(shop: Player) -> None:
    buys(shop, "always_success", 3)
    with CaptureQueriesContext(connection) as captured:
        watch_payments(now=days.now())
    assert len(captured) == 2, captured.captured_queries


def test_the_worker_watches() -> None:
    assert [job.every for job in worker.JOBS if job.run is watch_payments] == [timedelta(seconds=30)]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_workers_raise_it_once() -> None:
    seed_products(days.now())
    ada = enrol("ada")
    buys(ada, "always_fail", 10)
    answers = together(*(partial(watch_payments, now=days.now()) for _ in range(6)))
    assert sorted(map(str, answers)) == ["False"] * 5 + ["True"]
    assert len(alarms()) == 1
