"""The JSON of the shop: what comes in is checked here, what goes out is described here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Rank
from casino.lib.money import QueryInteger, StrictInteger, StrictText
from shop.models import Currency, InventoryItem, ProductType, PurchaseKind, PurchaseStatus, Rarity, Reason
from shop.payments import MODES

Fields = serializers.Serializer[Any]
REASONS = [code for code in Reason.values if code]


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "minLength": 1, "maxLength": 64}]})
class ProductName(serializers.Field[Any, Any, Any, Any]):
    """How a product is addressed: an id, a product_id or a sku."""

    default_error_messages = {"invalid": _("상품 ID를 입력해주세요")}

    def to_internal_value(self, data: Any) -> int | str:
        """The name as it was given."""
        if type(data) is not int and not (isinstance(data, str) and 1 <= len(data) <= 64):
            self.fail("invalid")
        return data


class PathBuyBody(Fields):
    """An order for the product the path names. Price, currency and buyer may be sent and are ignored."""

    quantity = StrictInteger(min_value=1, max_value=99, default=1)
    expected_price = StrictInteger(required=False, min_value=0, help_text="the unit price the buyer saw")
    promo_code = StrictText(required=False, max_length=40, help_text="products priced in USD only")
    payment_method = StrictText(required=False, max_length=32, allow_blank=True)
    card_token = StrictText(required=False, max_length=128, allow_blank=True)
    gateway_mode = serializers.ChoiceField(MODES, required=False, help_text="development and tests only")


class BuyBody(PathBuyBody):
    """An order; `item_id` is another name of `product_id`."""

    product_id = ProductName(required=False)
    item_id = ProductName(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two names is needed."""
        if "product_id" not in attrs and "item_id" not in attrs:
            raise serializers.ValidationError({"product_id": [_("상품 ID를 입력해주세요")]}, code="required")
        return attrs


class ShopItem(Fields):
    """A product on the shelf."""

    id = serializers.IntegerField()
    product_id = serializers.CharField()
    sku = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    icon = serializers.CharField()
    type = serializers.ChoiceField(ProductType.choices)
    rarity = serializers.ChoiceField(Rarity.choices)
    currency = serializers.ChoiceField(Currency.choices)
    price = serializers.IntegerField()
    final_price = serializers.IntegerField()
    discount = serializers.IntegerField(min_value=0, max_value=95)
    discount_ends_at = serializers.DateTimeField(allow_null=True)
    sale_starts_at = serializers.DateTimeField(allow_null=True)
    sale_ends_at = serializers.DateTimeField(allow_null=True)
    value = serializers.IntegerField()
    bonus_gold = serializers.IntegerField()
    bonusGold = serializers.IntegerField()  # noqa: N815 - the wire's
    effective_gold = serializers.IntegerField()
    one_time = serializers.BooleanField()
    oneTime = serializers.BooleanField()  # noqa: N815
    is_limited = serializers.BooleanField()
    isLimited = serializers.BooleanField()  # noqa: N815
    popular = serializers.BooleanField()
    min_rank = serializers.ChoiceField(Rank.choices, allow_null=True)
    stock_remaining = serializers.IntegerField(allow_null=True)
    owned = serializers.BooleanField()
    purchasable = serializers.BooleanField()
    blocked_reason = serializers.CharField(allow_null=True)


class Pack(ShopItem):
    """A money pack, with the names older clients know."""

    price_cents = serializers.IntegerField()
    discounted_price_cents = serializers.IntegerField()
    gold = serializers.IntegerField()
    discount_percent = serializers.IntegerField()


class Receipt(Fields):
    """How an order ended."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    status = serializers.ChoiceField(["success", "failed", "pending"], allow_null=True)
    user_id = serializers.IntegerField()
    product_id = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.IntegerField()
    amount = serializers.IntegerField()
    currency = serializers.ChoiceField(Currency.choices)
    promo_code = serializers.CharField(allow_null=True)
    gold_granted = serializers.IntegerField(allow_null=True)
    gold_spent = serializers.IntegerField(allow_null=True)
    new_gold_balance = serializers.IntegerField()
    charge_id = serializers.CharField(allow_null=True)
    receipt_code = serializers.CharField(allow_null=True)
    item_id = serializers.CharField(allow_null=True)
    item_name = serializers.CharField()
    reason_code = serializers.ChoiceField(REASONS, allow_null=True)
    created_at = serializers.DateTimeField()
    idempotent_reuse = serializers.BooleanField()


class TransactionsQuery(Fields):
    """Filters and the page of the transactions."""

    limit = QueryInteger(min_value=1, max_value=100, default=20)
    cursor = serializers.CharField(max_length=64, required=False)
    status = serializers.ChoiceField(PurchaseStatus.choices, required=False)
    kind = serializers.ChoiceField(PurchaseKind.choices, required=False)


class TransactionItem(Fields):
    """One purchase in a list."""

    receipt_code = serializers.CharField()
    product_id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(PurchaseKind.choices)
    quantity = serializers.IntegerField()
    unit_price = serializers.IntegerField()
    amount = serializers.IntegerField()
    currency = serializers.ChoiceField(Currency.choices)
    gold_granted = serializers.IntegerField(allow_null=True)
    gold_spent = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(PurchaseStatus.choices)
    reason_code = serializers.ChoiceField(REASONS, allow_null=True)
    payment_method = serializers.CharField(allow_null=True)
    charge_id = serializers.CharField(allow_null=True)
    promo_code = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class TransactionsAnswer(Fields):
    """One page of transactions."""

    items = TransactionItem(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class TimelineStep(Fields):
    """One step on a purchase's way."""

    step = serializers.CharField()
    at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        """`data` is taken by the serializer itself, so it is declared here."""
        return super().get_fields() | {"data": serializers.DictField()}


class TransactionDetail(TransactionItem):
    """One purchase with its timeline."""

    timeline = TimelineStep(many=True)


class SettleAnswer(Fields):
    """How a purchase stands after asking the gateway."""

    success = serializers.BooleanField()
    receipt_code = serializers.CharField()
    status = serializers.ChoiceField(PurchaseStatus.choices)
    new_balance = serializers.IntegerField()
    new_gold_balance = serializers.IntegerField()
    idempotent_reuse = serializers.BooleanField()


class InventoryQuery(Fields):
    """The page of the inventory."""

    limit = QueryInteger(min_value=1, max_value=200, default=50)
    offset = QueryInteger(min_value=0, default=0)


class InventoryLine(Fields):
    """One entry of the inventory."""

    id = serializers.IntegerField()
    product_id = serializers.CharField()
    name = serializers.CharField()
    type = serializers.ChoiceField(ProductType.choices)
    rarity = serializers.ChoiceField(Rarity.choices)
    icon = serializers.CharField()
    quantity = serializers.IntegerField()
    status = serializers.ChoiceField(InventoryItem.Status.choices)
    receipt_code = serializers.CharField(allow_null=True)
    acquired_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """`source` is taken by the serializer itself, so it is declared here."""
        return super().get_fields() | {"source": serializers.ChoiceField(InventoryItem.Source.choices)}


class InventoryAnswer(Fields):
    """One page of the inventory."""

    items = InventoryLine(many=True)
    total = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
