"""AdminStats: the club's standing in a few sums, counted at most once in five seconds by a process and time zone."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db.models import Count, Q, Sum

from accounts.models import Audit, AuthSession, Player, Wallet
from accounts.seeding import AUTO_SEED
from adminpanel import errors
from casino.lib.days import stamp
from games.models import GameStats
from shop.models import Currency, Purchase, PurchaseStatus

Json = dict[str, Any]
KEPT_FOR: Final = timedelta(seconds=5)
ZONES_KEPT: Final = 32
"""Zones whose numbers are kept at a time: nobody fills the memory by asking for all there are."""
ALERTS_OF: Final = timedelta(minutes=10)


class _Kept:
    """The numbers told last by zone, and the lock of whoever counts anew: one at a time, whatever the zone."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._told: dict[str, tuple[datetime, Json]] = {}

    def read(self, tz: str, now: datetime) -> Json:
        """The zone's kept numbers while they are fresh; else one caller counts, and who comes meanwhile waits."""
        told = self._fresh(tz, now)
        if told is None:
            with self._counting:
                told = self._fresh(tz, now)
                if told is None:
                    told = count(tz, now=now)
                    self._keep(tz, now, told)
        return told

    def forget(self) -> None:
        """Lets the next caller count."""
        self._told = {}

    def _fresh(self, tz: str, now: datetime) -> Json | None:
        counted_at, told = self._told.get(tz, (None, {}))
        # A caller who read the clock before the count that it waited for takes its numbers too.
        return told if counted_at is not None and abs(now - counted_at) < KEPT_FOR else None

    def _keep(self, tz: str, now: datetime, told: Json) -> None:
        self._told.pop(tz, None)
        if len(self._told) >= ZONES_KEPT:
            del self._told[next(iter(self._told))]  # counted longest ago
        self._told[tz] = (now, told)


_kept: Final = _Kept()


def read(tz: str = "UTC", *, now: datetime) -> Json:
    """AdminStats, at most five seconds old; 422 for a zone there is not."""
    if tz not in _zones():
        raise errors.unknown_zone()
    return dict(_kept.read(tz, now))


def forget() -> None:
    """Lets the next reader count anew: for tests, and for whoever has just emptied the club."""
    _kept.forget()


def count(tz: str, *, now: datetime) -> Json:
    """AdminStats of this moment: eight statements, none of which grows with the rounds that were played."""
    return {
        **_players(now),
        "total_games_played": GameStats.objects.aggregate(number=Sum("rounds", default=0))["number"],
        "total_tokens_in_circulation": Wallet.objects.aggregate(gold=Sum("balance", default=0))["gold"],
        "online_users": AuthSession.objects.online(now).aggregate(number=Count("player", distinct=True))["number"],
        **_revenue(_midnight(tz, now)),
        **_pending(now),
        "critical_alerts": _critical(now),
        "auto_seed_applied": _is_auto_seeded(),
        "tz": tz,
        "generated_at": stamp(now),
    }


def _players(now: datetime) -> Json:
    free = Q(is_banned=False) | Q(banned_until__lte=now)
    return Player.objects.aggregate(total_users=Count("pk"), active_users=Count("pk", filter=Q(free, is_active=True)))


def _revenue(midnight: datetime) -> Json:
    """What succeeded and was not given back, by what was paid with; read from one index alone."""
    sold = Purchase.objects.filter(status=PurchaseStatus.SUCCESS).order_by().values("currency")
    today = Sum("amount", filter=Q(settled_at__gte=midnight), default=0)
    earned = {row["currency"]: row for row in sold.annotate(total=Sum("amount"), today=today)}
    nothing = {"total": 0, "today": 0}
    money, gold = (earned.get(currency, nothing) for currency in (Currency.USD, Currency.GOLD))
    return {
        "total_revenue": money["total"],
        "today_revenue": money["today"],
        "total_revenue_gold": gold["total"],
        "today_revenue_gold": gold["today"],
    }


def _pending(now: datetime) -> Json:
    too_old = Q(created_at__lt=now - settings.PENDING_PURCHASE_MAX_AGE)
    return Purchase.objects.pending().aggregate(
        pending_actions=Count("pk"), stale_pending_actions=Count("pk", filter=too_old)
    )


def _critical(now: datetime) -> int:
    return Audit.objects.filter(severity=Audit.Severity.CRITICAL, created_at__gt=now - ALERTS_OF).count()


def _is_auto_seeded() -> bool:
    """Whether a start made the seed accounts: it says so on the record at the very moment it makes `admin`."""
    # The moment is what the index finds: a trail that holds no such row would be read whole for the action alone.
    made_at = Player.objects.filter(site_id="admin").values("created_at")
    return Audit.objects.filter(action=AUTO_SEED, created_at__in=made_at).exists()


def _midnight(tz: str, now: datetime) -> datetime:
    """When the day of `now` began in the zone; where a clock jumps over midnight, the moment of the jump."""
    zone = ZoneInfo(tz)
    return datetime.combine(now.astimezone(zone).date(), time.min, zone).astimezone(UTC)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
