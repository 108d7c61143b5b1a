"""The shop's endpoints: they translate, `catalogue`, `buy`, `settle` and `receipts` decide."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from casino.lib import days, idempotency
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe
from shop import buy, catalogue, inventory, receipts, settle
from shop.api import serializers
from shop.api.ordering import answered, order_from, viewer
from shop.models import Product

Json = dict[str, Any]
_BUY_REFUSALS = (403, 404, 409, 429)


class Catalog(Endpoint):
    """The money packs."""

    access = Access.PUBLIC

    @describe(answer=serializers.Pack(many=True))
    def get(self, request: Request) -> Response:
        """Gold for money."""
        return Response(catalogue.packs(viewer(request), now=days.now()))


class Items(Endpoint):
    """Everything on sale."""

    access = Access.PUBLIC

    @describe(answer=serializers.ShopItem(many=True))
    def get(self, request: Request) -> Response:
        """Packs and items in the shop's order."""
        return Response(catalogue.items(viewer(request), now=days.now()))


class Products(Endpoint):
    """The gold-priced products."""

    access = Access.PUBLIC

    @describe(answer=serializers.ShopItem(many=True))
    def get(self, request: Request) -> Response:
        """Cheapest first."""
        return Response(catalogue.gold_priced(viewer(request), now=days.now()))


class Buy(Endpoint):
    """Buying what the body names."""

    @describe(body=serializers.BuyBody, answer=serializers.Receipt, refusals=_BUY_REFUSALS, keyed=True)
    def post(self, request: Request) -> Response:
        """Price and buyer are the server's to say; the answer tells success, failure or a payment that waits."""
        body = self.body(serializers.BuyBody)
        return self.sell(request, body["product_id"] if "product_id" in body else body["item_id"], body)

    def sell(self, request: Request, name: int | str, body: Json) -> Response:
        """Sells the product called `name`; its names all make the same payload."""
        player, product, order = caller(request), Product.objects.named(name), order_from(body)
        named = {"product": product.pk if product else str(name), "card_token": order.card_hash}
        payload = {field: value for field, value in self.payload().items() if field not in ("product_id", "item_id")}
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=buy.OPERATION, payload=payload | named
        )
        return answered(receipts.receipt(buy.buy(player=player, product=product, order=order, key=key)))


class BuyByPath(Buy):
    """Buying what the path names."""

    @describe(body=serializers.PathBuyBody, answer=serializers.Receipt, refusals=_BUY_REFUSALS, keyed=True)
    def post(self, request: Request, product_id: str) -> Response:
        """The same with the product in the path; the body may be empty."""
        return self.sell(request, product_id, self.body(serializers.PathBuyBody))


class Transactions(Endpoint):
    """The caller's purchases."""

    @describe(query=serializers.TransactionsQuery, answer=serializers.TransactionsAnswer)
    def get(self, request: Request) -> Response:
        """Newest first."""
        return Response(receipts.page(caller(request), **self.query(serializers.TransactionsQuery)))


class TransactionByReceipt(Endpoint):
    """One purchase."""

    @describe(answer=serializers.TransactionDetail, refusals=(404,))
    def get(self, request: Request, receipt: str) -> Response:
        """With its timeline; for the buyer and staff, to others as if it did not exist."""
        return Response(receipts.detail(receipts.find(receipt, reader=caller(request), staff_may_read=True)))


class Settle(Endpoint):
    """A pending payment, asked about."""

    @describe(answer=serializers.SettleAnswer, refusals=(400, 404, 409), keyed=True)
    def post(self, request: Request, receipt: str) -> Response:
        """Asks the gateway once; a purchase that is final only tells its state."""
        player, payload = caller(request), self.payload()
        key = idempotency.read_key(
            request, payload, player_id=player.pk, operation=settle.OPERATION, payload=payload | {"receipt": receipt}
        )
        return answered(settle.settle(player=player, receipt_code=receipt, key=key))


class Inventory(Endpoint):
    """What the caller keeps."""

    @describe(query=serializers.InventoryQuery, answer=serializers.InventoryAnswer)
    def get(self, request: Request) -> Response:
        """Newest first."""
        return Response(inventory.page(caller(request), **self.query(serializers.InventoryQuery)))
