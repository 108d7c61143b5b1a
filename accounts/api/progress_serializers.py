"""The JSON of streaks, attendance and VIP points."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import StreakType
from casino.lib.money import QueryInteger, StrictFlag

Fields = serializers.Serializer[Any]


class StreakChoice(Fields):
    """Which streak; attendance where none is named."""

    action_type = serializers.ChoiceField(StreakType.choices, required=False, default=StreakType.DAILY_LOGIN.value)


class HistoryQuery(StreakChoice):
    """Which month of which streak."""

    year = QueryInteger(min_value=1970, max_value=2100)
    month = QueryInteger(min_value=1, max_value=12)


class ProtectionBody(StreakChoice):
    """Whether missed days are to be covered by tokens."""

    enabled = StrictFlag()


class ProtectionState(Fields):
    """The protection of a streak in short."""

    enabled = serializers.BooleanField()
    tokens = serializers.IntegerField()


class StreakStatus(Fields):
    """A streak as it stands."""

    action_type = serializers.ChoiceField(StreakType.choices)
    count = serializers.IntegerField()
    ttl_seconds = serializers.IntegerField(allow_null=True, help_text="until it breaks; null at count 0")
    ticked_today = serializers.BooleanField()
    last_tick_date = serializers.DateField(allow_null=True)
    protection = ProtectionState()


class Ticked(StreakStatus):
    """The streak after a tick."""

    incremented = serializers.BooleanField()


class AttendancePreview(Fields):
    """What a claim at this moment pays, or paid; and what tomorrow's will."""

    action_type = serializers.ChoiceField(StreakType.choices)
    streak_count = serializers.IntegerField(help_text="what a claim pays for; after a claim, what it paid for")
    claimed_today = serializers.BooleanField()
    claimable = serializers.BooleanField()
    today_reward_gold = serializers.IntegerField()
    today_reward_xp = serializers.IntegerField()
    next_day_reward_gold = serializers.IntegerField()
    next_day_reward_xp = serializers.IntegerField()


class AttendancePaid(Fields):
    """What a claim paid."""

    action_type = serializers.ChoiceField(StreakType.choices)
    streak_count = serializers.IntegerField()
    awarded_gold = serializers.IntegerField()
    awarded_xp = serializers.IntegerField()
    new_gold_balance = serializers.IntegerField()
    experience = serializers.IntegerField()
    level = serializers.IntegerField()
    claimed_at = serializers.DateTimeField()
    idempotent_reuse = serializers.BooleanField()


class StreakIsReset(Fields):
    """It is done."""

    ok = serializers.BooleanField()


class Month(Fields):
    """The days of a month that were counted."""

    action_type = serializers.ChoiceField(StreakType.choices)
    year = serializers.IntegerField()
    month = serializers.IntegerField()
    days = serializers.ListField(child=serializers.DateField())


class Protection(Fields):
    """The protection of a streak."""

    action_type = serializers.ChoiceField(StreakType.choices)
    enabled = serializers.BooleanField()
    tokens = serializers.IntegerField()
    days_to_next_token = serializers.IntegerField(help_text="days in a row until the next one is earned")


class VipStanding(Fields):
    """VIP points, and the last daily claim of them."""

    claimed_today = serializers.BooleanField()
    vip_points = serializers.IntegerField()
    last_claim_at = serializers.DateTimeField(allow_null=True)


class VipClaimed(Fields):
    """What the daily claim added."""

    awarded_points = serializers.IntegerField()
    new_vip_points = serializers.IntegerField()
    claimed_at = serializers.DateTimeField()
    idempotent = serializers.BooleanField(help_text="today was claimed before")
    idempotent_reuse = serializers.BooleanField()
