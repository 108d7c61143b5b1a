"""Event streams from the real server process: ended politely, never piled up for who does not read."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from realtime.tests.house import PATIENCE_SECONDS, House
from realtime.tests.test_sse import PATH, read_message
from tests import servers

TALKER = """
import asyncio, os, sys
from casino import daphne
from casino.daphne import ClubServer

daphne.STALLED_SECONDS = 1
FRAME = b"data: " + b"x" * 8000 + b"\\n\\n"

async def application(scope, receive, send):
    await receive()
    gone = asyncio.ensure_future(receive())
    if scope["path"] == "/late":
        print("asked", flush=True)
        while not server.is_draining:
            await asyncio.sleep(0.01)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", b"text/event-stream")]})
    sent = 0
    while not gone.done() and sent < 5000:
        await send({"type": "http.response.body", "body": FRAME, "more_body": True})
        sent += 1
        await asyncio.sleep(0)
    print(sent, flush=True)

port = int(sys.argv[1])
server = ClubServer(application, host="127.0.0.1", port=port, on_listening=lambda: print("open", flush=True))
server.run()
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "house.log", settings.REDIS_URL)
    house.open()
    yield house
    house.kill()


@pytest.fixture
def talker() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The club's server with an application that talks as fast as it is let, and the port of it."""
    port = servers.free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", TALKER, str(port)], stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR,
        preexec_fn=servers.die_with_parent,  # noqa: PLW1509  (one system call, no lock is touched)
    )  # fmt: skip
    assert says(process) == "open"
    yield process, port
    process.kill()
    process.wait()


def says(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def asked(port: int, path: str) -> http.client.HTTPResponse:
    """The beginning of an answer; its rest is still to be read."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    client.request("GET", path)
    return client.getresponse()


def next_message(answer: http.client.HTTPResponse) -> bytes:
    lines = [answer.readline()]
    while lines[-1].strip():
        lines.append(answer.readline())
    return b"".join(lines)


@pytest.mark.django_db(transaction=True)
def test_a_stream_ends_whole_when_the_server_is_told_to_stop(house: House) -> None:
    answers = [asked(house.port, f"{PATH}?interval={seconds}") for seconds in (2, *[30] * 19)]
    for answer in answers:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
        name, data, _retry = read_message(next_message(answer))
        assert (name, data["online_users"], data["spins_last_hour"]) == ("metrics", 0, 0)
    assert read_message(next_message(answers[0]))[0] == "metrics"
    house.tell_to_stop()
    for answer in answers:
        rest = answer.read()  # raises where a chunk, or the last one, is missing
        assert rest == b"" or read_message(rest)[0] == "metrics"
    assert house.ended() == 0
    assert "0 connections are cut" in house.log.read_text()


def test_a_stream_that_begins_while_the_server_ends_says_one_thing(
    talker: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = talker
    line = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
    line.sendall(b"GET /late HTTP/1.1\r\nHost: club\r\n\r\n")
    assert says(process) == "asked"
    process.terminate()
    answer = http.client.HTTPResponse(line)
    answer.begin()
    assert answer.headers["Connection"] == "close"
    assert answer.read().count(b"data: ") == 1
    assert process.wait(30) == 0


def test_a_reader_that_does_not_read_is_written_little_and_then_cut(
    talker: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = talker
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    line.sendall(b"GET / HTTP/1.1\r\nHost: club\r\n\r\n")
    assert 1 <= int(says(process)) * 8000 < 1_000_000
    answer = asked(port, "/")
    assert all(len(next_message(answer)) == 8008 for _ in range(200))  # who reads hears on and on
    answer.close()
