"""The games' cast, each with the gold everyone begins with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Player, Rank, Role
from tests.cast import Caller, enrol


@pytest.fixture
def ada(db: None) -> Player:
    return enrol("ada")


@pytest.fixture
def bob(db: None) -> Player:
    return enrol("bob")


@pytest.fixture
def vip(db: None) -> Player:
    return enrol("vip", rank=Rank.VIP)


@pytest.fixture
def sam(db: None) -> Player:
    return enrol("sam", role=Role.OWNER)


@pytest.fixture
def as_ada(ada: Player) -> Caller:
    return Caller(ada)


@pytest.fixture
def as_bob(bob: Player) -> Caller:
    return Caller(bob)


@pytest.fixture
def as_sam(sam: Player) -> Caller:
    return Caller(sam)


@pytest.fixture
def as_nobody(db: None) -> Caller:
    return Caller()


VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "fairness_vectors.json").read_text(encoding="utf-8"))
