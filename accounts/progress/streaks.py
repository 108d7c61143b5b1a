"""Streaks: what the club tells of attendance, and the tokens that protect it."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from accounts.ledger import OpenWallet
from accounts.models import Streak, StreakType
from realtime.events import StreakUpdate

Json = dict[str, Any]


def add_tokens(wallet: OpenWallet, number: int) -> None:
    """Gives the wallet's player protection tokens for attendance, however many they hold, and tells them."""
    streak, _ = Streak.objects.get_or_create(player_id=wallet.row.pk, action_type=StreakType.DAILY_LOGIN)
    Streak.objects.filter(pk=streak.pk).update(tokens=F("tokens") + number)
    wallet.tell(StreakUpdate(told(wallet.row.pk)))


def told(player_id: int) -> Json:
    """StreakStatus of attendance with `claimed_today`; days are counted once attendance exists, tokens already are."""
    tokens = Streak.objects.filter(player_id=player_id, action_type=StreakType.DAILY_LOGIN).values_list("tokens")
    return {
        "action_type": StreakType.DAILY_LOGIN.value,
        "count": 0,
        "ttl_seconds": None,
        "ticked_today": False,
        "last_tick_date": None,
        "protection": {"enabled": False, "tokens": next((number for (number,) in tokens), 0)},
        "claimed_today": False,
    }
