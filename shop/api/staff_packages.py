"""Limited packages and promo codes for staff over HTTP: `shop.packaging` and `shop.promoting` decide."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from accounts.models import Role
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe
from shop import packaging, promoting
from shop.api import staff_serializers as wire

Json = dict[str, Any]
_DONE = {"success": True}
_UPSERTED = {"success": True, "message": "Upserted"}
_TARGETS = ("product_id", "package_id")
_COLUMNS = {"price": "price_cents", "emergency_disabled": "is_disabled"}


class _ShopKeeping(Endpoint):
    """Writes of the shop's staff."""

    access = Access.STAFF
    roles = frozenset({Role.SHOP})


class UpsertPackage(_ShopKeeping):
    """A limited package, new or changed."""

    @describe(body=wire.PackageBody, answer=wire.ShelfChangedSaying, refusals=(403,))
    def post(self, request: Request) -> Response:
        """Changes what the body names; a new package is on sale for 30 days from now."""
        body = self.body(wire.PackageBody)
        code, contents = body.pop("package_id"), body.pop("contents", None) or {}
        if "bonus_tokens" in contents:
            body.setdefault("gold", contents["bonus_tokens"])
        facts = {_COLUMNS.get(name, name): value for name, value in body.items()}
        packaging.upsert_package(by=caller(request), code=code, facts=facts)
        return Response(_UPSERTED)


class DisablePackage(_ShopKeeping):
    """The emergency stop of a package."""

    @describe(answer=wire.ShelfChangedSaying, refusals=(403, 404))
    def post(self, request: Request, package_id: str) -> Response:
        """Nobody can buy it from now on."""
        packaging.disable_package(by=caller(request), code=package_id)
        return Response({"success": True, "message": "Disabled"})


class UpsertPromo(_ShopKeeping):
    """A promo code, new or changed."""

    @describe(body=wire.PromoBody, answer=wire.ShelfChangedSaying, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """Changes what the body names; the code is kept in upper case."""
        body = self.body(wire.PromoBody)
        code, names = body.pop("code"), {name: body.pop(name) for name in _TARGETS if name in body}
        promoting.upsert_promo(by=caller(request), code=code, facts=body | promoting.targets(names))
        return Response(_UPSERTED)


class TogglePackage(_ShopKeeping):
    """A package's sale, on or off."""

    @describe(body=wire.ToggleBody, answer=wire.ShelfChanged, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """A package that was disabled stays so."""
        packaging.toggle_package(by=caller(request), **self.body(wire.ToggleBody))
        return Response(_DONE)


class PackagePeriod(_ShopKeeping):
    """A package's time of sale."""

    @describe(body=wire.PeriodBody, answer=wire.ShelfChanged, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """From `start_at` until just before `end_at`."""
        body = self.body(wire.PeriodBody)
        packaging.set_period(by=caller(request), code=body["code"], starts_at=body["start_at"], ends_at=body["end_at"])
        return Response(_DONE)


class PackageStock(_ShopKeeping):
    """A package's units in all."""

    @describe(body=wire.StockBody, answer=wire.ShelfChanged, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """Sold and held ones included; never fewer than those."""
        body = self.body(wire.StockBody)
        packaging.set_package_stock(by=caller(request), code=body["code"], total=body["initial_stock"])
        return Response(_DONE)


class PackagePerUserLimit(_ShopKeeping):
    """How many units one player may have."""

    @describe(body=wire.PerUserBody, answer=wire.ShelfChanged, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """From the next purchase on."""
        body = self.body(wire.PerUserBody)
        packaging.set_per_user_limit(by=caller(request), code=body["code"], limit=body["per_user_limit"])
        return Response(_DONE)


class SetPackagePromo(_ShopKeeping):
    """A promo code of one package."""

    @describe(body=wire.PromoSetBody, answer=wire.ShelfChanged, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """The code takes cents off each unit of the package, and of nothing else."""
        body = self.body(wire.PromoSetBody)
        promoting.set_package_promo(
            by=caller(request),
            package_code=body["code"],
            promo_code=body["promo_code"],
            cents_off=body["cents_off"],
        )
        return Response(_DONE)


class ClearPackagePromo(_ShopKeeping):
    """The end of a package's promo code."""

    @describe(body=wire.PromoClearBody, answer=wire.ShelfChanged, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """Switches the code off."""
        body = self.body(wire.PromoClearBody)
        promoting.clear_package_promo(by=caller(request), package_code=body["code"], promo_code=body["promo_code"])
        return Response(_DONE)
