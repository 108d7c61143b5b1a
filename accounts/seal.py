"""The seal on the ledger: triggers on both databases refuse UPDATE, DELETE and TRUNCATE of entries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction

_TABLE: Final = "accounts_entry"
TRIGGERS: Final[tuple[str, ...]] = ("entry_never_updated", "entry_never_deleted", "entry_never_truncated")

_POSTGRES: Final = """
CREATE OR REPLACE FUNCTION club_ledger_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('club.unsealed', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'ledger entries are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE TRIGGER entry_never_updated BEFORE UPDATE ON accounts_entry
    FOR EACH ROW EXECUTE FUNCTION club_ledger_is_sealed();
CREATE OR REPLACE TRIGGER entry_never_deleted BEFORE DELETE ON accounts_entry
    FOR EACH ROW EXECUTE FUNCTION club_ledger_is_sealed();
CREATE OR REPLACE TRIGGER entry_never_truncated BEFORE TRUNCATE ON accounts_entry
    FOR EACH STATEMENT EXECUTE FUNCTION club_ledger_is_sealed();
"""
_SQLITE: Final = tuple(
    f"""CREATE TRIGGER IF NOT EXISTS {name} BEFORE {deed} ON {_TABLE}
        BEGIN SELECT RAISE(ABORT, 'ledger entries are append-only'); END"""
    for name, deed in zip(TRIGGERS, ("UPDATE", "DELETE"), strict=False)
)


def seal(**_signal: Any) -> None:
    """Puts the triggers in place; safe to repeat, so it runs after every migrate."""
    with connection.cursor() as cursor:
        if _TABLE not in connection.introspection.table_names(cursor):
            return
        for statement in (_POSTGRES,) if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def missing() -> list[str]:
    """The triggers that should be there and are not; none before the ledger's table exists."""
    if connection.vendor == "postgresql":
        query, wanted = "SELECT tgname FROM pg_trigger", TRIGGERS
    else:
        query, wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger'", TRIGGERS[:2]
    with connection.cursor() as cursor:
        if _TABLE not in connection.introspection.table_names(cursor):
            return []
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return [name for name in wanted if name not in present]


@contextmanager
def unsealed() -> Iterator[None]:
    """The one door through the seal, for `clean` and the tests' flush: a transaction in which entries may go."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL club.unsealed = 'on'")
            yield
            cursor.execute("SET LOCAL club.unsealed = 'off'")
        else:
            for name in TRIGGERS[:2]:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            yield
            seal()
