"""Strict readers: a table holds exactly the keys it should, each of its kind and in its bounds, or is refused."""

from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import category

from django.utils.translation import gettext as _

from casino.lib.money import GOLD_LIMIT


class TableError(ValueError):
    """A table that cannot be played, or would pay back more than it takes; it says why to whoever wrote the table."""


class PaysTooMuch(TableError):
    """A table that would pay back more than it takes."""


def want_keys(table: Mapping[str, Any], wanted: set[str], what: str) -> None:
    """Refuses a table with a key too many or too few."""
    if set(table) != wanted:
        facts = {"what": what, "keys": ", ".join(sorted(wanted))}
        raise TableError(_("%(what)s에는 다음 키만, 빠짐없이 있어야 합니다: %(keys)s") % facts)


def text(table: Mapping[str, Any], key: str, *, at_most: int = 20) -> str:
    """The text under a key, neither empty nor longer than asked for."""
    value = table[key]
    if not isinstance(value, str) or not 1 <= len(value) <= at_most or not _is_plain(value):
        raise TableError(_("%(key)s: 1~%(most)s자의 글이어야 합니다") % {"key": key, "most": at_most})
    return value


def _is_plain(value: str) -> bool:
    """Whether a text can be stored and shown: no control characters, no halves of characters."""
    return not any(category(character) in ("Cc", "Cs") for character in value)


def whole(table: Mapping[str, Any], key: str, *, at_least: int, at_most: int = GOLD_LIMIT) -> int:
    """The whole number under a key, within its bounds."""
    value = table[key]
    if type(value) is not int or not at_least <= value <= at_most:
        bounds = {"key": key, "least": at_least, "most": at_most}
        raise TableError(_("%(key)s: %(least)s~%(most)s의 정수여야 합니다") % bounds)
    return value


def part(table: Mapping[str, Any], key: str, wanted: set[str]) -> dict[str, Any]:
    """The object under a key, with exactly these keys of its own."""
    value = table[key]
    if not isinstance(value, dict):
        raise TableError(_("%(key)s: 객체여야 합니다") % {"key": key})
    want_keys(value, wanted, key)
    return value


def parts(table: Mapping[str, Any], key: str, wanted: set[str], *, at_most: int = 200) -> list[dict[str, Any]]:
    """The objects listed under a key, at least one, each with exactly these keys."""
    value = table[key]
    if not isinstance(value, list) or not 1 <= len(value) <= at_most:
        raise TableError(_("%(key)s: 객체 1~%(most)s개의 목록이어야 합니다") % {"key": key, "most": at_most})
    return [part({key: entry}, key, wanted) for entry in value]


def want_stakes(stake_min: int, stake_max: int) -> None:
    """Refuses bounds that no stake lies between."""
    if stake_min > stake_max:
        raise TableError(_("stake_min은 stake_max보다 클 수 없습니다"))


def want_different(names: Iterable[str], what: str) -> None:
    """Refuses two of a kind with one name."""
    every = list(names)
    if len(set(every)) != len(every):
        raise TableError(_("같은 %(what)s이(가) 두 번 있습니다") % {"what": what})


def want_largest_win(largest: int) -> None:
    """Refuses what could be paid once if it is more gold than the club can count."""
    if largest > GOLD_LIMIT:
        raise TableError(_("최대 당첨금은 2^53보다 작아야 합니다"))
