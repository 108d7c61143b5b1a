"""Protections that can be taken away: whatever holds with them has to break without."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Final
from unittest.mock import patch

from django.test import override_settings

from casino.lib import idempotency, rows
from realtime import publish, relay
from shop import hooks, stock
from shop.models import LimitedPackage, Product, Purchase
from shop.signatures import Seal
from shop.stock import Shelf
from tests.race import row_locks_off


@contextmanager
def keys_off() -> Iterator[None]:
    """Every call is the first of its key."""
    with patch.object(idempotency, "claim", lambda *_args, **_facts: None):
        yield


@contextmanager
def stock_by_check_then_save() -> Iterator[None]:
    """What a careless shop would do: look, think, write the number down."""

    def take(purchase: Purchase, now: datetime) -> bool:
        assert purchase.product is not None
        product = Product.objects.get(pk=purchase.product.pk)
        left = (product.stock_remaining or 0) - purchase.quantity
        return left >= 0 and Product.objects.filter(pk=product.pk).update(stock_remaining=left) == 1

    def take_from(shelf: Shelf, purchase: Purchase, *, hold_id: str | None = None) -> bool:
        sold = shelf.package.sold + purchase.quantity
        return shelf.has(purchase.quantity) and LimitedPackage.objects.filter(pk=shelf.package.pk).update(sold=sold) > 0

    careless = patch.multiple(stock, take=take, take_from=take_from)
    with row_locks_off(), careless:
        yield


@contextmanager
def signatures_unchecked() -> Iterator[None]:
    """Whatever is signed by anybody is the provider's."""
    with patch.object(Seal, "fits", lambda *_args: True):
        yield


@contextmanager
def webhook_memory_off() -> Iterator[None]:
    """No nonce and no event is known again."""
    with patch.object(rows, "insert_once", lambda _row: True), patch.object(hooks, "_is_known", lambda _event: False):
        yield


@contextmanager
def ended_hints_off() -> Iterator[None]:
    """Sockets are not told that their session has ended."""
    with patch.object(publish, "end_sessions", lambda *_args: None):
        yield


@contextmanager
def redis_waited_for() -> Iterator[None]:
    """Redis is trusted to answer some time, every time."""
    with override_settings(REDIS_TIMEOUT_SECONDS=5), patch.object(relay, "REST_SECONDS", 0.0):
        yield


@contextmanager
def taken_away(name: str) -> Iterator[None]:
    """Leaves the protection called `name` out, and what the club then complains of too."""
    logging.disable(logging.CRITICAL)
    try:
        with PROTECTIONS[name]():
            yield
    finally:
        logging.disable(logging.NOTSET)


PROTECTIONS: Final[dict[str, Callable[[], AbstractContextManager[None]]]] = {
    "row locks": row_locks_off,
    "keys": keys_off,
    "counted stock": stock_by_check_then_save,
    "signatures": signatures_unchecked,
    "webhook memory": webhook_memory_off,
    "ended hints": ended_hints_off,
    "short waits for Redis": redis_waited_for,
}
