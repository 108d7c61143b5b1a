"""What every test of the club stands on: the right database, and sealed tables that the flush may empty."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation

from accounts.models import Player, Rank, Role
from accounts.seal import unsealed
from realtime import stream
from tests import wire
from tests.cast import Caller, enrol

VENDORS = {"sqlite": "sqlite", "postgres": "postgresql"}


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to run on another database than the one that was asked for."""
    wanted = os.environ["TEST_DATABASE"]
    if connection.vendor != VENDORS[wanted]:
        raise pytest.UsageError(f"asked for {wanted}, but Django talks to {connection.vendor}")
    if connection.vendor == "sqlite":
        # A file, not shared memory: races need the real locks of the real thing.
        connection.settings_dict["TEST"]["NAME"] = f"{connection.settings_dict['NAME']}.test"
    _let_the_flush_pass_the_seal()


def _let_the_flush_pass_the_seal() -> None:
    """Some tables are append-only by trigger; the flush after a transaction test opens the seal as `clean` does."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_unsealed(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
        with unsealed():
            flush(self, sql_list)

    BaseDatabaseOperations.execute_sql_flush = flush_unsealed  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def korean_first() -> None:
    """A test begins in the club's language: Django leaves that of the last request in the thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def told_as_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every event that a test stores or reads has exactly the published fields."""
    message = stream.message
    monkeypatch.setattr(stream, "message", lambda row: wire.check(message(row)))


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
