"""The states something on the shelf can be in, for one row and as filters of the lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, Q

from accounts.admin.states import StateFilter, over, scheduled
from shop.admin.drawings import State, window_state
from shop.models import LimitedPackage, Product, PromoCode


def product_state(product: Product, now: datetime) -> State:
    """Where a product stands: the first thing that keeps it from being sold."""
    if product.deleted_at is not None:
        return State.DELETED
    if not product.is_active:
        return State.OFF
    outside = window_state(product.sale_starts_at, product.sale_ends_at, now)
    return outside or (State.SOLD_OUT if product.stock_remaining == 0 else State.ON_SALE)


def package_state(package: LimitedPackage, now: datetime, free: int | None) -> State:
    """The same of a package with `free` units."""
    if package.is_disabled:
        return State.STOPPED
    if not package.is_active:
        return State.OFF
    outside = window_state(package.starts_at, package.ends_at, now)
    return outside or (State.SOLD_OUT if free == 0 else State.ON_SALE)


def promo_state(promo: PromoCode, now: datetime) -> State:
    """The same of a promo code."""
    if not promo.is_active:
        return State.OFF
    outside = window_state(promo.starts_at, promo.ends_at, now)
    return outside or (State.SOLD_OUT if promo.max_uses is not None and promo.used >= promo.max_uses else State.ON_SALE)


class ShelfStateFilter(StateFilter):
    """Something on the shelf by its state."""

    usual = State.ON_SALE


class ProductStateFilter(ShelfStateFilter):
    """Products by their state."""

    @staticmethod
    def conditions(now: datetime) -> list[tuple[Any, Q]]:  # type: ignore[override]
        """What each state but the last means."""
        return [
            (State.DELETED, Q(deleted_at__isnull=False)),
            (State.OFF, Q(is_active=False)),
            (State.SCHEDULED, scheduled("sale_starts_at", now)),
            (State.OVER, over("sale_ends_at", now)),
            (State.SOLD_OUT, Q(stock_remaining=0)),
        ]


class PackageStateFilter(ShelfStateFilter):
    """Packages by their state."""

    @staticmethod
    def conditions(now: datetime) -> list[tuple[Any, Q]]:  # type: ignore[override]
        """What each state but the last means; the list knows the held units."""
        return [
            (State.STOPPED, Q(is_disabled=True)),
            (State.OFF, Q(is_active=False)),
            (State.SCHEDULED, scheduled("starts_at", now)),
            (State.OVER, over("ends_at", now)),
            (State.SOLD_OUT, Q(stock_total__lte=F("sold") + F("held"))),
        ]


class PromoStateFilter(ShelfStateFilter):
    """Promo codes by their state."""

    @staticmethod
    def conditions(now: datetime) -> list[tuple[Any, Q]]:  # type: ignore[override]
        """What each state but the last means."""
        return [
            (State.OFF, Q(is_active=False)),
            (State.SCHEDULED, scheduled("starts_at", now)),
            (State.OVER, over("ends_at", now)),
            (State.SOLD_OUT, Q(max_uses__lte=F("used"))),
        ]
