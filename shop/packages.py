"""Limited packages as a visitor sees them: what is on sale, what is left, how many more this player may buy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import Player, Rank
from casino.lib.days import stamp
from shop import stock
from shop.models import LimitedPackage, Purchase

Json = dict[str, Any]


def on_sale(viewer: Player | None, *, now: datetime) -> list[Json]:
    """LimitedPackages that are on sale now, the one that ends first leading."""
    found = list(with_held(LimitedPackage.objects.on_sale(now), now))
    bought = _bought_by(viewer, found)
    return [_shown(package, viewer, bought.get(package.pk, 0)) for package in found]


def with_held(packages: QuerySet[LimitedPackage], now: datetime) -> QuerySet[LimitedPackage]:
    """The packages, each with the units that running holds keep as `held`."""
    running = Q(holds__expires_at__gt=now)
    return packages.annotate(held=Coalesce(Sum("holds__quantity", filter=running), 0))


def bought_by(player_id: int, package_id: int) -> int:
    """How many units of the package the player has bought or is paying for."""
    rows = Purchase.objects.filter(player_id=player_id, package_id=package_id).owning()
    return int(rows.aggregate(units=Sum("quantity"))["units"] or 0)


def rank_suffices(package: LimitedPackage, player: Player) -> bool:
    """Whether the player's rank passes the package's gate."""
    return Rank(player.rank).reaches(package.min_rank)


def _bought_by(viewer: Player | None, packages: Iterable[LimitedPackage]) -> dict[int, int]:
    if viewer is None:
        return {}
    rows = Purchase.objects.filter(player=viewer, package__in=packages).owning()
    return dict(rows.order_by().values_list("package").annotate(Sum("quantity")))


def _shown(package: LimitedPackage, viewer: Player | None, bought: int) -> Json:
    return {
        "code": package.code,
        "package_id": package.code,
        "name": package.name,
        "description": package.description,
        "price_cents": package.price_cents,
        "gold": package.gold,
        "start_at": stamp(package.starts_at),
        "end_at": stamp(package.ends_at),
        "is_active": package.is_for_sale,
        "min_rank": package.min_rank or None,
        "per_user_limit": package.per_user_limit,
        "remaining_stock": stock.free_units(package, package.held),  # type: ignore[attr-defined]
        "user_purchased": bought,
        "user_remaining": None if viewer is None else max(0, package.per_user_limit - bought),
    }
