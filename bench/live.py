"""`make bench-live`: bring up stores of our own, put the stream under load, take them down again."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import topology
from tests.servers import free_port


def main() -> int:
    """Run `bench.stream` against fresh stores and leave nothing behind."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casino.settings")
    if {"-h", "--help"} & set(sys.argv):
        return subprocess.run([sys.executable, "-m", "bench.stream", "--help"], check=False).returncode
    with tempfile.TemporaryDirectory(prefix="club-bench-") as base, topology.stores(Path(base)):
        topology.set_production_environment(free_port())
        os.environ["PYTHONWARNINGS"] = "ignore:No directory at"  # sockets need no static files
        topology.manage("migrate", "--noinput")
        command = [sys.executable, "-m", "bench.stream", *sys.argv[1:]]
        return subprocess.run(command, cwd=topology.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
