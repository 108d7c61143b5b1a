"""The action list of a player."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Action
from casino.lib import rows


def record(
    player_id: int,
    action_type: str,
    context: dict[str, Any],
    *,
    now: datetime,
    source: Action.Source = Action.Source.SERVER,
) -> Action:
    """Writes one line of the player's action list in the running transaction."""
    action = Action(player_id=player_id, action_type=action_type, context=context, source=source, created_at=now)
    rows.insert([action])
    return action
