"""Accounts under the hands of staff: the endpoints translate, capability modules decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import bans, standing
from accounts.authentication import caller
from accounts.models import Player, Role
from adminpanel import users
from adminpanel.api import user_serializers as wire
from casino.lib import days
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe

_KEEPERS = frozenset({Role.SUPPORT})
_TOTAL = OpenApiParameter(
    "X-Total-Count", int, OpenApiParameter.HEADER, response=True, description="accounts that were asked for"
)


class StaffEndpoint(Endpoint):
    """A path where support looks after accounts."""

    access = Access.STAFF
    roles = _KEEPERS

    def change(self, request: Request, user_id: int, body: type[wire.WhyBody]) -> Player:
        """Hands what the body names to the operation; null names nothing."""
        given = self.body(body)
        reason = given.pop("reason")
        facts = {name: value for name, value in given.items() if value is not None}
        return standing.change(player_id=user_id, by=caller(request), facts=facts, reason=reason)


class StaffUsers(StaffEndpoint):
    """Every account."""

    @describe(query=wire.UsersQuery, answer=wire.UserLine(many=True), refusals=(403,), headers=(_TOTAL,))
    def get(self, request: Request) -> Response:
        """Newest first."""
        lines, total = users.page(**self.query(wire.UsersQuery))
        return Response(lines, headers={"X-Total-Count": str(total)})


class StaffUser(StaffEndpoint):
    """One account."""

    @describe(answer=wire.UserCard, refusals=(403, 404))
    def get(self, request: Request, user_id: int) -> Response:
        """With its gold and its ban."""
        return Response(users.card(users.find(user_id), now=days.now()))

    @describe(body=wire.UserBody, answer=wire.UserRights, refusals=(400, 403, 404))
    def put(self, request: Request, user_id: int) -> Response:
        """The same as PATCH."""
        return self._changed(request, user_id)

    @describe(body=wire.UserBody, answer=wire.UserRights, refusals=(400, 403, 404))
    def patch(self, request: Request, user_id: int) -> Response:
        """Changes what the body names."""
        return self._changed(request, user_id)

    def _changed(self, request: Request, user_id: int) -> Response:
        return Response(users.rights(self.change(request, user_id, wire.UserBody)))


class StaffUserRank(StaffEndpoint):
    """The rank of an account."""

    @describe(body=wire.RankBody, answer=wire.RankAnswer, refusals=(403, 404))
    def put(self, request: Request, user_id: int) -> Response:
        """Raises or lowers it; the player is told."""
        player = self.change(request, user_id, wire.RankBody)
        return Response({"success": True, "user_id": user_id, "user_rank": player.rank})


class StaffUserStatus(StaffEndpoint):
    """Whether an account may be used."""

    @describe(body=wire.StatusBody, answer=wire.StatusAnswer, refusals=(400, 403, 404))
    def put(self, request: Request, user_id: int) -> Response:
        """Switches it on, or off with every session it has."""
        player = self.change(request, user_id, wire.StatusBody)
        return Response({"success": True, "user_id": user_id, "is_active": player.is_active})


class StaffUserBan(StaffEndpoint):
    """The ban of an account."""

    @describe(body=wire.BanBody, answer=wire.BanAnswer, refusals=(400, 403, 404))
    def post(self, request: Request, user_id: int) -> Response:
        """Shuts the player out, sockets and all; open rounds still settle."""
        given, player, now = self.body(wire.BanBody), users.find(user_id), days.now()
        hours = given.get("duration_hours")
        lasts = timedelta(hours=hours) if hours else None
        bans.ban(player=player, by=caller(request), reason=given["reason"], lasts=lasts, now=now)
        until = days.stamp_or_none(player.banned_until)
        return _done(_("이용을 정지했습니다"), banned_until=until, reason=player.ban_reason)


class StaffUserUnban(StaffEndpoint):
    """The end of a ban."""

    @describe(body=wire.WhyBody, answer=wire.UnbanAnswer, refusals=(403, 404))
    def post(self, request: Request, user_id: int) -> Response:
        """Lets the player in again."""
        given, player = self.body(wire.WhyBody), users.find(user_id)
        bans.unban(player=player, by=caller(request), reason=given["reason"], now=days.now())
        return _done(_("이용 정지를 해제했습니다"))


class StaffUserLogs(StaffEndpoint):
    """What an account did."""

    @describe(query=wire.LogsQuery, answer=wire.LogLine(many=True), refusals=(403, 404))
    def get(self, request: Request, user_id: int) -> Response:
        """Newest first."""
        return Response(users.logs(user_id, **self.query(wire.LogsQuery)))


def _done(message: str, **facts: Any) -> Response:
    return Response({"success": True, "message": message, **facts})
