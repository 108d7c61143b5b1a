"""Hints between processes: what just happened, small enough to send at once, safe to lose."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db import connection

from realtime.frames import frame

Json = dict[str, Any]
# A longer hint names its numbers only; the sockets read the rows.
FRAMES_BYTES_MAX: Final = 32_768
FRAMES_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class News:
    """A player's stream now reaches `latest_seq`; `frames` are its messages from `first_seq` on, or none."""

    player_id: int
    first_seq: int
    latest_seq: int
    frames: Sequence[str]


@dataclass(frozen=True, slots=True)
class Ended:
    """Sessions of a player that no longer admit anybody."""

    player_id: int
    sids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shout:
    """A transient message for everybody; each socket puts its player's id on it."""

    kind: str
    data: Json
    timestamp: float


Hint = News | Ended | Shout
_KINDS: Final = {"news": News, "ended": Ended, "shout": Shout}


def news_of(player_id: int, messages: Sequence[Json]) -> News:
    """The hint for stored `messages`, which follow each other without a gap."""
    first, latest = messages[0]["seq"], messages[-1]["seq"]
    frames = [frame(message) for message in messages] if len(messages) <= FRAMES_MAX else []
    if sum(map(len, frames)) > FRAMES_BYTES_MAX:
        frames = []
    return News(player_id, first, latest, frames)


def pack(hint: Hint) -> Json:
    """`hint` as a channel layer message."""
    return {"type": type(hint).__name__.lower(), **{name: getattr(hint, name) for name in hint.__slots__}}


def unpack(message: Mapping[str, Any]) -> Hint:
    """The hint in a channel layer message."""
    facts = dict(message)
    hint: Hint = _KINDS[facts.pop("type")](**facts)
    return hint


def group_of(hint: Hint) -> str:
    """The group of sockets a hint is for."""
    return everybody() if isinstance(hint, Shout) else player_group(hint.player_id)


def player_group(player_id: int) -> str:
    """The group of one player's sockets."""
    return f"{_club()}.{player_id}"


def everybody() -> str:
    """The group of all sockets."""
    return f"{_club()}.all"


def _club() -> str:
    return _name_of(f"{settings.REDIS_URL.rpartition('/')[2]}/{connection.settings_dict['NAME']}")


@cache
def _name_of(home: str) -> str:
    # Publish and subscribe know no database numbers: clubs that share a server are told apart by name.
    return f"club-{hashlib.sha256(home.encode()).hexdigest()[:12]}"
