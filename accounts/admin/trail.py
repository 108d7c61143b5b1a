"""The audit trail and what players did, in the Django admin: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.admin.evidence import EvidenceAdmin
from accounts.models import Action, Audit


@admin.register(Audit)
class AuditAdmin(EvidenceAdmin):
    """Who did what to whom."""

    list_display = ("id", "severity", "action", "target_type", "target_id", "actor_name", "created_at", "request_id")
    list_filter = ("severity", "action", "target_type")
    search_fields = ("=action", "=target_id", "=actor_name", "=request_id")
    search_help_text = gettext_lazy("행위, 대상, 행위자, 요청 번호")
    date_hierarchy = "created_at"
    ordering = ("-id",)


@admin.register(Action)
class ActionAdmin(EvidenceAdmin):
    """What players did."""

    list_display = ("id", "player", "action_type", "source", "created_at")
    list_filter = ("source", "action_type")
    list_select_related = ("player",)
    search_fields = ("=player__site_id", "=player__nickname")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임")
    date_hierarchy = "created_at"
    ordering = ("-id",)
