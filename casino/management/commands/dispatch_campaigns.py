"""`manage.py dispatch_campaigns`: what staff wrote reaches its players."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from adminpanel import campaigns
from casino.lib.days import now as clock


class Command(BaseCommand):
    """Sends due campaigns to the end, once or every SECONDS: one notice and event a target, each at most once."""

    help = "Send the campaigns that are due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--loop", type=float, metavar="SECONDS", help="again and again, with a pause of SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tells how many players were told."""
        never = threading.Event()
        while True:
            told = campaigns.dispatch(now=clock(), turn=None)
            self.stdout.write(f"told {told}" if told else "nothing")
            if options["loop"] is None or never.wait(options["loop"]):
                return
