"""Races for limited packages, holds and promo codes, each with a control that loses it without what protects it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError

from accounts.models import Entry, Player
from casino.lib import days, idempotency, rates
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from shop import holds, limited, packages, promos, stock
from shop.buy import buy
from shop.defaults import seed_packages, seed_products
from shop.limited import OPERATION
from shop.models import Hold, LimitedPackage, Product, PromoCode, Purchase
from shop.orders import Order, Sale
from shop.stock import Shelf
from shop.tests.conftest import change_package
from shop.truths import purchase_truths
from tests.cast import enrol, gold_of
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SENDERS, UNITS = 16, 5
STARTER, GOLD = "WEEKEND_STARTER", 8_000


@pytest.fixture
def crowd(transactional_db: None) -> list[Player]:
    seed_products(days.now())
    seed_packages(days.now())
    change_package(STARTER, stock_total=UNITS)
    return [enrol(f"buyer{number}") for number in range(SENDERS)]


@pytest.fixture
def unhurried() -> Iterator[None]:
    """One player may send as many orders as the race needs."""
    with patch.object(limited, "CALLS_MAX", 1_000):
        yield


def orders(players: Sequence[Player], *, key: str | None = None, code: str = STARTER, **order: Any) -> list[str]:
    """One order a player, all at once: what each was told, `sold` for a success."""
    calls = [
        partial(
            limited.buy,
            player=player,
            code=code,
            order=Order(**order),
            key=Key(player.pk, OPERATION, key, "same body") if key else None,
        )
        for player in players
    ]
    return [told(end) for end in together(*calls)]


def told(end: object) -> str:
    """What a race's call came to: a reason, a code, or the crash that nobody wants."""
    if isinstance(end, Sale):
        return str(end.purchase.reason_code or ("replayed" if end.replayed else "sold"))
    return end.code if isinstance(end, Refusal) else repr(end)


def check_books(sold: int, players: Sequence[Player]) -> None:
    """Package, purchases, entries and wallets tell of the same number of units."""
    assert [truth.first for truth in purchase_truths() if not truth.holds] == []
    assert LimitedPackage.objects.get(code=STARTER).sold == sold
    assert Entry.objects.filter(code="limited_topup").count() == Purchase.objects.count() == sold
    assert sum(gold_of(player) for player in players) == len(players) * 1_000 + sold * GOLD


def check_last_units(crowd: Sequence[Player]) -> None:
    assert Counter(orders(crowd)) == {"sold": UNITS, "OUT_OF_STOCK": SENDERS - UNITS}
    check_books(UNITS, crowd)


def test_sixteen_buyers_get_the_last_five_units(crowd: list[Player]) -> None:
    check_last_units(crowd)


def _think() -> None:
    """Between looking and writing."""


@contextmanager
def careless_stock() -> Iterator[None]:
    """What a careless shop would do: look, think, write the number down; and let the database check nothing."""

    def take_from(shelf: Shelf, purchase: Purchase, *, hold_id: str | None = None) -> bool:
        _think()
        purchase.holds_stock = True
        return LimitedPackage.objects.filter(pk=shelf.package.pk).update(sold=shelf.package.sold + 1) == 1

    met = meeting_at(sys.modules[__name__], "_think", 2, seconds=3)  # on SQLite the others wait for one second only
    with row_locks_off(), met, patch.object(stock, "take_from", take_from):
        yield


def test_control_with_look_then_write_the_last_units_are_sold_wrong(crowd: list[Player]) -> None:
    with careless_stock(), pytest.raises((AssertionError, DatabaseError)):
        check_last_units(crowd)


# --- one player ---------------------------------------------------------------------------------------------


def check_one_each(player: Player) -> None:
    """Sixteen orders of one player who may have one: whatever the others are told, one is sold."""
    ends = Counter(orders([player] * SENDERS))
    assert ends["sold"] == 1
    assert set(ends) <= {"sold", "USER_LIMIT", "PROCESSING"}
    check_books(1, [player])


@pytest.mark.usefixtures("unhurried")
def test_one_player_with_sixteen_orders_gets_one(crowd: list[Player]) -> None:
    check_one_each(crowd[0])


