"""Where products used to be kept: old tools of staff are told where to go. Nothing here reads a body."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from urllib.parse import quote

from django.utils.encoding import iri_to_uri
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Role
from casino.lib.api import Endpoint
from casino.lib.errors import envelope
from casino.lib.gate import Access
from casino.lib.schema import describe
from shop import errors
from shop.api.staff_serializers import Gone

PRODUCTS: Final = "/api/shop/admin/products"
Json = dict[str, Any]
_HEADERS: Final = {"Deprecation": "true", "Sunset": "Wed, 30 Jun 2027 23:59:59 GMT"}


class _Deprecated(Endpoint):
    """A path of the past. Who calls is asked first; every answer says until when there will be one."""

    access = Access.STAFF
    roles = frozenset({Role.SHOP})
    reads_body: ClassVar[bool] = False

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """With the headers of a path that will be gone."""
        final = super().finalize_response(request, response, *args, **kwargs)
        for name, value in _HEADERS.items():
            final[name] = value
        return final

    def send_on(self, request: Request, path: str) -> Response:
        """307 to `path`, the query kept as it came: method and body stay the caller's to send again."""
        query = request._request.META.get("QUERY_STRING", "")
        return Response(status=307, headers={"Location": iri_to_uri(f"{path}?{query}" if query else path)})


class OldProducts(_Deprecated):
    """Now /api/shop/admin/products."""

    @describe(answer=None, status=307, refusals=(403,), deprecated=True)
    def get(self, request: Request) -> Response:
        """Moved."""
        return self.send_on(request, PRODUCTS)

    @describe(answer=None, status=307, refusals=(403,), deprecated=True)
    def post(self, request: Request) -> Response:
        """Moved."""
        return self.send_on(request, PRODUCTS)


class OldProduct(_Deprecated):
    """Now /api/shop/admin/products/{id}."""

    @describe(answer=None, status=307, refusals=(403,), deprecated=True)
    def put(self, request: Request, product_id: str) -> Response:
        """Moved."""
        return self.send_on(request, f"{PRODUCTS}/{quote(product_id, safe='')}")

    @describe(answer=None, status=307, refusals=(403,), deprecated=True)
    def delete(self, request: Request, product_id: str) -> Response:
        """Moved."""
        return self.send_on(request, f"{PRODUCTS}/{quote(product_id, safe='')}")


def _gone() -> Json:
    return envelope(errors.gone_to_products(PRODUCTS), "9f2c61d0a7be")


class OldDiscount(_Deprecated):
    """Gone: a discount is a field of the product."""

    example = staticmethod(_gone)

    @describe(answer=Gone, status=410, refusals=(403,), deprecated=True)
    def patch(self, request: Request, product_id: str) -> Response:
        """Says what took its place."""
        raise errors.gone_to_products(PRODUCTS)


class OldRank(_Deprecated):
    """Gone: the least rank is a field of the product."""

    example = staticmethod(_gone)

    @describe(answer=Gone, status=410, refusals=(403,), deprecated=True)
    def patch(self, request: Request, product_id: str) -> Response:
        """Says what took its place."""
        raise errors.gone_to_products(PRODUCTS)
