"""The games' pages."""

from django.urls import path

from games.pages import crash, fairness, gacha, leaderboard, lobby, odds, rounds, rps, slot

urlpatterns = [
    path("fairness", fairness.fairness, name="fairness"),
    path("fairness/verifier.html", fairness.offline, name="fairness-verifier"),
    path("games", lobby.games, name="games"),
    path("games/crash", crash.crash, name="crash"),
    path("games/slot", slot.slot, name="slot"),
    path("games/gacha", gacha.gacha, name="gacha"),
    path("games/rps", rps.rps, name="rps"),
    path("leaderboard", leaderboard.leaderboard, name="leaderboard"),
    path("history", rounds.rounds, name="history"),
    path("odds", odds.odds, name="odds"),
    path("odds.csv", odds.odds_csv, name="odds-csv"),
    path("rounds/<str:round_id>", rounds.single, name="round"),
]
