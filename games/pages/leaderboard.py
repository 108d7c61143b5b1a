"""The leaderboard."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Player
from games.screens.leaderboard import leaderboard_screen


@require_safe
@never_cache
def leaderboard(request: HttpRequest) -> HttpResponse:
    """Who gained the most, by game and period; a player also sees the own place."""
    reader = request.user if isinstance(request.user, Player) else None
    context = {"nav": "games", "board": leaderboard_screen(request.GET, reader=reader)}
    return render(request, "games/leaderboard.html", context)
