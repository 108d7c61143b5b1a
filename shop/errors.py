"""What the shop refuses outright, each with its code and its text."""

from __future__ import annotations

from collections.abc import Sequence
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


def signature_invalid() -> Refusal:
    """401: the payment provider did not sign this."""
    return Refusal("SIGNATURE_INVALID", 401, _("서명이 올바르지 않습니다"), headers={"WWW-Authenticate": "X-Signature"})


def missing_header() -> Refusal:
    """400: no timestamp, no nonce, or a nonce of other characters or length."""
    return Refusal("MISSING_HEADER", 400, _("X-Timestamp 또는 X-Nonce 헤더가 없거나 올바르지 않습니다"))


def invalid_timestamp() -> Refusal:
    """400: the timestamp is not a number of seconds."""
    return Refusal("INVALID_TIMESTAMP", 400, _("X-Timestamp는 유닉스 시각(초)이어야 합니다"))


def stale_timestamp() -> Refusal:
    """400: signed too long ago, or too far ahead."""
    return Refusal("STALE_TIMESTAMP", 400, _("서명한 시각이 허용 범위를 벗어났습니다"))


def replay_detected() -> Refusal:
    """409: the nonce was used before."""
    return Refusal("REPLAY_DETECTED", 409, _("이미 사용된 논스입니다"))


def purchase_mismatch(fields: Sequence[str]) -> Refusal:
    """422: a signed event whose buyer, product or amount is not the purchase's; `details` names the fields."""
    message = _("구매 내역과 일치하지 않습니다")
    details = [{"loc": ["body", field], "msg": str(message), "type": "mismatch"} for field in fields]
    return Refusal("PURCHASE_MISMATCH", 422, message, details=details)


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


def processing() -> Refusal:
    """409: another purchase of the same package by the same player has not been answered yet."""
    return Refusal("IN_PROGRESS", 409, _("같은 상품의 구매가 처리 중입니다"), headers={"Retry-After": "1"})


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


def no_such_product() -> Refusal:
    """404 for staff, who may also name deleted products."""
    return Refusal("PRODUCT_NOT_FOUND", 404, _("상품 없음"))


def product_exists() -> Refusal:
    """400: the product_id, or the sku, means another product already."""
    return Refusal("PRODUCT_EXISTS", 400, _("이미 존재하는 product_id"))


def gold_for_gold() -> Refusal:
    """422: gold is never sold for gold."""
    return Refusal("GOLD_FOR_GOLD", 422, _("골드로 골드를 살 수 없습니다"))


def stock_too_low(field: str, *, least: int) -> Refusal:
    """422: fewer units than are sold and held already."""
    return invalid(field, _("%(least)s개보다 적을 수 없습니다") % {"least": least}, "min_value")


def stock_not_counted(field: str) -> Refusal:
    """422: nothing can be added to units that are not counted."""
    return invalid(field, _("수량을 세지 않는 상품입니다"), "not_counted")


def promo_not_found() -> Refusal:
    """404: no such promo code, or not one of this package."""
    return Refusal("NOT_FOUND", 404, _("프로모션 코드를 찾을 수 없습니다"))


def one_target() -> Refusal:
    """422: a promo code is for a product or for a package."""
    return invalid("package_id", _("상품과 한정 패키지 중 하나만 고를 수 있습니다"))


def not_refundable(status: str) -> Refusal:
    """409: only what succeeded can be refunded, and only once."""
    message = _("완료된 구매만 환불할 수 있습니다")
    return Refusal("REFUND_IMPOSSIBLE", 409, message, details=[{"status": status}])


def no_longer_pending(status: str) -> Refusal:
    """400: only what waits can be settled."""
    message = _("대기 중인 구매만 확정할 수 있습니다")
    return Refusal("NOT_SETTLEABLE", 400, message, details=[{"status": status}])


def charged_already() -> Refusal:
    """400: the money is there, so the purchase can only succeed."""
    return Refusal("NOT_SETTLEABLE", 400, _("이미 결제된 구매는 실패로 확정할 수 없습니다"))


def item_not_found() -> Refusal:
    """404: no such line in any inventory."""
    return Refusal("NOT_FOUND", 404, _("보관 아이템을 찾을 수 없습니다"))


def item_not_owned(status: str) -> Refusal:
    """409: the item was used or revoked already."""
    return Refusal("CONFLICT", 409, _("보유 중인 아이템만 사용 처리할 수 있습니다"), details=[{"status": status}])


def gone_to_products(path: str) -> Refusal:
    """410: the path is no more; `migration` names the ones that took its place."""
    message = f"This endpoint is deprecated. Please use {path}* endpoints."
    return Refusal(
        "GONE",
        410,
        message,
        extra={
            "message": message,
            "migration": {
                "list": f"GET {path}",
                "create": f"POST {path}",
                "update": f"PUT {path}/{{id}}",
                "delete": f"DELETE {path}/{{id}}",
                "restore": f"POST {path}/{{id}}/restore",
                "discount": f"Use PUT {path}/{{id}} with extra.discount",
                "rank": f"Use PUT {path}/{{id}} with extra.min_rank",
            },
        },
    )
