"""The games' paths below /api."""

from __future__ import annotations

from django.urls import path

from games.api import views

urlpatterns = [
    path("api/games", views.GameList.as_view()),
    path("api/games/slot/spin", views.SlotSpin.as_view()),
    path("api/games/stats/me", views.MyStats.as_view()),
    path("api/games/stats/<int:user_id>", views.PlayerStats.as_view()),
    path("api/games/stats/recalculate/<int:user_id>", views.StatsRecalculation.as_view()),
    path("api/games/history", views.History.as_view()),
    path("api/games/rounds/<str:round_id>", views.RoundDetail.as_view()),
]
