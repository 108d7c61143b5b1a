"""What the tests of days in a row share: days that can be walked through, and everything that a day may write."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import time_machine
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from accounts.ledger import open_wallet
from accounts.models import Action, Entry, Notification, Player, Reward, Streak, StreakTable, StreakType, Wallet
from accounts.progress import attendance, streaks
from casino.lib.idempotency import IdempotencyKey
from realtime.models import StreamEvent
from tests.cast import Caller

Json = dict[str, Any]
MONDAY: Final = date(2026, 3, 2)
NOON: Final = time(12)
PAID: Final = [
    (1000, 50), (1200, 75), (1400, 100), (1600, 125), (1800, 150), (2000, 175), (2200, 200), (2400, 225), (2600, 250),
    (2800, 275), (2800, 275), (2800, 275),
]  # fmt: skip
"""Gold and XP for the first day in a row, the second, …, as published."""
OTHER_TYPES: Final = ("", "daily_login", "LOGIN", "DAILY_LOGIN ", None, 5, True, ["DAILY_LOGIN"], {"a": 1})
"""What no streak is called."""


def on(day: date | int, at: time = NOON) -> time_machine.travel:
    """The club on that day (or so many days after `MONDAY`), its clock standing still at that time, UTC."""
    found = MONDAY + timedelta(days=day) if isinstance(day, int) else day
    return time_machine.travel(datetime.combine(found, at, UTC), tick=False)


def iso(day: int) -> str:
    """The day so many days after `MONDAY` as the wire shows it."""
    return (MONDAY + timedelta(days=day)).isoformat()


def tick(player: Player, *day_numbers: int, action_type: str = StreakType.DAILY_LOGIN) -> None:
    """Counts these days."""
    for number in day_numbers:
        with on(number):
            _streak, is_new, _now = attendance.tick(player_id=player.pk, action_type=action_type)
            assert is_new


def buy_tokens(player: Player, number: int) -> None:
    """Gives tokens as buying them does."""
    with transaction.atomic(), open_wallet(player.pk) as wallet:
        streaks.add_tokens(wallet, number)


def get(player: Player, path: str, **query: Any) -> Json:
    """The answer of a call by a session of this moment."""
    response = Caller(player).get(path, **query)
    assert response.status_code == 200, response.content
    return dict(response.json())


def post(player: Player, path: str, **body: Any) -> Json:
    """The answer of a call by a session of this moment."""
    response = Caller(player).post(path, body)
    assert response.status_code == 200, response.content
    return dict(response.json())


def status(player: Player, **query: Any) -> Json:
    """StreakStatus."""
    return get(player, "/api/streak/status", **query)


def standing(
    count: int,
    ttl: int | None,
    last: str | None,
    *,
    action_type: str = "DAILY_LOGIN",
    ticked: bool = False,
    enabled: bool = False,
    tokens: int = 0,
) -> Json:
    """StreakStatus as it is expected."""
    return {
        "action_type": action_type,
        "count": count,
        "ttl_seconds": ttl,
        "ticked_today": ticked,
        "last_tick_date": last,
        "protection": {"enabled": enabled, "tokens": tokens},
    }


def written(player: Player) -> Json:
    """Everything a day may write, counted, with wallet, rank and streaks as they stand."""
    rows = (Reward, Notification, Action, StreamEvent, IdempotencyKey)
    counts: Json = {model.__name__: model.objects.filter(player_id=player.pk).count() for model in rows}
    return counts | {
        "entries": Entry.objects.filter(wallet_id=player.pk).count(),
        "wallet": Wallet.objects.values().get(pk=player.pk),
        "rank": Player.objects.values_list("rank", flat=True).get(pk=player.pk),
        "streaks": list(Streak.objects.filter(player_id=player.pk).order_by("action_type").values()),
        "tables": StreakTable.objects.count(),
    }


def news_of(player: Player, after: int = 0) -> list[Json]:
    """The stored events of the player after that number: type and data."""
    events = StreamEvent.objects.filter(player=player, seq__gt=after).order_by("seq")
    return [{"type": event.type, **event.data} for event in events]


def latest_seq(player: Player) -> int:
    """The number of the player's latest event."""
    return Wallet.objects.values_list("stream_seq", flat=True).get(pk=player.pk)


def statements(captured: CaptureQueriesContext) -> list[str]:
    """The statements of a call without those that begin and end transactions."""
    edges = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(edges)]
