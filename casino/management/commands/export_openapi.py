"""`manage.py export_openapi`: the committed description of the API, written or compared."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casino.documents import openapi_text

FILE: Final = Path(settings.BASE_DIR) / "current_openapi.json"
_SHOWN_LINES: Final = 40


class Command(BaseCommand):
    """Writes `current_openapi.json`; with `--check` only compares, 1 on drift."""

    help = "Write current_openapi.json, or compare it with the code (--check)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes or compares."""
        live = openapi_text()
        kept = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
        if not options["check"]:
            FILE.write_text(live, encoding="utf-8")
            self.stdout.write(f"{FILE.name} {'unchanged' if live == kept else 'written'}")
        elif live == kept:
            self.stdout.write(f"{FILE.name} describes the code")
        else:
            drift = difflib.unified_diff(kept.splitlines(), live.splitlines(), FILE.name, "the code", lineterm="", n=1)
            self.stdout.write("\n".join(islice(drift, _SHOWN_LINES)))
            raise CommandError(f"{FILE.name} is out of date: run `make openapi`")
