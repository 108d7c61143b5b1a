"""The endpoints of staff who set what the gacha is played by: they translate, `chances` decides."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from accounts.models import Role
from casino.lib import days
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe
from games import chances, pulls
from games.api import staff_serializers as serializers


class GachaVersion(Endpoint):
    """The gacha's table, as staff see and change it."""

    access = Access.STAFF
    roles = frozenset({Role.ECONOMY.value})

    @describe(answer=serializers.GachaVersionAnswer, refusals=(403,))
    def get(self, request: Request) -> Response:
        """The version in force, as players read it."""
        return Response({"success": True, "config": pulls.config()})

    @describe(
        body=serializers.GachaVersionBody, answer=serializers.GachaVersionAnswer, refusals=(400, 403, 409)
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Puts the next version in force; what is left out stays, and rounds keep the version they were played by."""
        chances.change(by=caller(request), now=days.now(), **self.body(serializers.GachaVersionBody))
        return Response({"success": True, "config": pulls.config()})
