"""The floor under a call: the very SQL statements of real ones, repeated by bare psycopg with nothing around them."""

from __future__ import annotations

import multiprocessing
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.json import Json, Jsonb

PROCESSES = 2
_NUMBERS = re.compile(r'INSERT INTO "(\w+)" .* RETURNING "id"', re.DOTALL)
_BY_NUMBER = re.compile(r'.*(?:UPDATE|FROM) "(\w+)" .*WHERE (?:"\w+"\.)?"id" = %s(?: FOR UPDATE)?', re.DOTALL)


@dataclass
class Statement:
    """One statement as Django sent it, and whether it stood inside a transaction."""

    sql: str
    params: list[Any]
    in_transaction: bool


@dataclass
class Plan:
    """A call to repeat: its statements, and what its parameters were one call before."""

    statements: list[Statement]
    before: list[Statement] = field(repr=False)


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Collect what Django executes on the default connection."""
    found: list[Statement] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
        values = [_plain(value) for value in params or ()]
        found.append(Statement(sql, values, connection.in_atomic_block))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield found


def _plain(value: Any) -> Any:
    """The value without Django's own JSON encoder, so that another process can send it."""
    if isinstance(value, (Json, Jsonb)):
        return type(value)(value.obj)
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def plan(call: Callable[[], None]) -> Plan:
    """Call until two calls in a row did the same statements; the second is the one to repeat."""
    previous: list[Statement] = []
    for _ in range(200):
        with recorded() as found:
            call()
        if previous and [_shape(one) for one in previous] == [_shape(one) for one in found]:
            return Plan(found, previous)
        previous = found
    raise RuntimeError("no two calls in a row did the same statements")


def _shape(statement: Statement) -> tuple[str, str]:
    return statement.sql, repr([len(value) if isinstance(value, list) else type(value) for value in statement.params])


def _next(old: Any, value: Any, turn: int, fresh: dict[Any, Any]) -> Any:
    """The parameter for repetition `turn`: numbers go on as they did, names are new, the rest stays."""
    if isinstance(value, list):
        return [_next(a, b, turn, fresh) for a, b in zip(old, value, strict=True)]
    if old == value or isinstance(value, bool):
        return value
    if isinstance(value, int):
        # Counters grow; an amount that happened to be smaller than before stays (it may not fall below zero).
        return type(value)(value + max(value - old, 0) * turn)
    if isinstance(value, uuid.UUID):
        return fresh.setdefault(value, uuid.uuid4())
    if isinstance(value, str) and len(value) >= 12 and set(value.replace("-", "")) <= set("0123456789abcdef"):
        dashed = "-" in value
        return fresh.setdefault(value, str(uuid.uuid4()) if dashed else secrets.token_hex((len(value) + 1) // 2))
    return value


def _repeat(
    dsn: str, todo: Plan, first: int, seconds: float, start: threading.Barrier, counts: list[int], place: int
) -> None:
    """Repeat the plan on one connection for `seconds`."""
    turn = first
    with psycopg.connect(dsn, autocommit=True, prepare_threshold=2) as wire:
        wire.execute("SET TIME ZONE 'UTC'")
        start.wait()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            turn += 1
            fresh: dict[Any, Any] = {}
            numbers: dict[str, int] = {}
            inside = False
            for old, now in zip(todo.before, todo.statements, strict=True):
                if now.in_transaction != inside:
                    wire.execute("BEGIN" if now.in_transaction else "COMMIT")
                    inside = now.in_transaction
                params = _next(old.params, now.params, turn, fresh)
                if (own := _BY_NUMBER.fullmatch(now.sql)) and own[1] in numbers:
                    params[-1] = numbers[own[1]]  # the row this repetition has written
                cursor = wire.execute(now.sql, params)
                found = cursor.fetchall() if cursor.description else []
                if new := _NUMBERS.fullmatch(now.sql):
                    numbers[new[1]] = found[0][0]
            if inside:
                wire.execute("COMMIT")
            counts[place] = turn - first


def _process(dsn: str, plans: list[Plan], first: int, seconds: float, results: Any) -> None:
    counts = [0] * len(plans)
    barrier = threading.Barrier(len(plans))
    threads = [
        threading.Thread(target=_repeat, args=(dsn, one, first, seconds, barrier, counts, place))
        for place, one in enumerate(plans)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(counts)


def run(dsn: str, plans: list[Plan], first: int, seconds: float) -> float:
    """Repetitions per second over all connections, one per plan, in as many processes as gunicorn has.

    Numbering begins at `first`: a later run of the same plans begins beyond what the earlier one has written.
    """
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    shares = [plans[number::PROCESSES] for number in range(PROCESSES)]
    processes = [context.Process(target=_process, args=(dsn, share, first, seconds, results)) for share in shares]
    for process in processes:
        process.start()
    counts: list[int] = [count for _ in processes for count in results.get(timeout=seconds + 60)]
    for process in processes:
        process.join()
    if 0 in counts:
        raise RuntimeError("a connection of the bare loop failed: its error stands above")
    return sum(counts) / seconds
