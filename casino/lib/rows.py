"""Rows read and written by statements that are composed once per model instead of once per call.

For the tables that every money transaction touches: composing a SELECT, INSERT or UPDATE costs Django more than
PostgreSQL needs to run it. Values are prepared by the model's own fields; no signal is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, ForeignKey, Model

_Row = TypeVar("_Row", bound=Model)
_Owner = TypeVar("_Owner", bound=Model)
AnyField = Field[Any, Any]
_VALUE: Final = "%s"
ROW_LOCK = " FOR UPDATE"


def find(model: type[_Row], key: int | str, *, lock: bool = False) -> _Row | None:
    """The row with this primary key, locked until the running transaction ends if asked; None when there is none."""
    statement = _select_sql(model, "")
    if lock and connection.features.has_select_for_update:
        statement += ROW_LOCK
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        values = cursor.fetchone()
    return None if values is None else built(model, values)


def find_with(model: type[_Row], relation: str, key: int | str) -> _Row | None:
    """The row with this primary key together with the row its (never empty) relation points at, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_select_sql(model, relation), [key])
        values = cursor.fetchone()
    if values is None:
        return None
    own = len(model._meta.concrete_fields)
    row = built(model, values[:own])
    foreign = _foreign(model, relation)
    foreign.set_cached_value(row, built(foreign.remote_field.model, values[own:]))
    return row


def lock_both(owner: type[_Owner], model: type[_Row], relation: str, key: int | str) -> tuple[_Owner, _Row] | None:
    """The row of `model` with this primary key and its owner's, in one statement and both locked, the owner first.

    `relation` points from `model` at the owner's key. Each is as the last holder of its lock has left it: PostgreSQL
    reads anew what has changed while it waited, if that is locked too. A row merely joined would be the old one.
    """
    statement = _both_sql(owner, model, relation)
    if connection.features.has_select_for_update:
        statement += ROW_LOCK
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        values = cursor.fetchone()
    if values is None:
        return None
    width = len(owner._meta.concrete_fields)
    return built(owner, values[:width]), built(model, values[width:])


@contextmanager
def together() -> Iterator[None]:
    """Sends the inserts and updates inside in one go and reads their answers in one go (PostgreSQL's pipeline).

    Only those: ids, and what the database refuses, are known at the end of the block, so nothing else may be read
    or written in it. Elsewhere, and inside another such block, each statement waits for its answer as always.
    """
    if connection.vendor != "postgresql" or _pipeline.answers is not None:
        yield
        return
    connection.ensure_connection()
    answers: list[Callable[[], None]] = []
    _pipeline.answers = answers
    try:
        with connection.wrap_database_errors, connection.connection.pipeline():
            yield
    finally:
        _pipeline.answers = None
    for answer in answers:
        answer()


def insert(rows: Sequence[Model]) -> None:
    """Stores new rows of one model by one statement, and tells each the id the database gave it."""
    model = type(rows[0])
    values = _prepared(_given(model), *rows)

    def number(cursor: Any) -> None:
        numbers = cursor.fetchall() if model._meta.auto_field else [(row.pk,) for row in rows]
        for row, (key,) in zip(rows, numbers, strict=True):
            row.pk = key
            row._state.adding = False

    _send(_insert_sql(model, len(rows)), values, number)


def insert_once(row: Model) -> bool:
    """Stores a new row that brings its key, unless the key is taken; whether it was stored.

    Whoever comes second while the first one's transaction still runs waits for its end.
    """
    values = _prepared(_given(type(row)), row)
    with connection.cursor() as cursor:
        cursor.execute(f"{_insert_sql(type(row), 1)} ON CONFLICT DO NOTHING", values)
        return bool(cursor.rowcount == 1)


def put(rows: Sequence[Model], *, key: tuple[str, ...]) -> None:
    """Stores rows of one model by one statement; those whose `key` is stored already take the place of what is there.

    New rows do not learn their ids.
    """
    model = type(rows[0])
    values = _prepared(_given(model), *rows)
    _send(_put_sql(model, len(rows), key), values, lambda _cursor: None)


def update(row: Model) -> None:
    """Writes every column of a row that is stored already, or raises its `DoesNotExist`."""
    model = type(row)
    values = _prepared(_changing(model), row, add=False)

    def check(cursor: Any) -> None:
        if cursor.rowcount != 1:
            raise model.DoesNotExist(f"{model._meta.label} {row.pk} is not stored")  # type: ignore[attr-defined]

    _send(_update_sql(model), [*values, row.pk], check)


def _send(statement: str, values: list[Any], on_answer: Callable[[Any], None]) -> None:
    cursor = connection.cursor()
    cursor.execute(statement, values)

    def answer() -> None:
        with cursor:
            on_answer(cursor)

    if _pipeline.answers is None:
        answer()
    else:
        _pipeline.answers.append(answer)


class _Pipeline(threading.local):
    """The answers this thread's open pipeline owes; None when none is open."""

    answers: list[Callable[[], None]] | None = None


