"""What the shop's endpoints share: who looks, what a checked body orders, and how a replay says that it is one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from accounts.models import Player
from casino.lib import errors
from shop import velocity
from shop.orders import Order

Json = dict[str, Any]


def answered(answer: Json) -> Response:
    """An answer that may be a replay; a replay says so in a header too."""
    return Response(answer, headers={"Idempotency-Replayed": "true"} if answer["idempotent_reuse"] else None)


def viewer(request: Request) -> Player | None:
    """Who looks at a public path, if anybody is signed in."""
    return caller(request) if request.user.is_authenticated else None


def order_from(body: Json) -> Order:
    """The order a checked body asks for; in production nobody chooses the gateway."""
    if "gateway_mode" in body and settings.IS_PRODUCTION:
        raise errors.dev_only()
    return Order(
        quantity=body["quantity"],
        expected_price=body.get("expected_price"),
        promo_code=body.get("promo_code", ""),
        payment_method=body.get("payment_method", ""),
        card_hash=velocity.card_hash(body.get("card_token", "")),
        gateway_mode=body.get("gateway_mode", ""),
    )
