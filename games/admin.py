"""The games in the Django admin: to look at, not to touch."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import EvidenceAdmin
from games.models import Game, GameConfig, GameStats, Round


@admin.register(Round)
class RoundAdmin(EvidenceAdmin):
    """Every round with its outcome and proof."""

    list_display = ("id", "player", "game", "stake", "payout", "net_change", "status", "balance_after", "created_at")
    list_filter = ("game", "status")
    list_select_related = ("player",)
    search_fields = ("=round_id", "=player__site_id", "=player__nickname", "=server_seed_hash")
    search_help_text = "round_id, site_id, nickname, server_seed_hash"
    date_hierarchy = "created_at"


@admin.register(GameStats)
class GameStatsAdmin(EvidenceAdmin):
    """Running totals per player and game."""

    list_display = ("player", "game", "rounds", "wins", "ties", "losses", "wagered", "won", "max_win", "updated_at")
    list_filter = ("game",)
    list_select_related = ("player", "game")
    search_fields = ("=player__site_id", "=player__nickname")


@admin.register(Game)
class GameAdmin(EvidenceAdmin):
    """Which table each game is played by, and whether it is paused."""

    list_display = ("id", "config", "pause_reason")
    list_select_related = ("config",)


@admin.register(GameConfig)
class GameConfigAdmin(EvidenceAdmin):
    """Every version of every table."""

    list_display = ("game", "version", "fingerprint", "valid_from")
    list_filter = ("game",)
