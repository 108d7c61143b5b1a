"""STOCK: sixteen buyers want the last five units; five get them and the others keep their gold."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from accounts.models import Player
from shop import buy, limited
from shop.models import Product, Purchase
from shop.orders import Order
from shop.promos import Good
from tests.cast import gold_of
from tests.chaos import scene, without
from tests.chaos.club import Club, Guest
from tests.chaos.report import Report
from tests.race import together

BUYERS = 16
UNITS = 5
CONTROL_ROUNDS = 6
Till = Callable[[Good], list[str]]
"""Lets all buyers buy one unit of a good at the same moment; how each of them fared."""


def by_service(buyers: Sequence[Player], good: Good) -> list[str]:
    """Through the shop's own functions, a thread and a connection each."""
    ends = together(*(partial(_buy, buyer, good) for buyer in buyers))
    return [end if isinstance(end, str) else f"crashed: {end!r}"[:200] for end in ends]


def _buy(buyer: Player, good: Good) -> str:
    if isinstance(good, Product):
        sale = buy.buy(player=buyer, product=good, order=Order(), key=None)
    else:
        sale = limited.buy(player=buyer, code=good.code, order=Order(), key=None)
    return str(sale.purchase.reason_code or sale.purchase.status)


def by_http(guests: Sequence[Guest], good: Good) -> list[str]:
    """Through the club's door."""
    is_product = isinstance(good, Product)
    path = "/api/shop/buy" if is_product else "/api/shop/buy-limited"
    body = {"product_id": good.product_id} if isinstance(good, Product) else {"package_id": good.code}
    answers = scene.at_once([partial(guest.ask, "POST", path, body) for guest in guests])
    return [scene.end_of(status, told) for status, told in answers]


def sell(report: Report, till: Till, buyers: Sequence[Player], good: Good) -> None:
    """One round: five units, everybody at once."""
    scene.forget_rates()
    before = [gold_of(buyer) for buyer in buyers]
    ends = till(good)
    price = -scene.PRICE if isinstance(good, Product) else scene.GOLD
    moved = [gold_of(buyer) - gold for buyer, gold in zip(buyers, before, strict=True)]
    counted = Counter(ends)
    report.ends.update(counted)
    name = str(good)
    report.want(counted == {"success": UNITS, "OUT_OF_STOCK": BUYERS - UNITS}, f"{name}: {dict(counted)}")
    wanted = [price if end == "success" else 0 for end in ends]
    report.want(moved == wanted, f"{name}: gold moved by {moved}, wanted {wanted}")
    report.want(_left(good) == 0, f"{name}: {_left(good)} units are left")
    meant = {"product": good} if isinstance(good, Product) else {"package": good}
    stored = Purchase.objects.filter(**meant).count()
    report.want(stored == UNITS, f"{name}: {stored} purchases are stored")


def _left(good: Good) -> int | None:
    good.refresh_from_db()
    return good.stock_remaining if isinstance(good, Product) else (good.stock_total or 0) - good.sold


def _good(number: int) -> Good:
    return scene.item(stock_remaining=UNITS) if number % 2 else scene.package(stock_total=UNITS)


def rounds(report: Report, till: Till, buyers: Sequence[Player], count: int) -> None:
    """Items and packages in turn."""
    for number in range(count):
        sell(report, till, buyers, _good(number))


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the controls failed."""
    report = Report("STOCK")
    seated = scene.players(BUYERS, "buyer")
    buyers = [player for _seat, player in seated]
    service = partial(by_service, buyers)
    rounds(report, service, buyers, arguments.stock)
    report.tell_ends(f"{arguments.stock} rounds through the services, {BUYERS} buyers, {UNITS} units each")
    club = Club(base / "club.log")
    club.open()
    try:
        guests = scene.guests(club, seated)
        rounds(report, partial(by_http, guests), buyers, arguments.stock_http)
    finally:
        club.kill()
    report.tell_ends(f"{arguments.stock_http} rounds over HTTP")
    lost = sum(guest.lost for guest in guests)
    report.want(lost == 0, f"{lost} connections were lost")
    for good in (scene.item, scene.package):
        _control(report, service, buyers, good)
    return report.verdict(arguments.seed)


def _control(report: Report, till: Till, buyers: Sequence[Player], make: Callable[..., Good]) -> None:
    careless = Report()
    limit = "stock_remaining" if make is scene.item else "stock_total"
    with without.taken_away("counted stock"):
        for _ in range(CONTROL_ROUNDS):
            sell(careless, till, buyers, make(**{limit: UNITS}))
    sold = careless.ends["success"]
    report.want(sold > UNITS * CONTROL_ROUNDS, f"the control sold {sold} of {UNITS * CONTROL_ROUNDS}")
    report.want_failed(careless, f"counted stock ({make.__name__}s, {sold} sold)", CONTROL_ROUNDS)
