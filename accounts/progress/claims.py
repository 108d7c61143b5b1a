"""What a reached goal pays: claimed once per event, and once per period of a mission."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, errors, rewards
from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Goal, Player, Progress, Reward
from accounts.models.terms import PAID
from accounts.progress import goals, levels
from accounts.progress.goals import Aim
from casino.lib import days, idempotency, rows
from casino.lib.errors import not_found
from casino.lib.idempotency import Key
from casino.lib.money import GOLD_LIMIT

Json = dict[str, Any]
EVENT_OPERATION: Final = "event.claim"
MISSION_OPERATION: Final = "mission.claim"
FORCE_OPERATION: Final = "admin.force_claim"


def claim(*, player: Player, kind: Goal.Kind, goal_id: int, key: Key | None) -> tuple[Json, bool]:
    """Pays a reached goal to the player; the answer, and whether a known key was told it again.

    The goal is read once the wallet is locked: whoever switched it off before that has closed its claim.
    """
    with transaction.atomic():
        kept = idempotency.claim(key, ref=kind, now=days.now())
        if key is not None and kept is not None:
            return idempotency.kept_answer(key), True
        with open_wallet(player.pk) as wallet:
            goal = _found(kind, goal_id)
            progress = _progress_now(wallet, goal)
            if progress is None or progress.completed_at is None or progress.claimed_at is not None:
                raise errors.not_claimable()
            if not goal.is_active:
                raise errors.not_claimable()
            reward = _pay(wallet, Aim(goal, progress))
        done = _("보상을 성공적으로 수령했습니다!") if goal.is_event else _("미션 보상을 성공적으로 수령했습니다!")
        answer = _answer(wallet, goal, progress, reward, done)
        idempotency.keep_answer(key, answer)
    return answer, False


def force(*, player_id: int, event_id: int, by: Player, reason: str, key: Key | None) -> tuple[Json, bool]:
    """Pays an event to a player who takes part in it, reached or not, and marks it as claimed; on the record.

    Deleted or switched off does not matter here: what a player is owed can be made good afterwards.
    """
    with transaction.atomic():
        kept = idempotency.claim(key, ref=Goal.Kind.EVENT, now=days.now())
        if key is not None and kept is not None:
            return idempotency.kept_answer(key), True
        goal = Goal.objects.events().filter(pk=event_id).first()
        if goal is None:
            raise errors.event_not_found()
        if not Player.objects.filter(pk=player_id).exists():
            raise errors.no_such_user()
        if player_id == by.pk:
            raise errors.self_change_forbidden()
        with open_wallet(player_id) as wallet:
            progress = _progress_now(wallet, goal)
            if progress is None:
                raise errors.no_participation()
            if progress.claimed_at is not None:
                answer = _answer(wallet, goal, progress, None, _("이미 보상 수령"))
            else:
                reward = _pay(wallet, Aim(goal, progress))
                answer = _answer(wallet, goal, progress, reward, _("강제 지급 완료"))
                audit.record(
                    action="EVENT_FORCE_CLAIM",
                    target_type="event",
                    target_id=goal.pk,
                    actor=by,
                    details={"user_id": player_id, "rewards": goal.rewards, "reason": reason},
                    now=wallet.now,
                )
        idempotency.keep_answer(key, answer)
    return answer, False


def _found(kind: Goal.Kind, goal_id: int) -> Goal:
    goal = Goal.objects.kept().filter(kind=kind, pk=goal_id).first()
    if goal is None:
        raise errors.event_not_found() if kind == Goal.Kind.EVENT else not_found()
    return goal


def _progress_now(wallet: OpenWallet, goal: Goal) -> Progress | None:
    """The player's progress in the period of this moment, if there is any."""
    period_start = goal.first_day(days.day_of(wallet.now))
    return Progress.objects.filter(player_id=wallet.row.pk, goal=goal, period_start=period_start).first()


def _pay(wallet: OpenWallet, aim: Aim) -> Reward:
    goal, progress = aim.goal, aim.progress
    if wallet.balance + goal.gold > GOLD_LIMIT or wallet.row.experience + goal.xp > GOLD_LIMIT:
        raise errors.not_claimable()  # no wallet holds more than JSON numbers can carry
    progress.claimed_at = wallet.now
    progress.version += 1
    rows.update(progress)
    period = "" if goal.period == Goal.Period.ONCE else f":{progress.period_start.isoformat()}"
    wallet.tell(goals.news(aim))
    return rewards.grant(
        wallet,
        source=Reward.Source.EVENT if goal.is_event else Reward.Source.MISSION,
        key=f"{goal.pk}{period}",
        gold=goal.gold,
        xp=goal.xp,
        description=goal.title,
        metadata={"rewards": goal.rewards},
        goal=goal,
    )


def _answer(wallet: OpenWallet, goal: Goal, progress: Progress, reward: Reward | None, message: str) -> Json:
    """ClaimResult; nothing was paid where there is no reward."""
    paid = goal.rewards if reward is not None else {}
    return {
        "success": True,
        "rewards": paid,
        "reward_items": [{"type": name, "amount": paid[name]} for name in sorted(paid, key=_place)],
        "new_balance": wallet.balance,
        "new_gold_balance": wallet.balance,
        "experience": wallet.row.experience,
        "level": levels.level(wallet.row.experience),
        "message": message,
        "progress_version": progress.version,
        "reward_id": reward.pk if reward is not None else _reward_id(wallet, goal),
    }


def _place(name: str) -> tuple[int, str]:
    """What is paid comes first; a database keeps objects in an order of its own."""
    return (PAID.index(name) if name in PAID else len(PAID)), name


def _reward_id(wallet: OpenWallet, goal: Goal) -> int | None:
    paid = Reward.objects.filter(player_id=wallet.row.pk, goal=goal).order_by("-id")
    return paid.values_list("pk", flat=True).first()
