"""What a promo code would take off an order, asked before buying; uses nothing up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Player
from casino.lib import rates
from shop import errors, pricing, promos
from shop.models import Currency, LimitedPackage, Product
from shop.promos import Good

Json = dict[str, Any]
CALLS_MAX: Final = 20
CALLS_WINDOW: Final = timedelta(minutes=1)


def count_call(player_id: int, now: datetime) -> None:
    """Counts one question of the player, or refuses it with 429: codes are not found by asking often."""
    rates.spend(f"promo_preview:{player_id}", limit=CALLS_MAX, per=CALLS_WINDOW, now=now)


def preview(
    *,
    player: Player,
    promo_code: str,
    quantity: int,
    now: datetime,
    package_id: str | None = None,
    product_id: int | str | None = None,
) -> Json:
    """Totals of the order before and after the code; a refused code changes nothing and says why."""
    good = _product(product_id) if package_id is None else _package(package_id)
    promo = promos.look_up(promo_code, good, player_id=player.pk, now=now)
    shelf_price = pricing.shelf_price(good, now)
    before, after = shelf_price * quantity, promo.price(shelf_price) * quantity
    return {
        "valid": promo.refusal is None,
        "promo_code": promo_code.upper(),
        "price_before": before,
        "price_after": after,
        "discount_cents": before - after,
        "currency": good.currency if isinstance(good, Product) else Currency.USD.value,
        "quantity": quantity,
        "reason_code": promo.refusal.value if promo.refusal else None,
        "message": str(promo.refusal.label) if promo.refusal else _("프로모션 코드가 적용됩니다"),
    }


def _package(code: str) -> Good:
    found = LimitedPackage.objects.filter(code=code).first()
    if found is None:
        raise errors.package_not_found()
    return found


def _product(name: int | str | None) -> Good:
    found = Product.objects.named(name) if name is not None else None
    if found is None or not found.is_for_sale:
        raise errors.product_not_found()
    return found
