"""Gold that staff give by hand: once per key, with a reason and a receipt, and only so often a minute."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from accounts import activity, audit, rewards, staff_rights
from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Player, Reward
from casino.lib import days, idempotency, rates
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key

Json = dict[str, Any]
OPERATION: Final = "admin.gold_grant"
ACTION: Final = "ADMIN_GRANT_GOLD"
AMOUNT_MAX: Final = 10**9
REASON_MIN, REASON_MAX = 2, 120
_MINUTE: Final = timedelta(minutes=1)


def check_limit(*, by: Player, key: Key | None) -> None:
    """Refuses with 429 whoever has given as often as the clock's minute allows, unless this call only repeats one."""
    try:
        rates.check(_count_of(by), limit=settings.GOLD_GRANTS_PER_MINUTE, per=_MINUTE, now=days.now())
    except Refusal:
        if idempotency.known(key) is None:
            raise


def give(*, by: Player, player_id: int, amount: int, reason: str, key: Key | None) -> tuple[Json, bool]:
    """Gives a player gold, on the record; the answer, and whether a known key was told it again.

    A refused grant takes nothing of the minute's limit: its count is undone with everything else.
    """
    receipt, now = secrets.token_hex(6), days.now()
    with transaction.atomic():
        kept = idempotency.claim(key, ref=receipt, now=now)
        if key is not None and kept is not None:
            return idempotency.kept_answer(key), True
        _count(by, now)
        player = staff_rights.somebody_else(player_id, by=by)
        with open_wallet(player.pk) as wallet:
            _hand_over(wallet, by, amount, receipt, reason)
        answer = {
            "success": True,
            "user_id": player.pk,
            "granted": amount,
            "new_gold_balance": wallet.balance,
            "reason": reason,
            "receipt_code": receipt,
        }
        idempotency.keep_answer(key, answer)
    return answer, False


def _hand_over(wallet: OpenWallet, by: Player, amount: int, receipt: str, reason: str) -> None:
    """The gold, the player's line and the club's. Why is the club's to know: the player reads what and how much."""
    rewards.grant(wallet, source=Reward.Source.STAFF, key=receipt, gold=amount, given_by=by)
    facts = {"amount": amount, "receipt_code": receipt}
    activity.record(wallet.row.pk, ACTION, context=facts, now=wallet.now)
    audit.record(
        action=ACTION,
        target_type="user",
        target_id=wallet.row.pk,
        actor=by,
        details={**facts, "reason": reason},
        now=wallet.now,
    )


def _count(by: Player, now: datetime) -> None:
    minute = now.replace(second=0, microsecond=0)
    rates.spend(_count_of(by), limit=settings.GOLD_GRANTS_PER_MINUTE, per=_MINUTE, now=now, opened=minute)


def _count_of(by: Player) -> str:
    return f"gold_grant:{by.pk}"
