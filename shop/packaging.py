"""Staff put limited packages on sale, change them and stop them.

The package is locked as buyers lock it: what is sold or held by then is never promised away.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.models import Player
from casino.lib.days import now as clock
from shop import changes, errors, stock
from shop.models import LimitedPackage
from shop.models.package import DEFAULT_WINDOW
from shop.stock import Shelf

Facts = Mapping[str, Any]

FIELDS: Final = (
    "name", "description", "price_cents", "gold", "starts_at", "ends_at", "is_active", "is_disabled", "min_rank",
    "per_user_limit", "stock_total",
)  # fmt: skip
"""What staff may set of a package, by its column; the code is given once."""
REMAINING: Final = "stock_remaining"
"""Another way to say `stock_total`: what is to be free besides the units that are sold or held."""


def upsert_package(*, by: Player, code: str, facts: Facts, reason: str = "") -> LimitedPackage:
    """Changes what is different of the package called `code`, or puts it on sale from now on for 30 days.

    When total and remaining are both given, the smaller counts: never more is sold than either number allows.
    """
    changes.check_names(facts, (*FIELDS, REMAINING))
    with transaction.atomic():
        shelf = stock.find_and_lock(code) or _put_on_sale(by, code, facts, reason)
        return shelf if isinstance(shelf, LimitedPackage) else _change(shelf, facts, "LIMITED_UPSERT", by, reason)


def disable_package(*, by: Player, code: str, reason: str = "") -> LimitedPackage:
    """Stops the sale at once, whatever else is set."""
    return _change_one(by, code, {"is_disabled": True}, "LIMITED_DISABLE", reason)


def toggle_package(*, by: Player, code: str, active: bool) -> LimitedPackage:
    """Switches the sale on or off; a package that was stopped stays stopped."""
    return _change_one(by, code, {"is_active": active}, "LIMITED_TOGGLE")


def set_period(*, by: Player, code: str, starts_at: datetime, ends_at: datetime) -> LimitedPackage:
    """Sells from `starts_at` until just before `ends_at`."""
    return _change_one(by, code, {"starts_at": starts_at, "ends_at": ends_at}, "LIMITED_SET_PERIOD")


def set_package_stock(*, by: Player, code: str, total: int | None, reason: str = "") -> LimitedPackage:
    """Says how many units there are in all, sold ones included; None: they are not counted."""
    return _change_one(by, code, {"stock_total": total}, "LIMITED_SET_STOCK", reason)


def change_package_stock(*, by: Player, code: str, by_units: int, reason: str) -> LimitedPackage:
    """Adds units to the total as it is by then, or takes some away."""
    with transaction.atomic():
        shelf = _locked(code)
        if shelf.package.stock_total is None:
            raise errors.stock_not_counted("stock_total")
        facts = {"stock_total": shelf.package.stock_total + by_units}
        return _change(shelf, facts, "LIMITED_SET_STOCK", by, reason)


def set_per_user_limit(*, by: Player, code: str, limit: int) -> LimitedPackage:
    """Says how many units one player may have; what players have already they keep."""
    return _change_one(by, code, {"per_user_limit": limit}, "LIMITED_SET_PER_USER")


def find(code: str) -> LimitedPackage:
    """The package called `code`."""
    package = LimitedPackage.objects.filter(code=code).first()
    if package is None:
        raise errors.package_not_found()
    return package


def _locked(code: str) -> Shelf:
    shelf = stock.find_and_lock(code)
    if shelf is None:
        raise errors.package_not_found()
    return shelf


def _change_one(by: Player, code: str, facts: Facts, action: str, reason: str = "") -> LimitedPackage:
    with transaction.atomic():
        return _change(_locked(code), facts, action, by, reason)


def _change(shelf: Shelf, facts: Facts, action: str, by: Player, reason: str) -> LimitedPackage:
    package = shelf.package
    change = changes.write(package, _with_total(facts, package.sold + stock.held_units(package.pk, shelf.now)))
    if change is not None:
        _tell(package, action, change.before, change.after, by=by, reason=reason, now=shelf.now)
    return package


def _put_on_sale(by: Player, code: str, facts: Facts, reason: str) -> LimitedPackage | Shelf:
    """The new package; the locked one of somebody who was faster."""
    now = clock()
    usual = {"gold": 0, "starts_at": now, "ends_at": facts.get("starts_at", now) + DEFAULT_WINDOW}
    package = LimitedPackage(code=code, created_at=now, **{**usual, **_with_total(facts, 0)})
    changes.check(package)
    try:
        with transaction.atomic():
            package.save(force_insert=True)
    except IntegrityError:
        return _locked(code)
    _tell(package, "LIMITED_UPSERT", None, changes.facts_of(package, ("code", *FIELDS)), by=by, reason=reason, now=now)
    return package


def _with_total(facts: Facts, taken: int) -> dict[str, Any]:
    """The facts with `stock_remaining` said as a total; refused when the total is less than is sold or held."""
    read = dict(facts)
    if REMAINING in read:
        remaining = read.pop(REMAINING)
        totals = [read["stock_total"]] if "stock_total" in read else []
        totals.append(None if remaining is None else taken + remaining)
        read["stock_total"] = min((total for total in totals if total is not None), default=None)
    total = read.get("stock_total")
    if total is not None and total < taken:
        raise errors.stock_too_low("stock_total", least=taken)
    return read


def _tell(
    package: LimitedPackage,
    action: str,
    before: changes.Json | None,
    after: changes.Json,
    *,
    by: Player,
    reason: str,
    now: datetime,
) -> None:
    changes.shelf_changed(
        by=by,
        action=action,
        target_type="limited_package",
        target_id=package.code,
        before=before,
        after=after,
        reason=reason,
        news="limited_updated",
        package_id=package.code,
        now=now,
    )
