"""Gunicorn's configuration for negative controls: production's, but nobody locks rows."""

from __future__ import annotations

from typing import Any

from casino.gunicorn import *  # noqa: F403 - production's configuration, whatever it says


def post_worker_init(worker: Any) -> None:  # type: ignore[no-redef]
    """Takes the lock away once the club is imported."""
    from casino.lib import rows  # noqa: PLC0415 - Django is not set up before

    rows.ROW_LOCK = ""
