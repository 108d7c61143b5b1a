"""All rows of a sheet become players, or none: hashed first, then written in one transaction, on the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts import audit, ledger, names, passwords
from accounts.imports import errors
from accounts.imports.checking import Recruit, Verdict, check
from accounts.imports.reading import Sheet
from accounts.models import EntryCode, Player, Role
from casino.lib import days, idempotency
from casino.lib.idempotency import Key

Json = dict[str, Any]
Progress = Callable[[int, int], None]
"""Told how many of how many passwords are hashed."""
OPERATION: Final = "admin.users_import"
ROLES: Final = frozenset({Role.SUPPORT, Role.OWNER})
"""Who of the staff may bring players in."""


def rehearse(sheet: Sheet, *, key: Key | None = None) -> Json:
    """The report of a sheet that is only looked at; takes no key, refuses one that was used for something else."""
    idempotency.known(key)
    return _report(sheet, check(sheet), dry_run=True)


def enrol_all(
    sheet: Sheet, *, by: Player | None, key: Key | None = None, on_progress: Progress | None = None
) -> tuple[Json, bool]:
    """Makes every row a player, or refuses and makes nobody; the report, and whether a known key was told it again."""
    if (kept := _kept(key)) is not None:
        return kept, True
    verdict = check(sheet)
    if verdict.problems:
        if (kept := _kept(key)) is not None:  # the first call with this key has just taken these names
            return kept, True
        raise errors.import_invalid(verdict.told)
    drafts = _drafts(verdict.recruits, on_progress)
    report = _report(sheet, verdict, dry_run=False)
    try:
        with transaction.atomic():
            now = days.now()
            first = idempotency.claim(key, ref=f"import:{sheet.sha256[:40]}", now=now)
            if key is not None and first is not None:
                return idempotency.kept_answer(key), True
            _write(drafts, now)
            details = {"file_sha256": sheet.sha256, "total_rows": verdict.total_rows, "created": len(drafts)}
            audit.record(
                action="USERS_IMPORTED", target_type="user", target_id="import", actor=by, details=details, now=now
            )
            idempotency.keep_answer(key, report)
    except IntegrityError as error:
        raise _who_was_faster(sheet) from error
    return report, False


def _kept(key: Key | None) -> Json | None:
    """What the first call with this key was told, if it has come to an end."""
    return idempotency.kept_answer(key) if key is not None and idempotency.known(key) is not None else None


def _drafts(recruits: list[Recruit], on_progress: Progress | None) -> list[Player]:
    """The players to be, in one order of names for everybody who imports; hashing takes a core its time."""
    drafts = []
    for done, recruit in enumerate(sorted(recruits, key=lambda each: each.site_id), start=1):
        drafts.append(
            Player(
                site_id=recruit.site_id,
                nickname=recruit.nickname,
                phone_number=recruit.phone_number,
                rank=recruit.rank,
                password=passwords.hashed(recruit.password),
            )
        )
        if on_progress is not None:
            on_progress(done, len(recruits))
    return drafts


def _write(drafts: list[Player], now: datetime) -> None:
    for draft in drafts:
        draft.created_at = now
    Player.objects.bulk_create(drafts, batch_size=ledger.TOGETHER)
    names.take(*drafts)
    ledger.create_wallets([draft.pk for draft in drafts], code=EntryCode.SIGNUP_GRANT, now=now)


def _who_was_faster(sheet: Sheet) -> Exception:
    """Who took a name meanwhile is there by now, or gave up as well."""
    problems = check(sheet).told
    return errors.import_invalid(problems) if problems else errors.overtaken()


def _report(sheet: Sheet, verdict: Verdict, *, dry_run: bool) -> Json:
    return {
        "dry_run": dry_run,
        "applied": not dry_run,
        "total_rows": verdict.total_rows,
        "valid_rows": verdict.total_rows - verdict.error_rows,
        "error_rows": verdict.error_rows,
        "created": 0 if dry_run else len(verdict.recruits),
        "file_sha256": sheet.sha256,
        "errors": verdict.told,
    }
