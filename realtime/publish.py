"""The hint after commit: "player 7 has news". Best effort; whoever misses it reads the stream by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

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
    """Placeholder until the transport is wired."""


def end_sessions(player_id: int, sids: Sequence[str]) -> None:
    """Placeholder until the transport is wired."""
