"""The endpoints of staff who see to purchases: they translate, `sales`, `forcing` and `refunds` decide."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from accounts.models import Role
from casino.lib import idempotency
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.idempotency import Key
from casino.lib.schema import describe
from shop import forcing, refunds, sales
from shop.api import staff_sales_serializers as serializers
from shop.api.ordering import answered


class Sales(Endpoint):
    """Everybody's purchases."""

    access = Access.STAFF

    @describe(query=serializers.SalesQuery, answer=serializers.SalesAnswer)
    def get(self, request: Request) -> Response:
        """Newest first."""
        return Response(sales.page(**self.query(serializers.SalesQuery)))


class _SaleDeed(Endpoint):
    access = Access.STAFF
    roles = frozenset({Role.SHOP.value})

    def key(self, request: Request, receipt: str, operation: str) -> Key | None:
        """The key of this deed; the receipt belongs to what it asks for."""
        payload: dict[str, Any] = self.payload()
        asked = payload | {"receipt": receipt}
        return idempotency.read_key(request, payload, player_id=caller(request).pk, operation=operation, payload=asked)


class ForceSettle(_SaleDeed):
    """A pending purchase, ended by staff."""

    @describe(body=serializers.ForceSettleBody, answer=serializers.EndAnswer, refusals=(400, 403, 404, 409), keyed=True)
    def post(self, request: Request, receipt: str) -> Response:
        """Settles it as paid or as failed, exactly as the gateway's word would."""
        body, key = self.body(serializers.ForceSettleBody), self.key(request, receipt, forcing.OPERATION)
        return answered(forcing.force_settle(by=caller(request), receipt_code=receipt, key=key, **body))


class Refund(_SaleDeed):
    """A successful purchase, given back."""

    @describe(body=serializers.RefundBody, answer=serializers.EndAnswer, refusals=(403, 404, 409), keyed=True)
    def post(self, request: Request, receipt: str) -> Response:
        """Takes back what it brought, the whole of it, or refuses."""
        body, key = self.body(serializers.RefundBody), self.key(request, receipt, refunds.OPERATION)
        return answered(refunds.refund(by=caller(request), receipt_code=receipt, key=key, **body))
