"""The shop's sentences hold whatever was bought, and each finds the lie planted against it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Player
from casino.lib import days
from casino.lib.idempotency import IdempotencyKey
from casino.lib.rates import RateCounter
from shop import settlement
from shop.models import Hold, LimitedPackage, PromoCode, Purchase
from shop.tests.conftest import change_package
from shop.truths import purchase_truths
from tests.cast import Caller

BUY, HOLD, STARTER = "/api/shop/limited/buy", "/api/shop/limited/hold", "WEEKEND_STARTER"


def broken() -> dict[str, str | None]:
    return {truth.name: truth.first for truth in purchase_truths() if not truth.holds}


def buys(caller: Caller, **body: Any) -> None:
    RateCounter.objects.all().delete()
    assert caller.post(BUY, {"package_id": STARTER, **body}).status_code == 200


@pytest.fixture
def busy(packages: None, ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    """A package of ten units: three sold with a code, two waiting, one voided, one declined, four held."""
    change_package(STARTER, stock_total=10, per_user_limit=10)
    PromoCode.objects.create(code="SAVE", value=10)
    buys(as_ada, quantity=3, promo_code="SAVE", idempotency_key="k")
    buys(as_ada, gateway_mode="always_fail", promo_code="SAVE")
    buys(as_ada, gateway_mode="external", promo_code="SAVE")
    settlement.void(Purchase.objects.latest("id"), now=days.now())
    buys(as_ada, quantity=2, gateway_mode="external")
    assert as_bob.post(HOLD, {"package_id": STARTER, "quantity": 4}).status_code == 200
    assert LimitedPackage.objects.get(code=STARTER).sold == 5


@pytest.mark.usefixtures("busy")
def test_all_hold_whatever_became_of_the_purchases() -> None:
    assert broken() == {}
    assert {truth.name: truth.checked for truth in purchase_truths()} == {
        "purchases_match_entries": 4,
        "keys_made_one_purchase": 4,
        "units_sold_are_counted": 2,
        "packages_are_never_oversold": 2,
        "promo_uses_are_counted": 1,
    }


@pytest.mark.usefixtures("busy")
def test_a_package_that_counts_wrong_is_found() -> None:
    change_package(STARTER, sold=4)
    assert broken() == {"units_sold_are_counted": "package WEEKEND_STARTER: sold 4, but purchases hold 5 and own 5"}


@pytest.mark.usefixtures("busy")
def test_a_purchase_that_lies_about_its_units_is_found() -> None:
    Purchase.objects.filter(status="success").update(holds_stock=False)
    assert broken() == {"units_sold_are_counted": "package WEEKEND_STARTER: sold 5, but purchases hold 2 and own 5"}


@pytest.mark.usefixtures("busy")
def test_units_that_are_promised_twice_are_found() -> None:
    change_package(STARTER, stock_total=8)
    assert broken() == {"packages_are_never_oversold": "package WEEKEND_STARTER: sold 5 and held 4 of 8"}
    Hold.objects.update(expires_at=days.now() - timedelta(seconds=1))
    assert broken() == {}


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("used", [0, 2])
def test_a_code_that_counts_wrong_is_found(used: int) -> None:
    PromoCode.objects.update(used=used)
    assert broken() == {"promo_uses_are_counted": f"promo SAVE: used {used}, but 1 purchases use it"}


@pytest.mark.usefixtures("busy")
def test_a_key_of_a_limited_purchase_without_it_is_found(ada: Player) -> None:
    IdempotencyKey.objects.update(ref="0" * 12)
    assert broken() == {"keys_made_one_purchase": f"key k of player {ada.pk} does not belong to one purchase"}
