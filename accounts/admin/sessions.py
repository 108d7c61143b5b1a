"""Sign-ins in the Django admin: to look at, and to end."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import sessions
from accounts.admin.evidence import EvidenceAdmin
from accounts.models import AuthSession, Role
from casino.lib.days import now as clock


@admin.register(AuthSession)
class AuthSessionAdmin(EvidenceAdmin):
    """Sign-ins; support may end them."""

    list_display = ("player", "kind", "ip", "user_agent", "created_at", "last_seen_at", "revoked_at", "revoked_reason")
    list_filter = ("kind", ("revoked_at", admin.EmptyFieldListFilter), "revoked_reason")
    list_select_related = ("player",)
    search_fields = ("=player__site_id", "=player__nickname", "=ip")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임, IP")
    date_hierarchy = "created_at"
    ordering = ("-last_seen_at",)
    actions = ("end", "export_csv")
    fields = ("player", *list_display[1:], "rotated_at", "absolute_expires_at")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Support and owners may end sessions."""
        return getattr(request.user, "role", "") in (Role.SUPPORT, Role.OWNER)

    @admin.action(description=gettext_lazy("세션 끝내기"), permissions=["moderate"])
    def end(self, request: HttpRequest, chosen: QuerySet[AuthSession]) -> None:
        """Ends the chosen sessions at once."""
        now = clock()
        ended = sum(sessions.end(session, reason="staff", now=now) for session in chosen)
        self.message_user(request, _("세션 %(count)d개를 끝냈습니다") % {"count": ended})
