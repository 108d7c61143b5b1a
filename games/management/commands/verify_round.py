"""`manage.py verify_round`: was what was told and paid what the seeds say?"""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.models import Player
from games import replays
from games.models import Round
from games.replays import Progress

_WRONG_USAGE: Final = 2
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ID: Final = re.compile(r"\d{1,18}", re.ASCII)


class Command(BaseCommand):
    """Draws stored rounds again from seeds and tables; 1 names the first that differs or is not there."""

    help = "Recompute rounds from their seeds and tables, and compare outcome, payout and ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One round, or all of somebody or of a day."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("round_id", nargs="?", metavar="ROUND_ID", help="one round")
        what.add_argument("--all-of", metavar="USER|DAY", help="site_id or id of a player, or 2026-01-31 (UTC)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judges, tells how many rounds were right, and fails at the first that is not."""
        steps = _steps_of_all(options["all_of"]) if options["all_of"] else iter([_step_of_one(options["round_id"])])
        judged = 0
        for progress in steps:
            judged = progress.judged
            self._tell(judged)
            if progress.wrong is not None:
                self._tell_end()
                raise CommandError(_told(progress))
        self._tell_end()
        self.stdout.write(f"{judged} rounds verified" if judged != 1 else "1 round verified")

    def _tell(self, judged: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{judged} rounds", style_func=str, ending="")
            self.stderr.flush()

    def _tell_end(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("")


def _told(progress: Progress) -> str:
    wrong = progress.wrong
    assert wrong is not None, "only what is wrong is told"
    expected, actual = (json.dumps(value, ensure_ascii=False) for value in (wrong.expected, wrong.actual))
    return f"round {progress.round_id}: {wrong.name} should be {expected}, is {actual}"


def _step_of_one(round_id: str) -> Progress:
    try:
        number = UUID(round_id)
    except ValueError as problem:
        raise CommandError(f"{round_id} is not a round's number", returncode=_WRONG_USAGE) from problem
    played = Round.objects.filter(round_id=number).first()
    if played is None:
        raise CommandError(f"there is no round {number}")
    return replays.replay_one(played)


def _steps_of_all(whose: str) -> Iterator[Progress]:
    day = _day(whose)
    return replays.replay_player(_player(whose)) if day is None else replays.replay_day(day)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _player(name: str) -> int:
    named = Q(site_id=name)
    if _ID.fullmatch(name):
        named |= Q(pk=int(name))
    found = list(Player.objects.filter(named).values_list("pk", flat=True)[:2])
    if len(found) != 1:
        problem = "more than one player is" if found else "no player and no day is"
        raise CommandError(f"{problem} called {name}", returncode=_WRONG_USAGE)
    return found[0]
