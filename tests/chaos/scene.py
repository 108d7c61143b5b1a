"""What harnesses play with: goods made for one round, calls that start together, and no rate spent beforehand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeVar

from accounts.models import Player
from bench import club as bench
from casino.lib import days
from casino.lib.rates import RateCounter
from shop.models import Currency, LimitedPackage, Product, ProductType, PromoCode
from shop.promos import Good
from tests.chaos.club import Club, Guest, Json

T = TypeVar("T")
PRICE = 30
GOLD = 2_600
CENTS = 199
_DAY = timedelta(days=1)
_numbers = itertools.count(1)


def item(**facts: Any) -> Product:
    """A gold item of its own."""
    return _product(price=PRICE, **facts)


def pack(**facts: Any) -> Product:
    """A money pack of its own."""
    return _product(price=CENTS, currency=Currency.USD, type=ProductType.CURRENCY, value=GOLD, **facts)


def _product(**facts: Any) -> Product:
    name = f"chaos.{next(_numbers)}"
    return Product.objects.create(product_id=name, sku=name, name=name, **facts)


def package(**facts: Any) -> LimitedPackage:
    """A limited package of its own, on sale now."""
    name, now = f"CHAOS_{next(_numbers)}", days.now()
    window = {"starts_at": now - _DAY, "ends_at": now + _DAY}
    return LimitedPackage.objects.create(code=name, name=name, price_cents=CENTS, gold=GOLD, **window | facts)


def promo(good: Good | None = None, **facts: Any) -> PromoCode:
    """A promo code of its own that takes 50 cents off."""
    meant = {} if good is None else {"product" if isinstance(good, Product) else "package": good}
    return PromoCode.objects.create(code=f"CHAOS_{next(_numbers)}", value=50, **meant, **facts)


def players(count: int, name: str) -> list[tuple[bench.Seat, Player]]:
    """Players with gold that lasts, each with a token."""
    seats = bench.enrol(count, name)
    found = Player.objects.in_bulk([seat.player_id for seat in seats])
    return [(seat, found[seat.player_id]) for seat in seats]


def guests(club: Club, seated: Sequence[tuple[bench.Seat, Player]]) -> list[Guest]:
    """The same players, each with a connection to the club."""
    return [Guest(club, seat.token) for seat, _player in seated]


def end_of(status: int, told: Json) -> str:
    """How a sale over HTTP ended: its reason, else its status, else the refusal."""
    return str(told["reason_code"] or told["status"]) if status == 200 else f"{status} {told['error']['code']}"


def forget_rates() -> None:
    """Nobody has called a limited package before: rates are not what is on trial."""
    RateCounter.objects.filter(key__startswith="limited:").delete()


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Runs all calls at the same moment, without a database connection of ours; what each returned, in their order."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        gate.wait(timeout=20)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))
