"""The JSON of staff tools."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from adminpanel.models import Campaign
from casino.lib.money import QueryInteger, StrictInteger, StrictText

Fields = serializers.Serializer[Any]
Segment, Targeting = Campaign.Segment, Campaign.Targeting
TARGETS_MAX = 10_000


class CampaignsQuery(Fields):
    """Which campaigns."""

    status = serializers.ChoiceField(Campaign.Status.choices, required=False)
    limit = QueryInteger(min_value=1, max_value=100, required=False, default=20)
    offset = QueryInteger(min_value=0, max_value=10**9, required=False, default=0)


class CampaignItem(Fields):
    """One campaign."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    message = serializers.CharField()
    targeting_type = serializers.ChoiceField(Targeting.choices)
    status = serializers.ChoiceField(Campaign.Status.choices)
    scheduled_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    target_count = serializers.IntegerField(allow_null=True, help_text="players told; null until it is sent")


class CampaignsPage(Fields):
    """Campaigns, newest first."""

    items = CampaignItem(many=True)
    total = serializers.IntegerField()


class CampaignBody(Fields):
    """What to tell whom, and when."""

    default_error_messages = {"target": _("대상을 알려주세요")}

    title = StrictText(min_length=1, max_length=100)
    message = StrictText(min_length=1, max_length=1000)
    targeting_type = serializers.ChoiceField(Targeting.choices, required=False, default=Targeting.ALL)
    target_segment = serializers.ChoiceField(Segment.choices, required=False, allow_null=True)
    user_ids = serializers.ListField(
        child=StrictInteger(min_value=1), max_length=TARGETS_MAX, required=False, allow_null=True
    )
    scheduled_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Each way of targeting names its targets."""
        needed = {Targeting.SEGMENT: "target_segment", Targeting.USER_IDS: "user_ids"}.get(attrs["targeting_type"])
        if needed and not attrs.get(needed):
            raise serializers.ValidationError({needed: [self.error_messages["target"]]}, code="required")
        return {name: value for name, value in attrs.items() if value is not None}


class CampaignPlanned(Fields):
    """The campaign is planned."""

    success = serializers.BooleanField()
    id = serializers.IntegerField()


class CampaignCancelled(Fields):
    """The campaign is called off."""

    success = serializers.BooleanField()
