"""How many units there are of something on the shelf: sold, kept for somebody, and free for everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from shop import stock
from shop.models import LimitedPackage, Product, Purchase, PurchaseStatus

WIDTH: Final = 300
"""How wide the drawn bar is, in its own units."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of the drawn bar."""

    name: str
    units: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Availability:
    """The units of one good. `total` and `free` are None when units are not counted."""

    total: int | None
    sold: int
    held: int
    free: int | None

    @property
    def parts(self) -> list[Part]:
        """Sold, held and free beside each other, all of them as wide as the bar."""
        if not self.total:
            return []
        drawn, x = [], 0.0
        for name, units in (("sold", self.sold), ("held", self.held), ("free", self.free or 0)):
            width = round(min(units, self.total) / self.total * WIDTH, 1)
            if width:
                drawn.append(Part(name, units, round(x, 1), width))
            x += width
        return drawn


def of_product(product: Product) -> Availability:
    """A product's units: `held` are those of purchases that wait for their payment."""
    counted = Purchase.objects.filter(product=product)
    if product.stock_remaining is not None:
        counted = counted.filter(holds_stock=True)
    units = counted.aggregate(
        sold=Coalesce(Sum("quantity", filter=Q(status=PurchaseStatus.SUCCESS)), 0),
        held=Coalesce(Sum("quantity", filter=Q(status=PurchaseStatus.PENDING)), 0),
    )
    sold, held, free = units["sold"], units["held"], product.stock_remaining
    return Availability(None if free is None else free + sold + held, sold, held, free)


def of_package(package: LimitedPackage, now: datetime, *, held: int | None = None) -> Availability:
    """A package's units: `held` are those of running holds, `sold` counts pending purchases too."""
    kept = stock.held_units(package.pk, now) if held is None else held
    return Availability(package.stock_total, package.sold, kept, stock.free_units(package, kept))
