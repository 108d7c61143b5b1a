"""The page of a player's purchases."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Player
from shop.history_screen import history_screen


@require_safe
@never_cache
def history(request: HttpRequest) -> HttpResponse:
    """All purchases of the player, narrowed by the query string; visitors are asked to sign in."""
    context: dict[str, object] = {"nav": "shop"}
    if isinstance(request.user, Player):
        context["history"] = history_screen(request.user.pk, request.GET)
    return render(request, "shop/history.html", context)
