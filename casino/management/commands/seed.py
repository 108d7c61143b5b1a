"""`manage.py seed`: what every club starts with."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.seeding import UnsafePasswords
from casino import opening
from casino.lib.days import now as clock
from casino.lib.errors import Refusal


class Command(BaseCommand):
    """Idempotent: creates what is missing, one line per object; existing passwords and balances stay."""

    help = "Create what is missing: staff roles, seed accounts, invite 5858, events, missions, catalog, game tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--reset-passwords", action="store_true", help="give seed accounts their passwords anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints `created` or `unchanged` and the object; refuses default passwords in production."""
        try:
            for name, is_new in opening.seed(now=clock(), reset_passwords=options["reset_passwords"]):
                self.stdout.write(f"{'created' if is_new else 'unchanged':<9} {name}")
        except UnsafePasswords as problem:
            raise CommandError(str(problem)) from problem
        except Refusal as refusal:
            facts = f" {refusal.details}" if refusal.details else ""
            raise CommandError(f"{refusal.code}: {refusal.message}{facts}") from refusal
