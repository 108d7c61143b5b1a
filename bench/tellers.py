"""A process that writes stored events at a given pace, each to one of many players, as the club itself writes them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from multiprocessing.connection import Connection

from django.db import transaction

from accounts.ledger import open_wallet
from casino.lib import days
from casino.sources import open_sources
from realtime.events import Event, StatsUpdate
from realtime.sources import sources


@dataclass(frozen=True, slots=True)
class Task:
    """How a writer writes: `group` events of as many players a transaction, one group every `period` seconds."""

    player_ids: Sequence[int]
    seconds: float
    period: float = 0.0
    """0: as fast as it can."""
    group: int = 1
    starts_at: float = 0.0
    """By the machine's monotonic clock."""


@dataclass(frozen=True, slots=True)
class Told:
    """A stored event: when its transaction was called for, and when it had committed, just before the hint."""

    player_id: int
    seq: int
    called_ns: int
    committed_ns: int


@dataclass(frozen=True, slots=True)
class Story:
    """Everything one writer told, and how late it once was behind its pace."""

    told: Sequence[Told]
    latest_by: float
    seconds: float


def write(pipe: Connection) -> None:
    """Does every task that comes through the pipe and sends its story back; ends with None."""
    open_sources()
    while (task := pipe.recv()) is not None:
        pipe.send(_tell(task))


def _tell(task: Task) -> Story:
    told: list[Told] = []
    players = cycle(task.player_ids)
    latest_by = 0.0
    for due in _due(task):
        latest_by = max(latest_by, time.monotonic() - due)
        if task.group == 1:
            told.append(_tell_one(next(players)))
        else:
            told += _tell_together(sorted(next(players) for _ in range(task.group)))
    return Story(told, latest_by if task.period else 0.0, time.monotonic() - task.starts_at)


def _due(task: Task) -> Iterator[float]:
    """The moments of the groups, each given when it has come."""
    for number in count():
        now = time.monotonic()
        due = task.starts_at + number * task.period if task.period else max(now, task.starts_at)
        if due >= task.starts_at + task.seconds:
            return
        if due > now:
            time.sleep(due - now)
        yield due


def _event(balance: int) -> Event:
    """An event of the usual size."""
    return StatsUpdate(
        {"plays": 1234, "total_bet": balance, "per_game": dict.fromkeys(("slot", "rps", "gacha"), balance)}
    )


def _tell_one(player_id: int) -> Told:
    """The club's own way: `tell`, one transaction."""
    called, committed = time.monotonic_ns(), 0

    def note() -> None:
        nonlocal committed
        committed = time.monotonic_ns()

    def event_at(balance: int) -> Event:
        transaction.on_commit(note)  # asked for before the hint is, and so called before it
        return _event(balance)

    seq = sources.tell(player_id, event_at)
    return Told(player_id, seq, called, committed)


def _tell_together(player_ids: Sequence[int]) -> list[Told]:
    """Several players in one transaction, locked in one order: what a tick does."""
    called, committed, seqs = time.monotonic_ns(), 0, {}

    def note() -> None:
        nonlocal committed
        committed = time.monotonic_ns()

    with transaction.atomic():
        transaction.on_commit(note)
        for player_id in player_ids:
            with open_wallet(player_id, now=days.now()) as wallet:
                wallet.tell(_event(wallet.balance))
            seqs[player_id] = wallet.row.stream_seq
    return [Told(player_id, seq, called, committed) for player_id, seq in seqs.items()]
