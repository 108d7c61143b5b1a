"""The slot machine's page: its table, and the player's own last spins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from games.engine.slots import Machine
from games.models import GameType
from games.pages.visit import visit
from games.screens import slot as screen
from games.screens.slot import SlotScreen


@require_safe
@never_cache
def slot(request: HttpRequest) -> HttpResponse:
    """The slot machine with its table, and the player's own last spins."""
    return render(request, "games/slot.html", {"nav": "games", "slot": _slot_screen(request)})


def _slot_screen(request: HttpRequest) -> SlotScreen:
    seen = visit(request, GameType.SLOT, Machine)
    last = seen.rounds[0] if seen.rounds else None
    stake, lines = screen.first_stake(seen.rules, last)
    gallery = screen.Gallery(seen.rules)
    return SlotScreen(
        gallery=gallery,
        config_version=seen.config_version,
        pause_reason=seen.pause_reason,
        stake=stake,
        lines=lines,
        reels=last.outcome["reels"] if last else screen.resting_reels(seen.rules),
        rounds=tuple(screen.spin_row(gallery, spun) for spun in seen.rounds),
        server_seed_hash=seen.server_seed_hash,
        nonce=seen.nonce,
    )
