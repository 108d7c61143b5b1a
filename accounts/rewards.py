"""Rewards: gold and XP given once for their source and key, with an entry, a notice and their event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_noop

from accounts.ledger import OpenWallet
from accounts.models import Account, EntryCode, Goal, Notification, Player, Reward
from casino.lib import rows
from realtime.events import RewardGranted

Json = dict[str, Any]
Source = Reward.Source


@dataclass(frozen=True, slots=True)
class _Books:
    """Where a reward's gold comes from, and what the player reads of it."""

    house: Account
    code: EntryCode
    title: str


_BOOKS: Final = {
    Source.ATTENDANCE: _Books(Account.PROMO, EntryCode.STREAK_REWARD, gettext_noop("출석 보상")),
    Source.EVENT: _Books(Account.PROMO, EntryCode.EVENT_REWARD, gettext_noop("이벤트 보상")),
    Source.MISSION: _Books(Account.PROMO, EntryCode.MISSION_REWARD, gettext_noop("미션 보상")),
    Source.STAFF: _Books(Account.MINT, EntryCode.ADMIN_GRANT, gettext_noop("운영진 지급")),
    Source.DISTRIBUTION: _Books(Account.MINT, EntryCode.REWARD_GRANT, gettext_noop("보상 지급")),
}


def grant(
    wallet: OpenWallet,
    *,
    source: Reward.Source,
    key: str,
    gold: int = 0,
    xp: int = 0,
    description: str = "",
    metadata: Json | None = None,
    goal: Goal | None = None,
    given_by: Player | None = None,
) -> Reward:
    """Gives the wallet's player gold and XP. A second grant of the same source and key breaks a database rule.

    The caller has looked, under this wallet's lock, that it was not given before.
    """
    books = _BOOKS[source]
    reward = Reward(player_id=wallet.row.pk, source=source, key=key, gold=gold, xp=xp, description=description)
    reward.metadata, reward.goal, reward.given_by, reward.awarded_at = metadata or {}, goal, given_by, wallet.now
    rows.insert([reward])
    reference = f"{source}:{key}"
    wallet.receive(gold, source=books.house, code=books.code, reference=reference, reason=description)
    wallet.gain(xp, reason=books.code, reference=reference)
    wallet.tell(
        RewardGranted(
            reward_type=source.value,
            amount=gold,
            xp_amount=xp,
            balance_after=wallet.balance,
            source=description or source.value,
            ref=reference,
        )
    )
    wallet.notify(
        Notification.Kind.REWARD,
        books.title,
        gettext_noop("골드 %(gold)s · 경험치 %(xp)s 받음"),
        facts={"gold": f"{gold:,}", "xp": f"{xp:,}"},
        link="/profile",
    )
    return reward
