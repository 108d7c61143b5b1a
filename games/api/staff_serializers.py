"""The JSON of the gacha's table as staff change it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from casino.lib.money import GOLD_LIMIT, StrictInteger, StrictText
from games.api.serializers import GachaConfigAnswer
from games.tables.gacha import LEAST_A_DAY, MOST_A_DAY, MOST_PITY

Fields = serializers.Serializer[Any]
REASON_MAX = 200


@extend_schema_field(
    {"type": "array", "minItems": 2, "maxItems": 2, "items": {"oneOf": [{"type": "string"}, {"type": "number"}]}}
)
class RarityChance(serializers.JSONField):
    """A rarity's name and its chance: exactly these two, a text and a number."""

    default_error_messages = {"pair": _("[등급 이름, 확률]이어야 합니다")}

    def to_internal_value(self, data: Any) -> Any:
        """The two as a pair."""
        if not (isinstance(data, list) and len(data) == 2 and type(data[0]) is str and type(data[1]) in (int, float)):
            self.fail("pair")
        return data[0], data[1]


class GachaVersionBody(Fields):
    """What the next version changes, and why."""

    rarity_table = serializers.ListField(
        child=RarityChance(), max_length=10, required=False, help_text="every rarity once, in millionths, summing to 1"
    )
    cost_single = StrictInteger(min_value=1, max_value=GOLD_LIMIT, required=False)
    cost_ten = StrictInteger(min_value=1, max_value=GOLD_LIMIT, required=False)
    pity_threshold = StrictInteger(min_value=1, max_value=MOST_PITY, required=False)
    daily_limits = serializers.DictField(
        child=StrictInteger(min_value=LEAST_A_DAY, max_value=MOST_A_DAY), required=False, help_text="by rank"
    )
    reason = StrictText(max_length=REASON_MAX, required=False, allow_blank=True, default="")


class GachaVersionAnswer(Fields):
    """The version in force."""

    success = serializers.BooleanField()
    config = GachaConfigAnswer()
