"""Messages handed to the kernel without a turn of the loop: whole, in order, only while there is room."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from websockets.sync.client import connect

from tests import servers

PATIENCE_SECONDS = 20
COUNT = 20_000
SIZES = (0, 125, 126, 65_535, 65_536, 200_000)
TALKER = f"""
import asyncio, sys
from casino.daphne import ClubServer
from realtime.frames import SEND_AT_ONCE

async def application(scope, receive, send):
    await receive()
    await send({{"type": "websocket.accept"}})
    say = scope["extensions"][SEND_AT_ONCE]

    async def say_when_there_is_room(text):
        waits = 0
        while not say(text):
            waits += 1
            await asyncio.sleep(0)
        return waits

    if scope["path"] == "/sizes":
        for size in {SIZES}:
            await say_when_there_is_room("x" * size)
    else:
        waits = 0
        for number in range({COUNT}):
            waits += await say_when_there_is_room(f"{{number}} {{'x' * (number % 3000)}}")
        await send({{"type": "websocket.send", "text": str(waits)}})
    await receive()

port = int(sys.argv[1])
ClubServer(application, host="127.0.0.1", port=port, on_listening=lambda: print("open", flush=True)).run()
"""


@pytest.fixture
def talker() -> Iterator[int]:
    """The port of the club's server with an application that talks as fast as it is let."""
    port = servers.free_port()
    with subprocess.Popen(
        [sys.executable, "-c", TALKER, str(port)], stdout=subprocess.PIPE, cwd=settings.BASE_DIR
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield port
        process.kill()


def test_everything_arrives_in_order_however_fast_it_is_said(talker: int) -> None:
    with connect(f"ws://127.0.0.1:{talker}/order", compression=None, close_timeout=1) as client:
        heard = [str(client.recv(timeout=PATIENCE_SECONDS)).partition(" ") for _ in range(COUNT)]
        waits = int(client.recv(timeout=PATIENCE_SECONDS))
    assert [int(number) for number, _, _ in heard] == list(range(COUNT))
    assert [len(filling) for _, _, filling in heard] == [number % 3000 for number in range(COUNT)]
    assert waits > 0


def test_a_message_of_any_length_is_one_frame(talker: int) -> None:
    with connect(f"ws://127.0.0.1:{talker}/sizes", compression=None, close_timeout=1) as client:
        assert [len(client.recv(timeout=PATIENCE_SECONDS)) for _ in SIZES] == list(SIZES)
