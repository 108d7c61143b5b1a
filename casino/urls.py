"""Every route of the club. The composition root: apps do not know each other's paths."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import JavaScriptCatalog

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("accounts.api.urls")),
    path("", include("realtime.api.urls")),
    path("", include("games.api.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n", JavaScriptCatalog.as_view(), name="javascript-catalog"),
]

handler400 = "casino.pages.bad_request"
handler403 = "casino.pages.forbidden"
handler404 = "casino.pages.not_found"
handler500 = "casino.pages.server_error"
