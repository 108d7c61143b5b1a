"""The streams in the Django admin: to look at, not to touch."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from realtime.models import StreamEvent


@admin.register(StreamEvent)
class StreamEventAdmin(admin.ModelAdmin[StreamEvent]):
    """What players were told, in order."""

    list_display = ("player", "seq", "type", "created_at")
    list_filter = ("type",)
    list_select_related = ("player",)
    search_fields = ("=player__site_id", "=player__nickname")
    search_help_text = "site_id, nickname"
    ordering = ("-id",)
    date_hierarchy = "created_at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: events are written beside what they report."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what was told was told."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: pruning takes the oldest."""
        return False
