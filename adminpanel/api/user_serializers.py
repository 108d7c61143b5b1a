"""The JSON of accounts as staff see and change them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Action, Rank, Role
from casino.lib.money import QueryInteger, StrictFlag, StrictInteger, StrictText

Fields = serializers.Serializer[Any]
_ROLES = [(role.value, role.label) for role in Role if role != Role.NONE]
REASON_MIN, REASON_MAX = 2, 200
BAN_HOURS_MAX = 87_600


class UsersQuery(Fields):
    """Which accounts."""

    skip = QueryInteger(min_value=0, max_value=10**9, required=False, default=0)
    limit = QueryInteger(min_value=1, max_value=100, required=False, default=20)
    search = StrictText(
        max_length=50, allow_blank=True, required=False, default="",
        help_text="the id, or a part of site_id, nickname or phone number",
    )  # fmt: skip


class UserLine(Fields):
    """One account."""

    id = serializers.IntegerField()
    site_id = serializers.CharField()
    nickname = serializers.CharField()
    phone_number = serializers.CharField(allow_null=True)
    is_active = serializers.BooleanField()
    is_admin = serializers.BooleanField()
    user_rank = serializers.ChoiceField(Rank.choices)
    created_at = serializers.DateTimeField()


class UserCard(UserLine):
    """One account on its own."""

    gold_balance = serializers.IntegerField()
    cyber_token_balance = serializers.IntegerField()
    vip_points = serializers.IntegerField()
    experience = serializers.IntegerField()
    level = serializers.IntegerField()
    last_login = serializers.DateTimeField(allow_null=True)
    banned_until = serializers.DateTimeField(allow_null=True, help_text="null without a ban, and of one without an end")
    ban_reason = serializers.CharField(allow_null=True, help_text="null without a ban")


class WhyBody(Fields):
    """Why, for the audit log."""

    reason = StrictText(required=False, default="", min_length=REASON_MIN, max_length=REASON_MAX)


class UserBody(WhyBody):
    """What is to change of an account. Rights are for owners; a new member of staff without a role is an auditor."""

    is_admin = StrictFlag(source="is_staff", required=False)
    role = serializers.ChoiceField(_ROLES, allow_null=True, required=False)
    is_active = StrictFlag(required=False)
    user_rank = serializers.ChoiceField(Rank.choices, source="rank", required=False)


class RankBody(WhyBody):
    """The rank that staff give."""

    user_rank = serializers.ChoiceField(Rank.choices, source="rank")


class StatusBody(WhyBody):
    """Whether the account may be used."""

    is_active = StrictFlag()


class UserRights(Fields):
    """What staff may change of an account, as it stands."""

    id = serializers.IntegerField()
    site_id = serializers.CharField()
    is_admin = serializers.BooleanField()
    role = serializers.ChoiceField(_ROLES, allow_null=True)
    is_active = serializers.BooleanField()
    user_rank = serializers.ChoiceField(Rank.choices)


class RankAnswer(Fields):
    """The rank as it stands."""

    success = serializers.BooleanField()
    user_id = serializers.IntegerField()
    user_rank = serializers.ChoiceField(Rank.choices)


class StatusAnswer(Fields):
    """Whether the account may be used now."""

    success = serializers.BooleanField()
    user_id = serializers.IntegerField()
    is_active = serializers.BooleanField()


class BanBody(Fields):
    """Why, and for how long; for ever without hours."""

    reason = StrictText(min_length=REASON_MIN, max_length=REASON_MAX)
    duration_hours = StrictInteger(min_value=1, max_value=BAN_HOURS_MAX, required=False, allow_null=True)


class UnbanAnswer(Fields):
    """The ban is lifted."""

    success = serializers.BooleanField()
    message = serializers.CharField()


class BanAnswer(UnbanAnswer):
    """The ban as it is in force."""

    banned_until = serializers.DateTimeField(allow_null=True, help_text="null for ever")
    reason = serializers.CharField()


class LogsQuery(Fields):
    """How many lines."""

    limit = QueryInteger(min_value=1, max_value=200, required=False, default=50)


class LogLine(Fields):
    """One thing the account did."""

    id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    action_type = serializers.CharField()
    source = serializers.ChoiceField(Action.Source.choices)  # type: ignore[assignment]  # the wire's own name
    created_at = serializers.DateTimeField()
    details = serializers.DictField()
