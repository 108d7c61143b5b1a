"""Races for real: many threads, one connection each, released at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError
from typing import Any, TypeVar
from unittest.mock import patch

from django.db import connection, connections
from django.db.models import QuerySet

from casino.lib import rows

T = TypeVar("T")


def together(*calls: Callable[[], T]) -> list[T | BaseException]:
    """Runs all calls at once; what each returned or raised, in their order."""
    gate = Barrier(len(calls))
    connections.close_all()  # the pool is as large as the race, the starter holds nothing back

    def run(call: Callable[[], T]) -> T | BaseException:
        try:
            connection.ensure_connection()
            gate.wait(timeout=20)
            return call()
        except BaseException as error:  # noqa: BLE001 - the race's verdict is made by the test
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        ends = list(threads.map(run, calls))
    if any(isinstance(end, BrokenBarrierError) for end in ends):
        raise RuntimeError(f"no race: not all of {len(calls)} threads came to the start")
    return ends


@contextmanager
def row_locks_off() -> Iterator[None]:
    """The negative control: nobody locks rows any more (on SQLite: writers no longer queue at BEGIN)."""
    if connection.vendor == "postgresql":
        unlocked = patch.object(QuerySet, "select_for_update", lambda found, *_args, **_options: found.all())
        with unlocked, patch.object(rows, "ROW_LOCK", ""):
            yield
        return
    options: dict[str, Any] = connections.settings["default"]["OPTIONS"]
    with patch.dict(options, {"transaction_mode": "DEFERRED", "timeout": 1}):
        yield
