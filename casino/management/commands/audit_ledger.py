"""`manage.py audit_ledger`: do the books hold?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from adminpanel.inspection import inspect
from casino.lib.days import now as clock
from casino.lib.days import stamp


class Command(BaseCommand):
    """Checks every truth, one line each; names the first bad row of those that do not hold; 1 on any drift."""

    help = "Check that balances, entries, events, rounds and purchases agree; exit 1 on any drift."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Inspects, tells, and fails when something is wrong."""
        verdict = inspect(now=clock())
        if options["json"]:
            facts = {
                "ok": verdict.broken == 0,
                "checked_at": stamp(verdict.created_at),
                "took_milliseconds": verdict.took_milliseconds,
                "drift_gold": verdict.drift_gold,
                "negative_balances": verdict.negative_balances,
                "seq_gaps": verdict.seq_gaps,
                "truths": verdict.truths,
            }
            self.stdout.write(json.dumps(facts, ensure_ascii=False, indent=2))
        else:
            for truth in verdict.truths:
                mark = "ok   " if truth["broken"] == 0 else "DRIFT"
                self.stdout.write(
                    f"{mark} {truth['name']:<22} {truth['checked']} checked {truth['first'] or ''}".rstrip()
                )
        if verdict.broken:
            raise CommandError(f"{verdict.broken} of {len(verdict.truths)} truths do not hold")
