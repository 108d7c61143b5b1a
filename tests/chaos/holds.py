"""HOLD: buying, giving back and the clock end a hold at the same moment; one of them does, and no unit is lost."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from accounts.models import Player
from casino.lib import days
from casino.lib.errors import Refusal
from shop import holds, limited, stock
from shop.models import Hold, LimitedPackage, Purchase
from shop.orders import Order
from tests.cast import gold_of
from tests.chaos import scene, without
from tests.chaos.report import Report
from tests.race import together

START_IN = 0.03
BUYERS_COME_WITHIN, SHE_CHANGES_HER_MIND_WITHIN, EXPIRES_WITHIN = 0.02, 0.08, 0.12
CONTROL_ROUNDS = 40


def race(report: Report, cast: Sequence[Player], luck: random.Random) -> None:
    """One round: ada holds the only unit; she buys, gives it back, it expires, bob wants it, the worker clears away."""
    scene.forget_rates()
    ada, bob, _carol = cast
    package = scene.package(stock_total=1)
    held = holds.hold(player=ada, code=package.code, quantity=1).hold
    start, now = time.monotonic() + START_IN, days.now()
    ends_in = timedelta(seconds=START_IN + luck.uniform(0, EXPIRES_WITHIN))
    Hold.objects.filter(pk=held.pk).update(expires_at=now + ends_in)
    gold = [gold_of(each) for each in cast]
    hers = luck.choice(("always_success", "always_fail"))
    comes, leaves = luck.uniform(0, BUYERS_COME_WITHIN), luck.uniform(0, SHE_CHANGES_HER_MIND_WITHIN)
    calls: list[Callable[[], object]] = [
        partial(_at, start + comes, partial(_buy, ada, package, hers)),
        partial(_at, start + leaves, partial(holds.release, player=ada, hold_id=held.pk)),
        partial(_at, start + leaves, partial(_buy, bob, package) if luck.random() < 0.5 else days.now),
        partial(_at, start + leaves, lambda: holds.clear_away(now=days.now())),
    ]
    bought, released, taken, cleared = together(*calls)
    for answer in (bought, released, taken, cleared):
        is_broken = isinstance(answer, BaseException) and not isinstance(answer, Refusal)
        report.want(not is_broken, f"{package.code}: crashed: {answer!r}")
    confirmed = [each for each in Purchase.objects.filter(package=package) if _hold_of(each) == held.pk]
    winners = ["bought"] * len(confirmed) + ["given back"] * (released is None)
    report.want(len(winners) <= 1, f"{package.code}: the hold was ended by {winners}")
    is_expired = not winners
    report.ends[winners[0] if winners else "expired"] += 1
    if is_expired:
        report.want(now + ends_in <= days.now(), f"{package.code}: the hold was over before its time")
    report.want(all(each.player_id == ada.pk for each in confirmed), f"{package.code}: bob bought with ada's hold")
    _check_units(report, package, cast, gold)


def _at(moment: float, call: Callable[[], object]) -> object:
    time.sleep(max(0.0, moment - time.monotonic()))
    return call()


def _buy(player: Player, package: LimitedPackage, gateway_mode: str = "") -> str:
    order = Order(gateway_mode=gateway_mode)
    sale = limited.buy(player=player, code=package.code, order=order, key=None)
    return str(sale.purchase.reason_code or sale.purchase.status)


def _hold_of(purchase: Purchase) -> str | None:
    (taken,) = (step for step in purchase.timeline if step["step"] == "hold_taken")
    hold_id: str | None = taken["data"].get("hold_id")
    return hold_id


def _check_units(report: Report, package: LimitedPackage, cast: Sequence[Player], gold: Sequence[int]) -> None:
    """Nothing leaked: the unit is sold, or free and can be bought."""
    while Hold.objects.running(days.now()).filter(package=package).exists():
        time.sleep(0.002)
    now = days.now()
    package.refresh_from_db()
    free = stock.free_units(package, stock.held_units(package.pk, now))
    report.want(free == 1 - package.sold, f"{package.code}: {package.sold} sold and {free} free of 1")
    scene.forget_rates()
    last: object = "crashed"
    with suppress(Exception):
        last = _buy(cast[2], package)
    report.want(last == ("success" if free else "OUT_OF_STOCK"), f"{package.code}: {free} free, carol: {last}")
    report.ends[f"carol found the unit {'free' if free else 'sold'}"] += 1
    package.refresh_from_db()
    sold = Purchase.objects.filter(package=package, status="success")
    report.want(package.sold == sold.count() == 1, f"{package.code}: sold {package.sold}, {sold.count()} purchases")
    owners = list(sold.values_list("player_id", flat=True))
    for player, before in zip(cast, gold, strict=True):
        moved = gold_of(player) - before
        report.want(moved == scene.GOLD * owners.count(player.pk), f"{package.code}: {player} gained {moved} gold")


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the control failed."""
    luck, report = random.Random(arguments.seed), Report("HOLD")
    cast = [player for _seat, player in scene.players(3, "holder")]
    for _ in range(arguments.holds):
        race(report, cast, luck)
    if arguments.holds >= 100:
        report.want(
            {"bought", "given back", "expired", "carol found the unit free"} <= set(report.ends),
            f"somebody never won: {report.ends}",
        )
    report.tell_ends(f"{arguments.holds} rounds, purchase, release, clock, rival and worker each")
    report.want(not Hold.objects.running(days.now()).filter(player__in=cast).exists(), "a hold is left")
    control = Report()
    with without.taken_away("row locks"):
        for _ in range(CONTROL_ROUNDS):
            race(control, cast, luck)
    report.want_failed(control, "row locks", CONTROL_ROUNDS)
    return report.verdict(arguments.seed)
