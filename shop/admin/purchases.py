"""Purchases in the Django admin: to look into, never to edit."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.admin import EvidenceAdmin
from shop.admin.prices import written
from shop.models import Purchase, PurchaseRefusal


@admin.register(Purchase)
class PurchaseAdmin(EvidenceAdmin):
    """Every purchase with each step on its way."""

    list_display = (
        "id", "receipt_code", "player", "item_name", "quantity", "price", "status", "reason_code", "created_at",
        "settled_at",
    )  # fmt: skip
    list_display_links = ("id", "receipt_code")
    list_filter = ("status", "reason_code", "kind", "currency", "gateway_mode")
    list_select_related = ("player",)
    search_fields = ("=receipt_code", "=charge_id", "=player__site_id", "=player__nickname")
    search_help_text = gettext_lazy("영수증, 결제 번호, 사이트 아이디, 닉네임")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    exclude = ("timeline", "card_hash")
    readonly_fields = ("steps",)

    @admin.display(description=gettext_lazy("금액"), ordering="amount")
    def price(self, purchase: Purchase) -> str:
        """What it cost."""
        return written(purchase.amount, purchase.currency)

    @admin.display(description=gettext_lazy("기록"))
    def steps(self, purchase: Purchase) -> SafeString:
        """The timeline, a line a step."""
        lines = (
            (step["at"], step["step"], " ".join(f"{name}={value}" for name, value in step["data"].items()))
            for step in purchase.timeline
        )
        return format_html_join("\n", "<div><code>{}</code> <b>{}</b> {}</div>", lines)


@admin.register(PurchaseRefusal)
class PurchaseRefusalAdmin(EvidenceAdmin):
    """Attempts that were turned down without a receipt, on the last day."""

    list_display = ("id", "player", "code", "quantity", "amount", "reason_code", "created_at")
    list_filter = ("reason_code",)
    list_select_related = ("player",)
    search_fields = ("=player__site_id", "=player__nickname")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임")
    ordering = ("-id",)
    exclude = ("card_hash",)
