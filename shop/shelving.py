"""Putting products on the shelf, changing them and taking them off: by staff, on the record, told to every open shop.

Only what is different is written, to a locked row: units sold while staff were thinking stay sold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import Player, Rank
from casino.lib.days import now as clock
from casino.lib.errors import invalid, validation_error
from casino.lib.money import is_storable
from shop import changes, errors, pricing
from shop.changes import Json
from shop.models import Currency, Product, ProductType

Facts = Mapping[str, Any]

FIELDS: Final = (
    "sku", "name", "description", "icon", "type", "rarity", "currency", "price", "discount", "discount_ends_at",
    "sale_starts_at", "sale_ends_at", "value", "bonus_gold", "effect", "one_time", "is_limited", "popular", "min_rank",
    "stock_remaining", "is_active", "sort_order", "extra",
)  # fmt: skip
"""What staff may set of a product, by its column; the product_id is given once."""


def create_product(*, by: Player, facts: Facts) -> Product:
    """Puts a new product on the shelf; its sku is its product_id unless `facts` name another."""
    now, facts = clock(), _read(facts, known=("product_id", *FIELDS))
    product = Product(created_at=now, **{**facts, "sku": facts.get("sku") or facts["product_id"]})
    _refuse_gold_for_gold(product, {})
    try:
        with transaction.atomic():
            _refuse_taken_names(product, product.product_id, product.sku)
            changes.check(product)
            product.save(force_insert=True)
            after = changes.facts_of(product, ("product_id", *FIELDS))
            _tell(product, "PRODUCT_CREATE", "product_created", None, after, by=by, now=now)
    except IntegrityError as somebody_was_faster:
        raise errors.product_exists() from somebody_was_faster
    return product


def change_product(*, by: Player, product_id: int | str, facts: Facts, reason: str = "") -> Product:
    """Changes what is different; what `facts` do not name stays as it is by then."""
    facts = _read(facts, known=FIELDS)
    with transaction.atomic():
        product = _locked(product_id)
        _refuse_gold_for_gold(product, facts)
        if facts.get("sku", product.sku) != product.sku:
            _refuse_taken_names(product, facts["sku"])
        _change(product, facts, by=by, reason=reason)
    return product


def set_stock(*, by: Player, product_id: int | str, to: int | None, reason: str) -> Product:
    """Says how many units are left; None: they are not counted."""
    return change_product(by=by, product_id=product_id, facts={"stock_remaining": to}, reason=reason)


def change_stock(*, by: Player, product_id: int | str, by_units: int, reason: str) -> Product:
    """Adds units to what is left by now, or takes some away; never below none."""
    with transaction.atomic():
        product = _locked(product_id)
        if product.stock_remaining is None:
            raise errors.stock_not_counted("stock_remaining")
        left = product.stock_remaining + by_units
        if left < 0:
            raise errors.stock_too_low("stock_remaining", least=0)
        _change(product, {"stock_remaining": left}, by=by, reason=reason)
    return product


def delete_product(*, by: Player, product_id: int | str, reason: str = "") -> Product:
    """Takes a product off the shelf; its receipts keep it. Once more changes nothing, the first time stays."""
    with transaction.atomic():
        product = _locked(product_id)
        if product.deleted_at is None:
            gone = {"deleted_at": clock()}
            _change(product, gone, by=by, reason=reason, action="PRODUCT_DELETE", news="product_deleted")
    return product


def restore_product(*, by: Player, product_id: int | str, reason: str = "") -> Product:
    """Brings a deleted product back as it was."""
    with transaction.atomic():
        product = _locked(product_id)
        back = {"deleted_at": None}
        _change(product, back, by=by, reason=reason, action="PRODUCT_RESTORE", news="product_restored")
    return product


def find(product_id: int | str) -> Product:
    """The product of this id, product_id or sku, deleted or not."""
    product = Product.objects.named(product_id)
    if product is None:
        raise errors.no_such_product()
    return product


def _locked(product_id: int | str) -> Product:
    return Product.objects.select_for_update(no_key=True).get(pk=find(product_id).pk)


def _change(
    product: Product,
    facts: Facts,
    *,
    by: Player,
    reason: str,
    action: str = "PRODUCT_UPDATE",
    news: str = "product_updated",
) -> None:
    change = changes.write(product, facts)
    if change is not None:
        _tell(product, action, news, change.before, change.after, by=by, reason=reason, now=clock())


def _tell(
    product: Product,
    action: str,
    news: str,
    before: Json | None,
    after: Json,
    *,
    by: Player,
    reason: str = "",
    now: datetime,
) -> None:
    changes.shelf_changed(
        by=by,
        action=action,
        target_type="product",
        target_id=product.product_id,
        before=before,
        after=after,
        reason=reason,
        news=news,
        product_id=product.product_id,
        now=now,
    )


def _read(facts: Facts, *, known: tuple[str, ...]) -> Json:
    """The facts as columns keep them: discount and rank taken out of `extra`, the discount between 0 and 95."""
    changes.check_names(facts, known)
    if "extra" in facts:
        facts = {**facts, "extra": _checked_extra(facts["extra"])}
    read = _without_extras(facts)
    if "discount" in read:
        read["discount"] = pricing.normal_discount(read["discount"])
    return read


def _without_extras(facts: Facts) -> Json:
    """`extra.discount` and `extra.min_rank` are other names of those fields; nothing else in it: it stays."""
    read = dict(facts)
    extra = dict(read.get("extra", {}))
    said = {name: extra.pop(name) for name in ("discount", "min_rank") if name in extra}
    if not said:
        return read
    _check_extras(said)
    if extra:
        read["extra"] = extra
    else:
        del read["extra"]
    return said | read


def _check_extras(said: Json) -> None:
    wrong = [name for name in said if not _is_good_extra(name, said[name])]
    if wrong:
        raise validation_error(
            [{"loc": ["body", "extra", name], "msg": _("올바른 값이 아닙니다"), "type": "invalid"} for name in wrong]
        )
    if "min_rank" in said:
        said["min_rank"] = said["min_rank"] or ""


def _is_good_extra(name: str, value: object) -> bool:
    return type(value) is int if name == "discount" else value in (None, "", *Rank.values)


def _checked_extra(extra: object) -> Json:
    """An object that the database can store; nothing at all is an empty one."""
    if not isinstance(extra or {}, dict) or not is_storable(extra):
        raise invalid("extra", _("저장할 수 있는 JSON 객체가 아닙니다"))
    return cast("Json", extra or {})


def _refuse_gold_for_gold(product: Product, facts: Facts) -> None:
    currency, kind = facts.get("currency", product.currency), facts.get("type", product.type)
    if (currency, kind) == (Currency.GOLD, ProductType.CURRENCY):
        raise errors.gold_for_gold()


def _refuse_taken_names(product: Product, *names: str) -> None:
    """A name means one product: no other may have it as product_id or sku, whatever the case, deleted or not."""
    keys = [name.lower() for name in names]
    others = Product.objects.exclude(pk=product.pk).annotate(own=Lower("product_id"), key=Lower("sku"))
    if others.filter(Q(own__in=keys) | Q(key__in=keys)).exists():
        raise errors.product_exists()
