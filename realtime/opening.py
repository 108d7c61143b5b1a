"""What a socket opens with: state, place in the stream and what was missed, all from one moment of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casino.lib.days import stamp
from realtime import stream
from realtime.door import NOT_ADMITTED, Refused, Resume
from realtime.events import InitialState, SyncConnected
from realtime.frames import HEARTBEAT_SECONDS, frame, transient
from realtime.models import Epoch
from realtime.reading import one_view
from realtime.sources import Visitor, sources

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opening:
    """The first messages of a socket, in order, and the number they reach."""

    epoch: str
    as_of_seq: int
    frames: Sequence[str]


def opening(visitor: Visitor, resume: Resume, now: datetime) -> Opening:
    """Reads everything at one moment; 4401 when the session ended since it was shown at the door."""
    player_id = visitor.player_id
    epoch = Epoch.current()
    with one_view():
        latest = sources.latest_seqs([player_id])[player_id]
        if sources.ended([visitor.sid]):
            raise Refused(NOT_ADMITTED)
        state = sources.state(player_id)
        missed = _missed(player_id, resume, epoch, latest)
    recovered = None if resume.since is None else missed is not None
    connected = SyncConnected(epoch, latest, stamp(now), HEARTBEAT_SECONDS)
    opened = InitialState(**state, as_of_seq=latest, recovered=recovered)
    frames = [*(transient(each, player_id, now) for each in (connected, opened)), *map(frame, missed or ())]
    return Opening(epoch, latest, frames)


def _missed(player_id: int, resume: Resume, epoch: str, latest: int) -> list[Json] | None:
    if resume.since is None or resume.epoch not in (None, epoch):
        return None
    return stream.missed(player_id, resume.since, latest=latest)
