"""The odds of all games from the tables that pay: exact fractions beside decimals, and every version there ever was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache, singledispatch
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from casino.lib import errors
from casino.lib.days import stamp, stamp_or_none
from games import floor, tables
from games.engine import gacha_returns, returns
from games.engine.crash import Curve
from games.engine.gacha import TEN, Pool
from games.engine.rps import HANDS, Duel, pays
from games.engine.slots import PAYLINES, Machine, Symbol
from games.engine.units import HUNDREDTHS, MILLION
from games.models import GameConfig, GameType
from games.offers import exact_text

Json = dict[str, Any]

_REACHED: Final = (101, 120, 150, 200, 300, 500, 1_000, 2_000, 5_000, 10_000)
_OPENED: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Version(NamedTuple):
    """One version of a game's table: since when, until when (None: still), and whether it is in force."""

    game: str
    config_version: int
    fingerprint: str
    valid_from: datetime
    valid_to: datetime | None
    is_in_force: bool


Versions = Mapping[str, int] | int
"""Past versions by game, or one number for every game that has such a version."""


def odds_document(*, stake: int | None = None, lines: int | None = None, versions: Versions | None = None) -> Json:
    """Every game's odds by the table in force, or by the version asked for; 404 for one that never was.

    A `stake` adds what slot (spread over `lines`, else on one) and rps return of it after cutting to whole gold;
    null when the game does not take such a stake.
    """
    every = _every_version()
    games = {}
    for version in _chosen(every, versions or {}):
        told = _facts(version) | _with_names(_numbers(version.fingerprint))
        if stake is not None:
            told |= _after_cutting(floor.parsed(version.fingerprint), stake, lines or 1)
        games[version.game] = told
    return {"games": games, "versions": [_listed(version) for version in every]}


def example() -> Json:
    """The document of a new club."""
    firsts = [
        (Version(game, 1, tables.fingerprint(table), _OPENED, None, True), tables.parse(game, table))
        for game, table in tables.FIRST_VERSIONS.items()
    ]
    return {
        "games": {version.game: _facts(version) | _with_names(_told(rules)) for version, rules in firsts},
        "versions": [
            {"game": version.game, **_facts(version), **_return_of(_told(rules))} for version, rules in firsts
        ],
    }


def _every_version() -> list[Version]:
    """All versions, newest first within a game; games in their published order."""
    order = list(GameType.values)
    found = GameConfig.objects.order_by("game", "-version").values_list(
        "game", "version", "fingerprint", "valid_from", "in_force_for"
    )
    told: list[Version] = []
    for game, number, fingerprint, valid_from, in_force in found:
        later = told[-1].valid_from if told and told[-1].game == game else None
        told.append(Version(game, number, fingerprint, valid_from, later, in_force is not None))
    return sorted(told, key=lambda version: order.index(version.game))


def _chosen(every: Sequence[Version], asked: Versions) -> list[Version]:
    wanted = asked
    if isinstance(wanted, int):
        wanted = {version.game: wanted for version in every if version.config_version == asked}
        if not wanted:
            raise errors.not_found()
    chosen = [
        version
        for version in every
        if (version.config_version == wanted[version.game] if version.game in wanted else version.is_in_force)
    ]
    if not set(wanted) <= {version.game for version in chosen}:
        raise errors.not_found()
    return chosen


def _facts(version: Version) -> Json:
    return {
        "config_version": version.config_version,
        "valid_from": stamp(version.valid_from),
        "valid_to": stamp_or_none(version.valid_to),
        "hash": version.fingerprint,
    }


def _listed(version: Version) -> Json:
    return {"game": version.game, **_facts(version), **_return(version.fingerprint)}


@lru_cache(maxsize=1024)
def _return(fingerprint: str) -> Json:
    return _return_of(_numbers(fingerprint))


def _return_of(numbers: Json) -> Json:
    name = "rtp_single" if "rtp_single" in numbers else "rtp"
    return {"rtp": numbers[name], "rtp_exact": numbers[f"{name}_exact"]}


@lru_cache(maxsize=64)
def _numbers(fingerprint: str) -> Json:
    """What follows from a table alone; the same for everybody, so nobody may change it."""
    return _told(floor.parsed(fingerprint))


def _with_names(numbers: Json) -> Json:
    """The same with the items' names in the reader's language."""
    if "items" not in numbers:
        return numbers
    return numbers | {"items": [item | {"name": _(item["name"])} for item in numbers["items"]]}


def _both(name: str, share: Fraction) -> Json:
    """A number as a decimal and as an exact fraction; the latter is null when it is too long to be written."""
    return {name: float(share), f"{name}_exact": exact_text(share)}


def _chance(share: Fraction) -> Json:
    return _both("probability", share)


@singledispatch
def _told(rules: object) -> Json:
    raise TypeError(f"no odds are known of a {type(rules).__name__}")


