"""What players keep, in the Django admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.admin import EvidenceAdmin
from shop.models import InventoryItem


@admin.register(InventoryItem)
class InventoryItemAdmin(EvidenceAdmin):
    """What players keep."""

    list_display = ("id", "player", "name", "quantity", "status", "source", "purchase", "acquired_at", "used_at")
    list_filter = ("status", "source", "type")
    list_select_related = ("player", "purchase")
    search_fields = ("=player__site_id", "=player__nickname", "=product_id", "=purchase__receipt_code")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임, 상품 ID, 영수증")
    date_hierarchy = "acquired_at"
    ordering = ("-id",)
