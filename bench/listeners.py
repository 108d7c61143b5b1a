"""Hundreds of devices at their sockets in one process that costs little: frames are read, noted and parsed later."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

OPENING_AT_ONCE: Final = 16
PATIENCE_SECONDS: Final = 60
TEXT: Final = 1
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10


@dataclass(frozen=True, slots=True)
class Address:
    """Where a device connects, and with which token."""

    port: int
    token: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that a device had at this moment of the machine's monotonic clock."""

    at_ns: int
    message: dict[str, Any]


class Device(asyncio.Protocol):
    """A WebSocket client as small as it may be: no compression, server frames only, an answer to every ping."""

    def __init__(self, address: Address, noted: list[tuple[int, bytes]]) -> None:
        self._address = address
        self._noted = noted
        self._buffer = b""
        self._is_upgraded = False
        self._texts = 0
        self.is_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /api/realtime/sync?token={self._address.token} HTTP/1.1\r\nHost: 127.0.0.1:{self._address.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            "\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Note what came, with the moment it came."""
        now = time.monotonic_ns()
        data = self._buffer + data if self._buffer else data
        if not self._is_upgraded:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self._fail(f"no upgrade: {head[:200]!r}")
                return
            self._is_upgraded = True
        start = 0
        while (end := _end_of_frame(data, start)) is not None:
            self._take(data[start] & 15, data[_start_of_payload(data, start) : end], now)
            start = end
        self._buffer = data[start:]

    def _take(self, kind: int, payload: bytes, now: int) -> None:
        if kind == TEXT:
            self._noted.append((now, payload))
            self._texts += 1
            if self._texts == 2 and not self.is_open.done():  # sync_connected and initial_state are here
                self.is_open.set_result(None)
        elif kind == PING:
            # The mask of zeros changes nothing: the payload may stay as it is.
            self._transport.write(bytes((0x80 | PONG, 0x80 | len(payload), 0, 0, 0, 0)) + payload)
        elif kind == CLOSE:
            self._fail(f"closed with {int.from_bytes(payload[:2])}")

    def connection_lost(self, error: Exception | None) -> None:
        """A device that is hung up on before it was open must not be waited for."""
        self._fail("the connection is gone")

    def _fail(self, why: str) -> None:
        if not self.is_open.done():
            self.is_open.set_exception(ConnectionError(why))
        elif not self._transport.is_closing():
            self._noted.append((time.monotonic_ns(), json.dumps({"type": why}).encode()))
            self._transport.close()


def _start_of_payload(data: bytes, start: int) -> int:
    return start + {126: 4, 127: 10}.get(data[start + 1], 2)


def _end_of_frame(data: bytes, start: int) -> int | None:
    """Where the frame that begins at `start` ends, or None while a part of it is missing."""
    if len(data) < start + 2:
        return None
    first, length = _start_of_payload(data, start), data[start + 1]
    if len(data) < first:
        return None
    end = first + (length if length < 126 else int.from_bytes(data[start + 2 : first]))
    return end if len(data) >= end else None


def listen(pipe: Connection, addresses: Sequence[Address]) -> None:
    """Open a device an address, say so, then give what was heard whenever asked; ends when asked with False."""
    asyncio.run(_listen(pipe, addresses))


async def _listen(pipe: Connection, addresses: Sequence[Address]) -> None:
    loop, began = asyncio.get_running_loop(), time.monotonic()
    noted: list[tuple[int, bytes]] = []
    places = asyncio.Semaphore(OPENING_AT_ONCE)

    async def open_device(address: Address) -> None:
        async with places, asyncio.timeout(PATIENCE_SECONDS):
            _, device = await loop.create_connection(lambda: Device(address, noted), "127.0.0.1", address.port)
            await device.is_open

    await asyncio.gather(*map(open_device, addresses))
    noted.clear()
    gc.freeze()
    pipe.send(time.monotonic() - began)
    is_asked = asyncio.Event()
    loop.add_reader(pipe.fileno(), is_asked.set)
    while True:
        await is_asked.wait()
        is_asked.clear()
        if not pipe.poll():  # the loop said it twice
            continue
        if not pipe.recv():
            return
        pipe.send([Heard(at, json.loads(payload)) for at, payload in noted])
        noted.clear()
