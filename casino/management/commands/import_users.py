"""`manage.py import_users FILE`: players by the sheetful."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.imports import enrolling, reading
from casino.lib.errors import Refusal

Json = dict[str, Any]
_BAR: Final = 30


class Command(BaseCommand):
    """Makes every row of a CSV or XLSX file a player, or nobody; 1 when rows are wrong or the file is refused."""

    help = "Make every row of a CSV or XLSX file a player, or nobody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, rehearsal, form of the report."""
        parser.add_argument("file", type=Path, metavar="FILE", help="a .csv (UTF-8) or .xlsx (first sheet)")
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong")
        parser.add_argument("--json", action="store_true", help="the report as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reads, enrols, and tells; the password of nobody."""
        file: Path = options["file"]
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=2) from error
        try:
            report = self._report(raw, file.name, dry_run=options["dry_run"])
        except Refusal as refusal:
            details = list(refusal.details or ())
            self._tell({"code": refusal.code, "errors": details}, as_json=options["json"])
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        self._tell(report, as_json=options["json"])
        if report["errors"]:
            raise CommandError(f"{report['error_rows']} of {report['total_rows']} rows cannot be enrolled")

    def _report(self, raw: bytes, name: str, *, dry_run: bool) -> Json:
        sheet = reading.read(raw, name, rows_max=settings.IMPORT_MAX_ROWS_COMMAND)
        if dry_run:
            return enrolling.rehearse(sheet)
        return enrolling.enrol_all(sheet, by=None, on_progress=self._draw if self.stderr.isatty() else None)[0]

    def _tell(self, report: Json, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
            return
        for problem in report["errors"]:
            self.stdout.write(_line(problem))
        if "total_rows" in report:
            self.stdout.write(
                f"{report['total_rows']} rows, {report['error_rows']} with errors, {report['created']} players made"
            )

    def _draw(self, done: int, total: int) -> None:
        """How many passwords are hashed, which is what takes the time."""
        drawn = "#" * (done * _BAR // total)
        self.stderr.write(f"\r[{drawn:<{_BAR}}] {done}/{total}", ending="\n" if done == total else "")


def _line(problem: Json) -> str:
    if "row" not in problem:
        return f"column {problem['loc'][-1]}: {problem['msg']}"
    return f"row {problem['row']} {problem['column'] or ''} {problem['code']} {problem['value'] or ''}".rstrip()
