"""Gold that staff give, over JSON: `accounts.grants` decides."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import grants
from accounts.api import grant_serializers as wire
from accounts.api.shapes import claimed
from accounts.authentication import caller
from accounts.models import Role
from casino.lib import idempotency
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe


class GoldGrant(Endpoint):
    """Gold for a player, from staff."""

    access = Access.STAFF
    roles = frozenset({Role.ECONOMY})

    @describe(body=wire.GoldGrantBody, answer=wire.GoldGranted, refusals=(400, 403, 404, 409, 429), keyed=True)
    def post(self, request: Request, user_id: int) -> Response:
        """Gives it once per key, on the record; only so many grants a clock minute."""
        by, payload = caller(request), self.payload()
        key = idempotency.read_key(
            request, payload, player_id=by.pk, operation=grants.OPERATION, payload=payload | {"user_id": user_id}
        )
        grants.check_limit(by=by, key=key)
        return claimed(*grants.give(by=by, player_id=user_id, **self.body(wire.GoldGrantBody), key=key))
