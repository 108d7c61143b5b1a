"""VIP points, and the ranks they bring."""

from __future__ import annotations

from django.conf import settings

from accounts.ledger import OpenWallet
from accounts.models import Player, Rank


def rank_for(points: int) -> Rank:
    """The rank that many points bring."""
    if points >= settings.VIP_POINTS_VIP:
        return Rank.VIP
    return Rank.PREMIUM if points >= settings.VIP_POINTS_PREMIUM else Rank.STANDARD


def credit(wallet: OpenWallet, points: int, *, reason: str, ref: str) -> None:
    """Adds points and raises the rank when they reach the next one; no rank ever falls by this."""
    if points == 0:
        return
    before = rank_for(wallet.row.vip_points)
    wallet.row.vip_points += points
    news: dict[str, object] = {"vip_points": wallet.row.vip_points}
    earned = rank_for(wallet.row.vip_points)
    if earned != before and _raise(wallet.row.pk, earned):
        news["rank"] = earned.value
    wallet.tell_profile(news, reason=reason, ref=ref)


def take_back(wallet: OpenWallet, points: int, *, reason: str, ref: str) -> None:
    """Takes refunded points off; the rank they brought stays."""
    if points == 0:
        return
    wallet.row.vip_points = max(0, wallet.row.vip_points - points)
    wallet.tell_profile({"vip_points": wallet.row.vip_points}, reason=reason, ref=ref)


def _raise(player_id: int, earned: Rank) -> bool:
    below = [rank for rank in Rank if not rank.reaches(earned)]
    return Player.objects.filter(pk=player_id, rank__in=below).update(rank=earned) == 1
