"""What players were told, in the Django admin: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.admin import drawings
from accounts.admin.evidence import EvidenceAdmin
from accounts.models import Notification


@admin.register(Notification)
class NotificationAdmin(EvidenceAdmin):
    """Every notice that is still kept, in the words of whoever looks."""

    list_display = ("id", "person", "kind", "told", "read_at", "created_at")
    list_filter = ("kind", ("read_at", admin.EmptyFieldListFilter))
    list_select_related = ("player",)
    search_fields = ("=player__id", "=player__site_id", "=player__nickname", "=key")
    search_help_text = gettext_lazy("번호, 사이트 아이디, 닉네임, 키")
    ordering = ("-id",)
    fields = ("person", "kind", "told", "link", "key", "facts", "created_at", "read_at")
    readonly_fields = ("person", "told")

    @admin.display(description=gettext_lazy("플레이어"))
    def person(self, notice: Notification) -> SafeString:
        """Who was told."""
        return drawings.player(notice.player)

    @admin.display(description=pgettext_lazy("관리", "내용"))
    def told(self, notice: Notification) -> SafeString:
        """The title, with the message under it."""
        return drawings.named(notice.shown_title, notice.shown_message)
