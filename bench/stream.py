"""The measuring half of `make bench-live`: real stores, real socket processes, one process of clients, writers."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import django

from bench import topology
from bench.listeners import Address, Heard, listen
from tests.servers import free_port

django.setup()

from bench import club  # noqa: E402  (its models need the line above)
from bench.tellers import Story, Task, Told, write  # noqa: E402
from realtime import publish  # noqa: E402
from realtime.events import CatalogUpdate  # noqa: E402

SPARE: Final = 1.15
"""Single transactions are used for a pace when the writers alone can do this many times as many."""
GROUP: Final = 8
BROADCASTS: Final = 15
WAIT_SECONDS: Final = 5.0
MS: Final = 1e6  # nanoseconds


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description="Figures of the stream under load.")
    parser.add_argument("--clients", type=int, default=500, help="players, each with one socket (500)")
    parser.add_argument("--processes", type=int, default=2, help="socket processes (2)")
    parser.add_argument("--writers", type=int, default=2, help="processes that write events (2)")
    parser.add_argument("--rates", type=int, nargs="+", default=[400, 800], help="events per second (400 800)")
    parser.add_argument("--seconds", type=float, default=15.0, help="length of each run (15)")
    parser.add_argument("--group", type=int, help="players a transaction (1, or 8 where single ones are too slow)")
    parser.add_argument("--profile", metavar="FILE", help="what one socket process did in the last run (.txt or .svg)")
    return parser.parse_args()


def _say(name: str, value: str, note: str = "") -> None:
    print(f"{name:<34}{value:>14}  {note}", flush=True)


class Worker:
    """A process of ours and the pipe to it."""

    def __init__(self, work: Callable[..., None], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(other, *arguments), daemon=True)
        self.process.start()

    def stop(self) -> None:
        """Lets it end."""
        self.pipe.send(None)
        self.process.join(10)
        self.process.kill()


@contextmanager
def _socket_processes(count: int, base: Path) -> Iterator[dict[int, int]]:
    """Runs them as production does; their process ids by port."""
    with ExitStack() as stack:
        pids = {}
        for number in range(count):
            port = free_port()
            command = [sys.executable, "-m", "casino.serve", "--sockets", "--host", "127.0.0.1", "--port", str(port)]
            log = stack.enter_context((base / f"sockets-{number}.log").open("wb"))
            process = subprocess.Popen(command, cwd=topology.ROOT, stdout=subprocess.PIPE, stderr=log)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
            assert process.stdout is not None
            if not process.stdout.readline():
                raise RuntimeError((base / f"sockets-{number}.log").read_text(errors="replace")[-4000:])
            pids[port] = process.pid
        yield pids


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that runs, and who can be told something."""

    player_ids: Sequence[int]
    writers: Sequence[Worker]
    devices: Worker
    sockets: dict[int, int]

    def cpu_seconds(self) -> dict[str, float]:
        """CPU time so far by whom; stores that were given are not counted."""
        pids: dict[str, list[int | None]] = {
            "writers": [worker.process.pid for worker in self.writers],
            "sockets": [*self.sockets.values()],
            "clients": [self.devices.process.pid],
            "Redis": [_pid("BENCH_REDIS_PID")],
            "PostgreSQL": [_pid("BENCH_POSTGRES_PID")],
        }
        return {name: sum(topology.family_cpu_seconds(pid) for pid in own if pid) for name, own in pids.items()}

    def heard(self, expected: int) -> list[Heard]:
        """What the devices heard since they were asked last, once it is as much as `expected` or time is up."""
        found: list[Heard] = []
        deadline = time.monotonic() + WAIT_SECONDS
        while len(found) < expected and time.monotonic() < deadline:
            self.devices.pipe.send(True)
            found += self.devices.pipe.recv()
            time.sleep(0.1)
        return found


def _pid(name: str) -> int | None:
    return int(os.environ.get(name) or 0) or None


def _tell(writers: Sequence[Worker], player_ids: Sequence[int], seconds: float, rate: float, group: int) -> list[Story]:
    """Lets the writers share the players and the pace (0: as fast as they can)."""
    period = group * len(writers) / rate if rate else 0.0
    starts_at = time.monotonic() + 0.1
    for place, worker in enumerate(writers):
        own = player_ids[place :: len(writers)]
        worker.pipe.send(Task(own, seconds, period, group, starts_at + place * period / len(writers)))
    return [worker.pipe.recv() for worker in writers]


def _flat_out(writers: Sequence[Worker], player_ids: Sequence[int]) -> float:
    """Events a second as single transactions when nobody listens."""
    _tell(writers, player_ids, 0.5, 0, 1)
    stories = _tell(writers, player_ids, 3.0, 0, 1)
    rate = sum(len(story.told) / story.seconds for story in stories)
    _say(
        f"single transactions, {len(writers)} writing", f"{rate:.0f}/s", "stored with fsync and hinted, nobody listens"
    )
    return rate


def _quantiles(nanoseconds: Sequence[int]) -> str:
    ordered = sorted(nanoseconds)
    at = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] / MS for share in (0.5, 0.95, 0.99, 1.0)]
    return " / ".join(f"{each:.1f}" for each in at) + " ms"


def _check(told: Sequence[Told], heard: Sequence[Heard]) -> tuple[int, int]:
    """How many events did not arrive, and how many arrived twice or out of their place."""
    by_player: defaultdict[int, list[int]] = defaultdict(list)
    for each in heard:
        by_player[each.message["user_id"]].append(each.message["seq"])
    arrived = {(player, seq) for player, seqs in by_player.items() for seq in seqs}
    lost = sum((each.player_id, each.seq) not in arrived for each in told)
    steps = (b - a for seqs in by_player.values() for a, b in pairwise(seqs))
    return lost, sum(step != 1 for step in steps)


