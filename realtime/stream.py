"""Writes a player's events beside the change they report, and reads them back for whoever missed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, F, Max, Min

from casino.lib import rows
from realtime.events import Event
from realtime.models import StreamEvent

Json = dict[str, Any]
REPLAY_MAX: Final = 1000


def append(player_id: int, first_seq: int, events: Sequence[Event], now: datetime) -> list[Json]:
    """Stores `events` as `first_seq`, `first_seq + 1`, … in the running transaction; returns them as messages.

    The caller holds the player's wallet row, which is where `first_seq` comes from: no gap, no race.
    """
    stored = [
        StreamEvent(player_id=player_id, seq=first_seq + place, type=event.type, data=event.data(), created_at=now)
        for place, event in enumerate(events)
    ]
    rows.insert(stored)
    return [message(row) for row in stored]


def begin(news: Sequence[tuple[int, Sequence[Event]]], now: datetime) -> None:
    """Stores the first events of new players' streams; nobody listens to those yet."""
    StreamEvent.objects.bulk_create(
        StreamEvent(player_id=player_id, seq=seq, type=event.type, data=event.data(), created_at=now)
        for player_id, events in news
        for seq, event in enumerate(events, start=1)
    )


def message(row: StreamEvent) -> Json:
    """A stored event as every transport shows it."""
    return {
        "type": row.type,
        "user_id": row.player_id,
        "seq": row.seq,
        "timestamp": row.created_at.timestamp(),
        "data": row.data,
    }


@dataclass(frozen=True, slots=True)
class Span:
    """What of a player's stream is still kept; both are 0 when nothing is."""

    oldest_seq: int
    latest_seq: int


def span(player_id: int) -> Span:
    """The oldest and the latest event kept for the player."""
    found = StreamEvent.objects.filter(player_id=player_id).aggregate(oldest=Min("seq"), latest=Max("seq"))
    return Span(found["oldest"] or 0, found["latest"] or 0)


def after(player_id: int, seq: int, *, limit: int, until: int | None = None) -> list[Json]:
    """Up to `limit` messages with a seq above `seq` (and at most `until`), oldest first."""
    found = StreamEvent.objects.filter(player_id=player_id, seq__gt=seq).order_by("seq")
    if until is not None:
        found = found.filter(seq__lte=until)
    return [message(row) for row in found[:limit]]


def missed(player_id: int, since: int, *, latest: int) -> list[Json] | None:
    """Every message after `since` up to `latest`, or None when that cannot be told without a gap."""
    if not 0 <= latest - since <= REPLAY_MAX:
        return None
    messages = after(player_id, since, limit=REPLAY_MAX, until=latest)
    return messages if len(messages) == latest - since else None


def prune(now: datetime) -> int:
    """Trims every player's history to what is kept; returns how many events went.

    Always the oldest part of a stream goes, never a piece from its middle.
    """
    old = StreamEvent.objects.filter(created_at__lt=now - settings.REALTIME_RETENTION)
    ends = dict(old.order_by().values_list("player_id").annotate(Max("seq")))
    crowded = StreamEvent.objects.order_by().values_list("player_id").annotate(latest=Max("seq"), kept=Count("pk"))
    for player_id, latest, _kept in crowded.filter(kept__gt=settings.REALTIME_HISTORY_MAX):
        ends[player_id] = max(ends.get(player_id, 0), latest - settings.REALTIME_HISTORY_MAX)
    return sum(
        StreamEvent.objects.filter(player_id=player_id, seq__lte=end).delete()[0] for player_id, end in ends.items()
    )


def gaps() -> int:
    """How many players' kept events do not follow each other one by one. Must be 0."""
    spans = StreamEvent.objects.order_by().values("player_id").annotate(held=Count("pk"), span=Max("seq") - Min("seq"))
    return spans.exclude(span=F("held") - 1).count()


def page(player_id: int, *, since: int, limit: int, latest: int, is_same_life: bool) -> Json:
    """A piece of the stream over HTTP; `recovered` is false, and nothing is told, when a part of it is lost."""
    kept = span(player_id)
    is_kept = since == latest or 0 < kept.oldest_seq <= since + 1
    recovered = is_same_life and since <= latest and is_kept
    items = after(player_id, since, limit=limit, until=latest) if recovered else []
    return {
        "latest_seq": latest,
        "oldest_seq": kept.oldest_seq,
        "recovered": recovered,
        "items": items,
        "has_more": bool(items) and items[-1]["seq"] < latest,
    }
