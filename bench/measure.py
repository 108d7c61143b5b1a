"""The measuring half of `make bench`: runs with production settings while the stores are up."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import django
from django.core.management import call_command

from bench import load, pages, statements, topology

django.setup()

from bench import club, goals, sales  # noqa: E402  (their models need the line above)
from bench.history import History  # noqa: E402

WEBHOOK_CONNECTIONS = 4
PAGES = ("/", "/login", "/signup", "/shop", "/games", "/games/slot", "/profile")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Figures of the production topology on this machine."
    )
    parser.add_argument("--connections", type=int, default=16, help="keep-alive connections that spin (16)")
    parser.add_argument("--players", type=int, default=64, help="players they speak for (64)")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each load run (10)")
    parser.add_argument("--history", type=int, default=100_000, help="rounds of one long history (100000); 0: none")
    parser.add_argument("--webhooks", type=int, default=1_500, help="payments the provider tells of (1500)")
    parser.add_argument("--profile", metavar="FILE", help="write a flame graph (SVG) of one worker under this load")
    parser.add_argument("--statements", action="store_true", help="also print the statements of one spin")
    return parser.parse_args()


def _say(name: str, value: str, note: str = "") -> None:
    print(f"{name:<34}{value:>14}  {note}", flush=True)


def _measure(options: argparse.Namespace, base: Path) -> None:
    port = int(os.environ["PORT"])
    quiet, *everyone = club.enrol(1 + options.players + 2 * options.connections)
    seats, others = everyone[: options.players], everyone[options.players :]
    # Players of their own, for spins and for buys: no number is used twice.
    plans = [statements.plan(club.caller(seat, club.SPIN)) for seat in others[: options.connections]]
    buys = [statements.plan(club.caller(seat, club.PACK)) for seat in others[options.connections :]]
    if options.statements:
        for number, one in enumerate([*plans[0].statements, *buys[0].statements], 1):
            print(f"  {number:2} {'in' if one.in_transaction else 'out'} {one.sql}\n     {one.params}")
    _say("SQL statements of a spin", str(len(plans[0].statements)), "without BEGIN and COMMIT")
    _say("SQL statements of a pack", str(len(buys[0].statements)), "order, payment and grant")
    for game, calls in {**club.PLAYS, "an item": (club.ITEM,)}.items():
        play = club.caller(quiet, *calls)
        play()  # the first of a process reads the table
        with statements.recorded() as found:
            play()
        _say(f"SQL statements of {game}", str(len(found)), " and ".join(call.path for call in calls))
    _say("password check", f"{club.password_check_ms():.1f} ms", "one core, median")
    _say("hint after commit", f"{club.hint_ms(seats[0]):.3f} ms", "three messages through Redis, median")
    club.close()

    web = topology.Web(port, base / "gunicorn.log")
    try:
        _load(options, port, web, seats, "spin", club.SPIN, plans)
        _load(options, port, web, seats, "buy", club.PACK, buys)
        _goals(options, port, web, seats)
        _games(options, port, seats)
        _say(*sales.webhooks(port, seats, options.webhooks, WEBHOOK_CONNECTIONS))
        _pages(port)
    finally:
        web.stop()
    if options.history:
        _history(quiet, options.history)
    log = (base / "gunicorn.log").read_text(errors="replace")
    if log:
        print(f"gunicorn said:\n{log[-3000:]}", file=sys.stderr)


def _cpu_seconds(web: topology.Web) -> tuple[float, float, float]:
    """CPU time so far of the web processes, of our own PostgreSQL (0 for a given one) and of this load client."""
    base = os.environ.get("BENCH_POSTGRES_PID")
    return web.cpu_seconds(), topology.family_cpu_seconds(int(base)) if base else 0.0, sum(os.times()[:2])


@contextmanager
def _profiled(file: str | None, pid: int, seconds: float) -> Iterator[None]:
    """Watch the process with py-spy when a file for the picture is given; the figures suffer a little then."""
    if not file:
        yield
        return
    kind = "raw" if file.endswith(".txt") else "flamegraph"
    program = str(Path(sys.executable).with_name("py-spy"))
    command = [program, "record", "-p", str(pid), "-d", str(int(seconds)), "-r", "100", "-f", kind, "-o", file]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        yield


def _connections(
    options: argparse.Namespace, port: int, seats: list[club.Seat], *calls: club.Call
) -> list[Callable[[], bytes]]:
    """What each connection sends: these calls for every player of its share in turn."""
    players = [
        load.in_turn([load.play_request(port, seat.token, call.path, call.body) for call in calls]) for seat in seats
    ]
    return [load.in_turn(players[place :: options.connections]) for place in range(options.connections)]


def _load(
    options: argparse.Namespace,
    port: int,
    web: topology.Web,
    seats: list[club.Seat],
    name: str,
    call: club.Call,
    plans: list[statements.Plan],
) -> None:
    """One kind of call by everybody, between two runs of its bare statements."""
    requests = _connections(options, port, seats, call)
    load.run(port, requests, 3.0)  # warm: imports, pools, prepared statements

    loop_before = statements.run(os.environ["DATABASE_URL"], plans, 0, options.seconds / 2)
    with _profiled(options.profile if name == "spin" else None, web.workers()[0], options.seconds):
        before = _cpu_seconds(web)
        tally = load.run(port, requests, options.seconds)
        cpu, base, own = (now - then for now, then in zip(_cpu_seconds(web), before, strict=True))
    loop_after = statements.run(os.environ["DATABASE_URL"], plans, 1_000_000, options.seconds / 2)
    loop = (loop_before + loop_after) / 2

    good = tally.statuses[200]
    note = f"{options.connections} connections, {options.players} players, load {os.getloadavg()[0]:.1f}"
    _say(f"{name}s per second", f"{tally.per_second:.0f}", note)
    _say(f"{name} p50 / p99", f"{tally.percentile(0.5):.1f} / {tally.percentile(0.99):.1f} ms")
    _say("bare database loop per second", f"{loop:.0f}", f"before {loop_before:.0f}, after {loop_after:.0f}")
    _say("ratio", f"{tally.per_second / loop:.3f}", f"{name}s ÷ loop")
    each = 1000 / max(good, 1)
    _say(
        f"web CPU per {name}",
        f"{each * cpu:.2f} ms",
        f"PostgreSQL {each * base:.2f} ms, load client {each * own:.2f} ms",
    )
    others = {status: count for status, count in tally.statuses.items() if status != 200}
    _say("other answers", str(sum(others.values())), str(others) if others else "")


def _goals(options: argparse.Namespace, port: int, web: topology.Web, seats: list[club.Seat]) -> None:
    """What missions and joined events add to a spin: processor time with them and without, in turn."""
    requests = _connections(options, port, seats, club.SPIN)

    def spent_ms() -> float:
        before = _cpu_seconds(web)
        tally = load.run(port, requests, options.seconds / 4)
        now = _cpu_seconds(web)
        return 1000 * (now[0] - before[0] + now[1] - before[1]) / max(tally.statuses[200], 1)

    goals.post_goals(seats)
    without, moved = goals.cost(spent_ms)
    _say(
        "spin with goals ÷ without", f"{moved / without:.2f}", f"{moved:.2f} and {without:.2f} ms of web and PostgreSQL"
    )


def _games(options: argparse.Namespace, port: int, seats: list[club.Seat]) -> None:
    """The other games and gold items, each alone and for half as long."""
    for game, calls in {**club.PLAYS, "item": (club.ITEM,)}.items():
        tally = load.run(port, _connections(options, port, seats, *calls), options.seconds / 2)
        others = {status: count for status, count in tally.statuses.items() if status != 200}
        each = "bets and cash-outs" if len(calls) > 1 else "buys" if game == "item" else "plays"
        _say(
            f"{game} {each} per second",
            f"{tally.per_second / len(calls):.0f}",
            f"p50 / p99 {tally.percentile(0.5):.1f} / {tally.percentile(0.99):.1f} ms · other answers {others or 0}",
        )


def _history(seat: club.Seat, count: int) -> None:
    """What a long history makes dearer: statistics should not notice, proofs take their time."""
    for rounds in (0, count):
        if rounds:
            History(seat.player_id).write(rounds)
        with statements.recorded() as found:
            club.caller(seat, club.STATISTICS)()
        note = f"{len(found)} statements, one caller, median"
        _say(f"statistics after {rounds:,} more rounds", f"{club.stats_ms(seat):.2f} ms", note)
    began = time.perf_counter()
    call_command("verify_round", "--all-of", str(seat.player_id), stdout=StringIO())
    seconds = time.perf_counter() - began
    note = f"{count:,} mixed rounds in {seconds:.1f} s"
    _say("verify_round, 20,000 rounds", f"{seconds / count * 20_000:.1f} s", note)


def _pages(port: int) -> None:
    for path in PAGES:
        alone = load.run(port, [load.page_request(port, path)], 1.0)
        files, brotli = pages.script_bytes(port, path, "br")
        _, gzipped = pages.script_bytes(port, path, "gzip")
        _say(
            f"page {path}",
            f"{alone.percentile(0.5):.1f} ms",
            f"p99 {alone.percentile(0.99):.1f} ms · {files} scripts, {brotli / 1000:.1f} kB brotli, "
            f"{gzipped / 1000:.1f} kB gzip",
        )


def main() -> None:
    """Print every figure with what it means."""
    options = _arguments()
    print(f"{platform.platform()} · {os.cpu_count()} cores · Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory(prefix="club-bench-") as base:
        _measure(options, Path(base))


if __name__ == "__main__":
    main()
