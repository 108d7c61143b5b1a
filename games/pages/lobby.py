"""The list of games."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Player
from games.screens.tiles import tiles


@require_safe
@never_cache
def games(request: HttpRequest) -> HttpResponse:
    """Every game of the club with its exact return; for a player also the last result of each."""
    player = request.user if isinstance(request.user, Player) else None
    return render(request, "games/games.html", {"nav": "games", "tiles": tiles(player)})
