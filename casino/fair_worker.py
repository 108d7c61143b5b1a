"""Gunicorn workers that share connections evenly.

Connections live long here (nginx keeps its own, so do API clients): whoever accepts one has its load for minutes. Left
to themselves, the worker that wakes first takes nearly all of them and a core stands idle. A `FairWorker` accepts only
while it holds about as many connections as the least busy one. When it stops it serves whom the kernel let in already
and closes its door at once: a client that came later is refused, not cut.
"""

from __future__ import annotations

import mmap
import struct
import time
from typing import Any, Final

from gunicorn.workers.gthread import ThreadWorker

# How many connections each worker holds, and when it last said so: memory shared through fork.
_ROW: Final = struct.Struct("dd")
_SLOTS: Final = 64
_board: Final = mmap.mmap(-1, _ROW.size * _SLOTS)

_HEAD_START: Final = 2
_SILENT_AFTER_SECONDS: Final = 3.0
_LOOK_AGAIN_SECONDS: Final = 0.02


class FairWorker(ThreadWorker):
    """A gthread worker that leaves new connections to the others while it holds more than they do."""

    slot = 0
    most = 0

    @property
    def worker_connections(self) -> int:
        """How many connections this worker may hold now; the accept loop asks before every wait."""
        now = time.monotonic()
        _ROW.pack_into(_board, self.slot * _ROW.size, now, getattr(self, "nr_conns", 0))
        rows = (_ROW.unpack_from(_board, slot * _ROW.size) for slot in range(_SLOTS))
        # A worker that is gone, or too stuck to say anything, counts for nothing.
        least = min(held for said_at, held in rows if said_at and now - said_at < _SILENT_AFTER_SECONDS)
        return int(min(self.most, least + _HEAD_START))

    @worker_connections.setter
    def worker_connections(self, most: int) -> None:
        self.most = most

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait as gthread does, but look again soon while new connections are left to others."""
        super().wait_for_and_dispatch_events(timeout if self._accepting else min(timeout, _LOOK_AGAIN_SECONDS))

    def set_accept_enabled(self, enabled: bool) -> None:
        """Turn accepting on or off; a worker that stops never turns it on again."""
        is_stopping = not self.alive
        super().set_accept_enabled(enabled and not is_stopping)
        if is_stopping:
            self._close_doors()

    def _close_doors(self) -> None:
        """Take in whoever waits in the kernel's queue: closing a listener resets them, with requests already sent."""
        while self.sockets:
            listener = self.sockets.pop()
            listener.setblocking(False)
            held = -1
            while held != self.nr_conns:
                held = self.nr_conns
                self.accept(listener)
            listener.close()


def assign_slot(worker: FairWorker, others: list[Any]) -> None:
    """Gives a new worker a place on the board that no living one has."""
    taken = {other.slot for other in others}
    worker.slot = next(slot for slot in range(_SLOTS) if slot not in taken)
