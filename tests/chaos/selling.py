"""One purchase of the fuzz: a buyer who retries, a provider who repeats and contradicts itself, staff and a sweep."""

from __future__ import annotations

import http.client
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import connections

from accounts.models import Player
from bench.provider import Json, Sealed, seal, signature
from casino.lib import days
from shop import settlement
from shop.models import Product, PromoCode, Purchase
from shop.promos import Good
from tests.chaos import scene
from tests.chaos.attacks import event_of
from tests.chaos.club import PATIENCE_SECONDS, Club, Guest
from tests.chaos.hooks import send
from tests.chaos.report import Report

_OLD: Final = timedelta(minutes=2)
_TRY_AGAIN: Final = frozenset({"IN_PROGRESS", "SERVICE_UNAVAILABLE", "RATE_LIMIT", "RATE_LIMITED", "PROCESSING"})
_TALES: Final = (
    ("success",),
    ("success",),
    ("pending", "success"),
    ("failed",),
    ("failed", "success"),
    ("pending",),
    (),
)
"""What the provider says of a payment in all, in whatever order it arrives."""


@dataclass(frozen=True, slots=True)
class Market:
    """Where the fuzz takes place."""

    club: Club
    mode: str
    buyers: Sequence[tuple[Guest, Player]]
    staff: Guest
    goods: Sequence[Good]
    promo: PromoCode
    secret: str
    report: Report
    burst: bool = False
    """Whether the provider always says everything at once: what a control has to stumble over."""


@dataclass
class Story:
    """What was asked for and said of one purchase."""

    key: str
    player: Player
    good: Good
    mode: str
    receipt: str = ""
    refused: str = ""
    told: Counter[str] = field(default_factory=Counter)
    refunded: bool = False
    succeeded: bool = False


def live(market: Market, number: int, seed: int) -> Story:
    """Plays purchase `number`; its choices are its own, whoever plays beside it."""
    try:
        return _Life(market, number, random.Random(seed * 1_000_003 + number)).run()
    finally:
        connections.close_all()


