"""Rewards that staff give by hand, once per key; and the list of everything a player was given."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.db import transaction

from accounts import audit, errors, rewards
from accounts.ledger import open_wallet
from accounts.models import Player, Reward, Wallet
from casino.lib import days, idempotency
from casino.lib.days import stamp
from casino.lib.idempotency import Key

Json = dict[str, Any]
OPERATION: Final = "reward.distribute"
XP: Final = "XP"
GOLD: Final = "GOLD"
TYPES: Final = (GOLD, "COIN", "TOKEN", XP)
"""What staff may give; coins and tokens are gold under another name."""


def distribute(
    *, by: Player, player_id: int, reward_type: str, amount: int, description: str, metadata: Json, key: Key | None
) -> tuple[Json, bool]:
    """Gives a player gold or XP, on the record; the answer, and whether a known key was told it again."""
    with transaction.atomic():
        kept = idempotency.claim(key, ref=f"user:{player_id}", now=days.now())
        if key is not None and kept is not None:
            return idempotency.kept_answer(key), True
        if not Wallet.objects.filter(pk=player_id).exists():
            raise errors.user_not_found()
        if player_id == by.pk:
            raise errors.self_change_forbidden()
        with open_wallet(player_id) as wallet:
            reward = rewards.grant(
                wallet,
                source=Reward.Source.DISTRIBUTION,
                key=secrets.token_hex(6),
                gold=0 if reward_type == XP else amount,
                xp=amount if reward_type == XP else 0,
                description=description,
                metadata={"reward_type": reward_type, "metadata": metadata},
                given_by=by,
            )
            audit.record(
                action="REWARD_DISTRIBUTE",
                target_type="user",
                target_id=player_id,
                actor=by,
                details={
                    "reward_id": reward.pk, "reward_type": reward_type, "amount": amount, "source": description,
                },
                now=wallet.now,
            )  # fmt: skip
        answer = {
            "reward_id": reward.pk,
            "reward_type": reward_type,
            "reward_value": str(amount),
            "awarded_at": stamp(wallet.now),
            "new_gold_balance": wallet.balance,
        }
        idempotency.keep_answer(key, answer)
    return answer, False


def page(player_id: int, *, page: int, page_size: int) -> Json:
    """What the player was given, newest first, by pages; a page behind the last one is empty."""
    given = Reward.objects.filter(player_id=player_id).order_by("-id")
    total, first = given.count(), (page - 1) * page_size
    return {
        "rewards": [_line(reward) for reward in given[first : first + page_size]],
        "page": page,
        "page_size": page_size,
        "total_rewards": total,
        "total_pages": -(-total // page_size),
    }


def _line(reward: Reward) -> Json:
    return {
        "reward_id": reward.pk,
        "reward_type": reward.type_name,
        "reward_value": str(reward.amount),
        "source": reward.description or reward.source,
        "awarded_at": stamp(reward.awarded_at),
    }
