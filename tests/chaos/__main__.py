"""`make chaos`: stores and a club of its own, every harness after the other, exit 1 when anything did not hold."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from pathlib import Path

from bench import topology
from tests.servers import free_port


def main() -> int:
    """Runs the harnesses against fresh PostgreSQL and Redis, and leaves nothing behind."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9), help="repeats a run's choices")
    parser.add_argument("--rounds", type=int, default=200, help="rounds that cash-outs and bust race for")
    parser.add_argument("--kills", type=int, default=10, help="how often the server is killed between bet and cash-out")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casino.settings")
    print(f"chaos: seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="club-chaos-") as base, topology.stores(Path(base)):
        topology.set_production_environment(free_port())
        topology.manage("migrate", "--noinput")
        topology.manage("seed")
        import django  # noqa: PLC0415 - settings are read from the environment just set

        django.setup()
        from tests.chaos import crash  # noqa: PLC0415

        return 0 if crash.run(arguments, Path(base)) else 1


if __name__ == "__main__":
    sys.exit(main())
