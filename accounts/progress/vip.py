"""VIP points, and the ranks they bring."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Notification, Player, Rank, Wallet
from casino.lib import days, idempotency
from casino.lib.days import stamp, stamp_or_none
from casino.lib.idempotency import Key
from realtime.events import Changes

Json = dict[str, Any]
OPERATION: Final = "vip.claim"
DAILY_POINTS: Final = 50


def rank_for(points: int) -> Rank:
    """The rank that many points bring."""
    if points >= settings.VIP_POINTS_VIP:
        return Rank.VIP
    return Rank.PREMIUM if points >= settings.VIP_POINTS_PREMIUM else Rank.STANDARD


def next_rank(rank: str) -> tuple[str, int]:
    """The rank above this one and the points that bring it; nothing is above the highest."""
    above = ((Rank.PREMIUM, settings.VIP_POINTS_PREMIUM), (Rank.VIP, settings.VIP_POINTS_VIP))
    return next(((each.value, points) for each, points in above if not Rank(rank).reaches(each)), ("", 0))


def credit(wallet: OpenWallet, points: int, *, reason: str, ref: str) -> None:
    """Adds points and raises the rank when they reach the next one; no rank ever falls by this."""
    if points == 0:
        return
    before = rank_for(wallet.row.vip_points)
    wallet.row.vip_points += points
    news: Changes = {"vip_points": wallet.row.vip_points}
    earned = rank_for(wallet.row.vip_points)
    if earned != before and _raise(wallet.row.pk, earned):
        news["rank"] = earned.value
        tell_rank(wallet, earned)
    wallet.tell_profile(news, reason=reason, ref=ref)


def tell_rank(wallet: OpenWallet, rank: str) -> None:
    """Puts a new rank under the player's bell."""
    wallet.notify(
        Notification.Kind.ACCOUNT,
        gettext_noop("등급 변경"),
        gettext_noop("이제 %(rank)s 등급이에요."),
        facts={"rank": str(rank)},
        link="/profile",
    )


def claim(*, player: Player, key: Key | None) -> tuple[Json, bool]:
    """Adds the day's points once per UTC day; the answer, and whether a known key was told it again."""
    with transaction.atomic():
        kept = idempotency.claim(key, ref=OPERATION, now=days.now())
        if key is not None and kept is not None:
            return idempotency.kept_answer(key), True
        with open_wallet(player.pk) as wallet:
            is_claimed = claimed_today(wallet.row.vip_claimed_at, wallet.now)
            if not is_claimed:
                wallet.row.vip_claimed_at = wallet.now
                credit(wallet, DAILY_POINTS, reason="vip_claim", ref=days.day_of(wallet.now).isoformat())
        answer = {
            "awarded_points": 0 if is_claimed else DAILY_POINTS,
            "new_vip_points": wallet.row.vip_points,
            "claimed_at": stamp(wallet.row.vip_claimed_at or wallet.now),
            "idempotent": is_claimed,
        }
        idempotency.keep_answer(key, answer)
    return answer, False


def status(wallet: Wallet, now: datetime) -> Json:
    """The points, and the last daily claim of them."""
    return {
        "claimed_today": claimed_today(wallet.vip_claimed_at, now),
        "vip_points": wallet.vip_points,
        "last_claim_at": stamp_or_none(wallet.vip_claimed_at),
    }


def claimed_today(claimed_at: datetime | None, now: datetime) -> bool:
    """Whether the day of `now` had its claim."""
    return claimed_at is not None and days.day_of(now) <= days.day_of(claimed_at)


def take_back(wallet: OpenWallet, points: int, *, reason: str, ref: str) -> None:
    """Takes refunded points off; the rank they brought stays."""
    if points == 0:
        return
    wallet.row.vip_points = max(0, wallet.row.vip_points - points)
    wallet.tell_profile({"vip_points": wallet.row.vip_points}, reason=reason, ref=ref)


def _raise(player_id: int, earned: Rank) -> bool:
    below = [rank for rank in Rank if not rank.reaches(earned)]
    return Player.objects.filter(pk=player_id, rank__in=below).update(rank=earned) == 1
