"""Devices that listen to the club: each keeps a socket, resumes from what it heard and judges what it hears."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

OPEN_SECONDS: Final = 20
SILENCE_SECONDS: Final = 40
RETRY_SECONDS: Final = 0.2
Json = dict[str, Any]


class Room:
    """An event loop in a thread of its own: devices live there while the harness does harm."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="devices", daemon=True)
        self._futures: list[Future[Any]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for future in self._futures:
            future.cancel()
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.1), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, life: Coroutine[Any, Any, None]) -> Future[None]:
        """Lets it live until it ends or the room closes."""
        future = asyncio.run_coroutine_threadsafe(life, self._loop)
        self._futures.append(future)
        return future

    def call(self, deed: Callable[[], object]) -> None:
        """Does something on the loop."""
        self._loop.call_soon_threadsafe(deed)


class Device:
    """A client as CONTRACT 10 wants it: drops what it has seen, asks for what it missed."""

    def __init__(
        self, port: int, token: str, *, since: int | None = None, ping_every: float | None = None, again: bool = True
    ) -> None:
        self.port = port
        self._token = token
        self._ping_every = ping_every
        self._again = again
        self.position = since
        self.away = 0.0
        """How long it stays away after its next loss."""
        self.is_open = False
        self.opened = 0
        self.duplicates = 0
        """Heard again, which the contract allows; dropped."""
        self.wrong: list[str] = []
        self.catch_ups: list[float] = []
        self.delays: list[float] = []
        self.pongs: list[float] = []
        self.closes: Counter[int] = Counter()
        self.closed_at = 0.0
        self._missing: set[int] = set()
        self._socket: ClientConnection | None = None
        self._pinged_at = 0.0

    async def live(self) -> None:
        """Connects again and again, or once."""
        was_open, began = True, 0.0
        while True:
            await asyncio.sleep(self.away)
            if was_open:
                began = time.monotonic()
            self.away = RETRY_SECONDS
            was_open = await self._connected(began)
            if not self._again:
                return

    def hang_up(self, *, rudely: bool, away: float) -> None:
        """Loses the connection now: with a close, or as a train does in a tunnel. On the room's loop only."""
        self.away = away
        if self._socket is not None:
            if rudely:
                self._socket.transport.abort()
            else:
                self._closing = asyncio.ensure_future(self._socket.close())

    async def _connected(self, began: float) -> bool:
        """One connection from its opening to its end; whether it opened."""
        query = "" if self.position is None else f"&since={self.position}"
        address = f"ws://127.0.0.1:{self.port}/api/realtime/sync?token={self._token}{query}"
        pinging: asyncio.Task[None] | None = None
        was_open = False
        try:
            socket = await connect(
                address, proxy=None, compression=None, ping_interval=None, max_size=None, open_timeout=OPEN_SECONDS,
                close_timeout=1,
            )  # fmt: skip
            self._socket = socket
            try:
                await self._open(socket, began)
                was_open = self.is_open = True
                self.opened += 1
                if self._ping_every is not None:
                    pinging = asyncio.create_task(self._ping(socket, self._ping_every))
                await self._hear(socket)
            finally:
                self._socket, self.is_open = None, False
                if pinging is not None:
                    pinging.cancel()
                socket.transport.abort()
        except ConnectionClosed as closed:
            self.closed_at = time.monotonic()
            self.closes[closed.rcvd.code if closed.rcvd else 1006] += 1
        except TimeoutError:
            if was_open:
                self.wrong.append(f"nothing was heard for {SILENCE_SECONDS} s")
        except (OSError, WebSocketException):
            pass
        return was_open

    async def _open(self, socket: ClientConnection, began: float) -> None:
        """State, then what was missed."""
        connected, state = await self._next(socket), await self._next(socket)
        if (connected["type"], state["type"]) != ("sync_connected", "initial_state"):
            self.wrong.append(f"opened with {connected['type']}, {state['type']}")
        until = state["data"]["as_of_seq"]
        if self.position is None:
            self.position = until
            return
        if state["data"]["recovered"] is not True:
            self.wrong.append(f"not recovered after {self.position}")
        while self.position < until:
            self._take(await self._next(socket), is_live=False)
        self.catch_ups.append(time.monotonic() - began)

    async def _next(self, socket: ClientConnection) -> Json:
        async with asyncio.timeout(SILENCE_SECONDS):
            message: Json = json.loads(await socket.recv())
        return message

    async def _hear(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                text = await socket.recv()
            if text == "pong":
                self.pongs.append(time.monotonic() - self._pinged_at)
            else:
                self._take(json.loads(text), is_live=True)

    async def _ping(self, socket: ClientConnection, every: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(every * random.uniform(0.9, 1.1))
                self._pinged_at = time.monotonic()
                await socket.send("ping")

    def _take(self, message: Json, *, is_live: bool) -> None:
        seq = message["seq"]
        if seq is None:
            return
        assert self.position is not None
        if is_live:
            self.delays.append(time.time() - message["timestamp"])
        if seq == self.position + 1:
            self.position = seq
        elif seq > self.position:
            self.wrong.append(f"gap: {seq} after {self.position}")
            self._missing.update(range(self.position + 1, seq))
            self.position = seq
        elif seq in self._missing:
            self._missing.discard(seq)
            self.wrong.append(f"reorder: {seq} after {self.position}")
        else:
            self.duplicates += 1


def settle(holds: Callable[[], bool], seconds: float) -> bool:
    """Waits until it holds; whether it did in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 stay below."""
    return sorted(values)[int(len(values) * 0.95)] if values else float("nan")


def median(values: Sequence[float]) -> float:
    """The middle of the values."""
    return statistics.median(values) if values else float("nan")
