"""A player's history of rounds, and the page of a single one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Player
from casino.lib import days
from casino.lib.errors import Refusal
from games import history
from games.screens.history import history_screen
from games.screens.round import round_screen


@require_safe
@never_cache
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds of the player, narrowed by the query string; visitors are asked to sign in."""
    context = {"nav": "history", "as_of": days.now()}
    if isinstance(request.user, Player):
        context["history"] = history_screen(request.user.pk, request.GET)
    return render(request, "games/history.html", context)


@require_safe
@never_cache
def single(request: HttpRequest, round_id: str) -> HttpResponse:
    """One round to whom the API would show it; to others there is no such page."""
    reader = request.user if isinstance(request.user, Player) else None
    try:
        shown = history.round_for(reader, round_id)
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        raise Http404 from refusal
    screen = round_screen(shown, reader_id=reader.pk if reader else None)
    return render(request, "games/round.html", {"nav": "history", "round": screen})
