"""Staff who race each other and the buyers, each race with a control that is lost without what protects it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Model

from accounts.models import Audit, Player, Role
from casino.lib import days
from casino.lib.errors import Refusal
from shop import changes, holds, limited, packaging, promoting, shelving, stock
from shop.buy import buy
from shop.changes import Change
from shop.defaults import seed_products
from shop.models import LimitedPackage, Product, PromoCode
from shop.orders import Order, Sale
from shop.tests.conftest import change
from tests.cast import enrol, set_gold
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

RACERS = 8
PACK, ITEM = "GOLD_PACK_SMALL", "anti_single_loss"


@pytest.fixture
def sam(transactional_db: None) -> Player:
    seed_products(days.now())
    return enrol("sam", role=Role.OWNER)


@pytest.fixture
def crowd(sam: Player) -> list[Player]:
    buyers = [enrol(f"buyer{number}") for number in range(RACERS)]
    for buyer in buyers:
        set_gold(buyer, 30_000)
    return buyers


@contextmanager
def whole_rows_saved_unlocked() -> Iterator[None]:
    """What careless staff screens do: read, wait for the others to have read, write every column back."""
    have_read = Barrier(2)

    def write(row: Model, facts: dict[str, Any]) -> Change | None:
        before = changes.facts_of(row, facts)
        for name, value in facts.items():
            setattr(row, name, value)
        with suppress(BrokenBarrierError):
            have_read.wait(timeout=2)
        row.save()
        return Change(before, changes.facts_of(row, facts))

    with row_locks_off(), patch.object(changes, "write", write):
        yield


def check_nothing_is_lost(sam: Player) -> None:
    """Each of the racers changes a field of its own."""
    facts: dict[str, Any] = {
        "name": "New", "price": 5, "discount": 7, "icon": "N", "popular": True, "sort_order": 9, "bonus_gold": 3,
        "description": "new",
    }  # fmt: skip
    ends = together(
        *(partial(shelving.change_product, by=sam, product_id=PACK, facts={name: facts[name]}) for name in facts)
    )
    assert [end for end in ends if not isinstance(end, Product)] == []
    assert Product.objects.values(*facts).get(product_id=PACK) == facts
    assert Audit.objects.filter(action="PRODUCT_UPDATE").count() == len(facts)


def test_staff_who_change_different_fields_at_once_lose_nothing(sam: Player) -> None:
    check_nothing_is_lost(sam)


def test_control_whole_rows_saved_unlocked_lose_changes(sam: Player) -> None:
    with whole_rows_saved_unlocked(), pytest.raises(AssertionError):
        check_nothing_is_lost(sam)


def check_units_add_up(sam: Player) -> None:
    ends = together(
        *(partial(shelving.change_stock, by=sam, product_id=PACK, by_units=1, reason="more") for _ in range(RACERS))
    )
    assert [end for end in ends if not isinstance(end, Product)] == []
    assert Product.objects.get(product_id=PACK).stock_remaining == 10 + RACERS


def test_units_added_by_many_at_once_add_up(sam: Player) -> None:
    change(PACK, stock_remaining=10)
    check_units_add_up(sam)


def test_control_without_row_locks_added_units_are_lost(sam: Player) -> None:
    change(PACK, stock_remaining=10)
    with whole_rows_saved_unlocked(), pytest.raises(AssertionError):
        check_units_add_up(sam)


def check_sold_stays_sold(sam: Player, crowd: list[Player]) -> None:
    """Buyers take the last units while staff change everything else about the product."""
    product = change(ITEM, stock_remaining=RACERS)
    sales = [partial(buy, player=buyer, product=product, order=Order(), key=None) for buyer in crowd]
    edits = [
        partial(shelving.change_product, by=sam, product_id=ITEM, facts={"sort_order": number})
        for number in range(1, RACERS + 1)
    ]
    ends = together(*sales, *edits)
    assert [end for end in ends if not isinstance(end, (Sale, Product))] == []
    assert [end.purchase.status for end in ends if isinstance(end, Sale)] == ["success"] * RACERS
    assert Product.objects.get(product_id=ITEM).stock_remaining == 0


def test_units_sold_while_staff_edit_stay_sold(sam: Player, crowd: list[Player]) -> None:
    check_sold_stays_sold(sam, crowd)


def test_control_whole_rows_saved_unlocked_bring_sold_units_back(sam: Player, crowd: list[Player]) -> None:
    with whole_rows_saved_unlocked(), pytest.raises(AssertionError):
        check_sold_stays_sold(sam, crowd)


def check_stock_covers(sam: Player, calls: list[Callable[[], object]]) -> None:
    """Staff lower the total of a package step by step to 0 while the calls take its units."""
    facts = {"name": "Hats", "price_cents": 499, "stock_total": RACERS, "per_user_limit": 5}
    packaging.upsert_package(by=sam, code="HATS", facts=facts)
    lower = [
        partial(packaging.set_package_stock, by=sam, code="HATS", total=total, reason="less") for total in range(RACERS)
    ]
    ends = together(*calls, *lower)
    crashed = [end for end in ends if isinstance(end, BaseException) and not isinstance(end, Refusal)]
    assert crashed == []
    package = LimitedPackage.objects.get(code="HATS")
    assert package.stock_total is not None
    assert package.sold + stock.held_units(package.pk, days.now()) <= package.stock_total


def buyers_of_hats(crowd: list[Player]) -> list[Callable[[], object]]:
    return [partial(limited.buy, player=buyer, code="HATS", order=Order(), key=None) for buyer in crowd]


def holders_of_hats(crowd: list[Player]) -> list[Callable[[], object]]:
    return [partial(holds.hold, player=buyer, code="HATS", quantity=1) for buyer in crowd]


@pytest.mark.parametrize("taking", [buyers_of_hats, holders_of_hats])
def test_a_total_lowered_while_units_are_taken_still_covers_them(
    sam: Player, crowd: list[Player], taking: Callable[[list[Player]], list[Callable[[], object]]]
) -> None:
    check_stock_covers(sam, taking(crowd))


@pytest.mark.parametrize("taking", [buyers_of_hats, holders_of_hats])
def test_control_without_row_locks_more_is_taken_than_there_is(
    sam: Player, crowd: list[Player], taking: Callable[[list[Player]], list[Callable[[], object]]]
) -> None:
    have_read, held_units = Barrier(2 * RACERS), stock.held_units

    def held_once_all_have_read(package_id: int, now: datetime, **more: Any) -> int:
        held = held_units(package_id, now, **more)
        with suppress(BrokenBarrierError):
            have_read.wait(timeout=3)
        return held

    waiting = patch.object(stock, "held_units", held_once_all_have_read)
    with pytest.raises(AssertionError), row_locks_off(), waiting:
        check_stock_covers(sam, taking(crowd))


def check_one_row(sam: Player) -> None:
    """Everybody brings the same new names at once."""
    package = {"name": "Hats", "price_cents": 499}
    product = {"product_id": "hat", "name": "Hat", "price": 5}
    calls: list[Callable[[], object]] = []
    for number in range(RACERS // 2):
        calls += [
            partial(packaging.upsert_package, by=sam, code="HATS", facts=package | {"gold": number}),
            partial(promoting.upsert_promo, by=sam, code="HAT5", facts={"value": number}),
            partial(shelving.create_product, by=sam, facts=product),
        ]
    ends = together(*calls)
    codes = sorted(end.code for end in ends if isinstance(end, Refusal))
    assert [end for end in ends if isinstance(end, BaseException) and not isinstance(end, Refusal)] == []
    assert codes == ["PRODUCT_EXISTS"] * (RACERS // 2 - 1)
    for rows, action in [(LimitedPackage.objects, "LIMITED_UPSERT"), (PromoCode.objects, "PROMO_UPSERT")]:
        assert rows.count() == 1
        news = [row.details["before"] for row in Audit.objects.filter(action=action)]
        assert (len(news), news.count(None)) == (RACERS // 2, 1)


def test_a_new_name_brought_by_many_at_once_is_one_row(sam: Player) -> None:
    check_one_row(sam)


def test_control_without_the_second_look_new_names_collide(sam: Player) -> None:
    all_read, check = Barrier(RACERS // 2 * 3), changes.check

    def check_once_all_have_read(row: Model) -> None:
        check(row)
        with suppress(BrokenBarrierError):
            all_read.wait(timeout=3)

    with ExitStack() as careless:
        careless.enter_context(patch.object(changes, "check", check_once_all_have_read))
        for module in (packaging, promoting, shelving):
            careless.enter_context(patch.object(module, "IntegrityError", ZeroDivisionError))
        careless.enter_context(row_locks_off())
        with pytest.raises(AssertionError):
            check_one_row(sam)
