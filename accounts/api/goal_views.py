"""Events and missions over JSON: they translate, `accounts.progress` decides."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from prometheus_client import Counter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import goal_serializers as wire
from accounts.api.shapes import claimed
from accounts.authentication import bearer, caller
from accounts.models import Goal
from accounts.progress import claims, events, missions
from casino.lib import days, idempotency
from casino.lib.api import Endpoint
from casino.lib.schema import describe

_requests: Final = Counter(
    "event_mission_requests_total",
    "Requests for events and missions",
    ["endpoint", "action", "status", "auth"],
)


class GoalEndpoint(Endpoint):
    """A path of events or missions; operators see how often it is called, and how that ends."""

    counted_as: ClassVar[tuple[str, str]]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Counts the answer."""
        final = super().finalize_response(request, response, *args, **kwargs)
        endpoint, action = self.counted_as
        _requests.labels(endpoint, action, str(final.status_code), _way_in(request)).inc()
        return final


def _way_in(request: Request) -> str:
    """How the caller signed in, if at all."""
    player = getattr(request, "_user", None)
    if player is None or not player.is_authenticated:
        return "none"
    return "cookie" if bearer(request._request) is None else "bearer"


class Events(GoalEndpoint):
    """The events of the club."""

    counted_as = ("events", "list")

    @describe(query=wire.EventsQuery, answer=wire.Event(many=True))
    def get(self, request: Request) -> Response:
        """Those in one state, high priority first; what was reached and not claimed stays active."""
        state = self.query(wire.EventsQuery)["state"]
        return Response(events.listed(caller(request).pk, state=state, now=days.now()))


class EventDetail(GoalEndpoint):
    """One event."""

    counted_as = ("events", "read")

    @describe(answer=wire.Event, refusals=(404,))
    def get(self, request: Request, event_id: int) -> Response:
        """With how far the caller has come."""
        return Response(events.one(caller(request).pk, event_id))


class EventJoin(GoalEndpoint):
    """The way into an event."""

    counted_as = ("events", "join")

    @describe(body=wire.JoinBody, answer=wire.Participation, refusals=(400, 404))
    def post(self, request: Request) -> Response:
        """What is played from now on counts; joining twice tells the same."""
        return Response(events.join(player=caller(request), event_id=self.body(wire.JoinBody)["event_id"]))


class EventReport(GoalEndpoint):
    """What a client has counted."""

    counted_as = ("events", "progress")

    @describe(body=wire.EventProgressBody, answer=wire.Participation, refusals=(400, 404))
    def put(self, request: Request, event_id: int) -> Response:
        """Adds to what an event asks the client for; what the club counts itself is ignored."""
        progress = self.body(wire.EventProgressBody)["progress"]
        return Response(events.report(player=caller(request), event_id=event_id, progress=progress))


class _Claim(GoalEndpoint):
    """A reward, claimed."""

    kind: ClassVar[Goal.Kind]
    operation: ClassVar[str]
    named: ClassVar[str]

    def pay(self, request: Request, goal_id: int) -> Response:
        """Pays once per event, once per period of a mission."""
        player, payload = caller(request), self.payload()
        key = idempotency.read_key(
            request, payload, player_id=player.pk, operation=self.operation, payload=payload | {self.named: goal_id}
        )
        return claimed(*claims.claim(player=player, kind=self.kind, goal_id=goal_id, key=key))


class EventClaim(_Claim):
    """An event's reward, claimed."""

    counted_as = ("events", "claim")
    kind = Goal.Kind.EVENT
    operation = claims.EVENT_OPERATION
    named = "event_id"

    @describe(answer=wire.ClaimResult, refusals=(400, 404, 409), keyed=True)
    def post(self, request: Request, event_id: int) -> Response:
        """Pays what was reached inside the window, as long as the event is switched on."""
        return self.pay(request, event_id)


class Missions(GoalEndpoint):
    """All missions."""

    counted_as = ("missions", "list")
    period: ClassVar[Goal.Period | None] = None

    @describe(answer=wire.UserMission(many=True))
    def get(self, request: Request) -> Response:
        """The caller's, in their present periods."""
        return Response(missions.listed(caller(request).pk, now=days.now(), period=self.period))


class EventMissionsAll(Missions):
    """All missions, by their older name."""


class EventMissionsDaily(Missions):
    """The missions of the day."""

    period = Goal.Period.DAILY


class EventMissionsWeekly(Missions):
    """The missions of the week."""

    period = Goal.Period.WEEKLY


class MissionReport(GoalEndpoint):
    """What a client has counted."""

    counted_as = ("missions", "progress")

    @describe(body=wire.MissionProgressBody, answer=wire.MissionReported, refusals=(404,))
    def put(self, request: Request) -> Response:
        """Adds to a mission that asks the client; what the club counts itself is not updated."""
        told = self.body(wire.MissionProgressBody)
        answer = missions.report(
            player=caller(request), mission_id=told["mission_id"], increment=told["progress_increment"]
        )
        return Response(answer)


class MissionClaim(_Claim):
    """A mission's reward, claimed."""

    counted_as = ("missions", "claim")
    kind = Goal.Kind.MISSION
    operation = claims.MISSION_OPERATION
    named = "mission_id"

    @describe(answer=wire.ClaimResult, refusals=(400, 404, 409), keyed=True)
    def post(self, request: Request, mission_id: int) -> Response:
        """Pays what was reached in the present period; a past one has lapsed."""
        return self.pay(request, mission_id)


class EventMissionClaim(MissionClaim):
    """A mission's reward, claimed by the older path."""
