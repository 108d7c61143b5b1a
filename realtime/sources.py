"""What the stream must ask the floors above: who a visitor is, what a player's state is, which number was the last.

The composition root opens each of these once; realtime itself imports nothing above it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from realtime.events import Event

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a visitor shows at the door: an access token or the cookies of a browser."""

    token: str | None = None
    cookies: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who was admitted, by which session, until when."""

    player_id: int
    sid: str
    expires_at: datetime


def _not_wired(*_: object) -> NoReturn:
    raise RuntimeError("the composition root has not opened this source")


@dataclass(slots=True)
class Sources:
    """Questions to the floors above."""

    admit: Callable[[Credentials], Visitor] = _not_wired
    """The visitor behind the credentials, or the refusal."""
    latest_seqs: Callable[[Collection[int]], Mapping[int, int]] = _not_wired
    """The latest stream number of each player."""
    state: Callable[[int], Json] = _not_wired
    """A player's opening state: profile, balance, streak, statistics, open purchases."""
    ended: Callable[[Collection[str]], Collection[str]] = _not_wired
    """Those of the sessions that no longer admit their holder."""
    tell: Callable[[int, Callable[[int], Event]], int] = _not_wired
    """Appends the event built from the player's balance to the player's stream; returns its number."""
    pulse: Callable[[datetime], Mapping[str, int]] = _not_wired
    """The club in numbers at a moment: GlobalMetrics without its time."""


sources: Final = Sources()
