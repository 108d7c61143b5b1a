"""What a product costs now. Whole cents and whole gold; the one division rounds down, in the buyer's favour."""

from __future__ import annotations

from datetime import datetime

from shop.models import LimitedPackage, Product
from shop.models.product import DISCOUNT_MAX


def normal_discount(percent: int) -> int:
    """`percent` as it is kept: below 0 counts as 0, above 95 as 95."""
    return max(0, min(DISCOUNT_MAX, percent))


def discount_in_force(product: Product, now: datetime) -> int:
    """The discount at this moment; it is over once its end has passed."""
    is_over = product.discount_ends_at is not None and product.discount_ends_at <= now
    return 0 if is_over else normal_discount(product.discount)


def final_price(product: Product, now: datetime) -> int:
    """The price of one unit at this moment."""
    return product.price * (100 - discount_in_force(product, now)) // 100


def shelf_price(good: Product | LimitedPackage, now: datetime) -> int:
    """What one unit of anything on sale costs at this moment, before a promo code."""
    return final_price(good, now) if isinstance(good, Product) else good.price_cents
