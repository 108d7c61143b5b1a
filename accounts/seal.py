"""The seal on ledger and audit trail: triggers on both databases refuse UPDATE, DELETE and TRUNCATE of their rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

_SEALED: Final = {"accounts_entry": ("entry", "ledger entries"), "accounts_audit": ("audit", "audit rows")}
"""The sealed tables: what their triggers begin with, and what the database calls their rows when it refuses."""
_DEEDS: Final = {"UPDATE": "updated", "DELETE": "deleted", "TRUNCATE": "truncated"}

_REFUSE: Final = """
CREATE OR REPLACE FUNCTION club_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('club.unsealed', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% are append-only', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def seal(**_signal: Any) -> None:
    """Puts the triggers in place; safe to repeat, so it runs after every migrate."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_REFUSE)
        for table in _tables(cursor):
            for deed in _deeds():
                cursor.execute(_creation(table, deed))


def triggers() -> list[str]:
    """The triggers that belong here; none before their table exists."""
    with connection.cursor() as cursor:
        return [_trigger(table, deed) for table in _tables(cursor) for deed in _deeds()]


def missing() -> list[str]:
    """Those of them that are not there."""
    is_postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger" if is_postgres else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        present = {row[0] for row in cursor.fetchall()}
    return [name for name in triggers() if name not in present]


@contextmanager
def unsealed() -> Iterator[None]:
    """The one door through the seal, for `clean` and the tests' flush: a transaction in which sealed rows may go."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL club.unsealed = 'on'")
            yield
            cursor.execute("SET LOCAL club.unsealed = 'off'")
        else:
            for name in triggers():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            yield
            seal()


def _tables(cursor: CursorWrapper) -> list[str]:
    present = connection.introspection.table_names(cursor)
    return [table for table in _SEALED if table in present]


def _deeds() -> list[str]:
    """What has to be refused; SQLite knows no TRUNCATE."""
    return [deed for deed in _DEEDS if deed != "TRUNCATE" or connection.vendor == "postgresql"]


def _trigger(table: str, deed: str) -> str:
    return f"{_SEALED[table][0]}_never_{_DEEDS[deed]}"


def _creation(table: str, deed: str) -> str:
    name, rows = _trigger(table, deed), _SEALED[table][1]
    if connection.vendor == "postgresql":
        each = "STATEMENT" if deed == "TRUNCATE" else "ROW"
        return (
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {deed} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION club_is_sealed('{rows}')"
        )
    return (
        f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {deed} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{rows} are append-only'); END"
    )
