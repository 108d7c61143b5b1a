"""`manage.py settle_stale`: rounds and holds that are over are ended, money that waits is asked about or given up."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from casino.lib.days import now as clock
from games.play.due import settle_all_due
from shop import holds
from shop.settlement import settle_stale


class Command(BaseCommand):
    """Ends due rounds and holds, polls and voids stale pending purchases and retries grants, once or every SECONDS."""

    help = "End what is over, ask about purchases that wait, hand over what is paid, give up what is stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--loop", type=float, metavar="SECONDS", help="again and again, with a pause of SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tells how many rounds were ended, how many holds cleared away, how many purchases came to which status."""
        never = threading.Event()
        while True:
            now = clock()
            settled = {"rounds": settle_all_due(now=now), "holds": holds.clear_away(now=now)} | settle_stale(now=now)
            told = ", ".join(f"{name} {count}" for name, count in sorted(settled.items()) if count)
            self.stdout.write(told or "nothing")
            if options["loop"] is None or never.wait(options["loop"]):
                return