@contextmanager
def nothing_queues() -> Iterator[None]:
    """No row locks, and no counting of calls either: on PostgreSQL its row lets one call of a player in at a time."""
    with row_locks_off(), patch.object(rates, "spend", lambda *_args, **_facts: None):
        yield


def test_control_without_row_locks_the_orders_collide(crowd: list[Player]) -> None:
    with nothing_queues(), pytest.raises((AssertionError, DatabaseError)):
        check_one_each(crowd[0])


def check_one_purchase(player: Player) -> None:
    """The published rate limit is in force: replays do not meet it."""
    assert Counter(orders([player] * SENDERS, key="one")) == {"sold": 1, "replayed": SENDERS - 1}
    check_books(1, [player])


def test_sixteen_senders_of_one_key_buy_once_and_are_never_too_many(crowd: list[Player]) -> None:
    check_one_purchase(crowd[0])


def test_control_without_the_key_the_same_senders_are_turned_down(crowd: list[Player]) -> None:
    with patch.object(idempotency, "claim", lambda *_args, **_facts: None), pytest.raises(AssertionError):
        check_one_purchase(crowd[0])
    assert LimitedPackage.objects.get(code=STARTER).sold == 1  # the limit of one each still holds


def test_six_orders_at_once_are_one_too_many(crowd: list[Player]) -> None:
    assert Counter(orders([crowd[0]] * SENDERS, code="NOTHING")) == {"NOT_FOUND": 5, "RATE_LIMIT": SENDERS - 5}


# --- holds --------------------------------------------------------------------------------------------------


def held(player: Player, quantity: int = 1) -> Hold:
    return holds.hold(player=player, code=STARTER, quantity=quantity).hold


def check_held(crowd: Sequence[Player]) -> None:
    ends = Counter(told(end) for end in together(*(partial(held, player) for player in crowd)))
    assert ends.pop("OUT_OF_STOCK") == SENDERS - UNITS
    assert sum(ends.values()) == Hold.objects.count() == UNITS
    assert [truth.first for truth in purchase_truths() if not truth.holds] == []


def test_sixteen_players_hold_the_last_five_units(crowd: list[Player]) -> None:
    check_held(crowd)
    holders = [hold.player for hold in Hold.objects.select_related("player")]
    assert Counter(orders(crowd)) == {"sold": UNITS, "OUT_OF_STOCK": SENDERS - UNITS}
    assert [gold_of(holder) for holder in holders] == [9_000] * UNITS
    check_books(UNITS, crowd)


def test_control_without_row_locks_too_many_units_are_held(crowd: list[Player]) -> None:
    with row_locks_off(), pytest.raises((AssertionError, DatabaseError, KeyError)):
        check_held(crowd)


def test_sixteen_devices_of_one_player_get_one_hold(crowd: list[Player]) -> None:
    ends = together(*(partial(held, crowd[0]) for _ in range(SENDERS)))
    assert {end.pk for end in ends if isinstance(end, Hold)} == {Hold.objects.get().pk}
    assert [end for end in ends if not isinstance(end, Hold)] == []


@pytest.mark.parametrize("ending", ["running", "over"])
@pytest.mark.usefixtures("unhurried")
def test_confirmed_cancelled_and_expired_at_once_a_hold_ends_once(crowd: list[Player], ending: str) -> None:
    """The holder buys and cancels on several devices while the clock runs out and others want the units."""
    change_package(STARTER, stock_total=1)
    holder, others = crowd[0], crowd[1:5]
    kept = held(holder)
    if ending == "over":
        Hold.objects.update(expires_at=days.now() + timedelta(milliseconds=30))
    calls: list[Callable[[], object]] = [
        *[partial(limited.buy, player=holder, code=STARTER, order=Order(), key=None)] * 4,
        *[partial(holds.release, player=holder, hold_id=kept.pk)] * 4,
        *[partial(limited.buy, player=other, code=STARTER, order=Order(), key=None) for other in others],
        *[lambda: holds.clear_away(now=days.now())] * 4,
    ]
    ends = together(*calls)
    crashed = [end for end in ends if isinstance(end, BaseException) and not isinstance(end, Refusal)]
    assert crashed == []
    bought = Counter(told(end) for end in ends if isinstance(end, Sale))
    assert bought["sold"] == 1
    assert set(bought) <= {"sold", "USER_LIMIT", "PROCESSING", "OUT_OF_STOCK"}
    assert sum(end is None for end in ends[4:8]) <= 1
    assert not Hold.objects.running(days.now()).exists()  # one that is over may wait to be cleared away
    check_books(1, crowd)


