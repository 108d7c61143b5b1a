"""Promo codes: what one takes off, why one is refused, and how often one was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from casino.lib import rates
from casino.lib.errors import Refusal
from shop import errors, pricing
from shop.models import Currency, DiscountType, LimitedPackage, Product, PromoCode, Purchase, Reason

Good = Product | LimitedPackage


class PromoRefusal(models.TextChoices):
    """Why a code takes nothing off, with the text the buyer reads."""

    NOT_FOUND = "PROMO_NOT_FOUND", _("없는 프로모션 코드입니다")
    INACTIVE = "PROMO_INACTIVE", _("사용이 중지된 프로모션 코드입니다")
    NOT_STARTED = "PROMO_NOT_STARTED", _("아직 사용할 수 없는 프로모션 코드입니다")
    EXPIRED = "PROMO_EXPIRED", _("기간이 끝난 프로모션 코드입니다")
    EXHAUSTED = "PROMO_EXHAUSTED", _("사용 한도가 끝난 프로모션 코드입니다")
    ALREADY_USED = "PROMO_ALREADY_USED", _("이미 사용한 프로모션 코드입니다")
    WRONG_PRODUCT = "PROMO_WRONG_PRODUCT", _("이 상품에는 쓸 수 없는 프로모션 코드입니다")
    NOT_APPLICABLE = "PROMO_NOT_APPLICABLE", _("골드로 사는 상품에는 쓸 수 없습니다")


_EXHAUSTED: Final = (PromoRefusal.EXHAUSTED, PromoRefusal.ALREADY_USED)


@dataclass(frozen=True, slots=True)
class Promo:
    """What a code does for one player and one good: the row it names, if any, and why it is refused, if it is."""

    row: PromoCode | None
    refusal: PromoRefusal | None

    @property
    def reason(self) -> Reason:
        """The reason a purchase with it is turned down for; NONE when it holds."""
        if self.refusal is None:
            return Reason.NONE
        return Reason.PROMO_EXHAUSTED if self.refusal in _EXHAUSTED else Reason.PROMO_INVALID

    def price(self, unit_price: int) -> int:
        """The unit price after it: whole cents rounded down, never below 0; the same when it is refused."""
        return unit_price if self.row is None or self.refusal else discounted(self.row, unit_price)


def refusal_of(promo: Promo) -> Refusal:
    """The "no" of a refused promo as a status."""
    assert promo.refusal is not None
    refuse = errors.promo_exhausted if promo.reason is Reason.PROMO_EXHAUSTED else errors.promo_invalid
    return refuse(promo.refusal.value, promo.refusal.label)


def check_tries(player_id: int, code: str, now: datetime) -> None:
    """Refuses with 429 to look any code up for a player who tried too many wrong ones: nobody shall guess one."""
    if code:
        rates.check(_tries_of(player_id), limit=settings.FRAUD_MAX_PURCHASES, per=settings.FRAUD_WINDOW, now=now)


def count_if_wrong(player_id: int, refusal: Refusal, now: datetime) -> None:
    """Counts a purchase that was refused for its code; called after its transaction, of which nothing stayed."""
    if refusal.code in (Reason.PROMO_INVALID, Reason.PROMO_EXHAUSTED):
        rates.spend(_tries_of(player_id), limit=settings.FRAUD_MAX_PURCHASES, per=settings.FRAUD_WINDOW, now=now)


def _tries_of(player_id: int) -> str:
    return f"promo_wrong:{player_id}"


NO_PROMO: Final = Promo(None, None)


def discounted(promo: PromoCode, unit_price: int) -> int:
    """`unit_price` less what the promo takes off."""
    if promo.discount_type == DiscountType.PERCENT:
        return unit_price * (100 - promo.value) // 100
    return max(0, unit_price - promo.value)


def look_up(code: str, good: Good, *, player_id: int, now: datetime) -> Promo:
    """What `code` does for the player's purchase of `good` now; an empty code does nothing. Uses nothing up."""
    if not code:
        return NO_PROMO
    row = PromoCode.objects.filter(code=code.upper()).first()
    if row is None:
        return Promo(None, PromoRefusal.NOT_FOUND)
    return Promo(row, _refusal(row, good, player_id, now))


def reserve(purchase: Purchase, now: datetime) -> Promo | None:
    """Counts a use for the purchase, the row locked; what speaks against it by now when others were faster."""
    if purchase.promo_id is None:
        return None
    locked = PromoCode.objects.select_for_update(no_key=True).get(pk=purchase.promo_id)
    good = purchase.product or purchase.package
    assert good is not None
    promo = Promo(locked, _refusal(locked, good, purchase.player_id, now))
    if promo.refusal is not None:
        return promo
    _check_still_worth_it(purchase, locked, good, now)
    _count(purchase, 1)
    return None


def _check_still_worth_it(purchase: Purchase, locked: PromoCode, good: Good, now: datetime) -> None:
    """Staff may have changed what the code takes off since the order was priced."""
    seen = purchase.promo
    assert seen is not None
    if (locked.discount_type, locked.value) != (seen.discount_type, seen.value):
        actual = discounted(locked, pricing.shelf_price(good, now))
        raise errors.price_changed(expected=purchase.unit_price, actual=actual)


def use_again(purchase: Purchase) -> None:
    """Counts the use of a purchase whose money came late: it was paid at the promo's price, whatever the limits say."""
    _count(purchase, 1)


def give_back(purchase: Purchase) -> None:
    """The purchase came to nothing: its use is free again."""
    _count(purchase, -1)


def _count(purchase: Purchase, number: int) -> None:
    if purchase.promo_id is not None:
        PromoCode.objects.filter(pk=purchase.promo_id).update(used=F("used") + number)


def _refusal(row: PromoCode, good: Good, player_id: int, now: datetime) -> PromoRefusal | None:
    """The first thing that speaks against the code, in the published order."""
    return _not_in_force(row, now) or _used_up(row, player_id) or _does_not_fit(row, good)


def _not_in_force(row: PromoCode, now: datetime) -> PromoRefusal | None:
    if not row.is_active:
        return PromoRefusal.INACTIVE
    if row.starts_at is not None and now < row.starts_at:
        return PromoRefusal.NOT_STARTED
    if row.ends_at is not None and row.ends_at <= now:
        return PromoRefusal.EXPIRED
    return None


def _used_up(row: PromoCode, player_id: int) -> PromoRefusal | None:
    if row.max_uses is not None and row.used >= row.max_uses:
        return PromoRefusal.EXHAUSTED
    if row.per_user_limit is not None:
        own = Purchase.objects.using_promo().filter(promo=row, player_id=player_id)
        if own.count() >= row.per_user_limit:
            return PromoRefusal.ALREADY_USED
    return None


def _does_not_fit(row: PromoCode, good: Good) -> PromoRefusal | None:
    if isinstance(good, Product) and good.currency == Currency.GOLD:
        return PromoRefusal.NOT_APPLICABLE
    meant_for = row.product_id if isinstance(good, Product) else row.package_id
    is_for_all = row.product_id is None and row.package_id is None
    return None if is_for_all or meant_for == good.pk else PromoRefusal.WRONG_PRODUCT
