"""The stream over HTTP: what goes in, what comes out."""

from __future__ import annotations

import re
from typing import Any

from rest_framework import serializers

from casino.lib.money import GOLD_LIMIT, QueryInteger, StrictInteger, StrictText
from realtime import pulse


class EventsQuery(serializers.Serializer[Any]):
    """Where to go on."""

    after = QueryInteger(min_value=0, max_value=GOLD_LIMIT, default=0)
    limit = QueryInteger(min_value=1, max_value=500, default=100)
    epoch = StrictText(max_length=64, required=False)


class StreamMessage(serializers.Serializer[Any]):
    """A stored event as on the socket."""

    type = serializers.CharField()
    user_id = serializers.IntegerField()
    seq = serializers.IntegerField()
    timestamp = serializers.FloatField(help_text="Unix seconds")
    data = serializers.DictField()  # type: ignore[assignment]  # the wire's name


class EventsPage(serializers.Serializer[Any]):
    """A piece of the caller's stream."""

    epoch = serializers.CharField()
    latest_seq = serializers.IntegerField()
    oldest_seq = serializers.IntegerField(help_text="oldest event still kept; 0 when none is")
    recovered = serializers.BooleanField(help_text="false: something after `after` cannot be told any more")
    items = StreamMessage(many=True)
    has_more = serializers.BooleanField()


class GlobalMetrics(serializers.Serializer[Any]):
    """The club in numbers."""

    online_users = serializers.IntegerField(help_text="different players seen within five minutes")
    spins_last_hour = serializers.IntegerField()
    big_wins_last_hour = serializers.IntegerField()
    total_plays_today = serializers.IntegerField()
    unique_payers_last_24h = serializers.IntegerField()
    active_events_count = serializers.IntegerField()
    generated_at = serializers.DateTimeField()


class PaceSeconds(serializers.IntegerField):
    """Any whole number, taken as the nearest pace that a stream has."""

    def to_internal_value(self, data: Any) -> int:
        """Seconds between two messages."""
        if not re.fullmatch(r"-?[0-9]{1,16}", str(data), re.ASCII):
            self.fail("invalid")
        return max(pulse.EVERY_MIN, min(int(data), pulse.EVERY_MAX))


class PulseQuery(serializers.Serializer[Any]):
    """How often."""

    interval = PaceSeconds(
        default=pulse.EVERY_DEFAULT,
        help_text=f"seconds; below {pulse.EVERY_MIN} or above {pulse.EVERY_MAX} the nearest of both is meant",
    )


class EmitProfileUpdate(serializers.Serializer[Any]):
    """A made-up profile_update."""

    changes = serializers.DictField()


class EmitRewardGranted(serializers.Serializer[Any]):
    """A made-up reward_granted."""

    reward_type = StrictText(max_length=64)
    amount = StrictInteger()
    balance_after = StrictInteger(required=False)


class EmitPurchaseUpdate(serializers.Serializer[Any]):
    """A made-up purchase_update."""

    status = StrictText(max_length=64)
    product_id = StrictText(max_length=64, required=False, allow_null=True)
    receipt_code = StrictText(max_length=64, required=False, allow_null=True)
    reason_code = StrictText(max_length=64, required=False, allow_null=True)
    amount = StrictInteger(required=False)


class EmitStatsUpdate(serializers.Serializer[Any]):
    """A made-up stats_update."""

    stats = serializers.DictField()
