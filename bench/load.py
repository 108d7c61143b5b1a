"""A keep-alive HTTP/1.1 load client that costs little: one loop, one raw connection per sender."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.provider import PATH, Sealed

HEADER_END = b"\r\n\r\n"


@dataclass
class Tally:
    """What a load run saw."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        """Good answers per second."""
        return self.statuses[200] / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The latency in milliseconds that `share` of the answers stayed below."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


class Sender(asyncio.Protocol):
    """Sends a request, waits for its answer, sends the next, until told to stop or nothing is left to send."""

    def __init__(self, make_request: Callable[[], bytes], tally: Tally, until: float) -> None:
        self._make_request = make_request
        self._tally = tally
        self._until = until
        self._buffer = b""
        self._needed = -1
        self._status = 0
        self._sent_at = 0.0
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._buffer, self._needed = b"", -1
        try:
            request = self._make_request()
        except StopIteration:
            self._until = 0
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Collect one answer by its Content-Length, then go on."""
        self._buffer += data
        if self._needed < 0:
            head, found, _ = self._buffer.partition(HEADER_END)
            if not found:
                return
            self._status = int(head[9:12])
            _, found, length = head.lower().rpartition(b"content-length:")
            if not found:
                raise ValueError(f"an answer without Content-Length: {head[:300]!r}")
            length = length.split(b"\r\n", 1)[0]
            self._needed = len(head) + len(HEADER_END) + int(length)
        if len(self._buffer) < self._needed:
            return
        now = time.perf_counter()
        self._tally.latencies.append(now - self._sent_at)
        self._tally.statuses[self._status] += 1
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """The run is over, or the server hung up: count that as status 0."""
        if time.perf_counter() < self._until:
            self._tally.statuses[0] += 1
        if not self.finished.done():
            self.finished.set_result(None)


def play_request(port: int, token: str, path: str, body: bytes) -> Callable[[], bytes]:
    """Requests for one kind of play of this player, each with a key of its own."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
    ).encode()

    def make() -> bytes:
        return head + uuid.uuid4().hex.encode() + HEADER_END + body

    return make


def sealed_request(port: int, call: Sealed) -> bytes:
    """One call of the payment provider."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in call.headers.items())
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(call.raw)}\r\n{headers}\r\n"
    return head.encode() + call.raw


def page_request(port: int, path: str) -> Callable[[], bytes]:
    """Requests for a page by a visitor nobody knows."""
    wire = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: br, gzip\r\n\r\n".encode()
    return lambda: wire


async def _run(port: int, requests: list[Callable[[], bytes]], seconds: float) -> Tally:
    loop, tally = asyncio.get_running_loop(), Tally()
    started = time.perf_counter()
    senders = []
    for make_request in requests:
        _, sender = await loop.create_connection(
            lambda make_request=make_request: Sender(make_request, tally, started + seconds),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        senders.append(sender)
    await asyncio.wait([sender.finished for sender in senders], timeout=seconds + 30)
    tally.seconds = time.perf_counter() - started
    return tally


def run(port: int, requests: list[Callable[[], bytes]], seconds: float) -> Tally:
    """Load the server for `seconds` with one connection per entry of `requests`."""
    return asyncio.run(_run(port, requests, seconds))


def in_turn(makers: list[Callable[[], bytes]]) -> Callable[[], bytes]:
    """One connection that speaks for several players, or says several things, one after the other."""
    place = -1

    def make() -> bytes:
        nonlocal place
        place = (place + 1) % len(makers)
        return makers[place]()

    return make
