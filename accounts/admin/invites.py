"""Invite codes in the Django admin."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Invite, Player
from casino.lib.days import now as clock


@admin.register(Invite)
class InviteAdmin(admin.ModelAdmin[Invite]):
    """Invite codes: switched on and off, their end and number of uses set."""

    list_display = ("code", "is_active", "used_count", "max_uses", "expires_at", "created_by", "created_at")
    list_filter = ("is_active",)
    list_select_related = ("created_by",)
    search_fields = ("=code",)
    fields = ("code", "is_active", "max_uses", "expires_at", "used_count", "created_by", "created_at")
    readonly_fields = ("used_count", "created_by", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Invite | None = None) -> tuple[str, ...]:
        """A code that exists keeps its name."""
        return (*self.readonly_fields, "code") if obj else tuple(self.readonly_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Invite | None = None) -> bool:
        """Never: a code is switched off."""
        return False

    def save_model(self, request: HttpRequest, obj: Invite, form: forms.ModelForm[Invite], change: bool) -> None:
        """Saves what was changed and nothing else: uses counted meanwhile stay counted."""
        if change:
            obj.save(update_fields=form.changed_data)
            return
        obj.created_at, obj.created_by = clock(), request.user if isinstance(request.user, Player) else None
        obj.save(force_insert=True)
