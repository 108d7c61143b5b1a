"""The club as staff watch it: numbers, alarms and purchases, read once by a process for everybody who watches."""

from __future__ import annotations

import asyncio
import logging
from asyncio import sleep
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from accounts import feed
from accounts.models import AuthSession, FeedItem
from adminpanel import stats
from casino.lib.days import now as clock
from realtime import sse
from realtime.reading import read
from realtime.sources import sources

_log = logging.getLogger(__name__)
LOOK_SECONDS: Final = 0.5
"""How long an alarm or the end of a session may wait to be seen."""
STATS_SECONDS: Final = 5
HEARTBEAT_SECONDS: Final = 15
RETRY_SECONDS: Final = 5
STREAMS_MAX: Final = 100
UNREAD_MAX: Final = 1000
"""Messages that wait for a reader; whoever lets more come is cut off and resumes by the last one it read."""
_ZONE: Final = "UTC"
_DIGITS_MAX: Final = 18
Numbered = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the database for all streams of a process."""

    ended: Collection[str]
    until: int | None
    lines: Sequence[Numbered]


class Watcher:
    """One open stream."""

    def __init__(self, sid: str, resume_after: int | None) -> None:
        self.sid = sid
        self.is_over = False
        self.after: int | None = None
        """The last id it has, or is about to read for itself; None until the poller knows where the feed stands."""
        self._resume_after = resume_after
        self._waiting: asyncio.Queue[bytes | range | None] = asyncio.Queue(UNREAD_MAX)

    def begin(self, until: int) -> None:
        """From here on it is handed what comes after `until`; what it missed up to there it reads itself."""
        last = until if self._resume_after is None else self._resume_after
        self.after = max(last, until)
        self.put(range(last, until))

    def put(self, piece: bytes | range) -> None:
        """Leaves a message, or ids that are to be read; ends the stream when too many wait."""
        try:
            self._waiting.put_nowait(piece)
        except asyncio.QueueFull:
            self.end()

    def take(self, lines: Sequence[Numbered]) -> None:
        """Leaves the lines it does not have."""
        for number, line in lines:
            if self.after is not None and number > self.after:
                self.after = number
                self.put(line)

    def end(self) -> None:
        """Ends the stream at once: what waits is not told."""
        self.is_over = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def frames(self) -> sse.Frames:
        """What is left here, until the end."""
        while (piece := await self._waiting.get()) is not None:
            if isinstance(piece, bytes):
                yield piece
                continue
            async for missed in _missed(piece):
                if self.is_over:
                    return
                yield missed


class _Poller:
    """Looks for all streams of the process while there is one."""

    def __init__(self) -> None:
        self.watchers: set[Watcher] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._until: int | None = None
        self._stats = b""

    def join(self, watcher: Watcher) -> bool:
        """A place for a stream, or False when there is none left. On the loop only."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self.watchers = loop, set()
        if self.is_full():
            return False
        self.watchers.add(watcher)
        if len(self.watchers) == 1:
            self._until, self._stats = None, b""
            self._tasks = [loop.create_task(work) for work in (self._count(), self._watch(), self._beat())]
        if self._stats:
            watcher.put(self._stats)
        if self._until is not None:
            watcher.begin(self._until)
        return True

    def leave(self, watcher: Watcher) -> None:
        """Frees the place; the last one out stops the looking."""
        self.watchers.discard(watcher)
        if not self.watchers:
            for task in self._tasks:
                task.cancel()

    def is_full(self) -> bool:
        """Whether this process serves as many streams as it may."""
        return len(self.watchers) >= STREAMS_MAX

    async def _count(self) -> None:
        while True:
            if counted := await read(_stats_frame):
                self._stats = counted
                self._tell_all(counted)
            await sleep(STATS_SECONDS)

    async def _watch(self) -> None:
        reach = feed.Reach()
        while True:
            try:
                self._hand_out(await read(look, [watcher.sid for watcher in self.watchers], self._until, reach))
            except Exception:  # noqa: BLE001 - the next look finds what this one could not
                _log.warning("the staff stream could not look at the database", exc_info=True)
            await sleep(LOOK_SECONDS)

    async def _beat(self) -> None:
        while True:
            await sleep(HEARTBEAT_SECONDS)
            self._tell_all(sse.HEARTBEAT)

    def _tell_all(self, message: bytes) -> None:
        for watcher in tuple(self.watchers):
            watcher.put(message)

    def _hand_out(self, found: Look) -> None:
        for watcher in tuple(self.watchers):
            if watcher.sid in found.ended:
                watcher.end()
            elif watcher.after is not None:
                watcher.take(found.lines)
            elif found.until is not None:
                watcher.begin(found.until)
        self._until = found.until


_poller: Final = _Poller()


def look(sids: Collection[str], after: int | None, reach: feed.Reach) -> Look:
    """Which sessions no longer watch, and what the feed has come to since `after`."""
    ended = set(sources.ended(sids)) | set(sids) - _of_staff(sids)
    until = reach.advance()
    if after is None or until is None or after >= until:
        return Look(ended, until, ())
    items = feed.between(after, until)
    return Look(ended, items[-1].pk if len(items) == feed.PAGE else until, [_line(item) for item in items])


def _of_staff(sids: Collection[str]) -> set[str]:
    return set(AuthSession.objects.filter(sid__in=sids, player__is_staff=True).values_list("sid", flat=True))


def _line(item: FeedItem) -> Numbered:
    return item.pk, sse.event(item.kind, item.data, item.pk)


async def _missed(ids: range) -> AsyncGenerator[bytes, None]:
    after = ids.start
    while after < ids.stop:
        items = await read(feed.between, after, ids.stop)
        for item in items:
            yield _line(item)[1]
        after = items[-1].pk if len(items) == feed.PAGE else ids.stop


def _stats_frame() -> bytes:
    """The numbers as a message; nothing while they cannot be had."""
    try:
        return sse.event("stats", stats.read(_ZONE, now=clock()))
    except Exception:  # noqa: BLE001 - alarms must go on, and the next count may be a good one
        _log.warning("the staff stream could not count", exc_info=True)
        return b""


def once() -> bytes:
    """The numbers alone, for a browser that will ask again."""
    return sse.retry(RETRY_SECONDS) + sse.event("stats", stats.read(_ZONE, now=clock()))


def resume_point(last_event_id: str | None) -> int | None:
    """The id after which a stream goes on; None, which is now, for one that the feed cannot have given."""
    number = last_event_id or ""
    if not (number.isascii() and number.isdecimal() and len(number) <= _DIGITS_MAX):
        return None
    return int(number) if int(number) <= feed.latest() else None


def is_full() -> bool:
    """Whether this process serves as many streams as it may."""
    return _poller.is_full()


async def stream(sid: str, resume_after: int | None) -> sse.Frames:
    """What staff hear from now on, after what they missed since `resume_after`, until the session ends."""
    watcher = Watcher(sid, resume_after)
    yield sse.retry(RETRY_SECONDS) + b"\n"
    if not _poller.join(watcher):  # others came between the look at the door and this step
        return
    try:
        async for frame in watcher.frames():
            yield frame
    finally:
        _poller.leave(watcher)
