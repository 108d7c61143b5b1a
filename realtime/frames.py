"""Messages as text on the wire, written once however many sockets show them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from realtime.events import Event

HEARTBEAT_SECONDS: Final = 30
# An ASGI extension of our server: sends a text, or sends nothing and returns False while the transport has no room.
SEND_AT_ONCE: Final = "club.send_at_once"


def frame(message: Mapping[str, Any]) -> str:
    """`message` as compact JSON, encoded as the database stores event data."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)


def transient(event: Event, player_id: int, now: datetime) -> str:
    """A message that is not stored: its `seq` is null."""
    facts = {"user_id": player_id, "seq": None, "timestamp": now.timestamp(), "data": event.data()}
    return frame({"type": event.type, **facts})


def stamped(kind: str, data: Mapping[str, Any], timestamp: float) -> Callable[[int], str]:
    """A message for many that is not stored: encoded once, then given with any player's id."""
    facts = {"type": kind, "user_id": 0, "seq": None, "timestamp": timestamp, "data": data}
    before, _, after = frame(facts).partition('"user_id":0')
    return lambda player_id: f'{before}"user_id":{player_id}{after}'
