"""`manage.py worker`: the club's background work."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casino import worker


class Command(BaseCommand):
    """Runs settling, checking and pruning in loops until SIGTERM; with `--once`, each once, 1 when one failed."""

    help = "Settle what waits, check the books, prune what is old: in loops, or each once (--once)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--once", action="store_true", help="run every job once and exit")

    def handle(self, *args: Any, **options: Any) -> None:
        """Works until told to stop."""
        if options["once"]:
            failed = worker.run_once()
            if failed:
                raise CommandError(f"failed: {', '.join(failed)}")
            self.stdout.write("\n".join(f"done {job.name}" for job in worker.JOBS))
            return
        stop = threading.Event()

        def end(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, end)
        worker.run_until(stop)
