"""STREAM: fifty devices on two socket processes lose connections, servers and Redis, and miss nothing.

Every player has two devices. News are appended in the harness process by `wallet.tell`, five events a transaction as a
spin writes them, and hinted at through Redis as any process does. Devices may send at most twenty messages in ten
seconds, so they ping a little slower than that.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Final

from django.db import connections, transaction

from accounts.ledger import open_wallet
from accounts.models import Wallet
from bench import club as bench
from casino.lib import days
from realtime.events import StatsUpdate
from tests.chaos.house import House
from tests.chaos.listening import Device, Room, median, p95, settle
from tests.chaos.report import Report

DEVICES_EACH: Final = 2
EVENTS_TOGETHER: Final = 5
WRITERS: Final = 2
PING_SECONDS: Final = 0.8
CATCH_UP_SECONDS: Final = 1.0
REDIS_AWAY_SECONDS: Final = 2.0
LAST_WORDS_SECONDS: Final = 10.0
CONTROL_SECONDS: Final = 12.0
CONTROL_DEVICES: Final = 10


class Writer(threading.Thread):
    """Appends events to its players' streams at a steady rate until told to stop."""

    def __init__(self, player_ids: Sequence[int], events_per_second: float) -> None:
        super().__init__(name="writer", daemon=True)
        self._player_ids = player_ids
        self._pause = EVENTS_TOGETHER / (events_per_second * len(player_ids))
        self._is_over = threading.Event()
        self.written = 0
        self.failed: list[str] = []

    def run(self) -> None:
        """One transaction after the other, each player in turn."""
        began = time.monotonic()
        try:
            for turn in count():
                if self._is_over.wait(max(0.0, began + turn * self._pause - time.monotonic())):
                    return
                self._tell(self._player_ids[turn % len(self._player_ids)])
        except Exception as error:  # noqa: BLE001 - the harness says what went wrong
            self.failed.append(repr(error))
        finally:
            connections.close_all()

    def _tell(self, player_id: int) -> None:
        with transaction.atomic(), open_wallet(player_id, now=days.now()) as wallet:
            for _ in range(EVENTS_TOGETHER):
                wallet.tell(StatsUpdate({"number": wallet.row.stream_seq}))
        self.written += EVENTS_TOGETHER

    def stop(self) -> None:
        """Finishes what it is writing."""
        self._is_over.set()
        self.join()


