"""Pages of staff outside Django's admin: anybody may see them, what they call decides."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def points(request: HttpRequest) -> HttpResponse:
    """The form that gives gold; `?user_id=` fills in to whom."""
    wanted = request.GET.get("user_id", "")
    context = {"title": _("골드 지급"), "user_id": wanted if wanted.isascii() and wanted.isdigit() else ""}
    return render(request, "adminpanel/points.html", admin.site.each_context(request) | context)
