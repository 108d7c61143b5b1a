"""`manage.py clean`: everything anybody did goes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casino.cleaning import CannotSpare, Refused, clean
from casino.lib.days import now as clock


class Command(BaseCommand):
    """Back to five seed accounts with 1000 gold each; catalog, configuration, passwords and audit rows stay."""

    help = "Remove all accounts but the seed accounts, and everything anybody did."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Assent, rehearsal, exceptions."""
        parser.add_argument("--yes", action="store_true", help="yes, remove it all (or CLEAN_SEED_CONFIRM=YES)")
        parser.add_argument("--dry-run", action="store_true", help="do it, tell, and roll it back")
        parser.add_argument("--keep", action="append", default=[], metavar="TABLE", help="spare this table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the rows removed per table; 1 when refused, 2 when a table cannot be spared."""
        self._check_allowed(options)
        try:
            removed = clean(now=clock(), keep=options["keep"], dry_run=options["dry_run"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except CannotSpare as problem:
            raise CommandError(str(problem), returncode=2) from problem
        for table, number in removed:
            self.stdout.write(f"{table:<32} {number}")
        self.stdout.write("dry run: nothing was changed" if options["dry_run"] else "clean")

    def _check_allowed(self, options: dict[str, Any]) -> None:
        if not (options["yes"] or settings.CLEAN_SEED_CONFIRM or options["dry_run"]):
            raise CommandError("this removes every account but the seed accounts: give --yes or CLEAN_SEED_CONFIRM=YES")
        if settings.IS_PRODUCTION and not settings.CLEAN_SEED_ALLOW_PROD:
            raise CommandError("in production CLEAN_SEED_ALLOW_PROD=1 is needed too")
