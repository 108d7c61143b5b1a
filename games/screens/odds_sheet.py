"""The odds document as a spreadsheet, one line a number; a fraction in two columns, lest it be taken for a date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

COLUMNS: Final = ("game", "config_version", "what", "value", "numerator", "denominator")

_ABOUT: Final = frozenset({"config_version"})
_NAMES: Final = ("symbol", "hand", "item_id", "rarity", "line", "multiplier")
"""What tells the entries of a list apart, the first that an entry has."""


def sheet(document: Json) -> Iterator[Json]:
    """Every number of every game that is shown, then the versions."""
    for game, told in document["games"].items():
        for line in _lines(told, ""):
            yield {"game": game, "config_version": told["config_version"], **line}
    for version in document["versions"]:
        for name in ("valid_from", "valid_to", "hash"):
            yield _line(f"version.{name}", version[name]) | {key: version[key] for key in ("game", "config_version")}


def _lines(told: Json, path: str) -> Iterator[Json]:
    for name, value in told.items():
        if name in _ABOUT or name.endswith("_exact"):
            continue
        what = f"{path}{name}"
        if isinstance(value, dict):
            yield from _lines(value, f"{what}.")
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, dict):
                    key = next(key for key in _NAMES if key in entry)
                    yield from _lines({k: v for k, v in entry.items() if k != key}, f"{what}[{entry[key]}].")
                else:
                    yield _line(what, " ".join(map(str, entry)) if isinstance(entry, list) else entry)
        else:
            yield _line(what, value, told.get(f"{name}_exact"))


def _line(what: str, value: Any, exact: str | None = None) -> Json:
    above, _slash, below = (exact or "").partition("/")
    return {"what": what, "value": "" if value is None else value, "numerator": above, "denominator": below}
