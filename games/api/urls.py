"""The games' paths below /api."""

from __future__ import annotations

from django.urls import path

from games.api import fairness, plays, staff_views, views

urlpatterns = [
    path("api/games", views.GameList.as_view()),
    path("api/games/slot/spin", plays.SlotSpin.as_view()),
    path("api/games/rps/play", plays.RpsPlay.as_view()),
    path("api/games/gacha/pull", plays.GachaPull.as_view()),
    path("api/gacha/pull", plays.GachaPullShort.as_view()),
    path("api/games/crash/bet", plays.CrashBet.as_view()),
    path("api/games/crash/cashout", plays.CrashCashout.as_view()),
    path("api/games/crash/active", plays.CrashActive.as_view()),
    path("api/games/gacha/config", views.GachaConfig.as_view()),
    path("api/games/gacha/stats", views.GachaStats.as_view()),
    path("api/games/stats/me", views.MyStats.as_view()),
    path("api/games/stats/<int:user_id>", views.PlayerStats.as_view()),
    path("api/games/stats/recalculate/<int:user_id>", views.StatsRecalculation.as_view()),
    path("api/games/history", views.History.as_view()),
    path("api/games/leaderboard", views.Leaderboard.as_view()),
    path("api/games/rounds/<str:round_id>", views.RoundDetail.as_view()),
    path("api/admin/gacha/config", staff_views.GachaVersion.as_view()),
    path("api/odds", fairness.Odds.as_view()),
    path("api/fairness", fairness.Fairness.as_view()),
    path("api/fairness/rotate", fairness.SeedRotation.as_view()),
    path("api/fairness/client-seed", fairness.ClientSeed.as_view()),
    path("api/fairness/verify", fairness.Verification.as_view()),
]
