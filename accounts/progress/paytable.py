"""What attendance pays from now on: staff put the next version of the table in force, for a reason, on the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Player, StreakTable
from accounts.progress.attendance import table_in_force
from casino.lib import errors as wire

Steps = Sequence[tuple[int, int]]
STEPS_MAX: Final = 60
GOLD_MAX: Final = 1_000_000
XP_MAX: Final = 100_000


class Change(NamedTuple):
    """A day in a row, with the gold and XP it pays before and after."""

    day: int
    before: tuple[int, int]
    after: tuple[int, int]


def changes(before: StreakTable, after: StreakTable) -> list[Change]:
    """The days in a row that are paid otherwise; the last line of the longer table stands for every day after it."""
    days = range(1, max(len(before.steps), len(after.steps)) + 1)
    paid = ((day, before.reward(day), after.reward(day)) for day in days)
    return [Change(day, old, new) for day, old, new in paid if old != new]


def check(steps: Steps) -> None:
    """Refuses a table that attendance cannot be paid by."""
    if not 1 <= len(steps) <= STEPS_MAX:
        raise wire.invalid("steps", _("1줄부터 %(most)s줄까지 적습니다") % {"most": STEPS_MAX})
    for day, (gold, xp) in enumerate(steps, start=1):
        if not (0 <= gold <= GOLD_MAX and 0 <= xp <= XP_MAX):
            facts = {"day": day, "gold": f"{GOLD_MAX:,}", "xp": f"{XP_MAX:,}"}
            raise wire.invalid(
                "steps", _("%(day)s일째: 골드는 0~%(gold)s, 경험치는 0~%(xp)s 사이여야 합니다") % facts, "out_of_range"
            )


def introduce(*, by: Player, steps: Steps, based_on: int, reason: str, now: datetime) -> StreakTable:
    """Puts the next version in force; claims already paid keep the version they name.

    Refused when it cannot be paid by or pays what is paid already, with a conflict when another version than `based_on`
    is in force by now.
    """
    check(steps)
    with transaction.atomic():
        before = table_in_force()
        if before.version != based_on:
            raise overtaken(before.version)
        table = StreakTable(version=_next_version(), steps=[list(step) for step in steps], valid_from=now)
        table.created_by = by
        if table.steps == before.steps:
            raise wire.bad_request(_("적용 중인 표와 같습니다"))
        _store(table)
        details: dict[str, Any] = {
            "before": {"version": before.version, "steps": before.steps},
            "after": {"version": table.version, "steps": table.steps},
            "reason": reason,
        }
        audit.record(
            action="STREAK_TABLE",
            target_type="streak_table",
            target_id=table.version,
            actor=by,
            details=details,
            now=now,
        )
    return table


def overtaken(version: int) -> wire.Refusal:
    """409: somebody else put a version in force meanwhile."""
    return wire.Refusal("CONFLICT", 409, _("그 사이 버전 %(version)s이(가) 적용되었습니다") % {"version": version})


def _next_version() -> int:
    newest = StreakTable.objects.aggregate(newest=Max("version"))["newest"] or 1
    return int(newest) + 1


def _store(table: StreakTable) -> None:
    """Stores it, unless somebody was faster with the same version."""
    try:
        with transaction.atomic():
            table.save(force_insert=True)
    except IntegrityError as error:
        raise overtaken(table.version) from error
