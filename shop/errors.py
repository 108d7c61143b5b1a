"""What the shop refuses outright, each with its code and its text."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from casino.lib.days import seconds_up
from casino.lib.errors import Refusal, invalid

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


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


def promo_exhausted(reason: str, message: StrOrPromise) -> Refusal:
    """409: the code was used as often as it may be; `details` says by whom."""
    return Refusal("PROMO_EXHAUSTED", 409, message, details=[{"reason_code": reason}])


def promo_invalid(reason: str, message: StrOrPromise) -> Refusal:
    """422: the code does not apply; `details` says why."""
    return Refusal("PROMO_INVALID", 422, message, details=[{"reason_code": reason}])


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


def package_not_found() -> Refusal:
    """404: no such limited package."""
    return Refusal("PACKAGE_NOT_FOUND", 404, _("한정 패키지를 찾을 수 없습니다"))


def window_closed() -> Refusal:
    """403: the package is not on sale now."""
    return Refusal("WINDOW_CLOSED", 403, _("지금은 판매하지 않습니다"))


def user_limit(limit: int) -> Refusal:
    """403: the player would have more of the package than one player may."""
    return Refusal("USER_LIMIT", 403, _("1인당 구매 한도를 넘었습니다"), details=[{"per_user_limit": limit}])


def out_of_stock() -> Refusal:
    """409: too few units are left."""
    return Refusal("OUT_OF_STOCK", 409, _("품절된 상품입니다"))


def hold_not_found() -> Refusal:
    """404: no such hold, one of another player, or one that is over."""
    return Refusal("NOT_FOUND", 404, _("보류된 수량이 없습니다"))


def refund_impossible() -> Refusal:
    """409: the gold was spent, the item used or its effect applied."""
    return Refusal("REFUND_IMPOSSIBLE", 409, _("이미 사용되어 환불할 수 없습니다"))
