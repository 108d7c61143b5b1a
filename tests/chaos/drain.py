"""DRAIN: SIGTERM under load, again and again: every request that was sent is answered whole, sockets hear 1012.

Clients keep their connections, as the door's nginx does, and talk to the process that ends; a connection refused, or
closed before a request was sent, asks nothing. Each POST moves gold and names a key.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import select
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Final

from bench import club as bench
from realtime.door import RESTART
from tests.chaos.house import House, Part
from tests.chaos.listening import Device, Room, settle
from tests.chaos.report import Report

CLIENTS: Final = 8
DEVICES: Final = 8
EXIT_SECONDS: Final = 30.0
WARM_ANSWERS: Final = 40
CONTROL_DRAINS: Final = 4
_ASKED: Final = (("GET", "/api/auth/me"), ("POST", "/api/games/slot/spin"))


class Asker(threading.Thread):
    """Asks one process one thing after the other until its door is closed."""

    def __init__(self, port: int, token: str = "", asked: Sequence[tuple[str, str]] = _ASKED) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._asked = asked
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.statuses: Counter[int] = Counter()
        self.cut: list[str] = []

    def run(self) -> None:
        """Each turn: a connection if there is none, a request, its answer."""
        client = http.client.HTTPConnection("127.0.0.1", self._port, timeout=EXIT_SECONDS)
        for method, path in cycle(self._asked):
            if client.sock is not None and select.select([client.sock], [], [], 0)[0]:
                client.close()  # the other end hung up between two requests
            try:
                if client.sock is None:
                    client.connect()
            except (ConnectionRefusedError, ConnectionResetError):
                return  # the door is closed, or closing: nothing was asked
            try:
                self._ask(client, method, path)
            except (OSError, http.client.HTTPException) as error:
                self.cut.append(f"{method} {path}: {error!r}")
                client.close()

    def _ask(self, client: http.client.HTTPConnection, method: str, path: str) -> None:
        headers, body = self._headers | {"Content-Type": "application/json"}, None
        if method == "POST":
            body = json.dumps({"bet_amount": 10, "lines": 5, "idempotency_key": str(uuid.uuid4())})
        client.request(method, path, body=body, headers=headers)
        answer = client.getresponse()
        answer.read()
        self.statuses[answer.status] += 1


class Ending:
    """One process under load, told to stop."""

    def __init__(self, report: Report, part: Part, tokens: Sequence[str]) -> None:
        self.report = report
        self.part = part
        self.askers = [Asker(part.port, token) for token in tokens]

    def end(self, luck: random.Random) -> None:
        """Load, SIGTERM at some moment, what became of the answers, and a new life."""
        for asker in self.askers:
            asker.start()
        settle(lambda: sum(asker.statuses.total() for asker in self.askers) >= WARM_ANSWERS, EXIT_SECONDS)
        time.sleep(luck.uniform(0, 0.1))
        self.part.tell_to_stop()
        code, took = self.part.ended()
        for asker in self.askers:
            asker.join(EXIT_SECONDS)
        name = self.part.log.stem
        self.report.want(code == 0 and took <= EXIT_SECONDS, f"{name} ended with {code} after {took:.1f} s")
        for asker in self.askers:
            self.report.want(not asker.cut, f"{name} cut {len(asker.cut)} answers: {asker.cut[:1]}")
            strange = set(asker.statuses) - {200}
            self.report.want(not strange, f"{name} answered {strange}")
            self.report.ends["answers whole"] += asker.statuses[200]
            self.report.ends["answers cut"] += len(asker.cut)
        self.report.ends["slowest exit in ms"] = max(self.report.ends["slowest exit in ms"], round(took * 1000))
        self.part.open()


def _end_sockets(
    report: Report, house: House, room: Room, tokens: Sequence[str], luck: random.Random, turn: int
) -> None:
    """One socket process with devices on it; each of them is told."""
    part = house.sockets[turn % len(house.sockets)]
    devices = [Device(part.port, token, again=False) for token in tokens[:DEVICES]]
    for device in devices:
        room.run(device.live())
    if not settle(lambda: all(device.is_open for device in devices), 20):
        raise RuntimeError("the devices did not get in")
    Ending(report, part, tokens).end(luck)
    settle(lambda: all(device.closed_at for device in devices), 5)
    codes = Counter(next(iter(device.closes), 0) for device in devices)
    report.want(set(codes) == {RESTART}, f"devices heard {dict(codes)}")
    report.ends["devices told 1012"] += codes[RESTART]


def _drains(report: Report, house: House, luck: random.Random, name: str, count: int) -> None:
    tokens = [seat.token for seat in bench.enrol(CLIENTS, name)]
    bench.close()
    with Room() as room:
        for turn in range(count):
            _end_sockets(report, house, room, tokens, luck, turn)
    if report.name:
        report.tell_ends(f"{count} SIGTERMs of socket processes, {CLIENTS} clients and {DEVICES} devices each")
    for _ in range(count):
        Ending(report, house.web, tokens).end(luck)
    if report.name:
        report.tell_ends(f"{count} SIGTERMs of gunicorn, {CLIENTS} clients each")


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the control failed."""
    luck, report, control = random.Random(arguments.seed), Report("DRAIN"), Report()
    with House(base / "house") as house:
        _drains(report, house, luck, "drainer", arguments.drains)
        report.wrong += house.complaints()
    with House(base / "control", sockets_without="drain") as house, Room() as room:
        tokens = [seat.token for seat in bench.enrol(CLIENTS, "drowner")]
        for turn in range(CONTROL_DRAINS):
            _end_sockets(control, house, room, tokens, luck, turn)
    report.want_failed(control, "drain", CONTROL_DRAINS)
    return report.verdict(arguments.seed)
