"""The JSON of the club's numbers and of its audit trail."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Audit
from casino.lib.money import QueryInteger, StrictText

Fields = serializers.Serializer[Any]


class StatsQuery(Fields):
    """Whose midnight."""

    tz = StrictText(max_length=64, required=False, default="UTC", help_text="an IANA name")


class AdminStatsAnswer(Fields):
    """The club in numbers."""

    total_users = serializers.IntegerField()
    active_users = serializers.IntegerField(help_text="neither banned nor inactive")
    total_games_played = serializers.IntegerField(help_text="settled rounds")
    total_tokens_in_circulation = serializers.IntegerField(help_text="the sum of all balances")
    online_users = serializers.IntegerField(help_text="seen within five minutes")
    total_revenue = serializers.IntegerField(help_text="US cents")
    today_revenue = serializers.IntegerField(help_text="US cents")
    total_revenue_gold = serializers.IntegerField()
    today_revenue_gold = serializers.IntegerField()
    pending_actions = serializers.IntegerField(help_text="purchases that wait")
    stale_pending_actions = serializers.IntegerField(help_text="those that wait longer than they may")
    critical_alerts = serializers.IntegerField(help_text="of the last ten minutes")
    auto_seed_applied = serializers.BooleanField(help_text="whether a start made the seed accounts")
    tz = serializers.CharField()
    generated_at = serializers.DateTimeField()


class _Filters(Fields):
    action = StrictText(max_length=40, required=False)
    target_type = StrictText(max_length=40, required=False)
    target_id = StrictText(max_length=64, required=False)
    actor_user_id = QueryInteger(required=False)
    severity = serializers.ChoiceField(Audit.Severity.choices, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    skip = QueryInteger(required=False, default=0)


class AuditQuery(_Filters):
    """Filters and the page of the audit trail."""

    limit = QueryInteger(min_value=1, max_value=200, required=False, default=20)


class AuditSheetQuery(_Filters):
    """Filters and the length of the spreadsheet."""

    limit = QueryInteger(min_value=1, max_value=1000, required=False, default=1000)


class AuditRow(Fields):
    """One audited deed."""

    id = serializers.IntegerField()
    action = serializers.CharField()
    severity = serializers.ChoiceField(Audit.Severity.choices)
    target_type = serializers.CharField()
    target_id = serializers.CharField()
    actor_user_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    details = serializers.DictField()
    request_id = serializers.CharField()


class AuditPage(Fields):
    """One page, and how many rows there are of it in all."""

    items = AuditRow(many=True)
    count = serializers.IntegerField()
    skip = serializers.IntegerField()
    limit = serializers.IntegerField()
