"""Events for staff over JSON: `accounts.progress.staging` decides."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import goal_serializers
from accounts.api import staff_goal_serializers as wire
from accounts.api.shapes import claimed
from accounts.authentication import caller
from accounts.models import Role
from accounts.progress import claims, events, staging
from casino.lib import idempotency
from casino.lib.api import Endpoint
from casino.lib.days import stamp_or_none
from casino.lib.gate import Access
from casino.lib.schema import describe


class StageEndpoint(Endpoint):
    """Staff who set the stage; every role may look."""

    access = Access.STAFF
    roles = frozenset({Role.ECONOMY})


class StaffEvents(StageEndpoint):
    """All events."""

    @describe(query=wire.StaffEventsQuery, answer=wire.StaffEventShape(many=True), refusals=(403,))
    def get(self, request: Request) -> Response:
        """Those that are switched on; others, and deleted ones, when asked for."""
        return Response(events.for_staff(**self.query(wire.StaffEventsQuery)))

    @describe(body=wire.NewEvent, answer=wire.StaffEventShape, refusals=(400, 403))
    def post(self, request: Request) -> Response:
        """Puts a new one on the stage."""
        event = staging.create_event(by=caller(request), facts=self.body(wire.NewEvent))
        return Response(events.one_for_staff(event.pk))


class StaffEvent(StageEndpoint):
    """One event, deleted or not."""

    @describe(body=wire.EventFacts, answer=wire.StaffEventShape, refusals=(400, 403, 404))
    def put(self, request: Request, event_id: int) -> Response:
        """Changes the fields the body names and no others."""
        return self._change(request, event_id)

    @describe(body=wire.EventFacts, answer=wire.StaffEventShape, refusals=(400, 403, 404))
    def patch(self, request: Request, event_id: int) -> Response:
        """The same as PUT."""
        return self._change(request, event_id)

    def _change(self, request: Request, event_id: int) -> Response:
        staging.change_event(by=caller(request), event_id=event_id, facts=self.body(wire.EventFacts))
        return Response(events.one_for_staff(event_id))

    @describe(answer=wire.EventDeleted, refusals=(403, 404))
    def delete(self, request: Request, event_id: int) -> Response:
        """Takes it off the stage; repeated, the first time stays."""
        event = staging.delete_event(by=caller(request), event_id=event_id)
        return Response({"deleted": True, "deleted_at": stamp_or_none(event.deleted_at)})


class EventActivation(StageEndpoint):
    """An event, switched on."""

    is_on = True

    @describe(answer=wire.StaffEventShape, refusals=(403, 404))
    def post(self, request: Request, event_id: int) -> Response:
        """Answers the event as it then is."""
        staging.switch_event(by=caller(request), event_id=event_id, on=self.is_on)
        return Response(events.one_for_staff(event_id))


class EventDeactivation(EventActivation):
    """An event, switched off."""

    is_on = False


class EventRestoration(StageEndpoint):
    """The way back onto the stage."""

    @describe(answer=wire.EventRestored, refusals=(403, 404))
    def post(self, request: Request, event_id: int) -> Response:
        """Brings a deleted event back as it was."""
        staging.restore_event(by=caller(request), event_id=event_id)
        return Response({"restored": True})


class EventParticipations(StageEndpoint):
    """Who takes part."""

    @describe(query=wire.ParticipationsQuery, answer=goal_serializers.Participation(many=True), refusals=(403, 404))
    def get(self, request: Request, event_id: int) -> Response:
        """In the order they joined."""
        return Response(events.participations(event_id, **self.query(wire.ParticipationsQuery)))


class EventForceClaim(StageEndpoint):
    """An event's reward, paid by staff."""

    @describe(body=wire.ForceClaimBody, answer=goal_serializers.ClaimResult, refusals=(400, 403, 404, 409), keyed=True)
    def post(self, request: Request, event_id: int, user_id: int) -> Response:
        """Pays a player who takes part, reached or not, once."""
        staff, payload = caller(request), self.payload()
        reason = self.body(wire.ForceClaimBody).get("reason") or ""
        key = idempotency.read_key(
            request,
            payload,
            player_id=staff.pk,
            operation=claims.FORCE_OPERATION,
            payload=payload | {"event_id": event_id, "user_id": user_id},
        )
        return claimed(*claims.force(player_id=user_id, event_id=event_id, by=staff, reason=reason, key=key))


class ModelIndexSeed(StageEndpoint):
    """The model index event."""

    @describe(answer=wire.StaffEventShape, refusals=(403,))
    def post(self, request: Request) -> Response:
        """Makes it for 14 days from now, or answers the one there is."""
        return Response(events.one_for_staff(staging.seed_model_index(by=caller(request)).pk))
