"""What the shop sells: money packs, gold items and vouchers are rows of one table."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Final, Self

from django.core.validators import RegexValidator
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Rank
from casino.lib import rows

DISCOUNT_MAX: Final = 95
PRICE_LIMIT: Final = 10**12
"""Ninety-nine of the dearest product still fit the integers of JSON."""
NUMBER_DIGITS_MAX: Final = 15
NAME_PATTERN: Final = r"^(?=.*[^0-9])[A-Za-z0-9_.\-]{1,64}$"


class Currency(models.TextChoices):
    """What a price counts: gold, or US cents."""

    GOLD = "gold", _("골드")
    USD = "USD", "USD"


class ProductType(models.TextChoices):
    """What kind of thing a product is; only `currency` grants gold."""

    CURRENCY = "currency", _("골드 팩")
    POWERUP = "powerup", _("파워업")
    SPECIAL = "special", _("스페셜")
    UTILITY = "utility", _("유틸리티")
    ITEM = "item", _("아이템")


class Rarity(models.TextChoices):
    """How rare a product looks."""

    COMMON = "common", "common"
    RARE = "rare", "rare"
    EPIC = "epic", "epic"
    LEGENDARY = "legendary", "legendary"
    MYTHIC = "mythic", "mythic"


class Effect(models.TextChoices):
    """What happens when a product that is not gold is handed over."""

    INVENTORY = "inventory", _("보관함에 추가")
    RANK_UP = "rank_up", _("등급 한 단계 상승")
    PROTECTION = "protection", _("연속 출석 보호권")


class ProductQuerySet(models.QuerySet["Product"]):
    """Named reads of products."""

    def on_sale(self) -> Self:
        """Products that may be shown, in the shop's order."""
        return self.filter(is_active=True, deleted_at=None).order_by("sort_order", "id")


_Products = models.Manager.from_queryset(ProductQuerySet)


class ProductManager(_Products["Product"]):
    """Products, and the one read every purchase begins with."""

    def named(self, name: int | str) -> Product | None:
        """The product addressed by id, else by product_id, else by sku without regard to case; deleted ones too."""
        text = str(name)
        if text.isascii() and text.isdigit():
            return rows.find(Product, int(text)) if len(text) <= NUMBER_DIGITS_MAX else None
        with connection.cursor() as cursor:
            cursor.execute(_named_sql(), [text, text.lower(), text])
            values = cursor.fetchone()
        return None if values is None else rows.built(Product, values)


@cache
def _named_sql() -> str:
    """Every purchase begins with this: composing it anew would cost more than running it."""
    names = "product_id = %s OR LOWER(sku) = %s ORDER BY CASE WHEN product_id = %s THEN 0 ELSE 1 END LIMIT 1"
    return f"SELECT {rows.columns_of(Product)} FROM shop_product WHERE {names}"  # noqa: S608 - our own names


class Product(models.Model):
    """One thing on the shelf: its price, what it gives, who may buy it, when, and how many are left."""

    product_id = models.CharField(
        _("상품 ID"),
        max_length=64,
        unique=True,
        validators=[RegexValidator(NAME_PATTERN, _("영문, 숫자, _ . - 만 가능합니다"))],
    )
    sku = models.CharField("SKU", max_length=64)
    name = models.CharField(_("이름"), max_length=100)
    description = models.CharField(_("설명"), max_length=500, blank=True)
    icon = models.CharField(_("아이콘"), max_length=16, default="🎁")
    type = models.CharField(_("종류"), max_length=8, choices=ProductType, default=ProductType.ITEM)
    rarity = models.CharField(_("희귀도"), max_length=9, choices=Rarity, default=Rarity.COMMON)
    currency = models.CharField(_("통화"), max_length=4, choices=Currency, default=Currency.GOLD)
    price = models.PositiveBigIntegerField(_("정가"), help_text=_("골드 또는 센트"))
    discount = models.SmallIntegerField(_("할인율"), default=0, help_text="0–95 %")
    discount_ends_at = models.DateTimeField(_("할인 종료"), null=True, blank=True)
    sale_starts_at = models.DateTimeField(_("판매 시작"), null=True, blank=True)
    sale_ends_at = models.DateTimeField(_("판매 종료"), null=True, blank=True)
    value = models.PositiveBigIntegerField(_("값"), default=0)
    bonus_gold = models.PositiveBigIntegerField(_("보너스 골드"), default=0)
    effect = models.CharField(_("효과"), max_length=10, choices=Effect, default=Effect.INVENTORY)
    one_time = models.BooleanField(_("계정당 1회"), default=False)
    is_limited = models.BooleanField(_("한정 표시"), default=False)
    popular = models.BooleanField(_("인기 표시"), default=False)
    min_rank = models.CharField(_("필요 등급"), max_length=10, choices=Rank.choices, blank=True)
    stock_remaining = models.PositiveIntegerField(_("남은 수량"), null=True, blank=True, help_text=_("비우면 무제한"))
    is_active = models.BooleanField(_("판매 중"), default=True)
    deleted_at = models.DateTimeField(_("삭제 시각"), null=True, blank=True, editable=False)
    sort_order = models.IntegerField(_("정렬"), default=0)
    extra = models.JSONField(_("기타"), default=dict, blank=True)
    created_at = models.DateTimeField(_("생성"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("수정"), auto_now=True)

    objects = ProductManager()

    class Meta:
        verbose_name = _("상품")
        verbose_name_plural = _("상품")
        constraints = [
            models.UniqueConstraint(Lower("sku"), name="product_sku_once"),
            models.CheckConstraint(condition=Q(price__range=(0, PRICE_LIMIT)), name="product_price_in_range"),
            models.CheckConstraint(
                condition=Q(value__range=(0, PRICE_LIMIT), bonus_gold__range=(0, PRICE_LIMIT)),
                name="product_gold_in_range",
            ),
            models.CheckConstraint(condition=Q(discount__range=(0, DISCOUNT_MAX)), name="product_discount_0_to_95"),
            models.CheckConstraint(
                condition=~Q(currency=Currency.GOLD, type=ProductType.CURRENCY),
                name="product_never_gold_for_gold",
                violation_error_message=_("골드로 골드를 살 수 없습니다"),
            ),
            models.CheckConstraint(
                condition=Q(sale_ends_at=None) | Q(sale_starts_at=None) | Q(sale_ends_at__gt=F("sale_starts_at")),
                name="product_sale_ends_after_it_starts",
                violation_error_message=_("판매 종료는 시작보다 늦어야 합니다"),
            ),
            models.CheckConstraint(condition=Q(min_rank__in=["", *Rank.values]), name="product_rank_known"),
            models.CheckConstraint(condition=Q(currency__in=Currency.values), name="product_currency_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_for_sale(self) -> bool:
        """Whether the shop still knows the product: neither switched off nor deleted."""
        return self.is_active and self.deleted_at is None

    @property
    def is_pack(self) -> bool:
        """Whether it gives gold."""
        return self.type == ProductType.CURRENCY

    @property
    def effective_gold(self) -> int:
        """The gold one unit grants: value and bonus of a pack, nothing else ever."""
        return self.value + self.bonus_gold if self.is_pack else 0

    def is_in_window(self, moment: datetime) -> bool:
        """Whether `moment` lies in the time of sale."""
        started = self.sale_starts_at is None or self.sale_starts_at <= moment
        return started and (self.sale_ends_at is None or moment < self.sale_ends_at)
