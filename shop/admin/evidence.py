"""What the payment provider told us, in the Django admin: to look into, never to edit."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.admin import EvidenceAdmin
from shop.models import WebhookEvent


@admin.register(WebhookEvent)
class WebhookEventAdmin(EvidenceAdmin):
    """Every event of the provider that was processed; nonces are nobody's business."""

    list_display = ("event_id", "purchase", "status", "received_at")
    list_filter = ("status",)
    search_fields = ("=event_id", "=receipt_code")
    search_help_text = gettext_lazy("이벤트 ID, 영수증")
    date_hierarchy = "received_at"
    ordering = ("-received_at",)
    fields = list_display
    readonly_fields = ("purchase",)

    @admin.display(description=gettext_lazy("영수증"), ordering="receipt_code")
    def purchase(self, event: WebhookEvent) -> SafeString:
        """The purchase it was about."""
        found = f"{reverse('admin:shop_purchase_changelist')}?q={event.receipt_code}"
        return format_html('<a href="{}"><code>{}</code></a>', found, event.receipt_code)
