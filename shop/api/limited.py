"""Limited packages and promo codes over HTTP: they translate, `limited`, `holds` and `preview` decide."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from casino.lib import days, idempotency
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe
from shop import holds, limited, packages, preview, receipts
from shop.api import limited_serializers as serializers
from shop.api.ordering import answered, order_from, viewer
from shop.orders import Sale

Json = dict[str, Any]


class LimitedPackages(Endpoint):
    """The limited packages."""

    access = Access.PUBLIC

    @describe(answer=serializers.LimitedPackageItem(many=True))
    def get(self, request: Request) -> Response:
        """Those on sale now, the one that ends first leading; units that are held are not among the remaining ones."""
        return Response(packages.on_sale(viewer(request), now=days.now()))


class LimitedCatalog(LimitedPackages):
    """The limited packages, by their other path."""


class LimitedHold(Endpoint):
    """Units kept for the caller for a while."""

    @describe(body=serializers.HoldBody, answer=serializers.HoldAnswer, refusals=(403, 404, 409, 429))
    def post(self, request: Request) -> Response:
        """One hold per player and package; asked again while it runs, the same one with the same end."""
        body = self.body(serializers.HoldBody)
        code = serializers.package_named(body)
        return Response(holds.told(holds.hold(player=caller(request), code=code, quantity=body["quantity"])))


class LimitedHoldById(Endpoint):
    """One hold."""

    @describe(answer=serializers.ReleaseAnswer, refusals=(404,))
    def delete(self, request: Request, hold_id: str) -> Response:
        """Gives the units back before their time."""
        holds.release(player=caller(request), hold_id=hold_id)
        return Response({"released": True})


class BuyLimited(Endpoint):
    """Buying a limited package; a "no" is an answer."""

    @describe(body=serializers.LimitedBuyBody, answer=serializers.LimitedReceipt, refusals=(403, 409, 429), keyed=True)
    def post(self, request: Request) -> Response:
        """Business results are 200 with `success` and `reason_code`; rank, changed prices and fraud are statuses."""
        return answered(receipts.limited_receipt(self.sell(request)))

    def sell(self, request: Request) -> Sale:
        """Sells what the body names; both paths and both names of the package make the same payload."""
        player, body = caller(request), self.body(serializers.LimitedBuyBody)
        order, code = order_from(body), serializers.package_named(body)
        payload = {field: value for field, value in self.payload().items() if field not in ("package_id", "code")}
        named = {"package": code, "card_token": order.card_hash}
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=limited.OPERATION, payload=payload | named
        )
        return limited.buy(player=player, code=code, order=order, key=key)


class LimitedBuy(BuyLimited):
    """Buying a limited package; a "no" is a status."""

    @describe(
        body=serializers.LimitedBuyBody, answer=serializers.LimitedReceipt, refusals=(403, 404, 409, 429), keyed=True
    )
    def post(self, request: Request) -> Response:
        """Business results are statuses; only what has a receipt is answered with 200."""
        sale = self.sell(request)
        if sale.refusal is not None:
            raise sale.refusal
        return answered(receipts.limited_receipt(sale))


class PromoPreview(Endpoint):
    """What a promo code would take off."""

    @describe(body=serializers.PreviewBody, answer=serializers.PreviewAnswer, refusals=(404, 429))
    def post(self, request: Request) -> Response:
        """Totals before and after, or why the code is refused; uses nothing up."""
        player, now = caller(request), days.now()
        preview.count_call(player.pk, now)
        return Response(preview.preview(player=player, now=now, **self.body(serializers.PreviewBody)))
