"""IDEM: sixteen requests with one key on every route that sells, some hung up on: one effect, told to all the same."""

from __future__ import annotations

import argparse
import json
import random
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from accounts.models import Entry, Player, Role
from bench.club import Seat
from shop import buy
from shop.models import Purchase
from shop.orders import Order
from tests.cast import gold_of
from tests.chaos import scene
from tests.chaos.club import Club, Guest, Json
from tests.chaos.report import Report

SENDERS = 16
HANGING_UP = 5
CONTROL_ROUNDS = 5
_LONG_PAID: Final = timedelta(seconds=5)
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to be done once: where, with what, and how its one effect shows."""

    path: str
    body: Json
    other: Json
    effects: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Route:
    """A route with a key: what makes a deed for a player, and whose it is to do."""

    name: str
    make: Callable[[Player], Deed]
    by_staff: bool = False
    needs_its_key: bool = True
    """Whether sixteen calls without keys would do it sixteen times; elsewhere the purchase's own state forbids it."""


def pack(player: Player) -> Deed:
    """Gold for money."""
    good = scene.pack()
    body: Json = {"product_id": good.product_id}
    return Deed("/api/shop/buy", body, body | {"quantity": 2}, partial(_bought, player, scene.GOLD, product=good))


def item(player: Player) -> Deed:
    """An item for gold, the product named in the path."""
    good = scene.item()
    effects = partial(_bought, player, -scene.PRICE, product=good)
    return Deed(f"/api/shop/buy/{good.product_id}", {}, {"quantity": 2}, effects)


def limited(path: str, player: Player) -> Deed:
    """A limited package with a hundred units for everybody."""
    good = scene.package(stock_total=100, per_user_limit=100)
    body: Json = {"package_id": good.code}
    return Deed(path, body, body | {"quantity": 2}, partial(_bought, player, scene.GOLD, package=good))


def settle(player: Player) -> Deed:
    """A payment that waits, asked about."""
    waiting = _sold(player, "pending_then_success")
    Purchase.objects.filter(pk=waiting.pk).update(created_at=waiting.created_at - _LONG_PAID)
    path = f"/api/shop/transactions/{waiting.receipt_code}/settle"
    return Deed(path, {}, {"again": True}, partial(_settled, waiting))


def force_settle(player: Player) -> Deed:
    """A payment that waits for ever, ended by staff."""
    waiting = _sold(player, "external")
    body: Json = {"outcome": "success", "reason": "the money is there"}
    path = f"/api/admin/transactions/{waiting.receipt_code}/force-settle"
    return Deed(path, body, body | {"reason": "other"}, partial(_settled, waiting))


def refund(player: Player) -> Deed:
    """A purchase, given back by staff."""
    done = _sold(player, "always_success")
    path = f"/api/admin/transactions/{done.receipt_code}/refund"
    return Deed(path, {"reason": "wanted it back"}, {"reason": "other"}, partial(_refunded, done))


ROUTES: Final = (
    Route("shop.buy, pack", pack),
    Route("shop.buy, item", item),
    Route("shop.limited_buy, buy-limited", partial(limited, "/api/shop/buy-limited")),
    Route("shop.limited_buy, limited/buy", partial(limited, "/api/shop/limited/buy")),
    Route("shop.settle", settle, needs_its_key=False),
    Route("admin.force_settle", force_settle, by_staff=True, needs_its_key=False),
    Route("admin.refund", refund, by_staff=True, needs_its_key=False),
)


def _sold(player: Player, mode: str) -> Purchase:
    return buy.buy(player=player, product=scene.pack(), order=Order(gateway_mode=mode), key=None).purchase


def _bought(player: Player, gold: int, **good: object) -> int:
    """How often the good was bought; -1 when purchases and entries do not tell the same."""
    bought = Purchase.objects.filter(player=player, **good)
    moved = _signed([each.receipt_code for each in bought])
    done = [each.status for each in bought] == ["success"] * len(moved)
    return len(moved) if done and moved == [gold] * len(moved) else -1


def _settled(purchase: Purchase) -> int:
    purchase.refresh_from_db()
    moved = _signed([purchase.receipt_code])
    return len(moved) if purchase.status == "success" and set(moved) == {scene.GOLD} else -len(moved)


def _refunded(purchase: Purchase) -> int:
    purchase.refresh_from_db()
    moved = _signed([purchase.receipt_code])
    is_right = purchase.status == "refunded" and moved == [scene.GOLD] + [-scene.GOLD] * (len(moved) - 1)
    return len(moved) - 1 if is_right else -1


def _signed(receipts: Sequence[str]) -> list[int]:
    return [entry.signed_amount for entry in Entry.objects.filter(reference__in=receipts).order_by("id")]


