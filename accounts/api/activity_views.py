"""Notices, reported actions, given rewards and the dashboard over JSON: they translate, capability modules decide."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import distribution, errors, notifications, reporting
from accounts.api import activity_serializers as wire
from accounts.api.shapes import claimed
from accounts.authentication import caller
from accounts.dashboard import dashboard
from accounts.models import Player, Role
from accounts.reporting import Report
from casino.lib import days, idempotency
from casino.lib.api import Endpoint
from casino.lib.errors import permission_denied
from casino.lib.gate import Access
from casino.lib.schema import describe

Json = dict[str, Any]


def _check_may_see(request: Request, user_id: int) -> None:
    """The player and staff may; to others every id is forbidden alike."""
    reader = caller(request)
    if reader.pk == user_id:
        return
    if not reader.is_staff:
        raise permission_denied()
    if not Player.objects.filter(pk=user_id).exists():
        raise errors.user_not_found()


class Dashboard(Endpoint):
    """The caller's club at a glance."""

    @describe(answer=wire.DashboardAnswer)
    def get(self, request: Request) -> Response:
        """Standing, streak, what waits, what happened last, the club's pulse."""
        return Response(dashboard(caller(request), now=days.now()))


class Notifications(Endpoint):
    """The caller's notices."""

    @describe(query=wire.NotificationsQuery, answer=wire.NotificationsPage)
    def get(self, request: Request) -> Response:
        """Newest first, in the caller's language."""
        return Response(notifications.page(caller(request).pk, **self.query(wire.NotificationsQuery)))


class NotificationsUnread(Endpoint):
    """The number at the bell."""

    @describe(answer=wire.UnreadCount)
    def get(self, request: Request) -> Response:
        """How many notices the caller has not read."""
        return Response({"unread": notifications.unread_of(caller(request).pk)})


class NotificationRead(Endpoint):
    """One notice, read."""

    @describe(answer=wire.NoticeRead, refusals=(404,))
    def post(self, request: Request, notice_id: int) -> Response:
        """Marks it as read, once; somebody else's is not there."""
        unread = notifications.read(player_id=caller(request).pk, notice_id=notice_id)
        return Response({"success": True, "unread": unread})


class NotificationsReadAll(Endpoint):
    """All notices, read."""

    @describe(answer=wire.NoticesRead)
    def post(self, request: Request) -> Response:
        """Marks every notice of the caller as read."""
        updated = notifications.read_all(player_id=caller(request).pk)
        return Response({"success": True, "updated": updated, "unread": 0})


def _report(said: Json, reporter: Player) -> Report:
    player_id = said.get("user_id", reporter.pk)
    return Report(player_id, said["action_type"], said["context"], said.get("client_ts"))


class Actions(Endpoint):
    """What a client says its player did."""

    @describe(body=wire.ActionBody, answer=wire.ActionLogged, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """Keeps it as the client's word; it never counts for anything."""
        said = _report(self.body(wire.ActionBody), caller(request))
        reporting.check_may_report(caller(request), [said.player_id])
        return Response(reporting.report(said))


class ActionsBulk(Endpoint):
    """Much of what a client says."""

    @describe(body=wire.ActionsBody, answer=wire.ActionsLogged, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """Keeps all of it or nothing."""
        said = [_report(one, caller(request)) for one in self.body(wire.ActionsBody)["items"]]
        reporting.check_may_report(caller(request), [one.player_id for one in said])
        return Response({"logged": reporting.report_all(said, now=days.now())})


class ActionsRecent(Endpoint):
    """A player's latest actions."""

    @describe(query=wire.RecentQuery, answer=wire.ActionItem(many=True), refusals=(403, 404))
    def get(self, request: Request, user_id: int) -> Response:
        """What the club saw and what clients said, newest first."""
        limit = self.query(wire.RecentQuery)["limit"]
        _check_may_see(request, user_id)
        return Response(reporting.recent(user_id, limit))


class DistributeReward(Endpoint):
    """A reward, given by staff."""

    access = Access.STAFF
    roles = frozenset({Role.ECONOMY})

    @describe(body=wire.DistributeBody, answer=wire.RewardGiven, refusals=(400, 403, 404, 409), keyed=True)
    def post(self, request: Request) -> Response:
        """Gives gold or XP to a player, once per key, on the record."""
        given, by = self.body(wire.DistributeBody), caller(request)
        key = idempotency.read_key(
            request, self.payload(), player_id=by.pk, operation=distribution.OPERATION, payload=self.payload()
        )
        return claimed(
            *distribution.distribute(
                by=by,
                player_id=given["user_id"],
                reward_type=given["reward_type"],
                amount=given["amount"],
                description=given["source_description"],
                metadata=given["metadata"],
                key=key,
            )
        )


class RewardsOfUser(Endpoint):
    """What a player was given."""

    @describe(query=wire.RewardsQuery, answer=wire.RewardsPage, refusals=(403, 404))
    def get(self, request: Request, user_id: int) -> Response:
        """Newest first, by pages."""
        asked = self.query(wire.RewardsQuery)
        _check_may_see(request, user_id)
        return Response(distribution.page(user_id, **asked))
