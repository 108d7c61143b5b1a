"""REDIS: killed, frozen and started again while gold moves; no request fails, sessions end at once, sockets catch up.

Players spin and buy over HTTP through the door and listen on a socket each. The audit of the ledger has the last word.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from subprocess import CalledProcessError
from typing import Final

from accounts.models import Wallet
from bench import club as bench
from bench.topology import manage
from tests.chaos.club import Guest, Json
from tests.chaos.house import House
from tests.chaos.listening import Device, Room, median, p95, settle
from tests.chaos.report import Report

PLAYERS: Final = 6
CATCH_UP_SECONDS: Final = 5.0
# No request may wait longer for Redis than it may wait for a lock of the database.
MONEY_SECONDS: Final = 3.0
LEAVERS_EACH: Final = 2
CONTROL_SECONDS: Final = 10.0
_MONEY: Final[tuple[tuple[str, Json], ...]] = (
    ("/api/games/slot/spin", {"bet_amount": 10, "lines": 5}),
    ("/api/shop/buy", {"product_id": "GOLD_PACK_SMALL"}),
    ("/api/games/rps/play", {"bet_amount": 10, "choice": "rock"}),
    ("/api/shop/buy", {"product_id": "anti_single_loss"}),
)


class Spender(threading.Thread):
    """A player who spins and buys, one thing after the other, until told to stop."""

    def __init__(self, house: House, token: str) -> None:
        super().__init__(daemon=True)
        self.guest = Guest(house, token)
        self.is_over = threading.Event()
        self.waits: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.refused: list[str] = []

    def run(self) -> None:
        """Each kind of money in turn."""
        turn = 0
        while not self.is_over.is_set():
            path, body = _MONEY[turn % len(_MONEY)]
            turn += 1
            began = time.monotonic()
            status, told = self.guest.ask("POST", path, body)
            self.waits.append(time.monotonic() - began)
            self.statuses[status] += 1
            if status != 200:
                self.refused.append(f"{path}: {status} {told}")


def _leave(report: Report, house: House, tokens: list[str], when: str) -> None:
    """A logout, and the next requests: refused at once, on every web process."""
    guest = Guest(house, tokens.pop())
    before = guest.ask("GET", "/api/auth/me")[0]
    left = guest.ask("POST", "/api/auth/logout")[0]
    after = {guest.ask("GET", "/api/auth/me")[0] for _ in range(4)}
    report.want((before, left, after) == (200, 200, {401}), f"{when}, a logout was answered {before}, {left}, {after}")
    report.ends["logouts"] += 1


def _play(report: Report, house: House, name: str, seconds: float) -> None:
    """Money all the time; Redis killed, started, frozen, thawed, frozen and killed, started."""
    seats = bench.enrol(PLAYERS, name)
    leavers = [seat.token for seat in bench.enrol(6 * LEAVERS_EACH, f"{name}off")]
    bench.close()
    harms: tuple[tuple[str, Callable[[], object]], ...] = (
        ("at peace", lambda: None),
        ("Redis killed", house.redis.kill),
        ("Redis back", house.redis.start),
        ("Redis frozen", house.freeze_redis),
        ("Redis thawed", house.thaw_redis),
        ("Redis killed again", house.redis.kill),
    )
    spenders = [Spender(house, seat.token) for seat in seats]
    devices = {Device(house.port, seat.token): seat.player_id for seat in seats}
    with Room() as room:
        for device in devices:
            room.run(device.live())
        if not settle(lambda: all(device.is_open for device in devices), 30):
            raise RuntimeError("the devices did not get in")
        for spender in spenders:
            spender.start()
        for when, harm in harms:
            harm()
            until = time.monotonic() + seconds / len(harms)
            for _ in range(LEAVERS_EACH):
                _leave(report, house, leavers, when)
            time.sleep(max(0.0, until - time.monotonic()))
        for spender in spenders:
            spender.is_over.set()
        for spender in spenders:
            spender.join()
        house.redis.start()
        _judge_sockets(report, devices)
    _judge_money(report, spenders)


def _judge_sockets(report: Report, devices: dict[Device, int]) -> None:
    latest = dict(Wallet.objects.filter(pk__in=devices.values()).values_list("pk", "stream_seq"))
    bench.close()
    settle(lambda: all(device.position == latest[pk] for device, pk in devices.items()), CATCH_UP_SECONDS)
    for device, player_id in devices.items():
        report.wrong += [f"player {player_id}: {told}" for told in device.wrong]
        heard = device.position
        report.want(heard == latest[player_id], f"player {player_id} heard {heard} of {latest[player_id]}")
    delays = [each for device in devices for each in device.delays]
    if report.name:
        report.tell(
            f"{len(delays)} news heard after {median(delays) * 1000:.0f} ms (median), {p95(delays):.2f} s (p95), "
            f"{max(delays):.2f} s (at most), {sum(device.opened for device in devices)} connections of {len(devices)}"
        )
    report.want(max(delays) <= CATCH_UP_SECONDS, f"news came after {max(delays):.1f} s")


def _judge_money(report: Report, spenders: list[Spender]) -> None:
    waits = [each for spender in spenders for each in spender.waits]
    for spender in spenders:
        report.wrong += spender.refused
        report.want(spender.guest.lost == 0, f"{spender.guest.lost} connections were lost")
        for status, times in spender.statuses.items():
            report.ends[f"answered {status}"] += times
    report.want(max(waits) <= MONEY_SECONDS, f"a request waited {max(waits):.1f} s")
    if report.name:
        report.tell(
            f"money took {median(waits) * 1000:.0f} ms (median), {p95(waits) * 1000:.0f} ms (p95), "
            f"{max(waits) * 1000:.0f} ms (at most)"
        )


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the control failed."""
    report, control = Report("REDIS"), Report()
    with House(base / "house") as house:
        _play(report, house, "payer", arguments.redis_seconds)
        report.wrong += house.complaints()
    report.tell_ends(f"{PLAYERS} players, {arguments.redis_seconds:g} s, Redis killed, back, frozen, thawed, killed")
    try:
        manage("audit_ledger")
    except CalledProcessError as error:
        report.wrong.append(f"the audit of the ledger ended with {error.returncode}")
    with House(base / "control", without="short waits for Redis") as house:
        _play(control, house, "waiter", CONTROL_SECONDS * len(_MONEY))
    report.want_failed(control, "short waits for Redis", 1)
    return report.verdict(arguments.seed)
