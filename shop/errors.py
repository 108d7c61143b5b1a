"""What the shop refuses outright, each with its code and its text."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from casino.lib.days import seconds_up
from casino.lib.errors import Refusal, invalid


def product_not_found() -> Refusal:
    """404: no such product, or none that is sold any more."""
    return Refusal("PRODUCT_NOT_FOUND", 404, _("상품을 찾을 수 없습니다"))


def purchase_not_found() -> Refusal:
    """404: no such receipt, or none the caller may know of."""
    return Refusal("PURCHASE_NOT_FOUND", 404, _("구매 내역을 찾을 수 없습니다"))


def rank_required(rank: str) -> Refusal:
    """403: the product is for players of this rank and above."""
    return Refusal("RANK_REQUIRED", 403, f"{rank} required", details=[{"min_rank": rank}])


def one_at_a_time() -> Refusal:
    """422: a product that is sold once per account is sold in ones."""
    return invalid("quantity", _("계정당 1회 상품은 1개만 살 수 있습니다"), "max_value")


def promo_invalid() -> Refusal:
    """422: the promo code does not apply."""
    return Refusal("PROMO_INVALID", 422, _("사용할 수 없는 프로모션 코드입니다"))


def price_changed(*, expected: int, actual: int) -> Refusal:
    """409: the price is no longer the one the buyer saw."""
    details = [{"expected": expected, "actual": actual}]
    return Refusal("PRICE_CHANGED", 409, _("가격이 변경되었습니다. 새 가격을 확인해주세요."), details=details)


def fraud_block(window: timedelta) -> Refusal:
    """429: too many attempts, or too many cards."""
    message = _("구매 시도가 너무 많습니다. 잠시 후 다시 시도해주세요.")
    return Refusal("FRAUD_BLOCK", 429, message, headers={"Retry-After": str(seconds_up(window))})


def not_settleable() -> Refusal:
    """400: a purchase paid in gold has no payment to settle."""
    return Refusal("NOT_SETTLEABLE", 400, _("결제 확인이 필요한 구매가 아닙니다"))
