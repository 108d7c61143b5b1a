"""The games' pages."""

from django.urls import path

from games import pages

urlpatterns = [
    path("games", pages.games, name="games"),
    path("games/slot", pages.slot, name="slot"),
]
