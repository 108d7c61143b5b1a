"""Units on the shelf. The database decides who gets the last one, not a number read before."""

from __future__ import annotations

from django.db.models import F

from shop.models import Product, Purchase


def take(purchase: Purchase) -> bool:
    """Takes the purchase's units off the shelf in the running transaction; False when too few are left."""
    if purchase.product.stock_remaining is None:
        return True
    left = Product.objects.filter(pk=purchase.product_id, stock_remaining__gte=purchase.quantity)
    return left.update(stock_remaining=F("stock_remaining") - purchase.quantity) == 1


def put_back(purchase: Purchase) -> None:
    """Puts the purchase's units back on the shelf."""
    if purchase.product.stock_remaining is not None:
        counted = Product.objects.filter(pk=purchase.product_id, stock_remaining__isnull=False)
        counted.update(stock_remaining=F("stock_remaining") + purchase.quantity)
