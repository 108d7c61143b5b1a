"""What the gacha's page shows: prices, promises, chances, the player's album, and the last rounds of pulls.

Every number comes from the pool that draws; nothing about chances is written twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from django.templatetags.static import static
from django.utils.translation import gettext as _

from games.engine import gacha_returns
from games.engine.gacha import TEN, Banner, Item, Pool, pulls_until_pity
from games.engine.units import MILLION
from games.models import Round
from games.screens.rows import rarity_rank, tone_of
from games.screens.shown import percent

Json = dict[str, Any]

SINGLE: Final = 1
ITEMS: Final = "img/items.svg"
DRAWN: Final = frozenset(
    (
        *("lamp", "glove", "match", "glass", "ticket", "key"),
        *("mask", "brooch", "watch", "fan", "music-box"),
        *("butterfly", "moon", "rose"),
        "crown",
    )
)
"""The items that have a drawing of their own in the sprite; any other is drawn as a parcel."""


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One item as it is drawn and named; `rank` is the number of its rarity's shape and tone."""

    item_id: str
    name: str
    rarity: str
    rank: int
    art: str
    gold_value: int
    share: str
    share_exact: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One place of the album: an item, and how many of it the player has drawn."""

    item: ShownItem
    count: int


@dataclass(frozen=True, slots=True)
class RarityRow:
    """One rarity: its published chance, what the promises make of it, and what this player has seen."""

    name: str
    rank: int
    share: str
    with_pity: str
    with_ten: str
    value: int
    count: int
    seen: str


@dataclass(frozen=True, slots=True)
class PulledItem:
    """One card of a round: the item, whether it was new, and which promise gave it."""

    item: ShownItem
    gold_value: int
    is_new: bool
    pity: bool
    guaranteed: bool


@dataclass(frozen=True, slots=True)
class PullRow:
    """One of the last rounds with what proves it."""

    round_id: str
    stake: int
    payout: int
    cards: tuple[PulledItem, ...]
    server_seed_hash: str
    client_seed: str
    nonce: int

    @property
    def net(self) -> int:
        """Payout less price."""
        return self.payout - self.stake

    @property
    def tone(self) -> str:
        """The colour of the movement."""
        return tone_of(self.stake, self.payout)

    @property
    def is_win(self) -> bool:
        """More came back than was paid."""
        return self.payout > self.stake

    @property
    def count(self) -> int:
        """How many pulls it was."""
        return len(self.cards)

    @property
    def best(self) -> PulledItem:
        """The card worth the most; the first of equals."""
        return max(self.cards, key=lambda card: card.gold_value)

    @property
    def new(self) -> int:
        """How many cards were new to the album."""
        return sum(card.is_new for card in self.cards)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a player stands: the pity counter, the day's pulls, everything drawn so far."""

    pity: int
    pulls: int
    pulls_today: int
    daily_limit: int
    collection: Mapping[str, Json]

    @property
    def remaining(self) -> int:
        """How many pulls are left today."""
        return max(0, self.daily_limit - self.pulls_today)


