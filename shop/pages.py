"""The shop's page: everything on sale, each in the state it is in for this visitor."""

from __future__ import annotations

from datetime import datetime

from django.db.models import FilteredRelation, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Player, Rank, Wallet
from casino.lib.days import now as clock
from shop import catalogue, packages
from shop.countdown import Countdown
from shop.models import LimitedPackage, Purchase, PurchaseKind
from shop.package_screen import Kept, PackageCard
from shop.shop_screen import shop_screen, stacks


@require_safe
@never_cache
def shop(request: HttpRequest) -> HttpResponse:
    """The shop: limited packages, gold packs, model vouchers and items."""
    viewer = request.user if isinstance(request.user, Player) else None
    now = clock()
    waiting, waiting_packages = _pending(viewer)
    screen = shop_screen(
        catalogue.items(viewer, now=now),
        packages=_packages(viewer, waiting_packages, now),
        pending=waiting,
        balance=Wallet.objects.values_list("balance", flat=True).get(pk=viewer.pk) if viewer else None,
        now=now,
    )
    return render(request, "shop/shop.html", {"nav": "shop", "shop": screen})


def _packages(viewer: Player | None, pending: dict[str, str], now: datetime) -> list[PackageCard]:
    """The limited shelf; holds of the viewer that still run stand on their cards."""
    found = packages.on_sale(viewer, now=now)
    standing = _standing(viewer, [package["code"] for package in found], now)
    sizes = sorted({package["gold"] for package in found})
    return [
        PackageCard(
            package=package,
            total=standing[package["code"]][0],
            kept=standing[package["code"]][1],
            receipt=pending.get(package["code"], ""),
            is_signed_in=viewer is not None,
            is_rank_reached=viewer is not None and Rank(viewer.rank).reaches(package["min_rank"] or ""),
            coins=max(3, stacks(sizes, package["gold"])),
            now=now,
        )
        for package in found
    ]


def _standing(viewer: Player | None, codes: list[str], now: datetime) -> dict[str, tuple[int | None, Kept | None]]:
    """By code: the package's whole stock, and what a running hold keeps for the viewer."""
    if not codes:
        return {}
    own = Q(holds__player=viewer.pk if viewer else 0, holds__expires_at__gt=now)
    rows = LimitedPackage.objects.annotate(own=FilteredRelation("holds", condition=own)).filter(code__in=codes)
    facts = rows.values_list(
        "code", "stock_total", "own__hold_id", "own__quantity", "own__created_at", "own__expires_at"
    )
    return {
        code: (total, Kept(hold_id, quantity, taken_at, Countdown(ends_at, now)) if hold_id else None)
        for code, total, hold_id, quantity, taken_at, ends_at in facts
    }


def _pending(viewer: Player | None) -> tuple[dict[str, str], dict[str, str]]:
    """Receipts of the viewer's latest unfinished purchases, by product_id and by package code."""
    products: dict[str, str] = {}
    limited: dict[str, str] = {}
    if viewer is not None:
        rows = Purchase.objects.of(viewer.pk).pending().values_list("code", "receipt_code", "kind")
        for code, receipt_code, kind in reversed(rows):
            (limited if kind == PurchaseKind.LIMITED else products)[code] = receipt_code
    return products, limited
