"""The JSON of staff who set the stage: events, mission templates, the reward catalog. The model checks terms."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from accounts.api.goal_serializers import Event, Fields
from accounts.models import Goal
from accounts.progress.goals import CLIENT, SERVER_KEYS
from casino.lib.moments import Moment
from casino.lib.money import GOLD_LIMIT, QueryInteger, StrictFlag, StrictInteger, StrictText

PRIORITY_MAX: Final = 2**31 - 1


class StrictObject(serializers.DictField):
    """A JSON object as it came."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The object itself, or a refusal."""
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        return data


class EventFacts(Fields):
    """What staff may set of an event; what a change does not name stays."""

    title = StrictText(required=False, max_length=200)
    event_type = StrictText(required=False, max_length=50, source="category")
    start_date = Moment(required=False, source="starts_at")
    end_date = Moment(required=False, source="ends_at")
    rewards = StrictObject(required=False, help_text="gold and exp are paid, other keys are only shown")
    description = StrictText(required=False, allow_null=True, allow_blank=True, max_length=5000)
    requirements = StrictObject(required=False, help_text="numbers above 0")
    progress_source = serializers.ChoiceField(
        Goal.Source.choices, required=False, allow_null=True, source="source", help_text="null: by the requirements"
    )
    image_url = StrictText(required=False, allow_null=True, allow_blank=True, max_length=300)
    priority = StrictInteger(required=False, min_value=-PRIORITY_MAX, max_value=PRIORITY_MAX)
    is_active = StrictFlag(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """No text is kept as an empty one."""
        return attrs | {name: attrs[name] or "" for name in ("description", "image_url") if name in attrs}


class NewEvent(EventFacts):
    """A new event."""

    title = StrictText(max_length=200)
    event_type = StrictText(max_length=50, source="category")
    start_date = Moment(source="starts_at")
    end_date = Moment(source="ends_at")
    rewards = StrictObject(help_text="gold and exp are paid, other keys are only shown")


class StaffEventsQuery(Fields):
    """Which events staff see besides those that are switched on."""

    include_inactive = serializers.BooleanField(default=False)
    include_deleted = serializers.BooleanField(default=False)


class StaffEventShape(Event):
    """An event as staff see it."""

    deleted_at = serializers.DateTimeField(allow_null=True)


class EventDeleted(Fields):
    """When it was taken away."""

    deleted = serializers.BooleanField()
    deleted_at = serializers.DateTimeField()


class TakenOut(Fields):
    """It is taken away."""

    deleted = serializers.BooleanField()


class EventRestored(Fields):
    """It is back."""

    restored = serializers.BooleanField()


class ParticipationsQuery(Fields):
    """Which of those who take part."""

    completed = serializers.BooleanField(allow_null=True, default=None)
    claimed = serializers.BooleanField(allow_null=True, default=None)


class ForceClaimBody(Fields):
    """Why, if staff say so."""

    reason = StrictText(required=False, allow_null=True, allow_blank=True, max_length=200)


class ContentEventFacts(Fields):
    """The short shape of an event."""

    name = StrictText(required=False, max_length=200, source="title")
    start_at = Moment(required=False, source="starts_at")
    end_at = Moment(required=False, source="ends_at")
    reward_scheme = StrictObject(required=False, source="rewards")


class NewContentEvent(ContentEventFacts):
    """A new event in short; without rewards it pays none."""

    name = StrictText(max_length=200, source="title")
    start_at = Moment(source="starts_at")
    end_at = Moment(source="ends_at")


class ContentEventShape(Fields):
    """An event in short."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    reward_scheme = serializers.DictField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class TemplateFacts(Fields):
    """What staff may set of a mission."""

    title = StrictText(required=False, max_length=200)
    mission_type = serializers.ChoiceField(("daily", "weekly", "event"), required=False)
    target = StrictInteger(required=False, min_value=1, max_value=GOLD_LIMIT)
    target_type = serializers.ChoiceField((*sorted(SERVER_KEYS), CLIENT), required=False)
    reward = StrictObject(required=False)
    is_active = StrictFlag(required=False)


class NewTemplate(TemplateFacts):
    """A new mission."""

    title = StrictText(max_length=200)
    mission_type = serializers.ChoiceField(("daily", "weekly", "event"))
    target = StrictInteger(default=1, min_value=1, max_value=GOLD_LIMIT)
    target_type = serializers.ChoiceField((*sorted(SERVER_KEYS), CLIENT), default="games_played")


class TemplateShape(Fields):
    """A mission as staff see it."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    mission_type = serializers.ChoiceField(("daily", "weekly", "event"))
    target = serializers.FloatField()
    target_type = serializers.CharField()
    reward = serializers.DictField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CatalogFacts(Fields):
    """What staff may set of a reward in the catalog."""

    code = StrictText(required=False, max_length=64)
    reward_type = StrictText(required=False, max_length=32)
    amount = StrictInteger(required=False, min_value=0, max_value=GOLD_LIMIT)
    meta = StrictObject(required=False, allow_null=True)

    def validate_meta(self, meta: dict[str, Any] | None) -> dict[str, Any]:
        """Nothing at all is an empty object."""
        return meta or {}


class NewCatalogReward(CatalogFacts):
    """A new reward for the catalog."""

    code = StrictText(max_length=64)
    reward_type = StrictText(max_length=32)
    amount = StrictInteger(min_value=0, max_value=GOLD_LIMIT)


class CatalogShape(Fields):
    """A reward of the catalog."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    reward_type = serializers.CharField()
    amount = serializers.IntegerField()
    meta = serializers.DictField()
    active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class RewardsAuditQuery(Fields):
    """Which rewards that were given."""

    user_id = QueryInteger(required=False)
    event_id = QueryInteger(required=False)
    source = StrictText(required=False, max_length=64)  # type: ignore[assignment]
    page = QueryInteger(default=1, min_value=1, max_value=PRIORITY_MAX)
    page_size = QueryInteger(default=20, min_value=1, max_value=100)


class GivenReward(Fields):
    """A reward that was given."""

    id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    reward_type = serializers.CharField()
    amount = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    event_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class RewardsAudit(Fields):
    """A page of rewards that were given, newest first."""

    items = GivenReward(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
