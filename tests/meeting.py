"""Races whose racers surely meet: what a lock prevents is not left to luck where it is switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Condition
from typing import Any
from unittest.mock import patch


@contextmanager
def meeting_at(owner: Any, name: str, racers: int, *others: tuple[Any, str], seconds: float = 8) -> Iterator[None]:
    """Nobody goes on into `owner.name`, nor into `others`, before `racers` came to any of them.

    After `seconds` nobody waits any longer: who was refused earlier does not come.
    """
    door, come = Condition(), 0

    def guarded(go_on: Callable[..., Any]) -> Callable[..., Any]:
        def wait_then_go_on(*facts: Any, **more: Any) -> Any:
            nonlocal come
            with door:
                come += 1
                door.notify_all()
                door.wait_for(lambda: come >= racers, timeout=seconds)
            return go_on(*facts, **more)

        return wait_then_go_on

    with ExitStack() as patches:
        for place, called in ((owner, name), *others):
            patches.enter_context(patch.object(place, called, guarded(getattr(place, called))))
        yield
