"""Writes a player's events beside the change they report, and reads them back for whoever missed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min

from realtime.events import Event
from realtime.models import StreamEvent

Json = dict[str, Any]


def append(player_id: int, first_seq: int, events: Sequence[Event], now: datetime) -> list[Json]:
    """Stores `events` as `first_seq`, `first_seq + 1`, … in the running transaction; returns them as messages.

    The caller holds the player's wallet row, which is where `first_seq` comes from: no gap, no race.
    """
    rows = [
        StreamEvent(player_id=player_id, seq=first_seq + place, type=event.type, data=event.data(), created_at=now)
        for place, event in enumerate(events)
    ]
    StreamEvent.objects.bulk_create(rows)
    return [message(row) for row in rows]


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
    rows = StreamEvent.objects.filter(player_id=player_id, seq__gt=seq).order_by("seq")
    if until is not None:
        rows = rows.filter(seq__lte=until)
    return [message(row) for row in rows[:limit]]
