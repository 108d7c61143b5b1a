"""`manage.py settle_stale`: money that waits is asked about, and given up when it waits too long."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from casino.lib.days import now as clock
from shop.settlement import settle_stale


class Command(BaseCommand):
    """Polls and voids stale pending purchases and retries grants, once or every SECONDS."""

    help = "Ask about purchases that wait, hand over what is paid, give up what is stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--loop", type=float, metavar="SECONDS", help="again and again, with a pause of SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tells how many purchases came to which status."""
        never = threading.Event()
        while True:
            settled = settle_stale(now=clock())
            self.stdout.write(", ".join(f"{status} {count}" for status, count in sorted(settled.items())) or "nothing")
            if options["loop"] is None or never.wait(options["loop"]):
                return
