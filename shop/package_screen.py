"""What the shop page shows of a limited package: one card, what is left of it and what is held for this visitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from shop.countdown import Countdown
from shop.models.package import ORDER_MAX

LOCKED: Final = frozenset({"rank_required", "user_limit", "out_of_stock"})


@dataclass(frozen=True, slots=True)
class Kept:
    """Units that are held for the visitor, and when they stop being."""

    hold_id: str
    quantity: int
    taken_at: datetime
    ends: Countdown

    @property
    def seconds(self) -> int:
        """How long they are held in all."""
        return int((self.ends.end - self.taken_at).total_seconds())

    @property
    def seconds_left(self) -> int:
        """How much of that is left."""
        return int((self.ends.end - self.ends.now).total_seconds())


@dataclass(frozen=True, slots=True)
class PackageCard:
    """One limited package: the wire's facts, its whole stock, a hold and a purchase of it under way."""

    package: Mapping[str, Any]
    total: int | None
    kept: Kept | None
    receipt: str
    is_signed_in: bool
    is_rank_reached: bool
    coins: int
    now: datetime

    @property
    def name(self) -> str:
        """The package's name in the page's language, where the club has it."""
        return gettext(self.package["name"]) if self.package["name"] else ""

    @property
    def description(self) -> str:
        """The package's description in the page's language, where the club has it."""
        return gettext(self.package["description"]) if self.package["description"] else ""

    @property
    def state(self) -> str:
        """`pending`, `held`, what stands in the way in lower case, or `open`."""
        if self.receipt:
            return "pending"
        if not self.is_signed_in:
            return "login_required"
        if not self.is_rank_reached:
            return "rank_required"
        if self.kept is not None:
            return "held"
        if self.package["user_remaining"] == 0:
            return "user_limit"
        return "out_of_stock" if self.left == 0 else "open"

    @property
    def is_locked(self) -> bool:
        """Whether the card is shown dimmed."""
        return self.state in LOCKED or (not self.is_signed_in and self.left == 0)

    @property
    def left(self) -> int | None:
        """Units that are neither sold nor held by anybody; None when they are not counted."""
        return self.package["remaining_stock"]  # type: ignore[no-any-return]

    @property
    def sale_ends(self) -> Countdown:
        """Until when it is sold."""
        end = parse_datetime(self.package["end_at"])
        assert end is not None
        return Countdown(end, self.now)

    @property
    def quantity_max(self) -> int:
        """The most one purchase by this visitor may take: what is held for them, and what is free."""
        held = self.kept.quantity if self.kept else 0
        bounds = (ORDER_MAX, self.package["user_remaining"], None if self.left is None else self.left + held)
        return max(1, min(bound for bound in bounds if bound is not None))

    @property
    def held_price(self) -> int:
        """What the units held cost, in cents, before a promo code."""
        return int(self.package["price_cents"]) * (self.kept.quantity if self.kept else 1)
