"""The action list of a player."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Action
from casino.lib import rows


def record(
    player_id: int,
    *action_types: str,
    context: dict[str, Any],
    now: datetime,
    source: Action.Source = Action.Source.SERVER,
) -> None:
    """Writes one line a type into the player's action list, in the running transaction and by one statement."""
    lines = [
        Action(player_id=player_id, action_type=action_type, context=context, source=source, created_at=now)
        for action_type in action_types
    ]
    rows.insert(lines)
