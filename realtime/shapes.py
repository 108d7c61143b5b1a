"""The shapes of an AsyncAPI document as rows that people read: one a field, parts below what they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One field: its name, how deep it stands, what it holds, what it means; and the shape that is told elsewhere."""

    name: str
    depth: int
    kind: str
    meaning: str
    is_optional: bool
    shape: str | None = None


def rows(name: str, schemas: Mapping[str, Json], *, elsewhere: frozenset[str], depth: int = 0) -> Iterator[Row]:
    """The fields of the schema `name`; shapes in `elsewhere` are named, all others are told in place."""
    schema = schemas[name]
    for field, facts in schema.get("properties", {}).items():
        inner = _reference(facts)
        is_optional = field not in schema.get("required", ())
        told_elsewhere = inner if inner in elsewhere else None
        yield Row(field, depth, _kind(facts, schemas), facts.get("description", ""), is_optional, told_elsewhere)
        if inner is not None and told_elsewhere is None:
            yield from rows(inner, schemas, elsewhere=elsewhere, depth=depth + 1)


def _reference(facts: Json) -> str | None:
    """The schema that a field, or the items of its list, refers to."""
    reference: str | None = facts.get("$ref")
    if reference is not None:
        return reference.rpartition("/")[2]
    return _reference(facts["items"]) if "items" in facts else None


def _kind(facts: Json, schemas: Mapping[str, Json]) -> str:
    """What a field holds, in a word or the words that it may be."""
    if "$ref" in facts:
        return _kind(schemas[facts["$ref"].rpartition("/")[2]], schemas)
    if "enum" in facts:
        return " | ".join(f'"{word}"' for word in facts["enum"])
    if "anyOf" in facts:
        return " | ".join(_kind(choice, schemas) for choice in facts["anyOf"])
    if "items" in facts:
        return f"{_kind(facts['items'], schemas)}[]"
    kinds = facts.get("type", "object")
    named = kinds if isinstance(kinds, list) else [kinds]
    return " | ".join(str(facts.get("format", kind)) if kind == "string" else kind for kind in named)
