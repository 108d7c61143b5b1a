"""Limited packages: gold for money in a window of time, so many in all and so many each; and units held for a while."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Rank
from shop.models.product import NAME_PATTERN, PRICE_LIMIT

HOLD_ID_DIGITS: Final = 32
ORDER_MAX: Final = 10
"""The most units one order, or one hold, may take."""
DEFAULT_WINDOW: Final = timedelta(days=30)


def new_hold_id() -> str:
    """A name nobody can guess."""
    return secrets.token_hex(HOLD_ID_DIGITS // 2)


class LimitedPackageQuerySet(models.QuerySet["LimitedPackage"]):
    """Named reads of packages."""

    def on_sale(self, now: datetime) -> Self:
        """Packages that may be bought now, the one that ends first leading."""
        return self.filter(is_active=True, is_disabled=False, starts_at__lte=now, ends_at__gt=now).order_by(
            "ends_at", "id"
        )


class LimitedPackage(models.Model):
    """Gold that is sold for a while. `sold` counts the units of pending and successful purchases."""

    code = models.CharField(
        _("코드"),
        max_length=64,
        unique=True,
        validators=[RegexValidator(NAME_PATTERN, _("영문, 숫자, _ . - 만 가능합니다"))],
    )
    name = models.CharField(_("이름"), max_length=100)
    description = models.CharField(_("설명"), max_length=500, blank=True)
    price_cents = models.PositiveBigIntegerField(_("가격(센트)"))
    gold = models.PositiveBigIntegerField(_("골드"))
    starts_at = models.DateTimeField(_("판매 시작"))
    ends_at = models.DateTimeField(_("판매 종료"))
    is_active = models.BooleanField(_("판매 중"), default=True)
    is_disabled = models.BooleanField(_("긴급 중지"), default=False)
    min_rank = models.CharField(_("필요 등급"), max_length=10, choices=Rank.choices, blank=True)
    per_user_limit = models.PositiveIntegerField(_("1인당 한도"), default=1, validators=[MinValueValidator(1)])
    stock_total = models.PositiveIntegerField(_("총 수량"), null=True, blank=True, help_text=_("비우면 무제한"))
    sold = models.PositiveIntegerField(_("판매된 수량"), default=0, editable=False, help_text=_("결제 대기 포함"))
    created_at = models.DateTimeField(_("생성"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("수정"), auto_now=True)

    objects = LimitedPackageQuerySet.as_manager()

    class Meta:
        verbose_name = _("한정 패키지")
        verbose_name_plural = _("한정 패키지")
        constraints = [
            models.CheckConstraint(condition=Q(price_cents__range=(0, PRICE_LIMIT)), name="package_price_in_range"),
            models.CheckConstraint(condition=Q(gold__range=(0, PRICE_LIMIT)), name="package_gold_in_range"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="package_ends_after_it_starts",
                violation_error_message=_("판매 종료는 시작보다 늦어야 합니다"),
            ),
            models.CheckConstraint(condition=Q(per_user_limit__gte=1), name="package_limit_at_least_1"),
            models.CheckConstraint(
                condition=Q(stock_total=None) | Q(sold__lte=F("stock_total")), name="package_never_oversold"
            ),
            models.CheckConstraint(condition=Q(min_rank__in=["", *Rank.values]), name="package_rank_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_for_sale(self) -> bool:
        """Whether it is neither switched off nor stopped."""
        return self.is_active and not self.is_disabled

    def is_in_window(self, moment: datetime) -> bool:
        """Whether `moment` lies in the time of sale."""
        return self.starts_at <= moment < self.ends_at


class HoldQuerySet(models.QuerySet["Hold"]):
    """Named reads of holds."""

    def running(self, now: datetime) -> Self:
        """Holds that still keep their units; the others count for nothing, whether they are cleared away yet or not."""
        return self.filter(expires_at__gt=now)


class Hold(models.Model):
    """Units of a package kept for one player until `expires_at`; a purchase, a release or the clock ends it."""

    hold_id = models.CharField(max_length=HOLD_ID_DIGITS, primary_key=True, default=new_hold_id, editable=False)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="holds", db_index=False, verbose_name=_("플레이어")
    )
    package = models.ForeignKey(LimitedPackage, models.CASCADE, related_name="holds", verbose_name=_("한정 패키지"))
    quantity = models.PositiveSmallIntegerField(_("수량"))
    created_at = models.DateTimeField(_("시각"))
    expires_at = models.DateTimeField(_("만료"), db_index=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("수량 보류")
        verbose_name_plural = _("수량 보류")
        constraints = [
            models.UniqueConstraint(fields=["player", "package"], name="one_hold_per_player_and_package"),
            models.CheckConstraint(condition=Q(quantity__range=(1, ORDER_MAX)), name="hold_quantity_1_to_10"),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} x{self.quantity}"
