"""Gunicorn's configuration for negative controls: production's, less the protection named in CHAOS_WITHOUT."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any

from casino.gunicorn import *  # noqa: F403 - production's configuration, whatever it says

for_ever = ExitStack()


def post_worker_init(worker: Any) -> None:  # type: ignore[no-redef]
    """Takes the protection away once the club is imported."""
    from tests.chaos import without  # noqa: PLC0415 - Django is not set up before

    for_ever.enter_context(without.PROTECTIONS[os.environ["CHAOS_WITHOUT"]]())
