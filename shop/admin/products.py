"""Products in the Django admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.admin import ReasonForm
from accounts.admin.deeds import Deed
from accounts.admin.desk import Sections
from accounts.models import Player, Rank
from casino.lib.days import now as clock
from shop import availability, catalogue, pricing, shelving
from shop.admin import drawings
from shop.admin.deeds import Json, StockForm, Way
from shop.admin.drawings import Seen, State
from shop.admin.prices import written
from shop.admin.shelf import ShelfAdmin, ShelfForm
from shop.admin.states import ProductStateFilter, product_state
from shop.models import Product

_BLOCKED = {
    "RANK_REQUIRED": gettext_lazy("등급 부족"),
    "OUT_OF_STOCK": gettext_lazy("품절"),
    "NOT_ON_SALE": gettext_lazy("판매 기간 아님"),
    "RANK_MAX": gettext_lazy("이미 최고 등급"),
}


class ProductForm(ShelfForm):
    """A product as staff write it; discounts are kept between 0 and 95, the sku is the product_id unless given."""

    class Meta:
        model = Product
        fields = (
            "product_id", "sku", "name", "description", "icon", "type", "rarity", "effect", "currency", "price",
            "discount", "discount_ends_at", "value", "bonus_gold", "sale_starts_at", "sale_ends_at", "min_rank",
            "stock_remaining", "one_time", "is_limited", "popular", "is_active", "sort_order", "extra",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sku := self.fields.get("sku"):
            sku.required = False
            sku.help_text = _("비우면 상품 ID와 같음")

    def clean_discount(self) -> int:
        """The discount as it is kept."""
        return pricing.normal_discount(self.cleaned_data["discount"])

    def clean_sku(self) -> str:
        """The sku, or the product_id when none was given."""
        return str(self.cleaned_data["sku"] or self.cleaned_data.get("product_id") or self.instance.product_id)


def _set_stock(by: Player, product: Product, given: Json) -> None:
    if given["way"] == Way.CHANGE:
        shelving.change_stock(by=by, product_id=product.pk, by_units=given["units"], reason=given["reason"])
        return
    to = given["units"] if given["way"] == Way.SET else None
    shelving.set_stock(by=by, product_id=product.pk, to=to, reason=given["reason"])


def _remove(by: Player, product: Product, given: Json) -> None:
    shelving.delete_product(by=by, product_id=product.pk, reason=given["reason"])


def _restore(by: Player, product: Product, given: Json) -> None:
    shelving.restore_product(by=by, product_id=product.pk, reason=given["reason"])


@admin.register(Product)
class ProductAdmin(ShelfAdmin):
    """Everything on the shelf. Only what was changed is written: stock sold meanwhile stays sold."""

    form = ProductForm
    target_type = "product"
    target_field = "product_id"
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed("stock", gettext_lazy("수량 변경"), gettext_lazy("수량을 바꿨습니다"), StockForm, _set_stock),
        Deed("remove", gettext_lazy("삭제"), gettext_lazy("삭제했습니다"), ReasonForm, _remove,
             lambda product: product.deleted_at is None, is_grave=True),
        Deed("restore", gettext_lazy("복원"), gettext_lazy("복원했습니다"), ReasonForm, _restore,
             lambda product: product.deleted_at is not None),
    )  # fmt: skip
    times = ("created_at", "updated_at", "deleted_at")
    created_only = ("product_id",)
    list_display = ("good", "standing", "offer", "left")
    list_filter = (ProductStateFilter, "currency", "type", "min_rank", "one_time")
    search_fields = ("=id", "product_id__icontains", "sku__icontains", "name__icontains")
    search_help_text = gettext_lazy("번호, 상품 ID, SKU, 이름")
    date_hierarchy = "created_at"
    ordering = ("sort_order", "id")
    readonly_fields = ("state", "units", "price_preview", "created_at", "updated_at", "deleted_at")

    def sections(self, row: Product | None) -> Sections:
        """Stock is written once, with the product; after that it has a page of its own."""
        what = ("product_id", "sku", "name", "description", "icon", "type", "rarity", "effect")
        prices = ("currency", ("price", "discount"), "discount_ends_at", ("value", "bonus_gold"))
        terms = ("is_active", "sale_starts_at", "sale_ends_at", "min_rank", "one_time")
        shown = (pgettext_lazy("관리", "표시"), {"fields": (("is_limited", "popular"), "sort_order", "extra")})
        if row is None:
            return (
                (None, {"fields": what}),
                (pgettext_lazy("관리", "가격"), {"fields": prices}),
                (gettext_lazy("판매 조건"), {"fields": (*terms, "stock_remaining")}),
                shown,
            )
        return (
            (None, {"fields": ("state", *what)}),
            (pgettext_lazy("관리", "가격"), {"fields": (*prices, "price_preview")}),
            (gettext_lazy("수량"), {"fields": ("units",)}),
            (gettext_lazy("판매 조건"), {"fields": terms}),
            shown,
        )

    def create(self, by: Player, facts: Json) -> Product:
        """Puts it on the shelf."""
        return shelving.create_product(by=by, facts=facts)

    def alter(self, by: Player, row: Product, facts: Json, reason: str) -> None:
        """Changes what staff changed."""
        shelving.change_product(by=by, product_id=row.pk, facts=facts, reason=reason)

    def panel(self, row: Product) -> str:
        """How many there are."""
        return drawings.panel(availability.of_product(row), clock(), held_by=_("결제 대기"))

    @admin.display(description=gettext_lazy("상품"), ordering="name")
    def good(self, product: Product) -> SafeString:
        """What it is called, and by what name links and receipts know it."""
        return drawings.named(product.name, product.product_id)

    @admin.display(description=gettext_lazy("상태"))
    def state(self, product: Product) -> SafeString:
        """Whether it is on sale, and why not if so."""
        return drawings.badge(product_state(product, clock()))

    @admin.display(description=gettext_lazy("상태"))
    def standing(self, product: Product) -> SafeString:
        """The state, with how long it lasts."""
        return drawings.standing(self.state(product), product.sale_starts_at, product.sale_ends_at, clock())

    @admin.display(description=gettext_lazy("판매가"), ordering="price")
    def offer(self, product: Product) -> SafeString:
        """The price now, the list price struck beside it when it is lower; below it whom it is for."""
        gate = _("%(rank)s 이상") % {"rank": product.min_rank} if product.min_rank else ""
        return drawings.named(_price(product), gate)

    @admin.display(description=gettext_lazy("남음"), ordering="stock_remaining")
    def left(self, product: Product) -> str:
        """Free units."""
        return _("무제한") if product.stock_remaining is None else f"{product.stock_remaining:,}"

    @admin.display(description=gettext_lazy("수량"))
    def units(self, product: Product) -> str:
        """How many there are, drawn."""
        return self.panel(product)

    @admin.display(description=gettext_lazy("등급별 화면"))
    def price_preview(self, product: Product) -> str:
        """What a player of each rank sees now, as the form stands."""
        return drawings.ranks([_seen(product, rank, _price(product)) for rank in Rank])


def _price(product: Product) -> SafeString:
    now = clock()
    price = written(pricing.final_price(product, now), product.currency)
    return drawings.struck(price, written(product.price, product.currency))


def _seen(product: Product, rank: Rank, price: SafeString) -> Seen:
    now = clock()
    blocked = catalogue.blocked_reason(product, Player(rank=rank), is_owned=False, now=now)
    state = product_state(product, now)
    if state in (State.DELETED, State.OFF):
        return Seen(rank.label, price, _("보이지 않음"))
    return Seen(rank.label, price, _BLOCKED.get(blocked, blocked) if blocked else "")
