"""The JSON of what staff do with purchases."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from casino.lib.money import QueryInteger, StrictText
from shop.api.serializers import TransactionItem
from shop.forcing import OUTCOMES
from shop.models import PurchaseKind, PurchaseStatus

Fields = serializers.Serializer[Any]
REASON_MIN, REASON_MAX = 2, 120


class SalesQuery(Fields):
    """Filters and the page of everybody's transactions."""

    limit = QueryInteger(min_value=1, max_value=200, default=50)
    cursor = serializers.CharField(max_length=64, required=False)
    status = serializers.ChoiceField(PurchaseStatus.choices, required=False)
    kind = serializers.ChoiceField(PurchaseKind.choices, required=False)
    user_id = QueryInteger(required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    q = StrictText(max_length=64, required=False, help_text="a receipt, a charge, or (part of) a site_id")


class Sale(TransactionItem):
    """One purchase with its buyer."""

    user_id = serializers.IntegerField()
    site_id = serializers.CharField()


class SalesAnswer(Fields):
    """One page of everybody's transactions."""

    items = Sale(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ForceSettleBody(Fields):
    """How a pending purchase ends, and why."""

    outcome = serializers.ChoiceField(list(OUTCOMES), default="success")
    reason = StrictText(required=False, default="", min_length=REASON_MIN, max_length=REASON_MAX)


class RefundBody(Fields):
    """Why a purchase is refunded; the buyer reads it."""

    reason = StrictText(min_length=REASON_MIN, max_length=REASON_MAX)


class EndAnswer(Fields):
    """How the purchase now stands, and the buyer's gold."""

    success = serializers.BooleanField()
    receipt_code = serializers.CharField()
    status = serializers.ChoiceField(PurchaseStatus.choices)
    new_gold_balance = serializers.IntegerField()
    idempotent_reuse = serializers.BooleanField()
