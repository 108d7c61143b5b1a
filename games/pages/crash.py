"""The crash page: the curve in force, the player's open round if there is one, and the last rounds."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Player
from casino.lib import days
from games.engine.crash import Curve
from games.models import GameType, Round
from games.pages.visit import visit
from games.play import due, flights
from games.screens import crash as screen

PLAIN_COOKIE = "crash_text"


@require_safe
@never_cache
def crash(request: HttpRequest) -> HttpResponse:
    """The curve with its table; an open round stands where it is now."""
    now = days.now()
    if isinstance(request.user, Player):
        due.catch_up(request.user.pk, now=now)
    seen = visit(request, GameType.CRASH, Curve)
    flown = [each for each in seen.rounds if each.settled_at]
    stake, target, is_auto = screen.first_bet(seen.rules, seen.rounds[0] if seen.rounds else None)
    shown = screen.CrashScreen(
        curve=seen.rules,
        config_version=seen.config_version,
        pause_reason=seen.pause_reason,
        stake=stake,
        target=target,
        is_auto=is_auto,
        is_plain=request.COOKIES.get(PLAIN_COOKIE) == "on",
        opening=_opening([each for each in seen.rounds if not each.settled_at], now=now),
        rounds=tuple(screen.flown_row(each) for each in flown),
        chips=tuple(screen.chip(each) for each in flown),
        server_seed_hash=seen.server_seed_hash,
        nonce=seen.nonce,
    )
    return render(request, "games/crash.html", {"nav": "games", "crash": shown})


def _opening(flying: list[Round], *, now: datetime) -> screen.Json:
    """The server's clock, and the open round by it as the API tells it: what was not due then has not crashed yet."""
    shown = [flights.shown(flight, at=now) for flight in (flights.flights(flying) if flying else [])]
    return {"server_time": days.stamp(now), "round": shown[0] if shown else None}
