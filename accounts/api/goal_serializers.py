"""The JSON of events and missions: what comes in is checked here, what goes out is described here."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from accounts.models import Goal
from accounts.progress.events import STATES
from casino.lib.money import GOLD_LIMIT, StrictInteger

Fields = serializers.Serializer[Any]
INCREMENT_MAX: Final = 1000


class Amount(serializers.FloatField):
    """A JSON number from 0, finite and below 2^53; as whole as it came."""

    def to_internal_value(self, data: Any) -> float:
        """The number itself, or a refusal."""
        if type(data) not in (int, float) or not abs(data) <= GOLD_LIMIT:
            self.fail("invalid")
        return float(data) if isinstance(data, float) else int(data)


class EventsQuery(Fields):
    """Which events."""

    state = serializers.ChoiceField(STATES, default="active")


class JoinBody(Fields):
    """Which event."""

    event_id = StrictInteger()


class EventProgressBody(Fields):
    """What the client has counted since it last told."""

    progress = serializers.DictField(child=Amount(min_value=0))


class MissionProgressBody(Fields):
    """What the client has counted of which mission."""

    mission_id = StrictInteger()
    progress_increment = StrictInteger(min_value=1, max_value=INCREMENT_MAX)


class ParticipationInShort(Fields):
    """How far the caller has come."""

    joined = serializers.BooleanField()
    progress = serializers.DictField()
    completed = serializers.BooleanField()
    claimed = serializers.BooleanField()


class Event(Fields):
    """An event as players see it."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    event_type = serializers.CharField(allow_blank=True)
    start_date = serializers.DateTimeField()
    end_date = serializers.DateTimeField()
    rewards = serializers.DictField()
    requirements = serializers.DictField()
    progress_source = serializers.ChoiceField(Goal.Source.choices)
    image_url = serializers.CharField(allow_null=True)
    priority = serializers.IntegerField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    participation_count = serializers.IntegerField()
    user_participation = ParticipationInShort(allow_null=True)


class Participation(Fields):
    """How far a player has come with an event."""

    id = serializers.IntegerField()
    event_id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    progress = serializers.DictField()
    progress_version = serializers.IntegerField()
    completed = serializers.BooleanField()
    completed_at = serializers.DateTimeField(allow_null=True)
    claimed_rewards = serializers.BooleanField()
    joined_at = serializers.DateTimeField()
    last_progress_at = serializers.DateTimeField(allow_null=True)
    event = Event(allow_null=True)


class RewardItem(Fields):
    """One thing of a reward."""

    type = serializers.CharField()
    amount = serializers.JSONField(help_text="gold and XP are paid, anything else is only shown")


class ClaimResult(Fields):
    """What a claim paid."""

    success = serializers.BooleanField()
    rewards = serializers.DictField()
    reward_items = RewardItem(many=True)
    new_balance = serializers.IntegerField()
    new_gold_balance = serializers.IntegerField()
    experience = serializers.IntegerField()
    level = serializers.IntegerField()
    message = serializers.CharField()
    progress_version = serializers.IntegerField(allow_null=True)
    reward_id = serializers.IntegerField()
    idempotent_reuse = serializers.BooleanField()


class Mission(Fields):
    """A mission as it is for everybody."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    mission_type = serializers.ChoiceField(("daily", "weekly", "event"))
    category = serializers.CharField(allow_null=True)
    target_value = serializers.FloatField()
    target_type = serializers.CharField()
    rewards = serializers.DictField()
    requirements = serializers.DictField()
    reset_period = serializers.ChoiceField(("daily", "weekly", "none"))
    icon = serializers.CharField(allow_null=True)
    is_active = serializers.BooleanField()
    sort_order = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class UserMission(Fields):
    """A mission with how far the caller has come in its present period."""

    id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    mission_id = serializers.IntegerField()
    current_progress = serializers.FloatField()
    completed = serializers.BooleanField()
    claimed = serializers.BooleanField()
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    claimed_at = serializers.DateTimeField(allow_null=True)
    reset_at = serializers.DateTimeField(allow_null=True)
    mission = Mission()


class MissionReported(Fields):
    """What a report moved."""

    updated = serializers.BooleanField()
    completed_missions = serializers.IntegerField()
    missions = UserMission(many=True)