class Race:
    """One round: a deed, its key, sixteen senders and what came of it."""

    def __init__(self, report: Report, club: Club, luck: random.Random) -> None:
        self._report = report
        self._club = club
        self._luck = luck

    def run(self, route: Route, key: str, cast: Sequence[tuple[Seat, Player]], doers: Sequence[Seat]) -> None:
        """The deed of the first player, then the others' with the same key."""
        scene.forget_rates()
        (_, player), (_, stranger) = cast
        deed, other = route.make(player), route.make(stranger)
        doer, outsider = (Guest(self._club, seat.token) for seat in doers)
        gold = gold_of(player)
        answers = scene.at_once([*self._askers(doer, deed, key), *self._quitters(doers[0], deed, key)])
        told = [answer for answer in answers if answer is not None]
        last = doer.ask("POST", deed.path, deed.body | {"idempotency_key": key})
        self._judge(route, deed, [*told, last])
        moved = gold_of(player) - gold
        status, refused = doer.ask("POST", deed.path, deed.other | {"idempotency_key": key})
        is_refused = status == 422 and refused["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
        self._want(is_refused, route, f"another body was answered {status}")
        status, own = outsider.ask("POST", other.path, other.body | {"idempotency_key": key})
        is_own = status == 200 and own["idempotent_reuse"] is False and other.effects() == 1
        self._want(is_own, route, f"another player's same key was answered {status} {own}, {other.effects()} effects")
        self._want(deed.effects() == 1, route, f"{deed.effects()} effects at the end")
        self._want(gold_of(player) - gold == moved, route, "gold moved after the first effect")

    def _want(self, holds: bool, route: Route, told: str) -> None:
        self._report.want(holds, f"{route.name}: {told}")

    def _judge(self, route: Route, deed: Deed, answers: list[tuple[int, Json]]) -> None:
        good = [told for status, told in answers if status == 200]
        self._report.ends["answered"] += len(good)
        self._report.ends["IN_PROGRESS"] += sum(status == 409 for status, _told in answers)
        strange = [f"{status} {told}" for status, told in answers if status not in (200, 409)]
        self._want(not strange, route, f"answered {strange[:2]}")
        fresh = [told for told in good if not told["idempotent_reuse"]]
        self._want(len(fresh) <= 1, route, f"{len(fresh)} answers say they are the first")
        self._report.ends["first answer never heard"] += not fresh
        same = {json.dumps(told | {"idempotent_reuse": None}, sort_keys=True) for told in good}
        self._want(len(same) == 1, route, f"{len(same)} different answers: {sorted(same)[:2]}")
        self._want(deed.effects() == 1, route, f"{deed.effects()} effects")

    def _askers(self, guest: Guest, deed: Deed, key: str) -> list[Callable[[], tuple[int, Json] | None]]:
        body = deed.body | {"idempotency_key": key}
        return [partial(guest.ask, "POST", deed.path, body) for _ in range(SENDERS - HANGING_UP)]

    def _quitters(self, seat: Seat, deed: Deed, key: str) -> list[Callable[[], None]]:
        raw = json.dumps(deed.body | {"idempotency_key": key}).encode()
        head = (
            f"POST {deed.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {seat.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        ).encode()
        said = [head + raw, head + raw, head + raw, head + raw[: len(raw) // 2], head[: len(head) // 2]]
        return [partial(self._hang_up, part, self._luck.uniform(0, 0.03)) for part in said]

    def _hang_up(self, said: bytes, after: float) -> None:
        """Says that much and closes the connection, with a reset."""
        self._report.ends["hung up"] += 1
        with socket.create_connection(("127.0.0.1", self._club.port), timeout=5) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            line.sendall(said)
            time.sleep(after)


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the control failed."""
    luck, report = random.Random(arguments.seed), Report("IDEM")
    cast = scene.players(2, "keeper")
    staff = scene.players(2, "desk")
    Player.objects.filter(pk__in=[player.pk for _seat, player in staff]).update(is_staff=True, role=Role.OWNER)
    club = Club(base / "club.log")
    club.open()
    try:
        for route in ROUTES:
            _rounds(report, club, luck, route, cast, staff, arguments.keys)
            report.tell_ends(f"{route.name}, {arguments.keys} rounds of {SENDERS}")
    finally:
        club.kill()
    careless = Club(base / "control.log", without="keys")
    careless.open()
    try:
        for route in ROUTES:
            if route.needs_its_key:
                control = Report()
                _rounds(control, careless, luck, route, cast, staff, CONTROL_ROUNDS)
                report.want_failed(control, f"keys ({route.name})", CONTROL_ROUNDS)
    finally:
        careless.kill()
    return report.verdict(arguments.seed)


def _rounds(
    report: Report,
    club: Club,
    luck: random.Random,
    route: Route,
    cast: Sequence[tuple[Seat, Player]],
    staff: Sequence[tuple[Seat, Player]],
    count: int,
) -> None:
    doers = [seat for seat, _player in (staff if route.by_staff else cast)]
    for number in range(count):
        Race(report, club, luck).run(route, f"{route.name} {number} {luck.random()}", cast, doers)
