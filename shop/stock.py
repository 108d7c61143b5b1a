"""Units on the shelf. The database decides who gets the last one, not a number read before.

A product's units are counted down on its row. A package's are counted up, beside units that holds keep: whoever wants
some locks the package first and reads the clock after, so an expired hold is over for everybody at the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet, Sum

from accounts import audit
from casino.lib.days import now as clock
from shop.models import Hold, LimitedPackage, Product, Purchase


@dataclass(frozen=True, slots=True)
class Shelf:
    """A locked package, the moment it was locked, and the units nobody else has: None when they are not counted."""

    package: LimitedPackage
    now: datetime
    free: int | None

    def has(self, quantity: int) -> bool:
        """Whether that many units are free."""
        return self.free is None or self.free >= quantity


def lock(package_id: int) -> Shelf:
    """Locks a package for the rest of the transaction."""
    return _shelf(_locking().get(pk=package_id), None)


def find_and_lock(code: str, *, but_of: int | None = None) -> Shelf | None:
    """The same by the package's code, None when there is none; units held by the player `but_of` count as free."""
    package = _locking().filter(code=code).first()
    return None if package is None else _shelf(package, but_of)


def _locking() -> QuerySet[LimitedPackage]:
    # no_key: rows that only point at the package (a promo code being written, say) need not wait for its buyers.
    return LimitedPackage.objects.select_for_update(no_key=True)


def _shelf(locked: LimitedPackage, but_of: int | None) -> Shelf:
    now = clock()
    return Shelf(locked, now, free_units(locked, held_units(locked.pk, now, but_of=but_of)))


def held_units(package_id: int, now: datetime, *, but_of: int | None = None) -> int:
    """How many units running holds keep, those of the player `but_of` left out."""
    holds = Hold.objects.running(now).filter(package_id=package_id)
    if but_of is not None:
        holds = holds.exclude(player_id=but_of)
    return int(holds.aggregate(units=Sum("quantity"))["units"] or 0)


def free_units(package: LimitedPackage, held: int) -> int | None:
    """What is neither sold nor held; None when the package has no limit."""
    return None if package.stock_total is None else max(0, package.stock_total - package.sold - held)


def take(purchase: Purchase, now: datetime) -> bool:
    """Takes the purchase's units in the running transaction, if they are counted; False when too few are left."""
    if purchase.package_id is not None:
        return take_from(lock(purchase.package_id), purchase)
    product = purchase.product
    assert product is not None
    if product.stock_remaining is None:
        return True
    left = Product.objects.filter(pk=product.pk, stock_remaining__gte=purchase.quantity)
    if not left.update(stock_remaining=F("stock_remaining") - purchase.quantity):
        return False
    _note_taken(purchase, now)
    return True


def take_from(shelf: Shelf, purchase: Purchase, *, hold_id: str | None = None) -> bool:
    """Takes the purchase's units from a locked package; the last one raises the alarm."""
    if not shelf.has(purchase.quantity):
        return False
    package = shelf.package
    LimitedPackage.objects.filter(pk=package.pk).update(sold=F("sold") + purchase.quantity)
    _note_taken(purchase, shelf.now, **({"hold_id": hold_id} if hold_id else {}))
    if package.stock_total is not None and package.sold + purchase.quantity == package.stock_total:
        audit.record(
            action="LIMITED_STOCK_ZERO",
            target_type="limited_package",
            target_id=package.code,
            details={"stock_total": package.stock_total},
            now=shelf.now,
        )
    return True


def _note_taken(purchase: Purchase, now: datetime, **facts: object) -> None:
    purchase.holds_stock = True
    purchase.note("hold_taken", now, quantity=purchase.quantity, **facts)


def put_back(purchase: Purchase, now: datetime) -> None:
    """Puts the units that the purchase took back on the shelf, and notes it."""
    if not purchase.holds_stock:
        return
    if purchase.package_id is not None:
        LimitedPackage.objects.filter(pk=purchase.package_id).update(sold=F("sold") - purchase.quantity)
    elif purchase.product_id is not None:
        counted = Product.objects.filter(pk=purchase.product_id, stock_remaining__isnull=False)
        counted.update(stock_remaining=F("stock_remaining") + purchase.quantity)
    purchase.holds_stock = False
    purchase.note("hold_released", now, quantity=purchase.quantity)
