"""What staff weigh before they change a table: its figures in a few lines, and what differs from another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from games import tables
from games.engine import crash, gacha, gacha_returns, returns, rps, slots
from games.screens.shown import percent

Table = Mapping[str, Any]

_NAMES: Final = ("face", "item_id", "id", "name")
"""By which of its keys an entry of a list is told from the others."""


_READABLE: Final = 10**10
"""Fractions with a larger denominator tell nobody anything."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place of a table, and what stood and stands there; empty where it did not or does not exist."""

    place: str
    before: str
    after: str


def figures(rules: tables.Rules) -> dict[str, str]:
    """The exact returns, hit rates and largest wins of a table, as text by their names."""
    match rules:
        case slots.Machine():
            return {
                _("환수율"): _share(returns.slot_return(rules)),
                _("라인당 적중률"): _share(returns.slot_hit_rate(rules)),
                _("최대 당첨금"): _gold(rules.stake_max * returns.slot_max_multiplier(rules)),
            }
        case rps.Duel():
            return {
                _("환수율"): _share(returns.rps_return(rules)),
                _("승률"): _share(returns.rps_win_rate()),
                _("최대 당첨금"): _gold(rules.stake_max * returns.rps_max_multiplier(rules)),
            }
        case gacha.Pool():
            return _pool_figures(rules)
        case crash.Curve():
            return {
                _("환수율 (자동 목표)"): _share(returns.crash_return(rules)),
                _("1.00배에 끝나는 라운드"): _share(returns.crash_lost_at_once(rules)),
                _("최고 배수까지"): _("%(seconds)s초") % {"seconds": crash.time_of(rules, rules.top) / 1000},
                _("최대 당첨금"): _gold(rules.stake_max * returns.crash_max_multiplier(rules)),
            }


def _pool_figures(pool: gacha.Pool) -> dict[str, str]:
    told = {}
    for count in (1, gacha.TEN):
        back = gacha_returns.price_return(pool, count)
        told[_("%(count)s회 뽑기 환수율") % {"count": count}] = _share(back)
        for name, rate in gacha_returns.rates(pool, count).items():
            told[_("%(count)s회 뽑기 중 %(name)s") % {"count": count, "name": name}] = _share(rate)
    best = max(item.gold_value for item in pool.items)
    told[_("최대 당첨금")] = _gold(Fraction(gacha.TEN * best))
    return told


def _share(share: Fraction) -> str:
    if share.denominator >= _READABLE:
        return f"{percent(share)}%"
    return f"{percent(share)}% ({share.numerator}/{share.denominator})"


def _gold(amount: Fraction) -> str:
    return f"{int(amount):,}G"


def changes(before: Table, after: Table) -> list[Change]:
    """Every place where two tables differ, in the order of the new one; what went away stands last."""
    old, new = dict(_places(before)), dict(_places(after))
    places = [*new, *(place for place in old if place not in new)]
    pairs = ((place, old.get(place, ""), new.get(place, "")) for place in places)
    return [Change(place, stood, stands) for place, stood, stands in pairs if stood != stands]


def _places(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every single value of a table by its path; entries of lists go by their names, and their order is a value too."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _places(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        names = [_name(entry, place) for place, entry in enumerate(value)]
        order = _("순서")
        yield f"{path} ({order})", " ".join(names)
        for name, entry in zip(names, value, strict=True):
            yield from _places(entry, f"{path}.{name}")
    else:
        yield path, json.dumps(value, ensure_ascii=False)


def _name(entry: Any, place: int) -> str:
    if isinstance(entry, Mapping):
        return next((str(entry[key]) for key in _NAMES if key in entry), str(place))
    return str(place)


def as_text(table: Table) -> str:
    """A table as JSON that staff can read and write: one line a value, one line an entry of a list."""
    lines = [f"  {_dump(key)}: {_block(value)}" for key, value in table.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _block(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value):
        return "[\n" + ",\n".join(f"    {_dump(entry)}" for entry in value) + "\n  ]"
    return _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
