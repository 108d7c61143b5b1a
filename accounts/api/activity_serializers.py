"""The JSON of notices, reported actions, given rewards and the dashboard."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts import distribution, reporting
from accounts.api.progress_serializers import VipStanding
from accounts.api.serializers import UserProfile
from accounts.models import Action, Notification
from casino.lib.money import QueryInteger, StrictInteger, StrictText
from realtime.api.serializers import GlobalMetrics

Fields = serializers.Serializer[Any]


class NotificationsQuery(Fields):
    """Which notices."""

    unread = serializers.BooleanField(required=False)
    limit = QueryInteger(min_value=1, max_value=100, required=False, default=20)
    cursor = StrictText(required=False, max_length=64)


class Notice(Fields):
    """One notice, in the reader's language."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Notification.Kind.choices)
    title = serializers.CharField()
    message = serializers.CharField()
    link = serializers.CharField(allow_null=True)
    is_read = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NotificationsPage(Fields):
    """Notices, newest first."""

    items = Notice(many=True)
    total = serializers.IntegerField(help_text="all that were asked for, whatever the page")
    unread = serializers.IntegerField()
    next_cursor = serializers.CharField(allow_null=True)


class UnreadCount(Fields):
    """The number at the bell."""

    unread = serializers.IntegerField()


class NoticeRead(Fields):
    """One notice was read."""

    success = serializers.BooleanField()
    unread = serializers.IntegerField()


class NoticesRead(NoticeRead):
    """All notices were read."""

    updated = serializers.IntegerField()


class ActionBody(Fields):
    """What a client says its player did."""

    default_error_messages = {"too_large": _("내용은 8 KiB 이하여야 합니다")}

    action_type = StrictText(max_length=64, trim_whitespace=False, validators=[RegexValidator(r"^[A-Z0-9_]+\Z")])
    user_id = StrictInteger(min_value=1, required=False)
    context = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]  # the wire's own name
    client_ts = StrictText(required=False, allow_null=True, allow_blank=True, max_length=64)

    def validate_context(self, context: dict[str, Any]) -> dict[str, Any]:
        """At most 8 KiB of JSON."""
        if reporting.size_of(context) > reporting.CONTEXT_BYTES_MAX:
            self.fail("too_large")
        return context


class ActionsBody(Fields):
    """Many of them at once."""

    items = serializers.ListField(child=ActionBody(), min_length=1, max_length=reporting.BULK_MAX)


class ActionLogged(Fields):
    """The action as it was kept."""

    id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    action_type = serializers.CharField()
    created_at = serializers.DateTimeField()


class ActionsLogged(Fields):
    """How many were kept."""

    logged = serializers.IntegerField()


class RecentQuery(Fields):
    """How many actions."""

    limit = QueryInteger(min_value=1, max_value=200, required=False, default=20)


class ActionItem(Fields):
    """One line of an action list."""

    id = serializers.IntegerField()
    action_type = serializers.CharField()
    source = serializers.ChoiceField(Action.Source.choices)  # type: ignore[assignment]  # the wire's own name
    created_at = serializers.DateTimeField()
    action_data = serializers.DictField()


class DistributeBody(Fields):
    """What staff give to whom, and why."""

    user_id = StrictInteger(min_value=1)
    reward_type = serializers.ChoiceField(distribution.TYPES)
    amount = StrictInteger(min_value=1, max_value=10**9)
    source_description = StrictText(min_length=1, max_length=200)
    metadata = serializers.DictField(required=False, default=dict)


class RewardGiven(Fields):
    """The reward as it was given."""

    reward_id = serializers.IntegerField()
    reward_type = serializers.ChoiceField(distribution.TYPES)
    reward_value = serializers.CharField()
    awarded_at = serializers.DateTimeField()
    new_gold_balance = serializers.IntegerField()
    idempotent_reuse = serializers.BooleanField()


class RewardsQuery(Fields):
    """Which page of the rewards."""

    page = QueryInteger(min_value=1, max_value=10**9, required=False, default=1)
    page_size = QueryInteger(min_value=1, max_value=100, required=False, default=20)


class RewardLine(Fields):
    """One reward in the list."""

    reward_id = serializers.IntegerField()
    reward_type = serializers.ChoiceField(distribution.TYPES)
    reward_value = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the wire's own name
    awarded_at = serializers.DateTimeField()


class RewardsPage(Fields):
    """A player's rewards, newest first."""

    rewards = RewardLine(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total_rewards = serializers.IntegerField()
    total_pages = serializers.IntegerField()


class AttendanceDay(Fields):
    """A day of this week."""

    date = serializers.DateField()
    attended = serializers.BooleanField()


class StreakGlance(Fields):
    """Attendance at a glance."""

    count = serializers.IntegerField()
    claimable = serializers.BooleanField()
    attendance_week = serializers.ListField(child=AttendanceDay(), min_length=7, max_length=7)


class EventsGlance(Fields):
    """Events at a glance."""

    active = serializers.IntegerField()
    claimable = serializers.IntegerField()


class MissionsGlance(Fields):
    """Missions at a glance."""

    claimable = serializers.IntegerField()


class Generated(Fields):
    """When an answer was made."""

    generated_at = serializers.DateTimeField()


class DashboardAnswer(Fields):
    """The player's club at a glance."""

    user = UserProfile()
    streak = StreakGlance()
    vip = VipStanding()
    events = EventsGlance()
    missions = MissionsGlance()
    notifications = UnreadCount()
    recent_actions = ActionItem(many=True)
    pulse = GlobalMetrics()
    _meta = Generated()
