"""What operators see of the sockets."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

active_users: Final = Gauge("realtime_active_users", "Players with an open socket", multiprocess_mode="livesum")
active_connections: Final = Gauge("realtime_active_connections", "Open sockets", multiprocess_mode="livesum")
events: Final = Counter("realtime_events_total", "Stored events told", ["type"])
closed: Final = Counter("cc_realtime_closed_total", "Sockets closed", ["code"])
_KNOWN: Final = frozenset({1000, 1001, 1005, 1006, 1009, 1011, 1012, 4400, 4401, 4403, 4408, 4429})


def count_close(code: int) -> None:
    """Counts a closed socket; codes a client made up share one name."""
    closed.labels(str(code) if code in _KNOWN else "other").inc()
