"""SALES: thousands of purchases, contradicted, forged, swept, cut off by `kill -9`; each ends once and explained."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.db.models import F, Sum

from accounts.models import Audit, Entry, Player, Role
from bench.club import Seat
from bench.topology import ROOT
from casino.lib import days
from casino.lib.idempotency import IdempotencyKey
from shop import settlement
from shop.models import LimitedPackage, Product, Purchase
from shop.promos import Good
from tests.chaos import history, scene
from tests.chaos.club import Club, Guest
from tests.chaos.report import Report
from tests.chaos.selling import Market, Story, live

BUYERS = 120
AT_ONCE = 12
UNITS = 1_000_000
CONTROL_SALES = 60
MODES: Final = ("external", "pending_then_success")
Seated = Sequence[tuple[Seat, Player]]


def _goods(sales: int) -> list[Good]:
    """Counted and uncounted, plenty and too few: the scarce ones sell out before the end."""
    few = max(3, sales // 20)
    packs: list[Good] = [scene.pack(stock_remaining=UNITS), scene.pack(stock_remaining=few), scene.pack()]
    packages = [scene.package(stock_total=units, per_user_limit=UNITS) for units in (UNITS, few, None)]
    return [*packs, *packages, scene.item(stock_remaining=UNITS)]


class Fuzz:
    """One club, its buyers and goods, and the stories of what was bought."""

    def __init__(self, report: Report, seated: Seated, desk: Seated, seed: int, sales: int) -> None:
        self.report = report
        self.stories: list[Story] = []
        self._seated, self._desk = seated, desk
        self._seed, self._goods = seed, _goods(sales)
        self._units = {good: _left(good) for good in self._goods}
        self._promo = scene.promo(self._goods[0], max_uses=max(2, sales // 40))
        self._began_at = days.now()

    def market(self, club: Club, mode: str, *, burst: bool = False) -> Market:
        """Everybody, come to this club."""
        buyers = [(Guest(club, seat.token), player) for seat, player in self._seated]
        secret = os.environ["PAYMENT_WEBHOOK_SECRET"].split(",")[0]
        staff = Guest(club, self._desk[0][0].token)
        return Market(club, mode, buyers, staff, self._goods, self._promo, secret, self.report, burst)

    def sell(self, market: Market, numbers: range, kills: int, luck: random.Random) -> None:
        """Plays the purchases, a dozen at a time, and kills the server `kills` times meanwhile."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            running = [threads.submit(live, market, number, self._seed) for number in numbers]
            for kill in range(1, kills + 1):
                wait(running[: len(running) * kill // (kills + 1)])
                time.sleep(luck.uniform(0, 0.5))
                market.club.kill()
                time.sleep(luck.uniform(0, 0.3))
                self.report.ends[f"opened again within {5 * (1 + int(market.club.open() / 5))} s"] += 1
            self.stories += [each.result() for each in running]
        self.report.ends["connections lost"] += sum(guest.lost for guest, _player in market.buyers)

    def sweep(self) -> None:
        """What still waits is asked about or given up, as if time had passed."""
        for _ in range(3):
            Purchase.objects.pending().update(created_at=F("created_at") - timedelta(minutes=2))
            swept = settlement.settle_stale(days.now())
            self.report.ends.update({f"swept to {status}": count for status, count in swept.items()})

    def judge(self) -> None:
        """Every purchase against what was said of it, and all of them against stock, uses and keys."""
        want = self.report.want
        bought = Purchase.objects.filter(player__in=[player.pk for _seat, player in self._seated])
        by_receipt = {each.receipt_code: each for each in bought.filter(created_at__gte=self._began_at - _GROWN_OLD)}
        entries: dict[str, list[int]] = {}
        for entry in Entry.objects.filter(reference__in=list(by_receipt)).order_by("id"):
            entries.setdefault(entry.reference, []).append(entry.signed_amount)
        late = set(Audit.objects.filter(action="LIMITED_LATE_PAYMENT").values_list("target_id", flat=True))
        for story in self.stories:
            if story.receipt:
                purchase = by_receipt.get(story.receipt)
                want(purchase is not None, f"{story.key}: receipt {story.receipt} is lost")
                if purchase is not None:
                    self._judge(story, purchase, entries.get(story.receipt, []), story.receipt in late)
        told = Counter(story.receipt for story in self.stories if story.receipt)
        want(set(told) == set(by_receipt), f"{len(told)} receipts were told, {len(by_receipt)} are stored")
        want(set(told.values()) <= {1}, "two keys were told one receipt")
        keys = IdempotencyKey.objects.filter(ref__in=list(told), operation__in=("shop.buy", "shop.limited_buy"))
        want(keys.count() == len(told), f"{keys.count()} keys made {len(told)} purchases")
        for good, units in self._units.items():
            self._judge_units(good, units)
        self._promo.refresh_from_db()
        uses = Purchase.objects.using_promo().filter(promo=self._promo).count()
        want(self._promo.used == uses, f"the promo counts {self._promo.used} uses, {uses} purchases have it")

    def _judge(self, story: Story, purchase: Purchase, entries: list[int], asked_for_refund: bool) -> None:
        name = f"{story.key}, purchase {purchase.receipt_code}"
        self.report.ends[f"ended {purchase.status}"] += 1
        history.judge(self.report.want, purchase)
        price = -purchase.amount if purchase.is_paid_in_gold else purchase.gold
        wanted = {"success": [price], "refunded": [price, -price]}.get(purchase.status, [])
        self.report.want(entries == wanted, f"{name} is {purchase.status}, moved {entries}")
        allowed = _allowed(story, purchase, asked_for_refund)
        self.report.want(purchase.status in allowed, f"{name} is {purchase.status} after {dict(story.told)}")
        if story.refunded:
            self.report.want(purchase.status == "refunded", f"{name} was refunded and is {purchase.status}")
        elif story.succeeded:
            self.report.want(purchase.status == "success", f"{name} was a success and is {purchase.status}")

    def _judge_units(self, good: Good, before: int | None) -> None:
        good.refresh_from_db()
        left = _left(good)
        if before is None or left is None:
            return
        meant = Purchase.objects.filter(product=good) if isinstance(good, Product) else good.purchases.all()
        kept = meant.filter(holds_stock=True).aggregate(units=Sum("quantity"))["units"] or 0
        self.report.want(left >= 0, f"{good}: {left} units are left")
        self.report.want(before - left == kept, f"{good}: {before - left} units are gone, purchases keep {kept}")


_GROWN_OLD: Final = timedelta(minutes=30)


def _left(good: Good) -> int | None:
    if isinstance(good, LimitedPackage):
        return None if good.stock_total is None else good.stock_total - good.sold
    return good.stock_remaining


def _allowed(story: Story, purchase: Purchase, asked_for_refund: bool) -> set[str]:
    """Where a purchase may have come to by what was said of it."""
    paid = {"refunded"} if story.refunded else {"success"}
    if purchase.is_paid_in_gold:
        return paid
    if story.told["success"]:
        return paid | ({"failed", "voided"} if asked_for_refund else set())
    if story.mode == "external":
        return {"failed", "voided"} if story.told["failed"] else {"voided"}
    return paid | ({"failed"} if story.told["failed"] else set())


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the control failed."""
    report, luck = Report("SALES"), random.Random(arguments.seed)
    seated, desk = scene.players(BUYERS, "client"), scene.players(1, "clerk")
    Player.objects.filter(pk=desk[0][1].pk).update(is_staff=True, role=Role.OWNER)
    fuzz, sales = Fuzz(report, seated, desk, arguments.seed, arguments.sales), arguments.sales
    for half, mode in enumerate(MODES):
        club = Club(base / f"club {mode}.log", PAYMENT_GATEWAY_MODE=mode)
        club.open()
        try:
            numbers = range(half * sales // 2, (half + 1) * sales // 2)
            fuzz.sell(fuzz.market(club, mode), numbers, (arguments.sales_kills + half) // 2, luck)
        finally:
            club.kill()
        report.tell_ends(f"{len(numbers)} purchases, {mode}")
    report.ends.update(story.refused for story in fuzz.stories if story.refused)
    fuzz.sweep()
    fuzz.judge()
    report.tell_ends(f"{len(fuzz.stories)} purchases after {arguments.sales_kills} kills and a last sweep")
    report.want(len(fuzz.stories) == sales, f"{len(fuzz.stories)} of {sales} purchases were played")
    audit = subprocess.run([sys.executable, "manage.py", "audit_ledger"], cwd=ROOT, check=False, capture_output=True)
    told = audit.stdout.decode()
    report.tell(f"audit_ledger: {told.count('ok ')} of {len(told.splitlines())} truths hold")
    report.want(audit.returncode == 0, f"audit_ledger failed: {told}{audit.stderr.decode()}")
    report.want_failed(_control(base, seated, desk, luck), "row locks", CONTROL_SALES)
    return report.verdict(arguments.seed)


def _control(base: Path, seated: Seated, desk: Seated, luck: random.Random) -> Report:
    """The same without the locks, the provider always saying everything at once."""
    report = Report()
    fuzz = Fuzz(report, seated, desk, luck.randrange(10**6), CONTROL_SALES)
    club = Club(base / "control.log", without="row locks", PAYMENT_GATEWAY_MODE="external")
    club.open()
    try:
        fuzz.sell(fuzz.market(club, "external", burst=True), range(CONTROL_SALES), 0, luck)
    finally:
        club.kill()
    return report
