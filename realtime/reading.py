"""Database work for sockets: in a few threads of its own, never on the event loop, never in the pages' thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from django.db import connection, connections, transaction

P = ParamSpec("P")
T = TypeVar("T")
THREADS: Final = 4
_threads: Final = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")
_queue: Final = ThreadPoolExecutor(1, thread_name_prefix="stream-door")


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of `function`, run in a database thread."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, partial(_and_hand_back, function, *args, **kwargs))


async def read_in_turn(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `read`, one at a time: whoever asks first goes on first."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_queue, partial(_and_hand_back, function, *args, **kwargs))


def _and_hand_back(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    try:
        return function(*args, **kwargs)
    finally:
        connections.close_all()  # with a pool: hands the connection back


@contextmanager
def one_view() -> Iterator[None]:
    """Everything read inside belongs to one moment of the database; nobody waits for it, nothing may be written."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    # `atomic` would take SQLite's writer lock (BEGIN IMMEDIATE): a plain BEGIN reads beside a writer.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
