"""The JSON of staff who keep the shop: what comes in is checked here, what goes out is described here."""

from __future__ import annotations

from typing import Any, Final

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Rank
from casino.lib.moments import Moment
from casino.lib.money import StrictFlag, StrictInteger, StrictText
from casino.lib.schema import ErrorEnvelope
from shop.api.serializers import Fields, ProductName, ShopItem
from shop.models import Currency, DiscountType, ProductType, Rarity
from shop.models.product import NAME_PATTERN, PRICE_LIMIT

COUNT_LIMIT: Final = 2**31 - 1


class Name(StrictText):
    """A name for a new thing: 1–64 letters, digits, `_ . -`, and not all digits."""

    def __init__(self, **facts: Any) -> None:
        rule = RegexValidator(NAME_PATTERN, _("영문, 숫자, _ . - 만 가능하고, 숫자만으로는 안 됩니다"))
        super().__init__(validators=[rule], **facts)


def amount(**facts: Any) -> StrictInteger:
    """Cents or gold of one unit."""
    return StrictInteger(min_value=0, max_value=PRICE_LIMIT, **facts)


def count(least: int = 0, **facts: Any) -> StrictInteger:
    """How many."""
    return StrictInteger(min_value=least, max_value=COUNT_LIMIT, **facts)


class ProductsQuery(Fields):
    """Which products staff see."""

    include_deleted = serializers.BooleanField(default=False)


class ProductBody(Fields):
    """What staff may set of a product; everything else, its id and deletion too, is ignored."""

    name = StrictText(required=False, max_length=100)
    description = StrictText(required=False, allow_blank=True, max_length=500)
    icon = StrictText(required=False, max_length=16)
    type = serializers.ChoiceField(ProductType.choices, required=False)
    rarity = serializers.ChoiceField(Rarity.choices, required=False)
    currency = serializers.ChoiceField(Currency.choices, required=False)
    price = amount(required=False)
    discount = StrictInteger(required=False, help_text="kept between 0 and 95")
    discount_ends_at = Moment(required=False, allow_null=True)
    sale_starts_at = Moment(required=False, allow_null=True)
    sale_ends_at = Moment(required=False, allow_null=True)
    value = amount(required=False)
    bonus_gold = amount(required=False)
    one_time = StrictFlag(required=False)
    is_limited = StrictFlag(required=False)
    popular = StrictFlag(required=False)
    min_rank = serializers.ChoiceField(Rank.choices, required=False, allow_null=True, allow_blank=True)
    stock_remaining = count(required=False, allow_null=True)
    is_active = StrictFlag(required=False)
    sort_order = StrictInteger(required=False, min_value=-COUNT_LIMIT, max_value=COUNT_LIMIT)
    extra = serializers.DictField(required=False, help_text="`discount` and `min_rank` in it mean those fields")

    def validate_min_rank(self, rank: str | None) -> str:
        """No gate is kept as an empty text."""
        return rank or ""


class NewProductBody(ProductBody):
    """A new product; what is not said is as the model has it."""

    product_id = Name()
    name = StrictText(max_length=100)
    price = amount()


class StaffProduct(ShopItem):
    """A product as staff see it: without what depends on a buyer, with what buyers do not see."""

    owned = purchasable = blocked_reason = None  # type: ignore[assignment]
    is_active = serializers.BooleanField()
    deleted_at = serializers.DateTimeField(allow_null=True)
    sort_order = serializers.IntegerField()
    extra = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ProductUpdated(Fields):
    """The product as it is now."""

    updated = serializers.BooleanField()
    product = StaffProduct()


class ProductDeleted(Fields):
    """When it was taken off the shelf."""

    deleted = serializers.BooleanField()
    deleted_at = serializers.DateTimeField()


class ProductRestored(Fields):
    """It is back."""

    restored = serializers.BooleanField()


class Contents(Fields):
    """What older tools say a package holds."""

    bonus_tokens = amount(required=False)


class PackageBody(Fields):
    """A limited package; what is not said stays, or is as usual for a new one."""

    package_id = Name()
    name = StrictText(max_length=100)
    price = amount(help_text="cents")
    description = StrictText(required=False, allow_blank=True, max_length=500)
    starts_at = Moment(required=False, help_text="a new package: now")
    ends_at = Moment(required=False, help_text="a new package: 30 days after its start")
    stock_total = count(required=False, allow_null=True, help_text="null: not counted")
    stock_remaining = count(required=False, allow_null=True, help_text="besides what is sold or held")
    per_user_limit = count(1, required=False)
    emergency_disabled = StrictFlag(required=False)
    is_active = StrictFlag(required=False)
    gold = amount(required=False)
    contents = Contents(required=False, allow_null=True)


class PromoBody(Fields):
    """A promo code; what is not said stays, or is as usual for a new one."""

    code = StrictText(max_length=40)
    package_id = StrictText(required=False, allow_null=True, max_length=64)
    product_id = ProductName(required=False, allow_null=True)
    discount_type = serializers.ChoiceField(DiscountType.choices, required=False)
    value = amount(help_text="cents off each unit, or percent (0–95)")
    starts_at = Moment(required=False, allow_null=True)
    ends_at = Moment(required=False, allow_null=True)
    is_active = StrictFlag(required=False)
    max_uses = count(required=False, allow_null=True, help_text="0: never usable; null: unlimited")
    per_user_limit = count(1, required=False, allow_null=True)


class PackageCode(Fields):
    """The package that is meant."""

    code = StrictText(max_length=64)


class ToggleBody(PackageCode):
    """On or off."""

    active = StrictFlag()


class PeriodBody(PackageCode):
    """From when until when."""

    start_at = Moment()
    end_at = Moment()


class StockBody(PackageCode):
    """How many there are in all, sold ones included."""

    initial_stock = count(allow_null=True)


class PerUserBody(PackageCode):
    """How many one player may have."""

    per_user_limit = count(1)


class PromoClearBody(PackageCode):
    """A promo code of the package."""

    promo_code = StrictText(max_length=40)


class PromoSetBody(PromoClearBody):
    """Cents off each unit of the package."""

    cents_off = amount()


class ShelfChanged(Fields):
    """It is done."""

    success = serializers.BooleanField()


class Gone(ErrorEnvelope):
    """An error that says what took the path's place."""

    message = serializers.CharField()
    migration = serializers.DictField(child=serializers.CharField())


class ShelfChangedSaying(ShelfChanged):
    """It is done, and what it was."""

    message = serializers.CharField()
