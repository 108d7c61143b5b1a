"""Products for staff over HTTP: `shop.shelving` decides."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from accounts.models import Role
from casino.lib import days
from casino.lib.api import Endpoint
from casino.lib.days import stamp, stamp_or_none
from casino.lib.gate import Access
from casino.lib.schema import describe
from shop import catalogue, shelving
from shop.api import staff_serializers as wire
from shop.models import Product


def shown(product: Product) -> dict[str, Any]:
    """A product as staff see it, as it is at this moment."""
    return catalogue.product_facts(product, now=days.now()) | {
        "is_active": product.is_active,
        "deleted_at": stamp_or_none(product.deleted_at),
        "sort_order": product.sort_order,
        "extra": product.extra,
        "created_at": stamp(product.created_at),
        "updated_at": stamp(product.updated_at),
    }


class StaffProducts(Endpoint):
    """All products."""

    access = Access.STAFF
    roles = frozenset({Role.SHOP})

    @describe(query=wire.ProductsQuery, answer=wire.StaffProduct(many=True), refusals=(403,))
    def get(self, request: Request) -> Response:
        """Newest first; deleted ones only when asked for."""
        rows = Product.objects.order_by("-created_at", "-id")
        if not self.query(wire.ProductsQuery)["include_deleted"]:
            rows = rows.filter(deleted_at=None)
        return Response([shown(product) for product in rows])

    @describe(body=wire.NewProductBody, answer=wire.StaffProduct, refusals=(400, 403))
    def post(self, request: Request) -> Response:
        """Puts a new one on the shelf; its sku is its product_id."""
        return Response(shown(shelving.create_product(by=caller(request), facts=self.body(wire.NewProductBody))))


class StaffProduct(Endpoint):
    """One product, deleted or not."""

    access = Access.STAFF
    roles = frozenset({Role.SHOP})

    @describe(answer=wire.StaffProduct, refusals=(403, 404))
    def get(self, request: Request, product_id: str) -> Response:
        """As it is."""
        return Response(shown(shelving.find(product_id)))

    @describe(body=wire.ProductBody, answer=wire.ProductUpdated, refusals=(403, 404))
    def put(self, request: Request, product_id: str) -> Response:
        """Changes the fields the body names and no others."""
        return self._change(request, product_id)

    @describe(body=wire.ProductBody, answer=wire.ProductUpdated, refusals=(403, 404))
    def patch(self, request: Request, product_id: str) -> Response:
        """The same as PUT."""
        return self._change(request, product_id)

    def _change(self, request: Request, product_id: str) -> Response:
        facts = self.body(wire.ProductBody)
        product = shelving.change_product(by=caller(request), product_id=product_id, facts=facts)
        return Response({"updated": True, "product": shown(product)})

    @describe(answer=wire.ProductDeleted, refusals=(403, 404))
    def delete(self, request: Request, product_id: str) -> Response:
        """Takes it off the shelf; repeated, the first time stays."""
        product = shelving.delete_product(by=caller(request), product_id=product_id)
        return Response({"deleted": True, "deleted_at": stamp_or_none(product.deleted_at)})


class RestoreProduct(Endpoint):
    """The way back onto the shelf."""

    access = Access.STAFF
    roles = frozenset({Role.SHOP})

    @describe(answer=wire.ProductRestored, refusals=(403, 404))
    def post(self, request: Request, product_id: str) -> Response:
        """Brings a deleted product back as it was."""
        shelving.restore_product(by=caller(request), product_id=product_id)
        return Response({"restored": True})
