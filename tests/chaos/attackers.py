"""Visitors who mean harm, in a process of their own: `python -m tests.chaos.attackers < PLAN`. It tells how each ended.

They run at a low priority: in life their machines are others than ours.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

NICENESS: Final = 10
FLOOD_MESSAGES: Final = 500
OVERSIZED: Final = (4097, 1_000_000)
CROWD_PER_PROCESS: Final = 12
PAUSE_SECONDS: Final = 0.5
ANSWER_SECONDS: Final = 5.0
OPENING_AT_ONCE: Final = 10
_STAYED: Final = "stayed open"


@dataclass(frozen=True, slots=True)
class Plan:
    """Who attacks whom, and for how long; a token an attacker, or one for a whole crowd."""

    door: int
    processes: Sequence[int]
    sitters: Sequence[str]
    crowd: str
    flooders: Sequence[str]
    shouters: Sequence[str]
    sleepers: Sequence[str]
    seconds: float

    def text(self) -> str:
        """As the process reads it."""
        return json.dumps(asdict(self))


Tally = dict[str, Counter[str]]


class Attack:
    """Everything in the plan, at once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._until = time.monotonic() + plan.seconds
        self._opening = asyncio.Semaphore(OPENING_AT_ONCE)
        self.tally: Tally = {name: Counter() for name in ("sitters", "crowd", "flooders", "shouters", "sleepers")}

    async def run(self) -> None:
        """Until its time is over."""
        plan = self._plan
        lives: list[Coroutine[Any, Any, None]] = [self._sit("sitters", plan.door, token) for token in plan.sitters]
        lives += [self._sit("crowd", port, plan.crowd) for port in plan.processes for _ in range(CROWD_PER_PROCESS)]
        lives += [self._again("flooders", token, _flood) for token in plan.flooders]
        lives += [self._again("shouters", token, _shout) for token in plan.shouters]
        lives += [self._sleep(port, token) for token in plan.sleepers for port in plan.processes]
        await asyncio.gather(*lives)

    async def _sit(self, name: str, port: int, token: str) -> None:
        """Comes and stays."""
        try:
            async with self._opening:
                client = await _connected(port, token)
                await client.recv()
            self.tally[name][await _end_of(client, self._until - time.monotonic())] += 1
        except ConnectionClosed as closed:
            self.tally[name][_code(closed)] += 1
        except (OSError, WebSocketException) as error:
            self.tally[name][type(error).__name__] += 1

    async def _again(
        self, name: str, token: str, harm: Callable[[ClientConnection], Coroutine[Any, Any, None]]
    ) -> None:
        """Does harm, is thrown out, comes back."""
        while time.monotonic() < self._until:
            try:
                client = await _connected(self._plan.door, token)
                with suppress(ConnectionClosed):  # the club may be quicker
                    await harm(client)
                self.tally[name][await _end_of(client, ANSWER_SECONDS)] += 1
            except (OSError, WebSocketException) as error:
                self.tally[name][type(error).__name__] += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def _sleep(self, port: int, token: str) -> None:
        """Does not read for the whole time, then looks how that ended."""
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", port))
        client = await _connected(port, token, sock=line, max_queue=1)
        await asyncio.sleep(self._until - time.monotonic())
        self.tally["sleepers"][await _end_of(client, ANSWER_SECONDS)] += 1


async def _flood(client: ClientConnection) -> None:
    for _ in range(FLOOD_MESSAGES):
        await client.send("x")


async def _shout(client: ClientConnection) -> None:
    await client.send("x" * OVERSIZED[time.monotonic_ns() % len(OVERSIZED)])


async def _connected(port: int, token: str, **options: Any) -> ClientConnection:
    address = f"ws://127.0.0.1:{port}/api/realtime/sync?token={token}"
    return await connect(
        address, proxy=None, compression=None, ping_interval=None, open_timeout=60, close_timeout=1, **options
    )


async def _end_of(client: ClientConnection, seconds: float) -> str:
    """The close code, or that it never closed."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                await client.recv()
    except ConnectionClosed as closed:
        return _code(closed)
    except TimeoutError:
        client.transport.abort()
        return _STAYED


def _code(closed: ConnectionClosed) -> str:
    return str(closed.rcvd.code if closed.rcvd else 1006)


async def _main() -> None:
    attack = Attack(Plan(**json.load(sys.stdin)))
    await attack.run()
    print(json.dumps(attack.tally))


if __name__ == "__main__":
    os.nice(NICENESS)
    asyncio.run(_main())