class Stage:
    """Players, their devices and the writers, for one run."""

    def __init__(self, house: House, room: Room, name: str, devices: int, rate: float) -> None:
        self.house = house
        self.room = room
        seats = bench.enrol(devices // DEVICES_EACH, name)
        self.player_ids = [seat.player_id for seat in seats]
        self.devices = {
            Device(house.port, seat.token, ping_every=PING_SECONDS): seat.player_id
            for seat in seats
            for _ in range(DEVICES_EACH)
        }
        self.writers = [Writer(self.player_ids[place::WRITERS], rate) for place in range(WRITERS)]
        for device in self.devices:
            room.run(device.live())
        if not settle(lambda: all(device.is_open for device in self.devices), 60):
            raise RuntimeError("the devices did not get in")
        bench.close()

    def play(self, seconds: float, harms: Sequence[tuple[float, Callable[[], object]]]) -> float:
        """Writes for so long and does each harm at its moment; how many events a second a device was told."""
        began = time.monotonic()
        for writer in self.writers:
            writer.start()
        for moment, harm in sorted(harms, key=lambda pair: pair[0]):
            time.sleep(max(0.0, began + moment - time.monotonic()))
            harm()
        time.sleep(max(0.0, began + seconds - time.monotonic()))
        for writer in self.writers:
            writer.stop()
        return sum(writer.written for writer in self.writers) / len(self.player_ids) / (time.monotonic() - began)

    def judge(self, report: Report) -> None:
        """Everything that was stored was heard, once and in order."""
        latest = dict(Wallet.objects.filter(pk__in=self.player_ids).values_list("pk", "stream_seq"))
        bench.close()
        settle(lambda: all(device.position == latest[pk] for device, pk in self.devices.items()), LAST_WORDS_SECONDS)
        for device, player_id in self.devices.items():
            report.wrong += [f"player {player_id}: {told}" for told in device.wrong]
            heard = device.position
            report.want(heard == latest[player_id], f"player {player_id} heard {heard} of {latest[player_id]}")
        report.wrong += [f"a writer failed: {told}" for writer in self.writers for told in writer.failed]
        report.ends["events written"] = sum(writer.written for writer in self.writers)
        report.ends["connections"] = sum(device.opened for device in self.devices)
        report.ends["raw duplicates"] = sum(device.duplicates for device in self.devices)
        report.ends["pongs"] = sum(len(device.pongs) for device in self.devices)
        for code, times in sum((device.closes for device in self.devices), start=type(device.closes)()).items():
            report.ends[f"closed {code}"] = times


def _harms(
    stage: Stage, luck: random.Random, seconds: float, disconnects: int
) -> list[tuple[float, Callable[[], object]]]:
    """Lost connections all along; servers end politely, abruptly and politely; Redis goes and returns."""

    def hang_up() -> None:
        device, rudely, away = luck.choice(list(stage.devices)), luck.random() < 0.5, luck.uniform(0, 3)
        stage.room.call(lambda: device.hang_up(rudely=rudely, away=away))

    def restart(place: int, *, politely: bool) -> None:
        part = stage.house.sockets[place]
        if politely:
            part.tell_to_stop()
            part.ended()
        else:
            part.kill()
        part.open()

    def lose_redis() -> None:
        stage.house.redis.kill()
        time.sleep(REDIS_AWAY_SECONDS)
        stage.house.redis.start()

    harms: list[tuple[float, Callable[[], object]]] = [
        (luck.uniform(0, seconds * 0.95), hang_up) for _ in range(disconnects)
    ]
    return [
        *harms,
        (seconds * 0.15, lambda: restart(0, politely=True)),
        (seconds * 0.4, lambda: restart(1, politely=False)),
        (seconds * 0.65, lose_redis),
        (seconds * 0.8, lambda: restart(0, politely=True)),
    ]


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the controls failed."""
    luck, report = random.Random(arguments.seed), Report("STREAM")
    seconds, rate = arguments.stream_seconds, arguments.stream_rate
    with House(base / "house") as house, Room() as room:
        stage = Stage(house, room, "hearer", arguments.stream_devices, rate)
        reached = stage.play(seconds, _harms(stage, luck, seconds, arguments.disconnects))
        stage.judge(report)
        report.wrong += house.complaints()
    catch_ups = [each for device in stage.devices for each in device.catch_ups]
    delays = [each for device in stage.devices for each in device.delays]
    report.tell_ends(
        f"{len(stage.devices)} devices, {rate:g} events/s each wanted, {reached:.1f} written, "
        f"{1 / PING_SECONDS:.1f} pings/s each, {seconds} s, {arguments.disconnects} disconnects, 3 restarts, Redis once"
    )
    report.tell(
        f"catch-up: median {median(catch_ups):.2f} s, p95 {p95(catch_ups):.2f} s of {len(catch_ups)}; "
        f"delay: median {median(delays) * 1000:.0f} ms, p95 {p95(delays) * 1000:.0f} ms"
    )
    report.want(median(catch_ups) <= CATCH_UP_SECONDS, f"half of the catch-ups took over {CATCH_UP_SECONDS} s")
    report.want(reached >= rate * 0.95, f"only {reached:.1f} of {rate} events/s were written")
    for without in ("replay", "gap check"):
        report.want_failed(_control(base / without.replace(" ", "-"), without, luck), without, 1)
    return report.verdict(arguments.seed)


def _control(base: Path, without: str, luck: random.Random) -> Report:
    """The same in small."""
    report = Report()
    with House(base, sockets_without=without) as house, Room() as room:
        stage = Stage(house, room, f"{without.split()[0]}less", CONTROL_DEVICES, 5)
        stage.play(CONTROL_SECONDS, _harms(stage, luck, CONTROL_SECONDS, 20))
        stage.judge(report)
    return report
