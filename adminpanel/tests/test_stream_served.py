"""The staff stream from the real server process: no connection held while it lasts, and an end that comes in time."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts import audit, sessions
from accounts.models import Role
from casino.lib import days
from realtime.tests.ears import sign_in
from realtime.tests.house import PATIENCE_SECONDS, House
from tests.cast import enrol

PATH = "/api/admin/stream"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A club with one connection to its database (PostgreSQL), for everybody."""
    monkeypatch.setenv("DATABASE_POOL_SIZE", "1")
    house = House(tmp_path / "house.log", settings.REDIS_URL)
    house.open()
    yield house
    house.kill()


def asked(port: int, token: str) -> http.client.HTTPResponse:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    client.request("GET", PATH, headers={"Authorization": f"Bearer {token}"})
    return client.getresponse()


def hear(answer: http.client.HTTPResponse, wanted: bytes) -> None:
    late = time.monotonic() + PATIENCE_SECONDS
    while wanted not in (line := answer.readline()):
        assert line, "the stream has ended"
        assert time.monotonic() < late


@pytest.mark.django_db(transaction=True)
def test_many_watch_over_one_connection_and_one_whose_session_ends_stops_within_a_second(house: House) -> None:
    sam = enrol("sam", role=Role.OWNER)
    session, leaving = sign_in(sam)
    _, staying = sign_in(sam)
    gone = asked(house.port, leaving)
    others = [asked(house.port, staying) for _ in range(5)]
    for answer in (gone, *others):
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
        hear(answer, b"event: stats")
    sessions.end(session, reason="logout", now=days.now())
    ended_at = time.monotonic()
    gone.read()  # raises where the last chunk is missing
    assert time.monotonic() - ended_at < 1
    audit.record(action="REFUND", target_type="hat", target_id="hat", now=days.now())
    for answer in others:
        hear(answer, b'"target_id":"hat"')
    house.tell_to_stop()
    for answer in others:
        answer.read()
    assert house.ended() == 0
