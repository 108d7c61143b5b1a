"""`make bench`: bring up the production topology with stores of its own, measure it, take it down again."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import topology
from tests.servers import free_port


def main() -> int:
    """Run `bench.measure` against fresh stores and leave nothing behind."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casino.settings")
    if {"-h", "--help"} & set(sys.argv):
        return subprocess.run([sys.executable, "-m", "bench.measure", "--help"], check=False).returncode
    with tempfile.TemporaryDirectory(prefix="club-bench-") as base, topology.stores(Path(base)):
        topology.set_production_environment(free_port())
        topology.manage("migrate", "--noinput")
        topology.manage("seed")
        command = [sys.executable, "-m", "bench.measure", *sys.argv[1:]]
        return subprocess.run(command, cwd=topology.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
