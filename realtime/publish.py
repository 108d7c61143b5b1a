"""The hint after commit: "player 7 has news". Best effort; whoever misses it reads the stream by number.

Through Redis when there is one, else straight to the sockets of this process. Never raises, never waits long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from casino.lib.days import now as clock
from realtime import metrics
from realtime.events import Event
from realtime.hints import Ended, Hint, Shout, news_of
from realtime.hub import hub
from realtime.relay import sender

Json = dict[str, Any]


def after_commit(player_id: int, messages: Sequence[Json]) -> None:
    """Hands `messages` to the player's open sockets once the running transaction has committed."""

    def hint() -> None:
        send(player_id, messages)

    transaction.on_commit(hint, robust=True)


def sessions_ended_after_commit(player_id: int, sids: Sequence[str]) -> None:
    """Closes the sockets of the ended sessions once the running transaction has committed."""

    def hint() -> None:
        end_sessions(player_id, sids)

    transaction.on_commit(hint, robust=True)


def send(player_id: int, messages: Sequence[Json]) -> None:
    """Hints at stored `messages`, which follow each other without a gap."""
    for message in messages:
        metrics.events.labels(message["type"]).inc()
    _pass_on(news_of(player_id, messages))


def end_sessions(player_id: int, sids: Sequence[str]) -> None:
    """Closes the sockets of these sessions with 4401, on every process."""
    _pass_on(Ended(player_id, list(sids)))


def broadcast(event: Event) -> None:
    """Tells all open sockets something that is not stored."""
    _pass_on(Shout(event.type, event.data(), clock().timestamp()))


def _pass_on(hint: Hint) -> None:
    if not sender.send(hint):
        hub.hand_over(hint)
