"""The JSON of gold that staff give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.grants import AMOUNT_MAX, REASON_MAX, REASON_MIN
from casino.lib.money import StrictInteger, StrictText

Fields = serializers.Serializer[Any]


class GoldGrantBody(Fields):
    """How much, and why."""

    amount = StrictInteger(min_value=1, max_value=AMOUNT_MAX)
    reason = StrictText(min_length=REASON_MIN, max_length=REASON_MAX)


class GoldGranted(Fields):
    """The grant with its receipt."""

    success = serializers.BooleanField()
    user_id = serializers.IntegerField()
    granted = serializers.IntegerField()
    new_gold_balance = serializers.IntegerField()
    reason = serializers.CharField()
    receipt_code = serializers.CharField(help_text="12 hex characters; the same for every call with the same key")
    idempotent_reuse = serializers.BooleanField()