def _run(bench: Bench, rate: int, group: int, seconds: float) -> None:
    """One pace for some seconds: how late events are, what they cost, whether all arrived."""
    began, before = time.monotonic(), bench.cpu_seconds()
    stories = _tell(bench.writers, bench.player_ids, seconds, rate, group)
    spent = {name: now - before[name] for name, now in bench.cpu_seconds().items()}
    passed = time.monotonic() - began
    told = [each for story in stories for each in story.told]
    heard = bench.heard(len(told))
    if strange := [each.message for each in heard if each.message.get("seq") is None]:
        raise RuntimeError(f"{len(strange)} messages nobody told, the first: {strange[0]}")
    at = {(each.message["user_id"], each.message["seq"]): each.at_ns for each in heard}
    pairs = [(each, at[each.player_id, each.seq]) for each in told if (each.player_id, each.seq) in at]

    how = "one transaction each" if group == 1 else f"{group} players a transaction, as a tick writes them"
    print(f"\n{rate} events a second for {seconds:g} s, {how}, {len(bench.writers)} writing:")
    behind = 1000 * max(story.latest_by for story in stories)
    _say("  events told", str(len(told)), f"{len(told) / seconds:.0f}/s, writers at most {behind:.0f} ms behind")
    _say("  commit → client", _quantiles([then - each.committed_ns for each, then in pairs]), "p50 / p95 / p99 / max")
    _say("  call → client", _quantiles([then - each.called_ns for each, then in pairs]))
    lost, astray = _check(told, heard)
    _say("  lost, out of place", f"{lost}, {astray}", "every seq one above the last" if not astray else "")
    costs = ", ".join(f"{name} {1000 * each / len(told):.3f}" for name, each in spent.items())
    _say("  CPU per event", f"{1000 * sum(spent.values()) / len(told):.2f} ms", costs)
    busy = 100 * sum(spent.values()) / passed / (os.cpu_count() or 1)
    _say("  processors busy with it", f"{busy:.0f} %", f"load average {os.getloadavg()[0]:.1f}")


def _broadcast(bench: Bench) -> None:
    """How long until the last of all has what was told to all."""
    spent = []
    for version in range(BROADCASTS):
        began = time.monotonic_ns()
        publish.broadcast(CatalogUpdate(reason="product_updated", product_id="A", package_id=None, version=version))
        heard = bench.heard(len(bench.player_ids))
        if {each.message["user_id"] for each in heard} != set(bench.player_ids):
            raise RuntimeError(f"a broadcast reached {len(heard)} of {len(bench.player_ids)}")
        spent.append(max(each.at_ns for each in heard) - began)
    print()
    _say(f"broadcast to all {len(bench.player_ids)}", _quantiles(spent), "call → last client: p50 / p95 / p99 / max")


def _rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _say_rss(sockets: dict[int, int], note: str) -> None:
    _say("RSS of the socket processes", " + ".join(f"{_rss_mb(pid):.0f}" for pid in sockets.values()) + " MB", note)


def _measure(options: argparse.Namespace, base: Path, stack: ExitStack) -> None:
    seats = club.enrol(options.clients, "live")
    player_ids = [seat.player_id for seat in seats]
    club.close()
    writers = [Worker(write) for _ in range(options.writers)]
    for worker in writers:
        stack.callback(worker.stop)
    _flat_out(writers[:1], player_ids)
    single = _flat_out(writers, player_ids)

    sockets = stack.enter_context(_socket_processes(options.processes, base))
    _say_rss(sockets, "nobody connected")
    ports = list(sockets)
    devices = Worker(listen, [Address(ports[place % len(ports)], seat.token) for place, seat in enumerate(seats)])
    stack.callback(devices.stop)
    _say(
        f"{options.clients} sockets opened in", f"{devices.pipe.recv():.1f} s", "16 at a time, until each has its state"
    )
    bench = Bench(player_ids, writers, devices, sockets)
    bench.heard(sum(len(story.told) for story in _tell(writers, player_ids, 2.0, options.rates[0], 1)))  # warm
    for rate in options.rates:
        is_last = rate == options.rates[-1]
        with _profiled(options.profile if is_last else None, next(iter(sockets.values())), options.seconds):
            group = options.group or (1 if single > SPARE * rate else GROUP)
            _run(bench, rate, group, options.seconds)
    _broadcast(bench)
    _say_rss(sockets, f"with {options.clients} sockets in all, after the load")


@contextmanager
def _profiled(file: str | None, pid: int, seconds: float) -> Iterator[None]:
    """Watch the process with py-spy when a file is given; the figures suffer a little then."""
    if not file:
        yield
        return
    kind = "raw" if file.endswith(".txt") else "flamegraph"
    program = str(Path(sys.executable).with_name("py-spy"))
    command = [program, "record", "-p", str(pid), "-d", str(int(seconds)), "-r", "200", "-f", kind, "-o", file]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        yield


def main() -> None:
    """Print every figure with what it means."""
    options = _arguments()
    print(f"{platform.platform()} · {os.cpu_count()} cores · Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory(prefix="club-bench-") as base, ExitStack() as stack:
        _measure(options, Path(base), stack)


if __name__ == "__main__":
    main()
