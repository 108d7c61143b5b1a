"""FLOOD, at the sockets: crowds, floods of messages, huge messages and readers that do not read, all at once.

Ten devices of five well-behaved players ping and are told news, first alone and then beside all of that: 95 of 100 of
what they wait for reach them within three times what they took alone (pongs, which take a millisecond alone, are also
told by themselves). No process grows beyond bounds or fails.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from django.db import connections, transaction

from accounts.ledger import open_wallet
from bench import club as bench
from bench.topology import ROOT
from casino.lib import days
from realtime.events import StatsUpdate
from tests.chaos.attackers import CROWD_PER_PROCESS, Plan
from tests.chaos.house import SOCKET_PROCESSES, House, Part
from tests.chaos.listening import Device, Room, p95, settle
from tests.chaos.report import Report
from tests.chaos.stream import Writer

PLAYERS: Final = 5
DEVICES_EACH: Final = 2
EVENTS_PER_SECOND: Final = 5
PING_SECONDS: Final = 0.6
IDLE_SECONDS: Final = 15.0
ATTACK_SECONDS: Final = 40.0
CONTROL_SECONDS: Final = 10.0
SEATS_EACH: Final = 5
FLOODERS: Final = 4
SHOUTERS: Final = 4
LETTERS_PER_SECOND: Final = 40
MEMORY_MB: Final = 400
SLOWER_AT_MOST: Final = 3.0


class Letters(threading.Thread):
    """Tells one player long news, more of it than a sleeping reader may leave waiting; until the block is left."""

    def __init__(self, player_id: int) -> None:
        super().__init__(daemon=True)
        self._player_id = player_id
        self._is_over = threading.Event()

    def run(self) -> None:
        """One letter after the other."""
        while not self._is_over.wait(1 / LETTERS_PER_SECOND):
            with transaction.atomic(), open_wallet(self._player_id, now=days.now()) as wallet:
                wallet.tell(StatsUpdate({"text": "x" * 4000}))
        connections.close_all()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self.join()


class Behaved:
    """The players whose evening must not be spoilt."""

    def __init__(self, house: House, room: Room, name: str) -> None:
        seats = bench.enrol(PLAYERS, name)
        self._player_ids = [seat.player_id for seat in seats]
        self.devices = [
            Device(house.port, seat.token, ping_every=PING_SECONDS) for seat in seats for _ in range(DEVICES_EACH)
        ]
        for device in self.devices:
            room.run(device.live())
        if not settle(lambda: all(device.is_open for device in self.devices), 30):
            raise RuntimeError("the devices did not get in")

    @contextmanager
    def told(self) -> Iterator[None]:
        """News for all of them meanwhile."""
        writer = Writer(self._player_ids, EVENTS_PER_SECOND)
        writer.start()
        try:
            yield
        finally:
            writer.stop()

    def waited(self) -> tuple[float, float, float]:
        """Milliseconds that 95 of 100 of everything, of the pongs, of the news took; begins anew."""
        pongs = [each for device in self.devices for each in device.pongs]
        delays = [each for device in self.devices for each in device.delays]
        for device in self.devices:
            device.pongs.clear()
            device.delays.clear()
        return p95(pongs + delays) * 1000, p95(pongs) * 1000, p95(delays) * 1000


class Siege:
    """The attackers, enrolled; their letters are written from the start, so that they cost the quiet time the same."""

    def __init__(self, house: House, name: str, crowd: int, seconds: float) -> None:
        sitters = [seat.token for seat in bench.enrol(crowd // SEATS_EACH, f"{name}sit") for _ in range(SEATS_EACH)]
        one, sleeper, *rest = bench.enrol(2 + FLOODERS + SHOUTERS, f"{name}bad")
        bench.close()
        self.letters = Letters(sleeper.player_id)
        self._plan = Plan(
            door=house.port,
            processes=[part.port for part in house.sockets],
            sitters=sitters,
            crowd=one.token,
            flooders=[seat.token for seat in rest[:FLOODERS]],
            shouters=[seat.token for seat in rest[FLOODERS:]],
            sleepers=[sleeper.token],
            seconds=seconds,
        )

    def lay(self) -> dict[str, Counter[str]]:
        """All attackers at once; how each kind ended."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.chaos.attackers"], cwd=ROOT, input=self._plan.text(), capture_output=True,
            text=True, timeout=self._plan.seconds + 120, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"the attackers failed: {done.stderr[-2000:]}")
        return {kind: Counter(ends) for kind, ends in json.loads(done.stdout).items()}


def _judge(report: Report, ends: dict[str, Counter[str]], crowd: int) -> None:
    """Every guest was met as the contract says."""
    turned_away = (CROWD_PER_PROCESS - 10) * SOCKET_PROCESSES
    expected = {"4429": turned_away, "stayed open": 10 * SOCKET_PROCESSES}
    report.want(ends["sitters"] == {"stayed open": crowd}, f"{crowd} who only sat: {dict(ends['sitters'])}")
    report.want(ends["crowd"] == expected, f"{CROWD_PER_PROCESS} of one player a process: {dict(ends['crowd'])}")
    report.want(set(ends["flooders"]) == {"4429"}, f"floods of messages ended {dict(ends['flooders'])}")
    report.want(set(ends["shouters"]) == {"1009"}, f"huge messages ended {dict(ends['shouters'])}")
    # Their 4408 waits unread until the club gives up waiting for the answer to it.
    report.want("stayed open" not in ends["sleepers"], f"readers that do not read: {dict(ends['sleepers'])}")


def _memory_mb(part: Part) -> float:
    """The most a process has held since it began."""
    status = Path(f"/proc/{part.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the control failed."""
    report, crowd = Report("FLOOD"), arguments.flood // SEATS_EACH * SEATS_EACH
    with House(base / "house") as house, Room() as room:
        siege = Siege(house, "", crowd, ATTACK_SECONDS)
        behaved = Behaved(house, room, "calm")
        with behaved.told(), siege.letters:
            behaved.waited()
            time.sleep(IDLE_SECONDS)
            alone = behaved.waited()
            ends = siege.lay()
            beside = behaved.waited()
        report.wrong += [told for device in behaved.devices for told in device.wrong]
        lost = sum((device.closes for device in behaved.devices), start=Counter[int]())
        report.want(not lost, f"a well-behaved player was closed {dict(lost)}")
        held = [_memory_mb(part) for part in house.sockets]
        report.wrong += house.complaints()
    _judge(report, ends, crowd)
    report.tell(f"{crowd} connections, {ATTACK_SECONDS:g} s: { {kind: dict(each) for kind, each in ends.items()} }")
    report.tell(f"socket processes held at most {', '.join(f'{each:.0f} MB' for each in held)}")
    report.want(max(held) <= MEMORY_MB, f"a socket process held {max(held):.0f} MB")
    for what, quiet, loud in zip(("all", "pongs", "news"), alone, beside, strict=True):
        report.tell(f"well-behaved, p95 of {what}: {quiet:.1f} ms alone, {loud:.1f} ms beside the flood")
    idle, busy = alone[0], beside[0]
    report.want(busy <= idle * SLOWER_AT_MOST, f"95 of 100 took {busy:.1f} ms beside the flood, {idle:.1f} ms alone")
    control = Report()
    with House(base / "control", sockets_without="guards") as house:
        siege = Siege(house, "un", 10, CONTROL_SECONDS)
        with siege.letters:
            _judge(control, siege.lay(), 10)
    report.want_failed(control, "guards", 1)
    return report.verdict(arguments.seed)
