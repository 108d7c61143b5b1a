"""The club's pulse: a few numbers about everybody and nobody, counted at most once in five seconds by a process."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any, Final

from casino.lib.days import stamp
from realtime.sources import sources

Json = dict[str, Any]
KEPT_FOR: Final = timedelta(seconds=5)


class _Pulse:
    """The numbers told last, and the lock of whoever counts them anew."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._counted_at: datetime | None = None
        self._told: Json = {}

    def read(self, now: datetime) -> Json:
        """The kept numbers while they are fresh; else one caller counts, and who comes meanwhile waits for it."""
        if not self._is_fresh(now):
            with self._counting:
                if not self._is_fresh(now):
                    self._told = {**sources.pulse(now), "generated_at": stamp(now)}
                    self._counted_at = now
        return self._told

    def forget(self) -> None:
        """Lets the next caller count."""
        self._counted_at = None

    def _is_fresh(self, now: datetime) -> bool:
        # A caller who read the clock before the count that it waited for takes its numbers too.
        return self._counted_at is not None and abs(now - self._counted_at) < KEPT_FOR


_pulse: Final = _Pulse()


def read(*, now: datetime) -> Json:
    """GlobalMetrics, at most five seconds old."""
    return dict(_pulse.read(now))


def forget() -> None:
    """Lets the next reader count anew: for tests, and for whoever has just emptied the club."""
    _pulse.forget()
