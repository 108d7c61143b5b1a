"""The admin site of the house: the same counted door, sessions that end at once, and a first page with the numbers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import audit, authentication, sessions
from accounts.models import AuthSession, Player
from accounts.signin import sign_in
from adminpanel import dashboard
from casino.lib.client import client_ip, user_agent
from casino.lib.days import now as clock
from casino.lib.errors import Refusal
from casino.lib.pages import local_path, render_refusal

Json = dict[str, Any]
_ENVIRONMENTS = {
    "production": gettext_lazy("운영 환경"),
    "test": gettext_lazy("테스트 환경"),
    "dev": gettext_lazy("개발 환경"),
}


_GROUPS = {
    "accounts": gettext_lazy("계정"),
    "progress": gettext_lazy("이벤트와 보상"),
    "games": gettext_lazy("게임"),
    "shop": gettext_lazy("상점"),
    "realtime": gettext_lazy("실시간"),
    "adminpanel": gettext_lazy("점검"),
    "auth": gettext_lazy("권한"),
}
_PROGRESS = (
    "Event", "Mission", "Progress", "Streak", "StreakTable", "Reward", "CatalogReward", "Notification",
)  # fmt: skip
"""Models of the accounts that have a group of their own, in its order."""
_DRAWINGS = {
    "Player": "icon-users",
    "Wallet": "icon-gold",
    "Entry": "icon-ledger",
    "AuthSession": "icon-device",
    "Invite": "icon-key",
    "Audit": "icon-shield",
    "Action": "icon-history",
    "Event": "icon-bolt",
    "Mission": "icon-trophy",
    "Progress": "icon-chart",
    "Streak": "icon-flame",
    "StreakTable": "icon-calendar",
    "Reward": "icon-gift",
    "CatalogReward": "icon-ticket",
    "Notification": "icon-bell",
    "Campaign": "icon-globe",
    "Round": "icon-games",
    "Game": "icon-play",
    "GameConfig": "icon-settings",
    "GameStats": "icon-chart",
    "RevealedSeed": "icon-eye",
    "Product": "icon-tag",
    "LimitedPackage": "icon-timer",
    "PromoCode": "icon-percent",
    "Hold": "icon-lock",
    "WebhookEvent": "icon-webhook",
    "Purchase": "icon-receipt",
    "PurchaseRefusal": "icon-warning",
    "InventoryItem": "icon-box",
    "StreamEvent": "icon-live",
    "Inspection": "icon-check",
    "Group": "icon-lock",
}


class ClubAdminSite(AdminSite):
    """Django's admin behind the club's own sign-in."""

    site_header = settings.CLUB_NAME
    site_title = settings.CLUB_NAME
    index_title = gettext_lazy("운영 현황")
    empty_value_display = "–"

    def each_context(self, request: HttpRequest) -> Json:
        """What every page of the admin shows besides its own: where one is."""
        return {
            **super().each_context(request),
            "environment": settings.CLUB_ENV,
            "environment_label": _ENVIRONMENTS[settings.CLUB_ENV],
        }

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The apps in the order of the house, each model with its drawing."""
        order = list(_GROUPS)
        apps = [app for app in _parted(super().get_app_list(request, app_label)) if app["app_label"] in _GROUPS]
        for app in apps:
            app["name"] = _GROUPS[app["app_label"]]
            for model in app["models"]:
                model["drawing"] = _DRAWINGS.get(model["object_name"], "icon-dots")
        return sorted(apps, key=lambda app: order.index(app["app_label"]))

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff with a live session; a ban, a demotion or an ended session counts from the next request."""
        return isinstance(request.user, Player) and request.user.is_staff

    @method_decorator([never_cache, sensitive_post_parameters("password")])
    def login(self, request: HttpRequest, extra_context: Json | None = None) -> HttpResponse:
        """The staff door: the same counts, checks and refusals as everywhere, and nobody but staff."""
        following = local_path(request.POST.get("next") or request.GET.get("next")) or reverse("admin:index")
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(following)
        context = {
            "title": _("관리자 로그인"),
            "next": following,
            "environment_label": _ENVIRONMENTS[settings.CLUB_ENV],
        }
        if request.method != "POST":
            return render(request, "admin/login.html", context)
        name = request.POST.get("username", "").replace("\x00", "")[:50]
        try:
            self._enter(request, name, request.POST.get("password", ""))
        except Refusal as refusal:
            context |= {"username": name, "error": _told(refusal)}
            return render_refusal(request, "admin/login.html", context, refusal)
        return HttpResponseRedirect(following)

    def logout(self, request: HttpRequest, extra_context: Json | None = None) -> HttpResponse:  # type: ignore[override]
        """Ends the session of this browser."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        authentication.forget(request, now=clock())
        return HttpResponseRedirect(reverse("admin:login"))

    def password_change(self, request: HttpRequest, extra_context: Json | None = None) -> HttpResponse:  # type: ignore[override]
        """Staff change their password where players do, with the same checks."""
        return HttpResponseRedirect("/profile")

    def index(self, request: HttpRequest, extra_context: Json | None = None) -> TemplateResponse:
        """The dashboard above the list of everything."""
        return super().index(request, {**dashboard.of_today(now=clock()), **(extra_context or {})})

    def _enter(self, request: HttpRequest, name: str, password: str) -> None:
        now, ip = clock(), client_ip(request)
        player = sign_in(name, password, ip=ip, now=now, staff_only=True)
        client = sessions.Client(ip, user_agent(request.headers))
        browser = AuthSession.Kind.BROWSER
        grant = sessions.begin(player=player, kind=browser, client=client, now=now, refreshable=False)
        authentication.remember(request, grant.session)
        audit.record(action="ADMIN_LOGIN", target_type="user", target_id=player.pk, actor=player, now=now)


def _parted(apps: list[Any]) -> list[Any]:
    """The apps, with what players come back for in a group beside their accounts."""
    for app in list(apps):
        if app["app_label"] == "accounts":
            theirs = [model for model in app["models"] if model["object_name"] in _PROGRESS]
            app["models"] = [model for model in app["models"] if model["object_name"] not in _PROGRESS]
            theirs.sort(key=lambda model: _PROGRESS.index(model["object_name"]))
            apps.append({**app, "app_label": "progress", "models": theirs})
    return [app for app in apps if app["models"]]


def _told(refusal: Refusal) -> Json:
    error: Json = {"code": refusal.code, "message": refusal.message}
    if "Retry-After" in refusal.headers:
        seconds = int(refusal.headers["Retry-After"])
        error |= {"retry_after": seconds, "clock": f"{seconds // 60:02d}:{seconds % 60:02d}"}
    return error
