"""The sockets of this process: who sits where, who gets which hint, and the beat that finds what hints missed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from django.conf import settings

from realtime import metrics
from realtime.door import NOT_ADMITTED, RESTART
from realtime.frames import stamped
from realtime.hints import Ended, Hint, News, Shout
from realtime.models import Epoch
from realtime.reading import read
from realtime.relay import Receiver
from realtime.sources import sources

_log = logging.getLogger(__name__)
BEAT_SECONDS: Final = 2.0
GRACE_SECONDS: Final = 0.25


class Seat(Protocol):
    """What the hub knows of a socket."""

    player_id: int
    sid: str
    epoch: str

    def news(self, news: News) -> None:
        """Takes what came for the player."""

    def say(self, text: str) -> None:
        """Takes a message that is not stored."""

    def close(self, code: int) -> None:
        """Ends the socket."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the database for all sockets of a process."""

    epoch: str
    latest_seqs: Mapping[int, int]
    ended: Collection[str]


def look(player_ids: Collection[int], sids: Collection[str]) -> Look:
    """Where the players' streams stand and which sessions have ended: three statements for all."""
    return Look(Epoch.current(), sources.latest_seqs(player_ids), sources.ended(sids))


class Hub:
    """Works while at least one socket is open, on the loop of that socket; costs nothing when nobody is there."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._seats: dict[int, set[Seat]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._receiver: Receiver | None = None

    def hand_over(self, hint: Hint) -> None:
        """Takes a hint from any thread."""
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(self.take, hint)
            except RuntimeError:  # the loop closed a moment ago, its sockets with it
                return

    def join(self, seat: Seat) -> bool:
        """Gives `seat` its place, or False when the player has too many. On the loop only."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._open(loop)
        seats = self._seats.setdefault(seat.player_id, set())
        if len(seats) >= settings.REALTIME_MAX_CONNECTIONS_PER_USER:
            return False
        seats.add(seat)
        self._count()
        return True

    async def follow(self, player_id: int) -> None:
        """After this, hints for the player reach this process; without Redis they do when it is back."""
        if self._receiver is not None:
            await self._receiver.follow(player_id)

    def leave(self, seat: Seat) -> None:
        """Frees the place; the last one out turns off the light. On the loop only."""
        seats = self._seats.get(seat.player_id, set())
        if seat not in seats:
            return
        seats.discard(seat)
        if not seats:
            del self._seats[seat.player_id]
            if self._receiver is not None and self._seats:
                self._remember(asyncio.create_task(self._receiver.unfollow(seat.player_id)))
        self._count()
        if not self._seats:
            self._shut()

    def take(self, hint: Hint) -> None:
        """Passes a hint to the sockets it is for. On the loop only."""
        match hint:
            case News():
                for seat in tuple(self._seats.get(hint.player_id, ())):
                    seat.news(hint)
            case Ended():
                for seat in tuple(self._seats.get(hint.player_id, ())):
                    if seat.sid in hint.sids:
                        seat.close(NOT_ADMITTED)
            case Shout():
                text_for = stamped(hint.kind, hint.data, hint.timestamp)
                for seat in tuple(self.seats()):
                    seat.say(text_for(seat.player_id))

    def seats(self) -> Iterator[Seat]:
        """Every socket of this process."""
        for seats in self._seats.values():
            yield from seats

    def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._seats = loop, {}
        self._tasks = [loop.create_task(self._beat())]
        if settings.REDIS_URL:
            self._receiver = Receiver(self.take)
            self._tasks.append(loop.create_task(self._receiver.run()))

    def _shut(self) -> None:
        for task in self._tasks:
            task.cancel()
            self._remember(task)
        self._tasks, self._receiver, self._loop = [], None, None

    def _remember(self, task: asyncio.Task[None]) -> None:
        """Keeps a task that nobody waits for from being collected before its end."""
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _count(self) -> None:
        metrics.active_users.set(len(self._seats))
        metrics.active_connections.set(sum(map(len, self._seats.values())))

    async def _beat(self) -> None:
        """Finds every two seconds what no hint told: Redis was away, or another process has none."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if self._receiver is not None:
                await self._receiver.catch_up()
            try:
                self.compare(await read(look, list(self._seats), [seat.sid for seat in self.seats()]))
            except Exception:  # noqa: BLE001 - the beat must go on: the next one finds the rest
                _log.warning("the beat could not look at the database", exc_info=True)

    def compare(self, found: Look) -> None:
        """Closes sockets whose session or numbering has ended; tells the others in a moment what they missed."""
        for seat in tuple(self.seats()):
            if seat.sid in found.ended:
                seat.close(NOT_ADMITTED)
            elif seat.epoch and seat.epoch != found.epoch:
                seat.close(RESTART)
        # Hints may be on the way: what arrives in the meantime need not be read.
        asyncio.get_running_loop().call_later(GRACE_SECONDS, self._tell_missed, found.latest_seqs)

    def _tell_missed(self, latest_seqs: Mapping[int, int]) -> None:
        for player_id, latest in latest_seqs.items():
            self.take(News(player_id, latest + 1, latest, ()))


hub: Final = Hub()
