"""Staff note how far a player has come with a goal that only they can count: for a reason, on the record."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, errors
from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Goal, Player, Progress
from accounts.progress import goals
from accounts.progress.events import is_open
from accounts.progress.goals import Aim
from casino.lib import days
from casino.lib.errors import Refusal, bad_request, invalid, not_found
from casino.lib.money import GOLD_LIMIT

NUMBER_MAX: Final = GOLD_LIMIT


def note(*, by: Player, progress_id: int, key: str, number: float, reason: str) -> Progress:
    """Sets one number of a player's progress with a goal that staff count; completes the goal when that reaches it.

    What is lowered below its aim again is reached no longer. Refused for what is claimed, over or past, for what the
    goal does not ask for, and for the own account.
    """
    if not 0 <= number <= NUMBER_MAX:
        raise invalid("number", _("0 이상의 수를 입력하세요"), "out_of_range")
    whose = Progress.objects.filter(pk=progress_id).values_list("player_id", flat=True).first()
    if whose is None:
        raise not_found()
    if whose == by.pk:
        raise errors.self_change_forbidden()
    with transaction.atomic(), open_wallet(whose) as wallet:
        progress = Progress.objects.select_related("goal").get(pk=progress_id)
        goal = progress.goal
        _refuse_what_does_not_move(goal, progress, wallet.now)
        if key not in goal.requirements:
            known = {"keys": ", ".join(sorted(goal.requirements))}
            raise invalid("key", _("이 목표의 조건이 아닙니다: %(keys)s") % known)
        before = progress.tally.get(key, 0)
        if before == number:
            return progress
        _set(wallet, Aim(goal, progress), key, number)
        audit.record(
            action="PROGRESS_SET",
            target_type=str(goal.kind),
            target_id=goal.pk,
            actor=by,
            details={
                "user_id": whose,
                "before": {key: before},
                "after": {key: number},
                "completed": progress.completed_at is not None,
                "reason": reason,
            },
            now=wallet.now,
        )
    return progress


def _refuse_what_does_not_move(goal: Goal, progress: Progress, now: datetime) -> None:
    if goal.source != Goal.Source.STAFF:
        raise not_counted_by_staff()
    if progress.claimed_at is not None:
        raise bad_request(_("이미 보상 수령"))
    is_past = progress.period_start != goal.first_day(days.day_of(now))
    is_closed = not (is_open(goal, now) if goal.is_event else goal.is_active)
    if is_past or is_closed or goal.deleted_at is not None:
        raise bad_request(_("지금은 진행을 바꿀 수 없는 목표입니다"))


def not_counted_by_staff() -> Refusal:
    """400: plays or the player's client move it."""
    return bad_request(_("운영진이 진행을 정하는 목표가 아닙니다"))


def _set(wallet: OpenWallet, aim: Aim, key: str, number: float) -> None:
    progress = aim.progress
    progress.tally[key] = number
    progress.version += 1
    progress.progressed_at = wallet.now
    if not aim.goal.is_reached(progress.tally):
        progress.completed_at = None
    goals.keep(wallet, [aim], at=wallet.now)
