"""Lost passwords over JSON: `accounts.resets` decides."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import resets
from accounts.api import reset_serializers as wire
from accounts.api.serializers import Done
from accounts.authentication import caller
from accounts.models import Role
from casino.lib.api import Endpoint
from casino.lib.client import client_ip
from casino.lib.days import now as clock
from casino.lib.days import stamp
from casino.lib.gate import Access
from casino.lib.schema import describe


class PasswordReset(Endpoint):
    """A new password by a code from staff."""

    access = Access.PUBLIC

    @describe(body=wire.ResetBody, answer=Done, refusals=(400, 429))
    def post(self, request: Request) -> Response:
        """Spends the code and ends every session; a wrong code counts like a failed sign-in."""
        given = self.body(wire.ResetBody)
        ip = client_ip(request._request)
        resets.reset(name=given["site_id"], code=given["code"], password=given["password"], ip=ip, now=clock())
        return Response({"success": True})


class ResetCodeIssue(Endpoint):
    """A code for a player who has lost the password."""

    access = Access.STAFF
    roles = frozenset({Role.SUPPORT})

    @describe(body=wire.ResetCodeBody, answer=wire.ResetCodeIssued, refusals=(400, 403, 404))
    def post(self, request: Request, user_id: int) -> Response:
        """Works once within thirty minutes; it is told here only, and the one before is void."""
        reason = self.body(wire.ResetCodeBody)["reason"]
        issued = resets.issue(by=caller(request), player_id=user_id, reason=reason)
        return Response({"code": issued.code, "expires_at": stamp(issued.expires_at)})
