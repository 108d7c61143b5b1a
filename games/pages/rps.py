"""The page of rock-paper-scissors: the payouts in force, and the player's own last duels."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from games.engine.rps import Duel
from games.models import GameType
from games.pages.visit import visit
from games.screens.rps import RpsScreen, duel_row, first_stake


@require_safe
@never_cache
def rps(request: HttpRequest) -> HttpResponse:
    """The duel with its table, and the player's own last twenty."""
    seen = visit(request, GameType.RPS, Duel)
    screen = RpsScreen(
        duel=seen.rules,
        config_version=seen.config_version,
        pause_reason=seen.pause_reason,
        stake=first_stake(seen.rules, seen.rounds),
        rounds=tuple(duel_row(played) for played in seen.rounds),
        server_seed_hash=seen.server_seed_hash,
        nonce=seen.nonce,
    )
    return render(request, "games/rps.html", {"nav": "games", "rps": screen})
