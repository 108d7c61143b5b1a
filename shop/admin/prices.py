"""Prices as staff read them."""

from __future__ import annotations

from shop.models import Currency


def written(amount: int, currency: str) -> str:
    """US cents as dollars, gold as gold."""
    return f"${amount / 100:,.2f}" if currency == Currency.USD else f"{amount:,}G"