@dataclass(frozen=True, slots=True)
class GachaScreen:
    """The whole page."""

    pool: Pool
    config_version: int
    pause_reason: str
    banner: Banner
    banners: tuple[Banner, ...]
    mine: Allowance
    rounds: tuple[PullRow, ...]
    server_seed_hash: str
    nonce: int

    @property
    def banner_name(self) -> str:
        """The banner's name in the page's language."""
        return _(self.banner.name)

    @property
    def banner_links(self) -> tuple[tuple[str, str, bool], ...]:
        """The open banners to choose from (id, name, chosen); nothing when there is only one."""
        if len(self.banners) < 2:
            return ()
        return tuple((one.banner_id, _(one.name), one == self.banner) for one in self.banners)

    @property
    def saving(self) -> int:
        """What ten together cost less than ten one by one."""
        return self.pool.cost_single * TEN - self.pool.cost_ten

    @property
    def saving_share(self) -> str:
        """The saving in percent."""
        return percent(Fraction(self.saving, self.pool.cost_single * TEN))

    @property
    def rtp_single(self) -> str:
        """The long-run return of single pulls, in percent."""
        return percent(gacha_returns.price_return(self.pool, SINGLE))

    @property
    def rtp_ten(self) -> str:
        """The long-run return of ten-pulls, in percent."""
        return percent(gacha_returns.price_return(self.pool, TEN))

    @property
    def until_pity(self) -> int:
        """How many pulls at most until pity gives."""
        return pulls_until_pity(self.pool, self.mine.pity)

    @property
    def can_pull(self) -> bool:
        """There is room for one more pull today."""
        return self.mine.remaining >= SINGLE

    @property
    def can_pull_ten(self) -> bool:
        """There is room for ten more pulls today."""
        return self.mine.remaining >= TEN

    @property
    def last(self) -> PullRow | None:
        """The round pulled last, if any."""
        return self.rounds[0] if self.rounds else None

    @property
    def net(self) -> int:
        """What the listed rounds add up to."""
        return sum(row.net for row in self.rounds)

    @property
    def items(self) -> tuple[ShownItem, ...]:
        """Every item of the pool, as listed."""
        return tuple(shown_item(self.pool, item) for item in self.pool.items)

    @property
    def stars(self) -> tuple[ShownItem, ...]:
        """Three items for the cover, the best in the middle: one of each of the best rarities."""
        best = [items[0] for items in self.pool.by_rarity[-3:]]
        order = [best[0], best[-1], best[1]] if len(best) == 3 else best
        return tuple(shown_item(self.pool, item) for item in order)

    @property
    def rarities(self) -> tuple[RarityRow, ...]:
        """Every rarity, the commonest first."""
        counts = _counts(self.mine.collection)
        by_pity, by_ten = gacha_returns.rates(self.pool, SINGLE), gacha_returns.rates(self.pool, TEN)
        return tuple(
            RarityRow(
                name=rarity.name,
                rank=rarity_rank(rarity.name),
                share=percent(Fraction(rarity.weight, MILLION)),
                with_pity=percent(by_pity[rarity.name]),
                with_ten=percent(by_ten[rarity.name]),
                value=max(item.gold_value for item in items),
                count=counts.get(rarity.name, 0),
                seen=percent(Fraction(counts.get(rarity.name, 0), self.mine.pulls)) if self.mine.pulls else "",
            )
            for rarity, items in zip(self.pool.rarities, self.pool.by_rarity, strict=True)
        )

    @property
    def album(self) -> tuple[Kept, ...]:
        """Every item of the pool with how many were drawn, then what was drawn from older tables."""
        known = {item.item_id for item in self.pool.items}
        past = [
            Kept(_past_item(item_id, kept), kept["count"])
            for item_id, kept in self.mine.collection.items()
            if item_id not in known
        ]
        return (*(Kept(item, self._drawn(item.item_id)) for item in self.items), *past)

    @property
    def collected(self) -> int:
        """How many different items of the pool the player has."""
        return sum(self._drawn(item.item_id) > 0 for item in self.pool.items)

    def _drawn(self, item_id: str) -> int:
        return int(self.mine.collection.get(item_id, {}).get("count", 0))

    @property
    def blank(self) -> PullRow:
        """An empty row: the form that scripts fill."""
        return PullRow("", 0, 0, (BLANK_CARD,), "", "", 0)

    @property
    def table(self) -> Json:
        """The table for scripts: what the page was rendered from."""
        by_pity, by_ten = gacha_returns.rates(self.pool, SINGLE), gacha_returns.rates(self.pool, TEN)
        return {
            "config_version": self.config_version,
            "banner": self.banner.banner_id,
            "cost": {"1": self.pool.cost_single, "10": self.pool.cost_ten},
            "pity": {"threshold": self.pool.pity_threshold, "guarantees": self.pool.pity_guarantees},
            "items": {
                item.item_id: {"name": item.name, "rank": item.rank, "art": item.art, "rarity": item.rarity}
                for item in self.items
            },
            "parcel": parcel(),
            "ranks": {rarity.name: rarity_rank(rarity.name) for rarity in self.pool.rarities},
            "rates": {
                rarity.name: [rarity.weight / MILLION, float(by_pity[rarity.name]), float(by_ten[rarity.name])]
                for rarity in self.pool.rarities
            },
        }


def shown_item(pool: Pool, item: Item) -> ShownItem:
    """An item of the pool as the page shows it, with its chance in a pull that no promise bends."""
    share = pool.chance_of(item)
    return ShownItem(
        item_id=item.item_id,
        name=_(item.name),
        rarity=item.rarity,
        rank=rarity_rank(item.rarity),
        art=art_of(item.item_id),
        gold_value=item.gold_value,
        share=percent(share),
        share_exact=str(share),
    )


def pull_row(played: Round) -> PullRow:
    """A round of pulls as the list shows it."""
    return PullRow(
        round_id=str(played.round_id),
        stake=played.stake,
        payout=played.payout,
        cards=tuple(
            PulledItem(
                item=_past_item(item["item_id"], item),
                gold_value=item["gold_value"],
                is_new=item.get("is_new", False),
                pity=item["pity"],
                guaranteed=item["guaranteed"],
            )
            for item in played.outcome["items"]
        ),
        server_seed_hash=played.server_seed_hash,
        client_seed=played.client_seed,
        nonce=played.nonce,
    )


def art_of(item_id: str) -> str:
    """Where an item's drawing lies."""
    return f"{static(ITEMS)}#item-{item_id}" if item_id in DRAWN else parcel()


def parcel() -> str:
    """The drawing of an item that has none of its own."""
    return f"{static('img/symbols.svg')}#icon-gift"


def _past_item(item_id: str, told: Mapping[str, Any]) -> ShownItem:
    """An item as a round or an album remembers it: the table may have changed since."""
    name, rarity = _(told["name"]), told["rarity"]
    return ShownItem(
        item_id, name, rarity, rarity_rank(rarity), art_of(item_id), told.get("gold_value", 0), share="", share_exact=""
    )


def _counts(collection: Mapping[str, Json]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for kept in collection.values():
        counts[kept["rarity"]] = counts.get(kept["rarity"], 0) + kept["count"]
    return counts


def open_banners(banners: Iterable[Banner], now: datetime) -> tuple[Banner, ...]:
    """The banners pulls may be made under at this moment."""
    return tuple(banner for banner in banners if banner.is_open(now))


BLANK_CARD: Final = PulledItem(
    ShownItem("", "", "", 1, "", 0, share="", share_exact=""), 0, is_new=False, pity=False, guaranteed=False
)
