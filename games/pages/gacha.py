"""The gacha's page: the pool in force, where the player stands, and the last rounds of pulls."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Player, Rank
from casino.lib import days
from games.engine.gacha import Pool
from games.models import GameStats, GameType
from games.pages.visit import visit
from games.pulls import pulled_today
from games.screens.gacha import Allowance, GachaScreen, open_banners, pull_row


@require_safe
@never_cache
def gacha(request: HttpRequest) -> HttpResponse:
    """The gacha with its chances, and the player's own album and last twenty rounds."""
    return render(request, "games/gacha.html", {"nav": "games", "gacha": _screen(request)})


def _screen(request: HttpRequest) -> GachaScreen:
    now = days.now()
    seen = visit(request, GameType.GACHA, Pool)
    pool = seen.rules
    banners = open_banners(pool.banners, now)
    asked = request.GET.get("banner", "")
    return GachaScreen(
        pool=pool,
        config_version=seen.config_version,
        pause_reason=seen.pause_reason,
        banner=next((banner for banner in banners if banner.banner_id == asked), pool.default_banner),
        banners=banners,
        mine=_allowance(pool, seen.player),
        rounds=tuple(pull_row(played) for played in seen.rounds),
        server_seed_hash=seen.server_seed_hash,
        nonce=seen.nonce,
    )


def _allowance(pool: Pool, player: Player | None) -> Allowance:
    """Where the player stands; a visitor stands at the beginning, with what the lowest rank may pull."""
    if player is None:
        return Allowance(0, 0, 0, pool.daily_limit(Rank.STANDARD), {})
    row = GameStats.objects.filter(player=player, game=GameType.GACHA).first() or GameStats()
    return Allowance(
        pity=row.pity,
        pulls=row.pulls,
        pulls_today=pulled_today(row, days.now()),
        daily_limit=pool.daily_limit(player.rank),
        collection=row.collection,
    )
