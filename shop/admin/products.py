"""Products in the Django admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import Player, Rank
from casino.lib.days import now as clock
from shop import catalogue, pricing
from shop.admin.prices import written
from shop.models import Product


class ProductForm(forms.ModelForm[Product]):
    """A product as staff write it; discounts are kept between 0 and 95, the sku is the product_id unless given."""

    sku = forms.CharField(label="SKU", max_length=64, required=False, help_text=gettext_lazy("비우면 상품 ID와 같음"))

    class Meta:
        model = Product
        fields = (
            "product_id", "sku", "name", "description", "icon", "type", "rarity", "effect", "currency", "price",
            "discount", "discount_ends_at", "value", "bonus_gold", "sale_starts_at", "sale_ends_at", "min_rank",
            "stock_remaining", "one_time", "is_limited", "popular", "is_active", "sort_order", "extra",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True  # what staff changed, not what became different while they were thinking

    def clean_discount(self) -> int:
        """The discount as it is kept."""
        return pricing.normal_discount(self.cleaned_data["discount"])

    def clean_sku(self) -> str:
        """The sku, or the product_id when none was given."""
        return self.cleaned_data["sku"] or self.cleaned_data.get("product_id") or self.instance.product_id


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    """Everything on the shelf. Only what was changed is written: stock sold meanwhile stays sold."""

    form = ProductForm
    list_display = (
        "id",
        "product_id",
        "name",
        "shelf_price",
        "final_price",
        "stock_remaining",
        "min_rank",
        "is_active",
    )
    list_display_links = ("id", "product_id")
    list_filter = ("is_active", "currency", "type", "min_rank", "one_time", ("deleted_at", admin.EmptyFieldListFilter))
    search_fields = ("=id", "product_id__icontains", "sku__icontains", "name__icontains")
    search_help_text = gettext_lazy("번호, 상품 ID, SKU, 이름")
    ordering = ("sort_order", "id")
    readonly_fields = ("price_preview", "created_at", "updated_at", "deleted_at")
    fieldsets = (
        (None, {"fields": ("product_id", "sku", "name", "description", "icon", "type", "rarity", "effect")}),
        (
            gettext_lazy("가격"),
            {"fields": ("currency", "price", "discount", "discount_ends_at", "value", "bonus_gold", "price_preview")},
        ),
        (
            gettext_lazy("판매 조건"),
            {"fields": ("is_active", "sale_starts_at", "sale_ends_at", "min_rank", "one_time", "stock_remaining")},
        ),
        (gettext_lazy("표시"), {"fields": ("is_limited", "popular", "sort_order", "extra")}),
        (gettext_lazy("시각"), {"fields": ("created_at", "updated_at", "deleted_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> tuple[str, ...]:
        """A product that exists keeps its product_id: receipts and links name it."""
        return (*self.readonly_fields, "product_id") if obj else tuple(self.readonly_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """Never: receipts point at products; they are switched off."""
        return False

    @admin.display(description=gettext_lazy("정가"), ordering="price")
    def shelf_price(self, product: Product) -> str:
        """The list price."""
        return written(product.price, product.currency)

    @admin.display(description=gettext_lazy("판매가"))
    def final_price(self, product: Product) -> str:
        """The price now, with its discount."""
        now = clock()
        discount = pricing.discount_in_force(product, now)
        price = written(pricing.final_price(product, now), product.currency)
        return f"{price} (−{discount}%)" if discount else price

    @admin.display(description=gettext_lazy("등급별 화면"))
    def price_preview(self, product: Product) -> str | SafeString:
        """What a player of each rank sees now."""
        if product._state.adding:
            return _("저장한 뒤 보입니다")
        now = clock()
        seen = [(rank.label, catalogue.shop_item(product, Player(rank=rank), is_owned=False, now=now)) for rank in Rank]
        lines = ((rank, self.final_price(product), item["blocked_reason"] or _("구매 가능")) for rank, item in seen)
        return format_html_join("\n", "<div>{}: {} · {}</div>", lines)

    def save_model(self, request: HttpRequest, obj: Product, form: forms.ModelForm[Product], change: bool) -> None:
        """Writes what was changed and an audit row that says what it was before."""
        by, now = request.user, clock()
        assert isinstance(by, Player)
        changed = form.changed_data
        if change and not changed:
            return
        before = Product.objects.filter(pk=obj.pk).values(*changed).first() if change else None
        if change:
            obj.save(update_fields=[*changed, "updated_at"])
        else:
            obj.created_at = now
            obj.save(force_insert=True)
        audit.record(
            action="PRODUCT_UPDATE" if change else "PRODUCT_CREATE",
            target_type="product",
            target_id=obj.product_id,
            actor=by,
            details={"before": before, "after": {name: getattr(obj, name) for name in changed}},
            now=now,
        )