def check_hold_used_once(player: Player) -> None:
    """A hold of all units: its holder buys them twice at once, and cancels too."""
    kept = held(player, UNITS)
    buying = partial(limited.buy, player=player, code=STARTER, order=Order(quantity=UNITS), key=None)
    ends = together(*[buying] * 8, *[partial(holds.release, player=player, hold_id=kept.pk)] * 8)
    assert [end for end in ends if isinstance(end, BaseException) and not isinstance(end, Refusal)] == []
    assert LimitedPackage.objects.get(code=STARTER).sold == UNITS
    assert [truth.first for truth in purchase_truths() if not truth.holds] == []
    assert Purchase.objects.count() == 1


@pytest.mark.usefixtures("unhurried")
def test_a_hold_of_everything_is_used_once(crowd: list[Player]) -> None:
    change_package(STARTER, per_user_limit=100)
    check_hold_used_once(crowd[0])


def test_control_without_row_locks_the_hold_is_used_wrong(crowd: list[Player]) -> None:
    change_package(STARTER, per_user_limit=100)
    with nothing_queues(), pytest.raises((AssertionError, DatabaseError)):
        check_hold_used_once(crowd[0])


# --- promo codes --------------------------------------------------------------------------------------------


def check_one_use(crowd: Sequence[Player]) -> None:
    """Half of the crowd want the package, half a pack, all by the one use of the same code."""
    pack, order = Product.objects.named("GOLD_PACK_SMALL"), Order(promo_code="once")
    calls = [
        partial(limited.buy, player=player, code=STARTER, order=order, key=None)
        if number % 2
        else partial(buy, player=player, product=pack, order=order, key=None)
        for number, player in enumerate(crowd)
    ]
    ends = Counter(told(end) for end in together(*calls))
    assert ends == {"sold": 1, "PROMO_EXHAUSTED": SENDERS - 1}
    assert PromoCode.objects.get().used == Purchase.objects.count() == 1
    assert [truth.first for truth in purchase_truths() if not truth.holds] == []


@pytest.fixture
def once(crowd: list[Player]) -> None:
    change_package(STARTER, stock_total=None)
    PromoCode.objects.create(code="ONCE", value=10, max_uses=1)


@pytest.mark.usefixtures("once")
def test_the_one_use_of_a_code_is_used_once(crowd: list[Player]) -> None:
    check_one_use(crowd)


@pytest.mark.usefixtures("once")
def test_control_with_look_then_count_the_code_is_used_often(crowd: list[Player]) -> None:
    def reserve(purchase: Purchase, now: object) -> None:
        promos._count(purchase, 1)

    careless, all_have_looked = (
        patch.object(promos, "reserve", reserve),
        meeting_at(promos, "_count", SENDERS, seconds=2),
    )
    with row_locks_off(), careless, all_have_looked, pytest.raises((AssertionError, DatabaseError)):
        check_one_use(crowd)


@pytest.mark.usefixtures("unhurried")
def test_one_player_uses_a_code_once(crowd: list[Player]) -> None:
    change_package(STARTER, stock_total=None, per_user_limit=100)
    PromoCode.objects.create(code="MINE", value=10, per_user_limit=1)
    ends = Counter(orders([crowd[0]] * SENDERS, promo_code="MINE"))
    assert ends["sold"] == 1
    assert set(ends) <= {"sold", "PROMO_EXHAUSTED", "PROCESSING"}
    assert PromoCode.objects.get().used == packages.bought_by(crowd[0].pk, Purchase.objects.get().package_id or 0) == 1
