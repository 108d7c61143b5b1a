"""Messages as text on the wire, written once however many sockets show them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from realtime.events import Event

HEARTBEAT_SECONDS: Final = 30


def frame(message: Mapping[str, Any]) -> str:
    """`message` as compact JSON, encoded as the database stores event data."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)


def transient(event: Event, player_id: int, now: datetime) -> str:
    """A message that is not stored: its `seq` is null."""
    facts = {"user_id": player_id, "seq": None, "timestamp": now.timestamp(), "data": event.data()}
    return frame({"type": event.type, **facts})
