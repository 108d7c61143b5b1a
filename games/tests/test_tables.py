"""Tables: what a parser accepts can be played, and pays back no more than it takes or than can be counted."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from accounts.models import Rank
from games import tables
from games.models import GameType
from games.tables import gacha as gacha_tables


def changed(game: str, path: str, value: Any) -> dict[str, Any]:
    """The first table of a game with one value changed; a path reads `items.0.name`."""
    table: dict[str, Any] = copy.deepcopy(tables.FIRST_VERSIONS[game])
    *way, last = path.split(".")
    place: Any = table
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = value
    return table


@pytest.mark.parametrize("game", GameType.values)
def test_every_game_has_a_first_table_that_can_be_played(game: str) -> None:
    assert type(tables.parse(game, tables.FIRST_VERSIONS[game])).__name__ in {"Machine", "Duel", "Pool", "Curve"}


@pytest.mark.parametrize("game", GameType.values)
def test_a_table_with_a_key_too_many_or_too_few_is_refused(game: str) -> None:
    for key in tables.FIRST_VERSIONS[game]:
        less = {name: value for name, value in tables.FIRST_VERSIONS[game].items() if name != key}
        with pytest.raises(tables.TableError, match="빠짐없이"):
            tables.parse(game, less)
    with pytest.raises(tables.TableError, match="빠짐없이"):
        tables.parse(game, dict(tables.FIRST_VERSIONS[game]) | {"bonus": 1})


def test_daily_limits_are_given_for_every_rank() -> None:
    assert list(gacha_tables.RANKS) == Rank.values


def test_the_first_pool_has_fifteen_items_worth_the_same_within_a_rarity() -> None:
    pool = tables.parse_gacha(tables.FIRST_VERSIONS["gacha"])
    assert [len(items) for items in pool.by_rarity] == [6, 5, 3, 1]
    assert [{item.gold_value for item in items} for items in pool.by_rarity] == [{100}, {600}, {2_500}, {20_000}]
    assert len({item.name for item in pool.items}) == 15
    assert (pool.default_banner.banner_id, pool.default_banner.ends_at) == ("standard", None)
    assert dict(pool.daily_limits) == dict.fromkeys(Rank.values, 100)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("win", 201, "100%를 넘"),
        ("win", 100, "win은 draw보다"),
        ("win", 1.95, "win"),
        ("win", True, "win"),
        ("draw", -1, "draw"),
        ("stake_min", 10_001, "stake_min"),
        ("stake_min", 0, "stake_min"),
        ("stake_max", 2**53 // 195 * 100 + 100, "2\\^53"),
    ],
)
def test_a_duel_that_cannot_be_played_is_refused(path: str, value: Any, reason: str) -> None:
    with pytest.raises(tables.TableError, match=reason):
        tables.parse_rps(changed("rps", path, value))


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("return_hundredths", 101, "100%를 넘"),
        ("return_hundredths", 0, "return_hundredths"),
        ("target_min", 100, "target_min"),
        ("target_min", 10_001, "target_min ≤"),
        ("target_max", 10_001, "target_min ≤"),
        ("top", 9_999, "target_min ≤"),
        ("top", 1_000_001, "top"),
        ("growth_millionths", 0, "growth_millionths"),
        ("growth_millionths", 1, "1시간"),
        ("growth_millionths", 5_000, "1시간"),
        ("growth_millionths", 2**40, "1시간"),
        ("stake_min", 100_001, "stake_min"),
        ("stake_max", 2**53 // 100 + 1, "2\\^53"),
        ("stake_max", "100", "stake_max"),
    ],
)
def test_a_curve_that_cannot_be_played_is_refused(path: str, value: Any, reason: str) -> None:
    with pytest.raises(tables.TableError, match=reason):
        tables.parse_crash(changed("crash", path, value))


def test_a_curve_may_give_everything_back_but_no_more() -> None:
    assert tables.parse_crash(changed("crash", "return_hundredths", 100)).return_hundredths == 100


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("items.0.gold_value", 2**53 // 10 + 1, "2\\^53"),
        ("items.14.gold_value", 50_000, "^1회 뽑기"),
        ("cost_ten", 3_500, "^10회 뽑기"),
        ("cost_single", 0, "cost_single"),
        ("items", [], "items"),
        ("items.0.item_id", "glove", "item_id"),
        ("items.0.rarity", "Mythic", "모든 등급"),
        ("items.14.rarity", "Epic", "모든 등급"),
        ("items.0.name", "", "name"),
        ("items.0", "lamp", "items: 객체"),
        ("rarities.0.weight", 800_001, "1,000,000"),
        ("rarities.0.weight", 0, "weight"),
        ("rarities.0.name", "Rare", "rarity"),
        ("pity.guarantees", "Mythic", "guarantee"),
        ("pity.threshold", 0, "threshold"),
        ("pity.threshold", 301, "threshold"),
        ("pity", 90, "pity: 객체"),
        ("ten_guarantee", "Mythic", "guarantee"),
        ("daily_limits.VIP", 9, "VIP"),
        ("daily_limits.VIP", 32_001, "VIP"),
        ("daily_limits", {"STANDARD": 100}, "빠짐없이"),
        ("banners.0.is_default", False, "is_default는"),
        ("banners.0.is_default", 1, "true 또는"),
        ("banners.0.ends_at", "2027-01-01T00:00:00Z", "is_default는"),
    ],
)
def test_a_pool_that_cannot_be_played_is_refused(path: str, value: Any, reason: str) -> None:
    with pytest.raises(tables.TableError, match=reason):
        tables.parse_gacha(changed("gacha", path, value))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "reason"),
    [
        ("2026-12-01", "2026-12-06T00:00:00Z", "시간대"),
        ("2026-12-01T00:00:00Z", "soon", "같은 시각"),
        (1_700_000_000, None, "starts_at"),
        ("0001-01-01T00:00:00+14:00", None, "starts_at.*같은 시각"),
        (None, "9999-12-31T23:59:59-12:00", "ends_at.*같은 시각"),
        ("2026-12-06T00:00:00Z", "2026-12-06T00:00:00Z", "앞서야"),
        ("2026-12-06T00:00:00Z", "2026-12-06T08:00:00+09:00", "앞서야"),
    ],
)
def test_a_banner_needs_a_time_that_can_come(starts_at: Any, ends_at: Any, reason: str) -> None:
    table = changed("gacha", "ten_guarantee", "Rare")
    table["banners"].append(
        {"id": "ball", "name": "무도회", "starts_at": starts_at, "ends_at": ends_at, "is_default": False}
    )
    with pytest.raises(tables.TableError, match=reason):
        tables.parse_gacha(table)


def test_a_banner_may_have_a_start_an_end_both_or_neither() -> None:
    table = changed("gacha", "ten_guarantee", "Rare")
    bounds = [(None, None), ("2026-12-01T00:00:00Z", None), (None, "2026-12-06T00:00:00Z")]
    bounds.append(("2026-12-01T00:00:00+09:00", "2026-12-06T00:00:00Z"))
    for number, (starts_at, ends_at) in enumerate(bounds):
        banner = {"id": f"b{number}", "name": "무도회", "starts_at": starts_at, "ends_at": ends_at}
        table["banners"].append(banner | {"is_default": False})
    assert len(tables.parse_gacha(table).banners) == 5


def test_no_other_banner_can_take_the_name_of_one() -> None:
    table = changed("gacha", "ten_guarantee", "Rare")
    table["banners"].append(table["banners"][0] | {"is_default": False})
    with pytest.raises(tables.TableError, match="banner"):
        tables.parse_gacha(table)


def test_equal_tables_have_equal_fingerprints_only() -> None:
    table = tables.FIRST_VERSIONS["rps"]
    assert tables.fingerprint(dict(reversed(table.items()))) == tables.fingerprint(table)
    assert tables.fingerprint(changed("rps", "win", 194)) != tables.fingerprint(table)
