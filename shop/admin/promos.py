"""Promo codes in the Django admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.admin.desk import Sections
from accounts.models import Player
from casino.lib.days import now as clock
from shop import pricing, promos, promoting
from shop.admin import drawings
from shop.admin.deeds import Json
from shop.admin.drawings import State
from shop.admin.prices import written
from shop.admin.shelf import ShelfAdmin, ShelfForm
from shop.admin.states import PromoStateFilter, promo_state
from shop.models import Currency, DiscountType, LimitedPackage, Product, PromoCode, Purchase

_SHOWN: Final = 10
_WORDS: Final = {State.ON_SALE: gettext_lazy("사용 가능"), State.SOLD_OUT: gettext_lazy("한도 끝남")}


class PromoForm(ShelfForm):
    """A code as staff write it, kept in upper case; it is for one product, for one package, or for both kinds."""

    class Meta:
        model = PromoCode
        fields = (
            "code", "product", "package", "discount_type", "value", "starts_at", "ends_at", "is_active", "max_uses",
            "per_user_limit",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"product", "package"} & set(self.fields):
            field: Any = self.fields[name]
            field.empty_label = _("(정하지 않음)")
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
            if name == "product":
                field.queryset = Product.objects.filter(currency=Currency.USD)
                field.help_text = _("상품도 패키지도 정하지 않으면 달러로 파는 모든 것에 쓸 수 있습니다")

    def clean_code(self) -> str:
        """The code as it is compared."""
        return str(self.cleaned_data["code"]).upper()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a code does to the price of one good."""

    name: str
    before: str
    after: str
    off: str


@admin.register(PromoCode)
class PromoCodeAdmin(ShelfAdmin):
    """Every code: what it takes off, how often it was used, and the purchases it was used for."""

    form = PromoForm
    target_type = "promo_code"
    created_only = ("code",)
    list_display = ("code", "state", "off", "good", "uses", "per_user_limit", "valid", "updated_at")
    list_filter = (PromoStateFilter, "discount_type")
    list_select_related = ("product", "package")
    search_fields = ("code__icontains", "=product__product_id", "=package__code")
    search_help_text = gettext_lazy("코드, 상품 ID, 패키지 코드")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    readonly_fields = ("state", "valid", "uses", "effects", "purchases", "created_at", "updated_at")

    def sections(self, row: PromoCode | None) -> Sections:
        """What it does beside what it is."""
        off = (("discount_type", "value"), "product", "package")
        limits = (("starts_at", "ends_at"), "is_active", ("max_uses", "per_user_limit"))
        if row is None:
            return (
                (None, {"fields": ("code",)}),
                (gettext_lazy("할인"), {"fields": off}),
                (gettext_lazy("사용 조건"), {"fields": limits}),
            )
        return (
            (None, {"fields": ("code", ("state", "valid"), "uses")}),
            (gettext_lazy("할인"), {"fields": (*off, "effects")}),
            (gettext_lazy("사용 조건"), {"fields": limits}),
            (gettext_lazy("최근 구매"), {"fields": ("purchases",)}),
        )

    def create(self, by: Player, facts: Json) -> PromoCode:
        """Hands the code out."""
        return promoting.upsert_promo(by=by, code=facts.pop("code"), facts=facts)

    def alter(self, by: Player, row: PromoCode, facts: Json, reason: str) -> None:
        """Changes what staff changed."""
        promoting.upsert_promo(by=by, code=row.code, facts=facts, reason=reason)

    @admin.display(description=gettext_lazy("상태"))
    def state(self, promo: PromoCode) -> SafeString:
        """Whether it can be used, and why not if so."""
        state = promo_state(promo, clock())
        return drawings.badge(state, _WORDS.get(state, ""))

    @admin.display(description=gettext_lazy("할인"), ordering="value")
    def off(self, promo: PromoCode) -> str:
        """What it takes off a unit."""
        return f"−{promo.value}%" if promo.discount_type == DiscountType.PERCENT else f"−{_dollars(promo.value)}"

    @admin.display(description=gettext_lazy("대상"))
    def good(self, promo: PromoCode) -> str:
        """What it is for."""
        return str(promo.product or promo.package or pgettext("관리", "모든 상품"))

    @admin.display(description=gettext_lazy("사용"), ordering="used")
    def uses(self, promo: PromoCode) -> str:
        """How often it was used, of how often it may be."""
        return render_to_string("admin/shop/uses.html", {"promo": promo, "units": drawings.uses(promo)})

    @admin.display(description=gettext_lazy("기간 (UTC)"), ordering="ends_at")
    def valid(self, promo: PromoCode) -> SafeString:
        """What the clock says about its time."""
        return drawings.window(promo.starts_at, promo.ends_at, clock())

    @admin.display(description=gettext_lazy("적용 가격"))
    def effects(self, promo: PromoCode) -> str:
        """What it does to the price of what it is for, as the form stands."""
        now = clock()
        shown = [_effect(promo, good, now) for good in _goods(promo, now)]
        return render_to_string("admin/shop/effects.html", {"effects": shown, "limit": _SHOWN})

    @admin.display(description=gettext_lazy("구매"))
    def purchases(self, promo: PromoCode) -> str:
        """The latest purchases with it."""
        found = Purchase.objects.filter(promo=promo).select_related("player").order_by("-id")[:_SHOWN]
        rows = [(purchase, written(purchase.amount, purchase.currency)) for purchase in found]
        return render_to_string("admin/shop/promo_purchases.html", {"rows": rows, "promo": promo})


def _dollars(cents: int) -> str:
    return written(cents, Currency.USD)


def _goods(promo: PromoCode, now: datetime) -> list[Product | LimitedPackage]:
    if promo.product or promo.package:
        return [good for good in (promo.product, promo.package) if good is not None]
    products: QuerySet[Product] = Product.objects.on_sale().filter(currency=Currency.USD)
    return [*LimitedPackage.objects.on_sale(now)[:_SHOWN], *products[:_SHOWN]][:_SHOWN]


def _effect(promo: PromoCode, good: Product | LimitedPackage, now: datetime) -> Effect:
    before = pricing.shelf_price(good, now)
    after = promos.discounted(promo, before)
    return Effect(good.name, _dollars(before), _dollars(after), _dollars(before - after))