_pipeline: Final = _Pipeline()


def built(model: type[_Row], values: Sequence[Any]) -> _Row:
    """The row whose columns, in the model's own order, hold these values as the database gave them."""
    names, converters = _reading(model)
    if converters:
        values = list(values)
        for place, convert in converters:
            values[place] = convert(values[place])
    return model.from_db(connection.alias, names, values)


@cache
def _reading(model: type[Model]) -> tuple[tuple[str, ...], tuple[tuple[int, Callable[[Any], Any]], ...]]:
    """The attributes in the order of the columns, and what turns the database's values into the fields'."""
    found = []
    for place, field in enumerate(model._meta.concrete_fields):
        column = field.get_col(model._meta.db_table)
        chain = [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]
        found += [(place, _converter(convert, column)) for convert in chain]
    return tuple(field.attname for field in model._meta.concrete_fields), tuple(found)


def _converter(convert: Callable[..., Any], column: Any) -> Callable[[Any], Any]:
    return lambda value: convert(value, column, connection)


def columns_of(model: type[Model]) -> str:
    """Every column of the model in its own order, each with its table's name: what `built` wants to be given."""
    return ", ".join(_columns(model))


def _foreign(model: type[Model], relation: str) -> ForeignKey[Any, Any]:
    field = model._meta.get_field(relation)
    if not isinstance(field, ForeignKey) or field.null:
        raise TypeError(f"{model._meta.label}.{relation} is not a relation that is always there")
    return field


@cache
def _select_sql(model: type[Model], relation: str) -> str:
    columns, source = _columns(model), _table(model)
    if relation:
        foreign = _foreign(model, relation)
        other: type[Model] = foreign.remote_field.model
        columns += _columns(other)
        here, there = _quoted(foreign.column), _quoted(other._meta.pk.column)
        source += f" INNER JOIN {_table(other)} ON {_table(model)}.{here} = {_table(other)}.{there}"
    key = f"{_table(model)}.{_quoted(model._meta.pk.column)}"
    return f"SELECT {', '.join(columns)} FROM {source} WHERE {key} = {_VALUE}"  # noqa: S608 - our own names


@cache
def _both_sql(owner: type[Model], model: type[Model], relation: str) -> str:
    columns = ", ".join([*_columns(owner), *_columns(model)])
    here, there = _quoted(_foreign(model, relation).column), _quoted(owner._meta.pk.column)
    return (
        f"SELECT {columns} FROM {_table(owner)} "  # noqa: S608 - our own names
        f"INNER JOIN {_table(model)} ON {_table(model)}.{here} = {_table(owner)}.{there} "
        f"WHERE {_table(model)}.{_quoted(model._meta.pk.column)} = {_VALUE}"
    )


def _columns(model: type[Model]) -> list[str]:
    return [f"{_table(model)}.{_quoted(field.column)}" for field in model._meta.concrete_fields]


def _prepared(fields: Sequence[AnyField], *rows: Model, add: bool = True) -> list[Any]:
    """The values of these fields, row by row, as their columns take them."""
    backend = connections[DEFAULT_DB_ALIAS]  # looked up once: through `connection` it costs more than a field does
    return [field.get_db_prep_save(field.pre_save(row, add), backend) for row in rows for field in fields]


@cache
def _given(model: type[Model]) -> tuple[AnyField, ...]:
    """The fields whose values we bring: all but an id that the database counts."""
    return tuple(field for field in model._meta.concrete_fields if field is not model._meta.auto_field)


@cache
def _changing(model: type[Model]) -> tuple[AnyField, ...]:
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _insert_sql(model: type[Model], count: int, *, numbered: bool = True) -> str:
    fields = _given(model)
    columns = ", ".join(_quoted(field.column) for field in fields)
    one_row = f"({', '.join([_VALUE] * len(fields))})"
    statement = f"INSERT INTO {_table(model)} ({columns}) VALUES {', '.join([one_row] * count)}"  # noqa: S608 - our own names
    counted = model._meta.auto_field
    return f"{statement} RETURNING {_quoted(counted.column)}" if numbered and counted else statement


@cache
def _put_sql(model: type[Model], count: int, key: tuple[str, ...]) -> str:
    named = [field for field in _given(model) if field.name in key]
    changes = ", ".join(
        f"{_quoted(field.column)} = excluded.{_quoted(field.column)}" for field in _given(model) if field not in named
    )
    target = ", ".join(_quoted(field.column) for field in named)
    return f"{_insert_sql(model, count, numbered=False)} ON CONFLICT ({target}) DO UPDATE SET {changes}"


@cache
def _update_sql(model: type[Model]) -> str:
    changes = ", ".join(f"{_quoted(field.column)} = {_VALUE}" for field in _changing(model))
    return f"UPDATE {_table(model)} SET {changes} WHERE {_quoted(model._meta.pk.column)} = {_VALUE}"  # noqa: S608


def _table(model: type[Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))
