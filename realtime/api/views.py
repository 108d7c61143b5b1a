"""The stream over plain HTTP, and the emitters of development and tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from casino.lib import days
from casino.lib.api import Endpoint
from casino.lib.errors import dev_only, service_unavailable
from casino.lib.gate import Access
from casino.lib.schema import describe
from realtime import pulse, sse, stream
from realtime.api import serializers
from realtime.events import Event, ProfileUpdate, PurchaseUpdate, RewardGranted, StatsUpdate
from realtime.models import Epoch
from realtime.sources import sources

_EXAMPLE = {
    "epoch": "5f1d0c2ab3e49788",
    "latest_seq": 2,
    "oldest_seq": 1,
    "recovered": True,
    "items": [
        {
            "type": "profile_update",
            "user_id": 7,
            "seq": 2,
            "timestamp": 1769851800.25,
            "data": {"changes": {"gold_balance": 990, "cyber_token_balance": 990}, "reason": "slot_bet", "ref": None},
        }
    ],
    "has_more": False,
}
_PULSE = {
    "online_users": 214,
    "spins_last_hour": 5120,
    "big_wins_last_hour": 9,
    "total_plays_today": 30418,
    "unique_payers_last_24h": 37,
    "active_events_count": 2,
    "generated_at": "2026-01-31T09:30:00.000Z",
}
_MESSAGES = OpenApiResponse(
    response=str,
    description="`event: metrics` with the data of /api/metrics/global, the first at once; `event: error` with "
    '`{"code": …}` while they cannot be had. `retry` is the interval.',
    examples=[
        OpenApiExample("metrics", (sse.retry(5) + sse.event("metrics", _PULSE)).decode(), media_type=sse.MEDIA),
        OpenApiExample("error", sse.event("error", {"code": "SERVICE_UNAVAILABLE"}).decode(), media_type=sse.MEDIA),
    ],
)


def _id_of(request: Request) -> int:
    return int(request.user.pk or 0)


class RealtimeEvents(Endpoint):
    """The caller's stream after a number."""

    @describe(answer=serializers.EventsPage, query=serializers.EventsQuery, example=_EXAMPLE)
    def get(self, request: Request) -> Response:
        """The stored events after `after`, oldest first; none when they cannot be told without a gap."""
        asked = self.query(serializers.EventsQuery)
        player_id = _id_of(request)
        epoch = Epoch.current()
        page = stream.page(
            player_id,
            since=asked["after"],
            limit=asked["limit"],
            latest=sources.latest_seqs([player_id])[player_id],
            is_same_life=asked.get("epoch") in (None, epoch),
        )
        return Response({"epoch": epoch, **page})


class MetricsGlobal(Endpoint):
    """The club's pulse, for anybody."""

    access = Access.PUBLIC
    authentication_classes = ()

    @describe(answer=serializers.GlobalMetrics)
    def get(self, request: Request) -> Response:
        """Counted at most every five seconds; names nobody."""
        headers = {"Cache-Control": f"public, max-age={pulse.KEPT_FOR.seconds}"}
        return Response(pulse.read(now=days.now()), headers=headers)


class MetricsStream(Endpoint):
    """The club's pulse as server-sent events, for anybody."""

    access = Access.PUBLIC
    authentication_classes = ()

    @describe(answer=_MESSAGES, query=serializers.PulseQuery, media=sse.MEDIA)
    def get(self, request: Request) -> HttpResponseBase:
        """The same numbers for every listener, counted once for all of them; names nobody."""
        every = self.query(serializers.PulseQuery)["interval"]
        if pulse.is_full():
            raise service_unavailable()
        return sse.answer(request._request, frames=partial(pulse.stream, every), once=partial(pulse.once, every))


@extend_schema(exclude=True)
class Emit(Endpoint):
    """Appends a made-up event to the caller's own stream; changes no balance and no state."""

    serializer: type[Any]

    def check_permissions(self, request: Request) -> None:
        """Players only, and never in production."""
        super().check_permissions(request)
        if settings.CLUB_ENV == "production":
            raise dev_only()

    def post(self, request: Request) -> Response:
        """The number of the new event."""
        seq = sources.tell(_id_of(request), self.event(self.body(self.serializer)))
        return Response({"ok": True, "seq": seq})

    def event(self, asked: dict[str, Any]) -> Callable[[int], Event]:
        """The event, given the player's balance."""
        raise NotImplementedError


class EmitProfileUpdate(Emit):
    """profile_update."""

    serializer = serializers.EmitProfileUpdate

    def event(self, asked: dict[str, Any]) -> Callable[[int], Event]:
        """With the changes as given."""
        return lambda balance: ProfileUpdate(asked["changes"], "test")


class EmitRewardGranted(Emit):
    """reward_granted."""

    serializer = serializers.EmitRewardGranted

    def event(self, asked: dict[str, Any]) -> Callable[[int], Event]:
        """With the real balance unless another is given."""
        return lambda balance: RewardGranted(
            reward_type=asked["reward_type"],
            amount=asked["amount"],
            xp_amount=0,
            balance_after=asked.get("balance_after", balance),
            source="test",
            ref="test",
        )


class EmitPurchaseUpdate(Emit):
    """purchase_update."""

    serializer = serializers.EmitPurchaseUpdate

    def event(self, asked: dict[str, Any]) -> Callable[[int], Event]:
        """With empty facts where none are given."""
        return lambda balance: PurchaseUpdate(
            status=asked["status"],
            product_id=asked.get("product_id") or "",
            receipt_code=asked.get("receipt_code"),
            amount=asked.get("amount", 0),
            currency="gold",
            quantity=1,
            reason_code=asked.get("reason_code"),
        )


class EmitStatsUpdate(Emit):
    """stats_update."""

    serializer = serializers.EmitStatsUpdate

    def event(self, asked: dict[str, Any]) -> Callable[[int], Event]:
        """With the statistics as given."""
        return lambda balance: StatsUpdate(asked["stats"])
