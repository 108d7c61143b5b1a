"""The JSON of limited packages and promo codes: what comes in is checked here, what goes out is described here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Rank
from casino.lib.money import StrictInteger, StrictText
from shop.api.serializers import ProductName
from shop.models import Currency, PurchaseStatus, Reason
from shop.models.package import ORDER_MAX
from shop.payments import MODES
from shop.promos import PromoRefusal

Fields = serializers.Serializer[Any]
_PRODUCT_QUANTITY_MAX = 99


def package_named(body: dict[str, Any]) -> str:
    """The package a checked body names; `package_id` goes before its alias."""
    return str(body.get("package_id") or body["code"])


class HoldBody(Fields):
    """Which package, and how many units of it; `code` is another name of `package_id`."""

    package_id = StrictText(required=False, max_length=64)
    code = StrictText(required=False, max_length=64)
    quantity = StrictInteger(min_value=1, max_value=ORDER_MAX, default=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two names is needed."""
        if "package_id" not in attrs and "code" not in attrs:
            raise serializers.ValidationError({"package_id": [_("패키지 코드를 입력해주세요")]}, code="required")
        return attrs


class LimitedBuyBody(HoldBody):
    """An order of a limited package. The caller's hold is used whether it is named or not; `user_id` is ignored."""

    promo_code = StrictText(required=False, max_length=40)
    hold_id = StrictText(required=False, max_length=64, allow_blank=True)
    card_token = StrictText(required=False, max_length=128, allow_blank=True)
    expected_price = StrictInteger(required=False, min_value=0, help_text="the unit price the buyer saw, promo applied")
    currency = serializers.ChoiceField([Currency.USD.value], default=Currency.USD.value)
    gateway_mode = serializers.ChoiceField(MODES, required=False, help_text="development and tests only")


class LimitedPackageItem(Fields):
    """A limited package on sale."""

    code = serializers.CharField()
    package_id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    price_cents = serializers.IntegerField()
    gold = serializers.IntegerField()
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    is_active = serializers.BooleanField()
    min_rank = serializers.ChoiceField(Rank.choices, allow_null=True)
    per_user_limit = serializers.IntegerField()
    remaining_stock = serializers.IntegerField(allow_null=True, help_text="null: not counted; held units are taken off")
    user_purchased = serializers.IntegerField()
    user_remaining = serializers.IntegerField(allow_null=True)


class HoldAnswer(Fields):
    """A running hold."""

    hold_id = serializers.CharField()
    package_id = serializers.CharField()
    quantity = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    ttl_seconds = serializers.IntegerField()
    remaining_stock = serializers.IntegerField(allow_null=True)


class ReleaseAnswer(Fields):
    """The hold is over."""

    released = serializers.BooleanField()


class LimitedReceipt(Fields):
    """How an order of a limited package ended."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    status = serializers.ChoiceField(
        [PurchaseStatus.SUCCESS.value, PurchaseStatus.FAILED.value, PurchaseStatus.PENDING.value], allow_null=True
    )
    user_id = serializers.IntegerField()
    code = serializers.CharField()
    quantity = serializers.IntegerField()
    total_price_cents = serializers.IntegerField()
    gold_granted = serializers.IntegerField(allow_null=True)
    new_gold_balance = serializers.IntegerField()
    charge_id = serializers.CharField(allow_null=True)
    receipt_code = serializers.CharField(allow_null=True)
    reason_code = serializers.ChoiceField([code for code in Reason.values if code], allow_null=True)
    idempotent_reuse = serializers.BooleanField()


class PreviewBody(Fields):
    """A promo code, and the package or the product it is meant for."""

    promo_code = StrictText(max_length=40)
    package_id = StrictText(required=False, max_length=64)
    product_id = ProductName(required=False)
    quantity = StrictInteger(min_value=1, max_value=_PRODUCT_QUANTITY_MAX, default=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one thing is asked about, and no more of it than one order may take."""
        if ("package_id" in attrs) == ("product_id" in attrs):
            text = _("package_id와 product_id 중 하나만 입력해주세요")
            raise serializers.ValidationError({"package_id": [text]}, code="required")
        if "package_id" in attrs and attrs["quantity"] > ORDER_MAX:
            most = _("한정 패키지는 한 번에 {most}개까지 살 수 있습니다").format(most=ORDER_MAX)
            raise serializers.ValidationError({"quantity": [most]}, code="max_value")
        return attrs


class PreviewAnswer(Fields):
    """What the code takes off the whole order."""

    valid = serializers.BooleanField()
    promo_code = serializers.CharField()
    price_before = serializers.IntegerField()
    price_after = serializers.IntegerField()
    discount_cents = serializers.IntegerField()
    currency = serializers.ChoiceField(Currency.choices)
    quantity = serializers.IntegerField()
    reason_code = serializers.ChoiceField(PromoRefusal.values, allow_null=True)
    message = serializers.CharField()
