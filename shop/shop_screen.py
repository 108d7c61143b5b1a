"""What the shop page shows of a product: one card, in the state the catalogue says it is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, gettext_noop

from casino.lib import days
from shop.countdown import Countdown
from shop.package_screen import PackageCard

QUANTITY_MAX: Final = 99
STOCK_TOLD_FROM: Final = 20
COIN_STACKS_MAX: Final = 5
MODEL_VOUCHERS: Final = "model_points_"
RARITY_SHAPES: Final = {"common": 1, "rare": 2, "epic": 3, "legendary": 4, "mythic": 5}
DRAWN_ICONS: Final = {
    "💰": "icon-ticket",
    "🛡️": "icon-shield",
    "⚡": "icon-bolt",
    "🚀": "icon-rocket",
    "📅": "icon-calendar",
    "🔥": "icon-flame",
    "🎁": "icon-gift",
}
"""The one table from a product's emoji to the icon that is drawn."""

DEFAULT_WORDS: Final = (
    gettext_noop("모델 30,000 포인트"),
    gettext_noop("모델 105,000 포인트"),
    gettext_noop("모델 330,000 포인트"),
    gettext_noop("모델 1,150,000 포인트"),
    gettext_noop("한폴방지"),
    gettext_noop("충전 30%"),
    gettext_noop("조기등업"),
    gettext_noop("출석연결"),
    gettext_noop("하루동안 콤프 2배"),
    gettext_noop("교환권"),
    gettext_noop("등급 한 단계 상승"),
    gettext_noop("연속 출석 보호권 1장"),
)
"""What the default shelf is called: here for the English catalogue. What staff add is shown as they wrote it."""

LOCKED: Final = frozenset({"RANK_REQUIRED", "OUT_OF_STOCK", "NOT_ON_SALE", "RANK_MAX"})


@dataclass(frozen=True, slots=True)
class Card:
    """One product on the page: the catalogue's facts, how it is drawn, and a purchase of it under way."""

    item: Mapping[str, Any]
    coins: int
    receipt: str
    balance: int | None
    now: datetime

    @property
    def name(self) -> str:
        """The product's name in the page's language, where the club has it."""
        return _in_page_language(self.item["name"])

    @property
    def description(self) -> str:
        """The product's description in the page's language, where the club has it."""
        return _in_page_language(self.item["description"])

    @property
    def is_money(self) -> bool:
        """Whether it is paid in US cents."""
        return bool(self.item["currency"] == "USD")

    @property
    def is_pack(self) -> bool:
        """Whether money buys gold with it."""
        return self.is_money and bool(self.item["effective_gold"])

    @property
    def is_model_voucher(self) -> bool:
        """Whether it belongs under the menu's 모델."""
        return not self.is_pack and str(self.item["product_id"]).startswith(MODEL_VOUCHERS)

    @property
    def state(self) -> str:
        """`pending`, a blocked reason in lower case, or `open`."""
        if self.receipt:
            return "pending"
        return str(self.item["blocked_reason"] or "open").lower()

    @property
    def is_locked(self) -> bool:
        """Whether the card is shown dimmed."""
        return self.item["blocked_reason"] in LOCKED

    @property
    def short_by(self) -> int:
        """How much gold is missing for it; 0 when there is enough, or nobody is signed in."""
        if self.is_money or self.balance is None:
            return 0
        return max(0, int(self.item["final_price"]) - self.balance)

    @property
    def icon(self) -> str:
        """The drawn icon of a gold-priced product."""
        return DRAWN_ICONS.get(self.item["icon"], "icon-gift")

    @property
    def shape(self) -> int:
        """The rarity's number: its colour and its shape."""
        return RARITY_SHAPES.get(self.item["rarity"], 1)

    @property
    def rarity(self) -> str:
        """The rarity's name."""
        return str(self.item["rarity"]).capitalize()

    @property
    def discount_ends(self) -> Countdown | None:
        """Until when the discount holds, if it ends."""
        return self._until("discount_ends_at") if self.item["discount"] else None

    @property
    def sale_starts(self) -> Countdown | None:
        """From when it is sold, if that is still to come."""
        starts = self._until("sale_starts_at")
        return starts if starts is not None and starts.end > self.now else None

    @property
    def sale_ends(self) -> Countdown | None:
        """Until when it is sold, if that is fixed."""
        return self._until("sale_ends_at")

    def _until(self, fact: str) -> Countdown | None:
        stamp = self.item[fact]
        end = parse_datetime(stamp) if stamp else None
        return None if end is None else Countdown(end, self.now)

    @property
    def low_stock(self) -> int | None:
        """How many are left, when few enough to be worth saying."""
        left = self.item["stock_remaining"]
        return left if left is not None and 0 < left <= STOCK_TOLD_FROM else None

    @property
    def quantity_max(self) -> int:
        """The most that one purchase may take."""
        if self.item["one_time"]:
            return 1
        left = self.item["stock_remaining"]
        return QUANTITY_MAX if left is None else max(1, min(QUANTITY_MAX, left))


@dataclass(frozen=True, slots=True)
class ShopScreen:
    """The whole shop page, section by section, as it stood at `now`."""

    packages: tuple[PackageCard, ...]
    packs: tuple[Card, ...]
    vouchers: tuple[Card, ...]
    items: tuple[Card, ...]
    balance: int | None
    now: datetime

    @property
    def now_stamp(self) -> str:
        """The server's time, for the page's clock."""
        return days.stamp(self.now)

    @property
    def is_empty(self) -> bool:
        """Nothing is on sale."""
        return not (self.packages or self.packs or self.vouchers or self.items)


def shop_screen(
    items: Iterable[Mapping[str, Any]],
    *,
    packages: Iterable[PackageCard] = (),
    pending: Mapping[str, str],
    balance: int | None,
    now: datetime,
) -> ShopScreen:
    """The page for these ShopItems; `pending` holds the receipt of an unfinished purchase by product_id."""
    items = list(items)
    sizes = sorted({item["effective_gold"] for item in items if item["effective_gold"]})
    cards = [
        Card(
            item=item,
            coins=stacks(sizes, item["effective_gold"]) if item["effective_gold"] else 0,
            receipt=pending.get(item["product_id"], ""),
            balance=balance,
            now=now,
        )
        for item in items
    ]
    return ShopScreen(
        packages=tuple(packages),
        packs=tuple(card for card in cards if card.is_pack),
        vouchers=tuple(card for card in cards if card.is_model_voucher),
        items=tuple(card for card in cards if not card.is_pack and not card.is_model_voucher),
        balance=balance,
        now=now,
    )


def stacks(sizes: list[int], gold: int) -> int:
    """How many stacks of coins to draw: one for the smallest pack, five for the largest."""
    if len(sizes) < 2:
        return 1
    return 1 + sizes.index(gold) * (COIN_STACKS_MAX - 1) // (len(sizes) - 1)


def _in_page_language(words: str) -> str:
    return gettext(words) if words else ""
