"""Promo codes: what they take off, for which purchase, when, and how often."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.models.package import LimitedPackage
from shop.models.product import DISCOUNT_MAX, PRICE_LIMIT, Product


class DiscountType(models.TextChoices):
    """How a promo lowers the unit price."""

    FLAT = "flat", _("센트 할인")
    PERCENT = "percent", _("퍼센트 할인")


class PromoCode(models.Model):
    """One code, kept in upper case. `used` counts the purchases that hold or have used it: pending, done, refunded."""

    code = models.CharField(_("코드"), max_length=40, unique=True)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="promos", verbose_name=_("상품")
    )
    package = models.ForeignKey(
        LimitedPackage, models.PROTECT, null=True, blank=True, related_name="promos", verbose_name=_("한정 패키지")
    )
    discount_type = models.CharField(_("할인 방식"), max_length=7, choices=DiscountType, default=DiscountType.FLAT)
    value = models.PositiveBigIntegerField(_("값"), help_text=_("센트, 또는 퍼센트(0–95)"))
    starts_at = models.DateTimeField(_("시작"), null=True, blank=True)
    ends_at = models.DateTimeField(_("종료"), null=True, blank=True)
    is_active = models.BooleanField(_("사용 가능"), default=True)
    max_uses = models.PositiveIntegerField(_("총 사용 한도"), null=True, blank=True, help_text=_("비우면 무제한"))
    per_user_limit = models.PositiveIntegerField(
        _("1인당 한도"), null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("비우면 무제한")
    )
    used = models.PositiveIntegerField(_("사용됨"), default=0, editable=False, help_text=_("결제 대기 포함"))
    created_at = models.DateTimeField(_("생성"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("수정"), auto_now=True)

    class Meta:
        verbose_name = _("프로모션 코드")
        verbose_name_plural = _("프로모션 코드")
        constraints = [
            models.CheckConstraint(
                condition=Q(discount_type=DiscountType.FLAT, value__range=(0, PRICE_LIMIT))
                | Q(discount_type=DiscountType.PERCENT, value__range=(0, DISCOUNT_MAX)),
                name="promo_value_in_range",
                violation_error_message=_("퍼센트 할인은 0–95입니다"),
            ),
            models.CheckConstraint(
                condition=Q(product=None) | Q(package=None),
                name="promo_for_one_thing",
                violation_error_message=_("상품과 한정 패키지 중 하나만 고를 수 있습니다"),
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="promo_ends_after_it_starts",
                violation_error_message=_("종료는 시작보다 늦어야 합니다"),
            ),
            models.CheckConstraint(
                condition=Q(per_user_limit=None) | Q(per_user_limit__gte=1), name="promo_limit_1_up"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: object, **kwargs: object) -> None:
        """Codes are compared without regard to case, so they are kept in one."""
        self.code = self.code.upper()
        super().save(*args, **kwargs)  # type: ignore[arg-type]
