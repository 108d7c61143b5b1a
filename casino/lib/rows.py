"""Rows written by statements that are composed once per model instead of once per call.

For the tables that every money transaction writes: composing an INSERT or UPDATE costs Django more than
PostgreSQL needs to run it. Values are prepared by the model's own fields; no signal is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from django.db import connection
from django.db.models import Field, Model

AnyField = Field[Any, Any]
_VALUE: Final = "%s"


def insert(rows: Sequence[Model]) -> None:
    """Stores new rows of one model by one statement, and tells each the id the database gave it."""
    model = type(rows[0])
    values = [_prepared(field, row, add=True) for row in rows for field in _given(model)]
    with connection.cursor() as cursor:
        cursor.execute(_insert_sql(model, len(rows)), values)
        numbers = cursor.fetchall() if model._meta.auto_field else [(row.pk,) for row in rows]
    for row, (number,) in zip(rows, numbers, strict=True):
        row.pk = number
        row._state.adding = False


def update(row: Model) -> None:
    """Writes every column of a row that is stored already, or raises its `DoesNotExist`."""
    model = type(row)
    values = [_prepared(field, row, add=False) for field in _changing(model)]
    with connection.cursor() as cursor:
        cursor.execute(_update_sql(model), [*values, row.pk])
        if cursor.rowcount != 1:
            raise model.DoesNotExist(f"{model._meta.label} {row.pk} is not stored")  # type: ignore[attr-defined]


def _prepared(field: AnyField, row: Model, *, add: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add), connection)


@cache
def _given(model: type[Model]) -> tuple[AnyField, ...]:
    """The fields whose values we bring: all but an id that the database counts."""
    return tuple(field for field in model._meta.concrete_fields if field is not model._meta.auto_field)


@cache
def _changing(model: type[Model]) -> tuple[AnyField, ...]:
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _insert_sql(model: type[Model], count: int) -> str:
    fields = _given(model)
    columns = ", ".join(_quoted(field.column) for field in fields)
    one_row = f"({', '.join([_VALUE] * len(fields))})"
    statement = f"INSERT INTO {_table(model)} ({columns}) VALUES {', '.join([one_row] * count)}"  # noqa: S608 - our own names
    numbered = model._meta.auto_field
    return f"{statement} RETURNING {_quoted(numbered.column)}" if numbered else statement


@cache
def _update_sql(model: type[Model]) -> str:
    changes = ", ".join(f"{_quoted(field.column)} = {_VALUE}" for field in _changing(model))
    return f"UPDATE {_table(model)} SET {changes} WHERE {_quoted(model._meta.pk.column)} = {_VALUE}"  # noqa: S608


def _table(model: type[Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))