@_told.register
def _slot(machine: Machine) -> Json:
    every = sum(machine.weights)
    return {
        **_both("rtp", returns.slot_return(machine)),
        **_both("hit_rate", returns.slot_hit_rate(machine)),
        "max_multiplier": float(returns.slot_max_multiplier(machine)),
        "min_bet": machine.stake_min,
        "max_bet": machine.stake_max,
        "jackpot": machine.jackpot,
        "symbols": [
            {"symbol": symbol.face, "weight": symbol.weight, **_chance(Fraction(symbol.weight, every))}
            for symbol in machine.symbols
        ],
        "lines": [
            {"line": line, "positions": [list(cell) for cell in cells]} for line, cells in enumerate(PAYLINES, start=1)
        ],
        "paytable": [_paid(symbol, Fraction(symbol.weight, every)) for symbol in machine.symbols],
    }


def _paid(symbol: Symbol, share: Fraction) -> Json:
    return {
        "symbol": symbol.face,
        "pair": symbol.pair / HUNDREDTHS,
        **_both("pair_probability", share**2 * (1 - share)),
        "three": symbol.three / HUNDREDTHS,
        **_both("three_probability", share**3),
    }


@_told.register
def _rps(duel: Duel) -> Json:
    a_hand = Fraction(1, len(HANDS))
    return {
        **_both("rtp", returns.rps_return(duel)),
        **_both("hit_rate", returns.rps_win_rate()),
        "max_multiplier": float(returns.rps_max_multiplier(duel)),
        "min_bet": duel.stake_min,
        "max_bet": duel.stake_max,
        "hands": [{"hand": hand, **_chance(a_hand)} for hand in HANDS],
        "payouts": {result: pays(duel, result) / HUNDREDTHS for result in ("win", "draw", "lose")},
    }


@_told.register
def _gacha(pool: Pool) -> Json:
    every = sum(pool.weights)
    base = {rarity.name: Fraction(rarity.weight, every) for rarity in pool.rarities}
    number = {rarity.name: len(items) for rarity, items in zip(pool.rarities, pool.by_rarity, strict=True)}
    return {
        **_both("rtp_single", gacha_returns.price_return(pool, 1)),
        **_both("rtp_ten", gacha_returns.price_return(pool, TEN)),
        "max_multiplier": float(max(gacha_returns.max_multiplier(pool, count) for count in (1, TEN))),
        "items": [
            {
                "item_id": item.item_id,
                "name": item.name,
                "rarity": item.rarity,
                **_chance(pool.chance_of(item)),
                "gold_value": item.gold_value,
            }
            for item in pool.items
        ],
        "rarity_table": [[name, float(share)] for name, share in base.items()],
        "rarities": [{"rarity": name, "items": number[name], **_chance(share)} for name, share in base.items()],
        "rates_with_pity": {"single": _rates(pool, 1), "ten": _rates(pool, TEN)},
        "pity": {"threshold": pool.pity_threshold, "guarantees": pool.pity_guarantees},
        "ten_pull_guarantee": pool.ten_guarantee,
        "costs": {"single": pool.cost_single, "ten": pool.cost_ten},
        "daily_limits": dict(pool.daily_limits),
        "contains_random_items": True,
    }


def _rates(pool: Pool, count: int) -> list[Json]:
    return [{"rarity": name, **_chance(share)} for name, share in gacha_returns.rates(pool, count).items()]


@_told.register
def _crash(curve: Curve) -> Json:
    rtp = returns.crash_return(curve)
    return {
        **_both("rtp", rtp),
        "survival": f"{float(rtp):g}/m",
        "survival_from": (HUNDREDTHS + 1) / HUNDREDTHS,
        "reaches": [
            {"multiplier": multiplier / HUNDREDTHS, **_chance(returns.crash_survival(curve, multiplier))}
            for multiplier in sorted({min(multiplier, curve.top) for multiplier in _REACHED})
        ],
        **_both("lost_at_once", returns.crash_lost_at_once(curve)),
        "growth_rate": curve.growth_millionths / MILLION,
        "max_multiplier": float(returns.crash_max_multiplier(curve)),
        "auto_range": [curve.target_min / HUNDREDTHS, curve.target_max / HUNDREDTHS],
        "min_bet": curve.stake_min,
        "max_bet": curve.stake_max,
    }


def _after_cutting(rules: object, stake: int, lines: int) -> Json:
    match rules:
        case Machine() | Duel() if not rules.stake_min <= stake <= rules.stake_max:
            return {"rtp_after_cutting": None, "rtp_after_cutting_exact": None}
        case Machine():
            share = returns.slot_return_after_cutting(rules, stake=stake, lines=lines)
        case Duel():
            share = returns.rps_return_after_cutting(rules, stake=stake)
        case _:
            return {}
    return _both("rtp_after_cutting", share)
