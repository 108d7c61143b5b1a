"""What the tests of the games share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from games.tests.flying import START

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden_vectors.json").read_text(encoding="utf-8"))


def golden_rounds(game: str) -> dict[str, dict[str, Any]]:
    """The published rounds of a game by the first version of its table, by their names."""
    return {one["name"]: one for one in GOLDEN["rounds"] if one["table"] == f"{game} version 1"}


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    """The club's clock, standing still at `flying.START` until it is moved; to be wound before anybody signs in."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller
