"""`make chaos`: stores and a club of its own, the harnesses one after the other, exit 1 when anything did not hold."""

from __future__ import annotations

import argparse
import importlib
import os
import secrets
import sys
import tempfile
from pathlib import Path

from bench import topology
from tests.servers import free_port

HARNESSES = (
    *("stock", "holds", "once", "keys", "hooks", "sales", "crash"),
    *("stream", "revoke", "flood", "drain", "redis"),
)
# The guards against fraud would stop these buyers; tokens have to last for hours; a sweep should void what waits.
FREE_HAND = {
    "FRAUD_MAX_PURCHASES": "100000",
    "FRAUD_MAX_CARDS": "1000",
    "JWT_EXPIRE_MINUTES": "1440",
    "PENDING_TX_MAX_AGE_MINUTES": "1",
    "DATABASE_POOL_SIZE": "24",
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("harnesses", nargs="*", help=f"which to run, of {' '.join(HARNESSES)} (all)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9), help="repeats a run's choices")
    parser.add_argument("--stock", type=int, default=200, help="STOCK rounds through the services")
    parser.add_argument("--stock-http", type=int, default=20, help="STOCK rounds over HTTP")
    parser.add_argument("--holds", type=int, default=200, help="HOLD rounds")
    parser.add_argument("--once", type=int, default=200, help="ONCE rounds of every kind")
    parser.add_argument("--keys", type=int, default=100, help="IDEM rounds of every route")
    parser.add_argument("--attacks", type=int, default=50, help="HOOK purchases attacked in every way")
    parser.add_argument("--hooks", type=int, default=25, help="HOOK purchases told of in every valid way")
    parser.add_argument("--sales", type=int, default=2_000, help="purchases of the fuzz")
    parser.add_argument("--sales-kills", type=int, default=8, help="how often the server is killed under the fuzz")
    parser.add_argument("--rounds", type=int, default=200, help="rounds that cash-outs and bust race for (crash)")
    parser.add_argument("--kills", type=int, default=10, help="how often crash kills the server")
    parser.add_argument("--stream-seconds", type=float, default=90, help="how long STREAM plays")
    parser.add_argument("--stream-devices", type=int, default=50, help="STREAM devices, two a player")
    parser.add_argument("--stream-rate", type=float, default=20, help="STREAM events a second and device")
    parser.add_argument("--disconnects", type=int, default=100, help="connections that STREAM loses")
    parser.add_argument("--revoke", type=int, default=10, help="REVOKE rounds of every way a session ends")
    parser.add_argument("--flood", type=int, default=500, help="FLOOD connections")
    parser.add_argument("--drains", type=int, default=20, help="how often DRAIN ends sockets, and gunicorn")
    parser.add_argument("--redis-seconds", type=float, default=60, help="how long REDIS moves gold")
    arguments = parser.parse_args()
    if unknown := set(arguments.harnesses) - set(HARNESSES):
        parser.error(f"no such harness: {', '.join(sorted(unknown))}")
    return arguments


def main() -> int:
    """Runs the harnesses against fresh PostgreSQL and Redis, and leaves nothing behind."""
    arguments = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casino.settings")
    print(f"chaos: seed {arguments.seed}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory(prefix="club-chaos-") as base, topology.stores(Path(base)):
        topology.set_production_environment(free_port())
        os.environ.update(FREE_HAND)
        topology.manage("migrate", "--noinput")
        topology.manage("seed")
        import django  # noqa: PLC0415 - settings are read from the environment just set

        django.setup()
        failed = [name for name in arguments.harnesses or HARNESSES if not _run(name, arguments, Path(base))]
    print(f"chaos: {'FAILED: ' + ', '.join(failed) if failed else 'all passed'}", flush=True)
    return 1 if failed else 0


def _run(name: str, arguments: argparse.Namespace, base: Path) -> bool:
    logs = base / name
    logs.mkdir()
    harness = importlib.import_module(f"tests.chaos.{name}")
    held = bool(harness.run(arguments, logs))
    if not held:
        _show(logs)
    return held


def _show(logs: Path) -> None:
    """The end of what the killed club said: it is gone with its folder."""
    for log in sorted([*logs.glob("club*.log"), *logs.glob("house/club*.log")]):
        print(f"{log.name} ends:\n{log.read_text(errors='replace')[-3000:]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
