"""The environment, read once through types: a value that makes no sense stops the start and says why."""

from __future__ import annotations

from typing import Final

import environ
from django.core.exceptions import ImproperlyConfigured

_env: Final = environ.Env()
_YES: Final = frozenset({"1", "true", "yes", "on"})
_NO: Final = frozenset({"0", "false", "no", "off", ""})


def text(name: str, default: str = "") -> str:
    """The value of `name`, without surrounding blanks; empty means `default`."""
    return str(_env.str(name, default=default)).strip() or default


def integer(name: str, default: int, *, low: int = 0, high: int = 2**31 - 1) -> int:
    """The whole number in `name`, between `low` and `high`."""
    raw = text(name, str(default))
    if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {raw!r}")
    return int(raw)


def flag(name: str, default: bool = False) -> bool:
    """Whether `name` is switched on (1, true, yes, on) or off (0, false, no, off, empty)."""
    raw = text(name, "1" if default else "0").casefold()
    if raw not in _YES | _NO:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {raw!r}")
    return raw in _YES


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    """The value of `name`, one of `options`."""
    raw = text(name, default)
    if raw not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {raw!r}")
    return raw


def words(name: str, default: str = "") -> list[str]:
    """The comma-separated parts of `name`, blanks left out."""
    return [part for part in (piece.strip() for piece in text(name, default).split(",")) if part]


def origins(name: str) -> list[str]:
    """The comma-separated web origins of `name`, each with its scheme."""
    found = words(name)
    for origin in found:
        if not origin.startswith(("https://", "http://")) or origin.count("/") != 2:
            raise ImproperlyConfigured(f"{name}: {origin!r} is not an origin such as https://club.example")
    return found


def url(name: str, schemes: tuple[str, ...]) -> str:
    """The address in `name`, empty or with one of `schemes`."""
    raw = text(name)
    if raw and raw.split("://", 1)[0] not in schemes:
        raise ImproperlyConfigured(f"{name} must begin with one of {', '.join(s + '://' for s in schemes)}")
    return raw


def database(address: str) -> dict[str, object]:
    """Django's description of the database at `address`."""
    return dict(_env.db_url_config(address))
