"""What has to happen without anybody asking: rounds that are over, money that waits, books to check, old rows that go.

In a process of its own or in threads of the embedded start. Every job may run anywhere, any number of times at once:
each takes its rows by lock or condition.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connections

from accounts import feed
from accounts.pruning import prune_login_counters, prune_sessions
from adminpanel import campaigns
from adminpanel.inspection import inspect
from casino.lib.days import now as clock
from casino.lib.pruning import prune_keys, prune_rates
from games.alarms import watch_payouts
from games.play.due import settle_all_due
from realtime import stream
from shop import holds
from shop.alarms import watch_payments
from shop.hooks import prune_nonces
from shop.settlement import settle_stale
from shop.velocity import prune_refusals

_log = logging.getLogger(__name__)
_LOOK_EVERY_SECONDS: Final = 0.2
_STOP_WITHIN_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often."""

    name: str
    every: timedelta
    run: Callable[..., object]


_SETTLE_ROUNDS: Final = Job("settle_rounds", timedelta(seconds=_LOOK_EVERY_SECONDS), settle_all_due)
_UNHURRIED: Final = (
    Job("settle_stale", timedelta(seconds=15), settle_stale),
    Job("clear_holds", timedelta(minutes=1), holds.clear_away),
    Job("dispatch_campaigns", timedelta(seconds=3), campaigns.dispatch),
    Job("watch_payments", timedelta(seconds=30), watch_payments),
    Job("watch_payouts", timedelta(seconds=30), watch_payouts),
    Job("inspect", timedelta(minutes=5), inspect),
    Job("prune_events", timedelta(minutes=10), stream.prune),
    Job("prune_feed", timedelta(minutes=10), feed.prune),
    Job("prune_sessions", timedelta(minutes=30), prune_sessions),
    Job("prune_login_counters", timedelta(minutes=10), prune_login_counters),
    Job("prune_keys", timedelta(minutes=30), prune_keys),
    Job("prune_rates", timedelta(minutes=30), prune_rates),
    Job("prune_refusals", timedelta(minutes=30), prune_refusals),
    Job("prune_nonces", timedelta(minutes=10), prune_nonces),
)
JOBS: Final = (_SETTLE_ROUNDS, *_UNHURRIED)


def run_once() -> list[str]:
    """Runs every job once; the names of those that failed."""
    return [job.name for job in JOBS if not _run(job, clock())]


def run_until(stop: threading.Event) -> None:
    """Runs every job when it is due, until `stop` is set.

    Rounds have a thread of their own: a player who watches one must not wait for the books to be checked.
    """
    rounds = threading.Thread(target=_repeat, args=((_SETTLE_ROUNDS,), stop), name="rounds", daemon=True)
    rounds.start()
    _repeat(_UNHURRIED, stop)
    rounds.join(_STOP_WITHIN_SECONDS)


def _repeat(jobs: tuple[Job, ...], stop: threading.Event) -> None:
    due = dict.fromkeys((job.name for job in jobs), time.monotonic())
    while not stop.wait(_LOOK_EVERY_SECONDS):
        for job in jobs:
            if time.monotonic() >= due[job.name] and not stop.is_set():
                _run(job, clock())
                due[job.name] = time.monotonic() + job.every.total_seconds()


@contextmanager
def running_in_a_thread() -> Iterator[None]:
    """Keeps the loop running beside the caller's work."""
    stop = threading.Event()
    thread = threading.Thread(target=run_until, args=(stop,), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_STOP_WITHIN_SECONDS)


def _run(job: Job, now: datetime) -> bool:
    try:
        job.run(now=now)
    except Exception:  # noqa: BLE001 - one job's trouble must not stop the others, nor its own next run
        _log.exception("worker: %s failed", job.name)
        return False
    finally:
        connections.close_all()  # a broken connection must not be met again
    return True
