"""The club's pulse: a few numbers about everybody and nobody, counted at most once in five seconds by a process."""

from __future__ import annotations

import asyncio
import logging
import threading
from asyncio import sleep
from datetime import datetime, timedelta
from typing import Any, Final

from casino.lib.api import refusal_for
from casino.lib.days import now as clock
from casino.lib.days import stamp
from casino.lib.errors import internal_error, service_unavailable
from realtime import sse
from realtime.reading import read as read_aside
from realtime.sources import sources

_log = logging.getLogger(__name__)
Json = dict[str, Any]
KEPT_FOR: Final = timedelta(seconds=5)
EVERY_MIN, EVERY_MAX, EVERY_DEFAULT = 2, 30, 5
"""Seconds between two messages of a stream."""
STREAMS_MAX: Final = 500


class _Pulse:
    """The numbers told last, and the lock of whoever counts them anew."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._counted_at: datetime | None = None
        self._told: Json = {}

    def read(self, now: datetime) -> Json:
        """The kept numbers while they are fresh; else one caller counts, and who comes meanwhile waits for it."""
        if not self._is_fresh(now):
            with self._counting:
                if not self._is_fresh(now):
                    self._told = {**sources.pulse(now), "generated_at": stamp(now)}
                    self._counted_at = now
        return self._told

    def forget(self) -> None:
        """Lets the next caller count."""
        self._counted_at = None

    def _is_fresh(self, now: datetime) -> bool:
        # A caller who read the clock before the count that it waited for takes its numbers too.
        return self._counted_at is not None and abs(now - self._counted_at) < KEPT_FOR


class _Poller:
    """Counts for all streams of the process while there is one; each takes the frame that was made last."""

    def __init__(self) -> None:
        self.listeners = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._polling: asyncio.Task[None] | None = None
        self._has_counted = asyncio.Event()
        self._latest = b""

    def join(self) -> bool:
        """A place for a stream, or False when there is none left. On the loop only."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self.listeners = loop, 0
        if self.listeners >= STREAMS_MAX:
            return False
        self.listeners += 1
        if self.listeners == 1:
            self._has_counted = asyncio.Event()
            self._polling = loop.create_task(self._poll())
        return True

    def leave(self) -> None:
        """Frees the place; the last one out stops the counting."""
        self.listeners -= 1
        if self.listeners == 0 and self._polling is not None:
            self._polling.cancel()

    async def latest(self) -> bytes:
        """The frame of the last count; whoever comes while it is made waits for it."""
        await self._has_counted.wait()
        return self._latest

    async def _poll(self) -> None:
        while True:
            self._has_counted.clear()
            self._latest = await read_aside(_frame)
            self._has_counted.set()
            await sleep(KEPT_FOR.total_seconds())


_pulse: Final = _Pulse()
_poller: Final = _Poller()


def read(*, now: datetime) -> Json:
    """GlobalMetrics, at most five seconds old."""
    return dict(_pulse.read(now))


def forget() -> None:
    """Lets the next reader count anew: for tests, and for whoever has just emptied the club."""
    _pulse.forget()


def once(every: int) -> bytes:
    """What a stream begins with, for a browser that will ask again after `every` seconds."""
    return sse.retry(every) + _frame()


async def stream(every: int) -> sse.Frames:
    """The numbers, or that there are none, at once and then every so many seconds."""
    if not _poller.join():  # others came between the look at the door and this step
        yield sse.retry(EVERY_MAX) + _failure(service_unavailable().code)
        return
    try:
        yield sse.retry(every) + await _poller.latest()
        while True:
            await sleep(every)
            yield await _poller.latest()
    finally:
        _poller.leave()


def is_full() -> bool:
    """Whether this process serves as many streams as it may."""
    return _poller.listeners >= STREAMS_MAX


def _frame() -> bytes:
    """`metrics` with the numbers, or `error` with the code that a call would be refused with."""
    try:
        return sse.event("metrics", _pulse.read(clock()))
    except Exception as error:  # noqa: BLE001 - every listener must be told, and the next count may be a good one
        refusal = refusal_for(error)
        _log.log(logging.WARNING if refusal else logging.ERROR, "the pulse could not be counted", exc_info=True)
        return _failure((refusal or internal_error()).code)


def _failure(code: str) -> bytes:
    return sse.event("error", {"code": code})
