"""The shop's page: every product on sale, each in the state it is in for this visitor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Player, Wallet
from casino.lib.days import now as clock
from shop import catalogue
from shop.models import Purchase
from shop.shop_screen import shop_screen


@require_safe
@never_cache
def shop(request: HttpRequest) -> HttpResponse:
    """The shop: gold packs, model vouchers and items."""
    viewer = request.user if isinstance(request.user, Player) else None
    screen = shop_screen(
        catalogue.items(viewer, now=clock()),
        pending=_pending(viewer) if viewer else {},
        balance=Wallet.objects.values_list("balance", flat=True).get(pk=viewer.pk) if viewer else None,
    )
    return render(request, "shop/shop.html", {"nav": "shop", "shop": screen})


def _pending(viewer: Player) -> dict[str, str]:
    """The receipt of the viewer's latest unfinished purchase of each product, by product_id."""
    rows = Purchase.objects.of(viewer.pk).pending().values_list("code", "receipt_code")
    return dict(reversed(rows))
