"""The socket: one player's news, in order and without a gap, from the opening state on. It takes no orders."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError

from casino.lib.days import now as clock
from casino.lib.errors import Refusal
from realtime import door, metrics, stream
from realtime.events import Pong
from realtime.frames import SEND_AT_ONCE, frame, transient
from realtime.hints import News
from realtime.hub import hub
from realtime.opening import opening
from realtime.reading import read, read_in_turn
from realtime.sources import Visitor, sources

_log = logging.getLogger(__name__)
MESSAGES_MAX: Final = 20
MESSAGES_PER_SECONDS: Final = 10.0
BATCH: Final = 100
BUG: Final = 1011
_PONG: Final = "\0pong"  # in the outbox: a pong is written when it is sent

Json = dict[str, Any]


class SyncConsumer(AsyncConsumer):
    """WS /api/realtime/sync. One task writes, so that everything leaves in order; hints only fill its outbox."""

    channel_layer_alias = ""  # the hub hears for all sockets of the process

    def __init__(self) -> None:
        self.player_id = 0
        self.sid = ""
        self.epoch = ""
        self._is_open = False
        self._sent = 0  # the latest number sent or in the outbox
        self._known = 0  # the latest number heard of
        self._outbox: deque[str] = deque()
        self._wake = asyncio.Event()  # clear only while the writer rests: then nothing waits before a new message
        self._wake.set()
        self._send_at_once: Callable[[str], bool] = _never
        self._heard: deque[float] = deque(maxlen=MESSAGES_MAX)
        self._code: int | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._expiry: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serves the socket until either side ends it; whatever happens, its place is freed."""
        self._send_at_once = scope.get("extensions", {}).get(SEND_AT_ONCE, _never)
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._expiry is not None:
                self._expiry.cancel()
            for task in self._tasks:
                task.cancel()
            hub.leave(self)

    async def dispatch(self, message: Json) -> None:
        """Straight to the handler: no database connection lives here that would need a look first."""
        await getattr(self, get_handler_name(message))(message)

    async def websocket_connect(self, message: Json) -> None:
        """Accepts first: a browser is told a close code only after that."""
        await self.send({"type": "websocket.accept", "subprotocol": door.subprotocol_of(self.scope)})
        self._tasks.append(asyncio.create_task(self._serve()))

    async def websocket_receive(self, message: Json) -> None:
        """Answers pings, counts everything, ignores the rest."""
        now = time.monotonic()
        if len(self._heard) == MESSAGES_MAX and now - self._heard[0] < MESSAGES_PER_SECONDS:
            self.close(door.TOO_MANY)
            return
        self._heard.append(now)
        text = message.get("text") or ""
        if len(text) > door.MESSAGE_BYTES_MAX:
            self.close(door.TOO_BIG)
        elif text == "ping":
            self._put("pong")
        elif _is_ping(text):
            self._put(_PONG)

    async def websocket_disconnect(self, message: Json) -> None:
        """The client is gone."""
        if self._code is None:
            self._code = message.get("code") or 1005
            metrics.count_close(self._code)
        raise StopConsumer

    # --- what the hub calls ------------------------------------------------------------------------

    def news(self, news: News) -> None:
        """Sends what follows the last number; what does not is read from the stream, what was seen is dropped."""
        is_in_step = self._is_open and self._known <= self._sent and news.first_seq <= self._sent + 1
        self._known = max(self._known, news.latest_seq)
        if is_in_step and news.frames and self._known > self._sent:
            fresh = news.frames[self._sent + 1 - news.first_seq :]
            self._sent = self._known
            self._put(*fresh)
        elif self._known > self._sent:
            self._wake.set()

    def say(self, text: str) -> None:
        """Sends what is not stored."""
        self._put(text)

    def close(self, code: int) -> None:
        """Ends the socket with `code`, even while a slow client holds up the writer."""
        if self._code is None:
            self._code = code
            metrics.count_close(code)
            hub.leave(self)
            writer, *_ = self._tasks
            writer.cancel()
            self._tasks.append(asyncio.create_task(self.send({"type": "websocket.close", "code": code})))

    def _put(self, *texts: str) -> None:
        """Sends at once while the writer rests and the transport has room; the rest is the writer's to send."""
        for text in texts:
            if self._wake.is_set() or not self._send_at_once(_written(text, self.player_id)):
                self._outbox.append(text)
                self._wake.set()
        if len(self._outbox) > settings.REALTIME_SEND_BUFFER:
            self.close(door.SLOW)

    # --- the writer ----------------------------------------------------------------------------------

    async def _serve(self) -> None:
        try:
            visitor = await self._enter()
            await self._open(visitor)
            await self._go_on()
        except door.Refused as refused:
            self.close(refused.code)
        except Refusal:
            self.close(door.NOT_ADMITTED)
        except (OperationalError, InterfaceError):
            _log.warning("a socket closed because the database is away")
            self.close(door.RESTART)
        except Exception:  # noqa: BLE001 - loud in the log, and the client must hear a code
            _log.exception("a socket failed")
            self.close(BUG)

    async def _enter(self) -> Visitor:
        """Who is it, and is there room? From here on hints arrive."""
        visitor = await read_in_turn(sources.admit, door.credentials_of(self.scope))
        self._resume = door.resume_of(self.scope)
        self.player_id, self.sid = visitor.player_id, visitor.sid
        if not hub.join(self):
            raise door.Refused(door.TOO_MANY)
        await hub.follow(self.player_id)
        seconds = (visitor.expires_at - clock()).total_seconds()
        self._expiry = asyncio.get_running_loop().call_later(max(0.0, seconds), self.close, door.NOT_ADMITTED)
        return visitor

    async def _open(self, visitor: Visitor) -> None:
        """State and what was missed, at the client's own pace; a crowd at the door waits in turn."""
        first = await read_in_turn(opening, visitor, self._resume, clock())
        for text in first.frames:
            await self._send_text(text)
        self.epoch = first.epoch
        self._sent = first.as_of_seq
        self._is_open = True

    async def _go_on(self) -> None:
        while True:
            if self._outbox:
                await self._send_text(self._outbox.popleft())
            elif self._known > self._sent:
                await self._send_missed()
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _send_missed(self) -> None:
        """Reads what no hint carried; a stream that was pruned in between cannot be continued."""
        messages = await read(stream.after, self.player_id, self._sent, limit=BATCH)
        if not messages or messages[0]["seq"] != self._sent + 1:
            raise door.Refused(door.RESTART)
        for message in messages:
            await self._send_text(frame(message))
            self._sent = message["seq"]

    async def _send_text(self, text: str) -> None:
        await self.send({"type": "websocket.send", "text": _written(text, self.player_id)})


def _never(text: str) -> bool:
    """For a server without the extension: everything is the writer's to send."""
    return False


def _written(text: str, player_id: int) -> str:
    return transient(Pong(), player_id, clock()) if text is _PONG else text


def _is_ping(text: str) -> bool:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("type") == "ping"
