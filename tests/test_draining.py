"""Gunicorn as production runs it is told to stop under load, and cuts nobody's answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.drain import Asker
from tests.chaos.house import Part
from tests.chaos.listening import settle
from tests.servers import free_port

CLIENTS = 6


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Part]:
    command = [sys.executable, "-m", "gunicorn", "-c", "python:casino.gunicorn", "casino.wsgi"]
    part = Part(command, free_port(), tmp_path / "web.log", {"BIND_HOST": "127.0.0.1", "CLUB_ENV": "test"})
    part.open()
    yield part
    part.kill()


def test_a_drain_of_gunicorn_cuts_no_answer(web: Part) -> None:
    """Clients keep asking over kept and new connections: what was sent is answered, what comes later is refused."""
    askers = [Asker(web.port, asked=[("GET", "/healthz")]) for _ in range(CLIENTS)]
    for asker in askers:
        asker.start()
    assert settle(lambda: all(asker.statuses.total() > 10 for asker in askers), 30)
    web.tell_to_stop()
    code, seconds = web.ended()
    for asker in askers:
        asker.join(30)
    assert (code, [cut for asker in askers for cut in asker.cut]) == (0, [])
    assert {status for asker in askers for status in asker.statuses} == {200}
    assert seconds < 30
