"""Races whose racers surely meet: what a lock prevents is not left to luck where it is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any
from unittest.mock import patch

_PATIENCE_SECONDS = 8


@contextmanager
def meeting_at(owner: Any, name: str, racers: int) -> Iterator[None]:
    """Nobody goes on into `owner.name` before `racers` came; who was refused earlier keeps nobody for ever."""
    door, go_on, come = Condition(), getattr(owner, name), 0

    def wait_then_go_on(*facts: Any, **more: Any) -> Any:
        nonlocal come
        with door:
            come += 1
            door.notify_all()
            door.wait_for(lambda: come >= racers, timeout=_PATIENCE_SECONDS)
        return go_on(*facts, **more)

    with patch.object(owner, name, wait_then_go_on):
        yield
