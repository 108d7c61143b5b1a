"""Many devices, lost connections, restarts: nobody misses an event, nobody sees one out of order."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from websockets.exceptions import WebSocketException

from accounts.models import Player, Wallet
from realtime.tests.ears import sign_in, tell
from realtime.tests.house import PATIENCE_SECONDS, House
from tests.cast import enrol

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
DEVICES_PER_PLAYER = 3
EVENTS_PER_PLAYER = 80
RESTARTS = 2
SEED = 20260131


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "house.log", settings.REDIS_URL)
    house.open()
    yield house
    house.kill()


class Device(threading.Thread):
    """Keeps a socket open until it has heard `last`, hanging up at random and resuming from what it saw."""

    def __init__(self, house: House, token: str, since: int, last: int, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.house, self.token, self.last, self.chance = house, token, last, chance
        self.heard = [since]
        self.hung_up = 0
        self.unrecovered = 0
        self.deadline = time.monotonic() + 90

    def run(self) -> None:
        """Connects again and again."""
        while self.heard[-1] < self.last and time.monotonic() < self.deadline:
            try:
                self._listen()
            except (WebSocketException, OSError, TimeoutError):
                continue

    def _listen(self) -> None:
        with self.house.socket(self.token, f"&since={self.heard[-1]}") as client:
            client.recv(timeout=PATIENCE_SECONDS)
            state = json.loads(client.recv(timeout=PATIENCE_SECONDS))["data"]
            self.unrecovered += state["recovered"] is not True
            patience = self.chance.randint(5, 30)
            while self.heard[-1] < self.last:
                self.heard.append(json.loads(client.recv(timeout=PATIENCE_SECONDS))["seq"])
                patience -= 1
                if not patience:
                    self.hung_up += 1
                    return


def write(player: Player, count: int) -> None:
    for number in range(count):
        tell(player, number)
    connections.close_all()


def test_nobody_misses_anything_over_lost_connections_and_restarts(house: House) -> None:
    luck = random.Random(SEED)
    devices, writers = [], []
    for player in (enrol("ada"), enrol("bob")):
        since = Wallet.objects.values_list("stream_seq", flat=True).get(pk=player.pk)
        token = sign_in(player)[1]
        devices += [
            Device(house, token, since, since + EVENTS_PER_PLAYER, random.Random(luck.random()))
            for _ in range(DEVICES_PER_PLAYER)
        ]
        writers.append(threading.Thread(target=write, args=(player, EVENTS_PER_PLAYER)))
    for thread in (*devices, *writers):
        thread.start()
    for _ in range(RESTARTS):
        house.tell_to_stop()
        assert house.ended() == 0
        house.open()
    for thread in (*writers, *devices):
        thread.join(100)
    for device in devices:
        assert device.heard == list(range(device.heard[0], device.last + 1))
    assert [device.unrecovered for device in devices] == [0] * len(devices)
    assert sum(device.hung_up for device in devices) > len(devices)
