"""Every route of the club. The composition root: apps do not know each other's paths."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from adminpanel import pages
from casino import asyncapi, documents, status
from casino.windows import open_windows

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("accounts.api.urls")),
    path("", include("realtime.api.urls")),
    path("", include("games.urls")),
    path("", include("games.api.urls")),
    path("", include("shop.urls")),
    path("", include("shop.api.urls")),
    path("", include("adminpanel.api.urls")),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/points/", pages.points),
    path("admin/", admin.site.urls),
    path("api", status.root),
    path("health", status.overall),
    path("healthz", status.healthz),
    path("metrics", status.metrics),
    path("openapi.json", documents.openapi),
    path("docs", documents.swagger),
    path("asyncapi.json", asyncapi.document),
    path("asyncapi", asyncapi.page),
    path("redoc", documents.redoc),
]

open_windows()

handler400 = "casino.pages.bad_request"
handler403 = "casino.pages.forbidden"
handler404 = "casino.pages.not_found"
handler500 = "casino.pages.server_error"
