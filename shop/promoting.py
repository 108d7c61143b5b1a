"""Staff hand out promo codes and take them back: by name, on the record, told to every open shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.models import Player
from casino.lib.days import now as clock
from shop import changes, errors, packaging, shelving, stock
from shop.changes import Json
from shop.models import DiscountType, LimitedPackage, PromoCode

Facts = Mapping[str, Any]

FIELDS: Final = (
    "product", "package", "discount_type", "value", "starts_at", "ends_at", "is_active", "max_uses", "per_user_limit",
)  # fmt: skip
"""What staff may set of a promo code, by its column; the code is given once, in any case."""


def targets(names: Facts) -> Json:
    """The facts that tie a code to the thing that `product_id` or `package_id` names, or to none by None."""
    product, package = names.get("product_id"), names.get("package_id")
    if product is not None and package is not None:
        raise errors.one_target()
    facts: Json = {}
    if "product_id" in names:
        facts["product"] = None if product is None else shelving.find(product)
    if "package_id" in names:
        facts["package"] = None if package is None else packaging.find(package)
    return facts


def upsert_promo(*, by: Player, code: str, facts: Facts, reason: str = "") -> PromoCode:
    """Changes what is different of the code, or makes it; a product given takes the place of a package, and so back."""
    changes.check_names(facts, FIELDS)
    with transaction.atomic():
        return _upsert(by, code, _for_one_target(facts), reason)


def set_package_promo(*, by: Player, package_code: str, promo_code: str, cents_off: int) -> PromoCode:
    """Makes the code take `cents_off` off each unit of the package, and of nothing else."""
    with transaction.atomic():
        package = _locked_package(package_code)
        facts = {
            "product": None,
            "package": package,
            "discount_type": DiscountType.FLAT,
            "value": cents_off,
            "is_active": True,
        }
        return _upsert(by, promo_code, facts, action="LIMITED_PROMO_SET")


def clear_package_promo(*, by: Player, package_code: str, promo_code: str) -> PromoCode:
    """Switches a code of the package off."""
    with transaction.atomic():
        package = _locked_package(package_code)
        promo = _locked(promo_code)
        if promo is None or promo.package_id != package.pk:
            raise errors.promo_not_found()
        return _change(promo, {"is_active": False}, by, action="LIMITED_PROMO_CLEAR")


def _locked_package(code: str) -> LimitedPackage:
    """Locked before its codes, as buyers do."""
    shelf = stock.find_and_lock(code)
    if shelf is None:
        raise errors.package_not_found()
    return shelf.package


def _locked(code: str) -> PromoCode | None:
    return PromoCode.objects.select_for_update(no_key=True).filter(code=code.upper()).first()


def _for_one_target(facts: Facts) -> Json:
    if facts.get("product") is not None and facts.get("package") is not None:
        raise errors.one_target()
    other = {"product": "package", "package": "product"}
    freed = {other[name]: None for name in other if facts.get(name) is not None}
    return {**facts, **freed}


def _upsert(by: Player, code: str, facts: Facts, reason: str = "", *, action: str = "PROMO_UPSERT") -> PromoCode:
    promo = _locked(code)
    if promo is None:
        new = PromoCode(code=code.upper(), created_at=clock(), **facts)
        changes.check(new)
        if _is_stored(new):
            _tell(new, action, None, changes.facts_of(new, ("code", *FIELDS)), by=by, reason=reason)
            return new
        promo = PromoCode.objects.select_for_update(no_key=True).get(code=new.code)  # of somebody who was faster
    return _change(promo, facts, by, reason, action=action)


def _is_stored(new: PromoCode) -> bool:
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _change(promo: PromoCode, facts: Facts, by: Player, reason: str = "", *, action: str) -> PromoCode:
    change = changes.write(promo, facts)
    if change is not None:
        _tell(promo, action, change.before, change.after, by=by, reason=reason)
    return promo


def _tell(promo: PromoCode, action: str, before: Json | None, after: Json, *, by: Player, reason: str) -> None:
    changes.shelf_changed(
        by=by,
        action=action,
        target_type="promo_code",
        target_id=promo.code,
        before=before,
        after=after,
        reason=reason,
        news="promo_updated",
        product_id=promo.product.product_id if promo.product else None,
        package_id=promo.package.code if promo.package else None,
        now=clock(),
    )