class _Life:
    def __init__(self, market: Market, number: int, luck: random.Random) -> None:
        self._market = market
        self._luck = luck
        self._guest, player = luck.choice(market.buyers)
        self._story = Story(f"sale {number}", player, luck.choice(market.goods), market.mode)
        self._path, self._body = self._order()

    def run(self) -> Story:
        if self._luck.random() < 0.2:
            self._ask_and_hang_up()
        told = self._ask(self._guest, self._path, self._body)
        self._hear(told)
        if self._story.receipt:
            plans = self._plans()
            self._luck.shuffle(plans)
            for plan in plans:
                plan()
        return self._story

    def _order(self) -> tuple[str, Json]:
        good, body = self._story.good, {"quantity": self._luck.choice((1, 1, 1, 2)), "idempotency_key": self._story.key}
        if not isinstance(good, Product):
            return self._luck.choice(("/api/shop/buy-limited", "/api/shop/limited/buy")), body | {
                "package_id": good.code
            }
        if good.pk == self._market.promo.product_id and self._luck.random() < 0.4:
            body |= {"promo_code": self._market.promo.code}
        return f"/api/shop/buy/{good.product_id}", body

    def _plans(self) -> list[Callable[[], None]]:
        """Everything that is going to happen, in no order yet."""
        retries: list[Callable[[], None]] = [self._ask_again, self._ask_again, self._ask_otherwise]
        if isinstance(self._story.good, Product) and not self._story.good.is_pack:
            return [*self._luck.sample(retries, 2), self._be_refunded]
        purchase = Purchase.objects.get(receipt_code=self._story.receipt)
        sayings = [partial(self._say, [event_of(purchase, status=each)] * self._luck.randint(1, 3))
                   for each in self._luck.choice(_TALES)]  # fmt: skip
        everything = [event_of(purchase, status=each) for each in ("success", "success", "pending", "success")]
        extras: list[Callable[[], None]] = [
            *retries, self._settle, self._settle, self._sweep, self._grow_old, self._be_refunded, self._wait,
            partial(self._forge, purchase), partial(self._forge, purchase), partial(self._say, everything),
        ]  # fmt: skip
        if self._market.burst:
            return [partial(self._say, everything)]
        return [*sayings, *self._luck.sample(extras, 4)]

    def _hear(self, told: Json) -> None:
        receipt = str(told.get("receipt_code") or "")
        self._want(self._story.receipt in ("", receipt), f"had receipt {self._story.receipt}, now {told}")
        self._story.receipt = self._story.receipt or receipt
        self._story.succeeded |= told.get("status") == "success"
        if not receipt:
            self._story.refused = str(told.get("reason_code") or told.get("error", {}).get("code"))

    def _want(self, holds: bool, told: str) -> None:
        self._market.report.want(holds, f"{self._story.key}: {told}"[:600])

    def _ask(self, guest: Guest, path: str, body: Json, *wanted: int) -> Json:
        """The answer; asked again while the club is busy."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            status, told = guest.ask("POST", path, body)
            reason = str(told.get("reason_code") or told.get("error", {}).get("code"))
            if reason not in _TRY_AGAIN or time.monotonic() > give_up_at:
                self._want(status in (wanted or (200, 409)), f"{path} was answered {status} {told}")
                return told
            self._market.report.ends[f"asked again after {reason}"] += 1
            time.sleep(0.3)

    def _ask_and_hang_up(self) -> None:
        try:
            self._guest.send("POST", self._path, self._body).close()
        except OSError:
            return
        self._market.report.ends["hung up"] += 1

    def _ask_again(self) -> None:
        told = self._ask(self._guest, self._path, self._body)
        self._want(told.get("idempotent_reuse") is True, f"a retry was answered {told}")
        self._hear(told)

    def _ask_otherwise(self) -> None:
        told = self._ask(self._guest, self._path, self._body | {"quantity": 3}, 422)
        self._want(told["error"]["code"] == "IDEMPOTENCY_KEY_REUSED", f"another body was answered {told}")

    def _settle(self) -> None:
        body = {"idempotency_key": f"{self._story.key} settle {self._luck.randint(1, 2)}"}
        told = self._ask(self._guest, f"/api/shop/transactions/{self._story.receipt}/settle", body, 200)
        self._story.succeeded |= told.get("status") == "success"

    def _be_refunded(self) -> None:
        body = {"reason": "the fuzz wants it back", "idempotency_key": f"{self._story.key} refund"}
        path = f"/api/admin/transactions/{self._story.receipt}/refund"
        told = self._ask(self._market.staff, path, body, 200, 409)
        self._story.refunded |= told.get("status") == "refunded"

    def _sweep(self) -> None:
        settlement.settle_stale(days.now())

    def _grow_old(self) -> None:
        row = Purchase.objects.filter(receipt_code=self._story.receipt)
        row.update(created_at=row.get().created_at - _OLD)

    def _wait(self) -> None:
        time.sleep(self._luck.uniform(0, 1.5))

    def _say(self, events: list[Json]) -> None:
        """The provider says these, all at once; each of them until it is heard."""
        for status, told in scene.at_once([partial(self._tell, each) for each in events]):
            self._want(status == 200, f"the provider was answered {status} {told}")
        self._story.told.update(each["status"] for each in events)

    def _tell(self, event: Json) -> tuple[int, Json]:
        return self._send(partial(seal, self._market.secret, event))

    def _send(self, make: Callable[[], Sealed]) -> tuple[int, Json]:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                status, told = send(self._market.club.port, make())
            except (OSError, http.client.HTTPException, ValueError):
                status, told = 0, {}
            if status not in (0, 503) or time.monotonic() > give_up_at:
                return status, told
            self._market.report.ends["provider heard nothing"] += 1
            time.sleep(0.1)

    def _forge(self, purchase: Purchase) -> None:
        """Somebody else says it is paid, or the provider says it of another amount."""
        event = event_of(purchase)
        kinds: list[tuple[int, Callable[[], Sealed]]] = [
            (401, partial(seal, "a-secret-somebody-made-up", event)),
            (401, partial(_with_signature_of, self._market.secret, event, event | {"amount": 1})),
            (422, partial(seal, self._market.secret, event | {"amount": purchase.amount + 1})),
            (422, partial(seal, self._market.secret, event | {"user_id": purchase.player_id + 1})),
            (400, partial(seal, self._market.secret, event, at=-400)),
        ]
        wanted, make = self._luck.choice(kinds)
        status, told = self._send(make)
        self._market.report.ends["forged"] += 1
        self._want(status == wanted, f"a forged call was answered {status} {told}")


def _with_signature_of(secret: str, event: Json, other: Json) -> Sealed:
    call, fake = seal(secret, event), seal(secret, other)
    headers: dict[str, Any] = dict(call.headers)
    sign = signature(secret, headers["X-Timestamp"], headers["X-Nonce"], fake.raw)
    return Sealed(call.raw, headers | {"X-Signature": sign})
