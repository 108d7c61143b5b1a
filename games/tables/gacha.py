"""The gacha's table: prices, rarities, items, what is promised after many pulls, daily limits, banners."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from games.engine import gacha_returns
from games.engine.gacha import TEN, Banner, Item, Pool, Rarity
from games.engine.units import MILLION
from games.tables.reading import (
    PaysTooMuch,
    TableError,
    part,
    parts,
    text,
    want_different,
    want_keys,
    want_largest_win,
    whole,
)

RANKS: Final = ("STANDARD", "PREMIUM", "VIP")
"""The ranks that a daily limit is given for, lowest first."""
MOST_PITY: Final = 300
"""A promise that comes later is none."""
LEAST_A_DAY, MOST_A_DAY = 10, 32_000
"""The counter of a day's pulls holds no more than 32,767."""


def _items(rarity: str, gold_value: int, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"item_id": item_id, "name": name, "rarity": rarity, "gold_value": gold_value}
        for item_id, name in names.items()
    ]


FIRST: Final[dict[str, Any]] = {
    "cost_single": 500,
    "cost_ten": 4_500,
    "rarities": [
        {"name": "Common", "weight": 800_000},
        {"name": "Rare", "weight": 160_000},
        {"name": "Epic", "weight": 35_000},
        {"name": "Legendary", "weight": 5_000},
    ],
    "items": [
        *_items(
            "Common",
            100,
            {
                "lamp": gettext_noop("은화 램프"),
                "glove": gettext_noop("벨벳 장갑"),
                "match": gettext_noop("밤의 성냥갑"),
                "glass": gettext_noop("유리 잔"),
                "ticket": gettext_noop("새벽 티켓"),
                "key": gettext_noop("밤의 열쇠"),
            },
        ),
        *_items(
            "Rare",
            600,
            {
                "mask": gettext_noop("은빛 가면"),
                "brooch": gettext_noop("첼로 브로치"),
                "watch": gettext_noop("문스톤 시계"),
                "fan": gettext_noop("공작 깃 부채"),
                "music-box": gettext_noop("왈츠 오르골"),
            },
        ),
        *_items(
            "Epic",
            2_500,
            {
                "butterfly": gettext_noop("유리 나비"),
                "moon": gettext_noop("가라앉은 달"),
                "rose": gettext_noop("겨울 장미"),
            },
        ),
        *_items("Legendary", 20_000, {"crown": gettext_noop("새벽의 왕관")}),
    ],
    "pity": {"threshold": 90, "guarantees": "Epic"},
    "ten_guarantee": "Rare",
    "daily_limits": {"STANDARD": 100, "PREMIUM": 100, "VIP": 100},
    "banners": [
        {
            "id": "standard",
            "name": gettext_noop("자정의 무도회"),
            "starts_at": None,
            "ends_at": None,
            "is_default": True,
        },
    ],
}


def parse_gacha(table: Mapping[str, Any]) -> Pool:
    """The pool a table describes, or a `TableError` saying what is wrong with it."""
    want_keys(table, set(FIRST), "gacha table")
    rarities = tuple(
        Rarity(name=text(entry, "name"), weight=whole(entry, "weight", at_least=1, at_most=MILLION))
        for entry in parts(table, "rarities", {"name", "weight"}, at_most=10)
    )
    pity = part(table, "pity", {"threshold", "guarantees"})
    limits = part(table, "daily_limits", set(RANKS))
    pool = Pool(
        rarities=rarities,
        items=tuple(_parse_item(entry) for entry in parts(table, "items", set(FIRST["items"][0]))),
        cost_single=whole(table, "cost_single", at_least=1),
        cost_ten=whole(table, "cost_ten", at_least=1),
        pity_threshold=whole(pity, "threshold", at_least=1, at_most=MOST_PITY),
        pity_guarantees=text(pity, "guarantees"),
        ten_guarantee=text(table, "ten_guarantee"),
        daily_limits=tuple((rank, whole(limits, rank, at_least=LEAST_A_DAY, at_most=MOST_A_DAY)) for rank in RANKS),
        banners=tuple(_parse_banner(entry) for entry in parts(table, "banners", set(FIRST["banners"][0]))),
    )
    _check_names(pool)
    _check_banners(pool)
    want_largest_win(TEN * max(item.gold_value for item in pool.items))
    for count in (1, TEN):
        if gacha_returns.price_return(pool, count) > 1:
            raise PaysTooMuch(_("%(count)s회 뽑기의 환수율이 100%%를 넘습니다") % {"count": count})
    return pool


def _parse_item(entry: dict[str, Any]) -> Item:
    return Item(
        item_id=text(entry, "item_id", at_most=40),
        name=text(entry, "name", at_most=60),
        rarity=text(entry, "rarity"),
        gold_value=whole(entry, "gold_value", at_least=0),
    )


def _parse_banner(entry: dict[str, Any]) -> Banner:
    if type(entry["is_default"]) is not bool:
        raise TableError(_("is_default: true 또는 false여야 합니다"))
    return Banner(
        banner_id=text(entry, "id", at_most=40),
        name=text(entry, "name", at_most=60),
        starts_at=_moment(entry, "starts_at"),
        ends_at=_moment(entry, "ends_at"),
        is_default=entry["is_default"],
    )


def _moment(entry: dict[str, Any], key: str) -> datetime | None:
    if entry[key] is None:
        return None
    try:
        moment = datetime.fromisoformat(text(entry, key, at_most=40))
        in_utc = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TableError(_("%(key)s: 2026-12-06T00:00:00Z 같은 시각이나 null이어야 합니다") % {"key": key}) from error
    if moment.tzinfo is None:
        raise TableError(_("%(key)s: 시간대가 있어야 합니다") % {"key": key})
    return in_utc


def _check_names(pool: Pool) -> None:
    names = [rarity.name for rarity in pool.rarities]
    want_different(names, "rarity")
    want_different((item.item_id for item in pool.items), "item_id")
    if sum(rarity.weight for rarity in pool.rarities) != MILLION:
        raise TableError(_("rarities: weight의 합이 1,000,000이어야 합니다"))
    if {item.rarity for item in pool.items} != set(names):
        raise TableError(_("items: 모든 아이템에 rarities의 등급이, 모든 등급에 아이템이 있어야 합니다"))
    if not {pool.pity_guarantees, pool.ten_guarantee} <= set(names):
        raise TableError(_("pity.guarantees와 ten_guarantee는 rarities의 등급이어야 합니다"))


def _check_banners(pool: Pool) -> None:
    want_different((banner.banner_id for banner in pool.banners), "banners.id")
    always = [banner for banner in pool.banners if banner.is_default]
    if len(always) != 1 or always[0].starts_at is not None or always[0].ends_at is not None:
        raise TableError(_("banners: is_default는 시작도 끝도 없는 배너 하나뿐이어야 합니다"))
    for banner in pool.banners:
        if banner.starts_at and banner.ends_at and banner.starts_at >= banner.ends_at:
            raise TableError(_("banners: starts_at은 ends_at보다 앞서야 합니다"))
