"""One door before several processes, routed as ops/nginx.conf does: `python -m tests.chaos.proxy PORT WEB SOCKETS…`.

A connection goes where its first request belongs and stays there. Whoever refuses is skipped among the sockets; when
nobody is left the door answers 503 itself, as nginx does.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from typing import Final

_SOCKETS: Final = re.compile(rb"\S+ /api/(realtime/sync|metrics/stream|admin/stream)/?[? ]")
_UNAVAILABLE: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 2\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nX-Refused-By: door\r\n\r\n{}"
)
CHUNK: Final = 65_536
HEAD_SECONDS: Final = 10
BACKLOG: Final = 1024
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Door:
    """Where connections go."""

    def __init__(self, web: int, sockets: Sequence[int]) -> None:
        self._web = web
        self._sockets = sockets
        self._turns: Iterator[int] = count()

    async def let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection from its first request to its end."""
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                first = await reader.readuntil(b"\n")
            behind = await self._connect(first)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            writer.transport.abort()
            return
        if behind is None:
            with suppress(OSError):
                await reader.read(CHUNK)  # a request left unread would turn our answer into a reset
            writer.write(_UNAVAILABLE)
            writer.close()
            return
        behind[1].write(first)
        ways = [asyncio.create_task(_pass_on(reader, behind[1])), asyncio.create_task(_pass_on(behind[0], writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in (behind[1], writer):
            end.close()

    async def _connect(self, first: bytes) -> Streams | None:
        ports = [self._web]
        if _SOCKETS.match(first):
            turn = next(self._turns) % len(self._sockets)
            ports = [*self._sockets[turn:], *self._sockets[:turn]]
        for port in ports:
            with suppress(ConnectionRefusedError):
                return await asyncio.open_connection("127.0.0.1", port, limit=CHUNK)
        return None


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until either side is gone; a slow reader slows the writer down."""
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


async def _serve(port: int, web: int, sockets: Sequence[int]) -> None:
    server = await asyncio.start_server(Door(web, sockets).let_in, "127.0.0.1", port, backlog=BACKLOG, limit=CHUNK)
    await server.serve_forever()


if __name__ == "__main__":
    _port, _web, *_sockets = map(int, sys.argv[1:])
    asyncio.run(_serve(_port, _web, _sockets))
