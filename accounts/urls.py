"""Page routes of accounts, and of the shell around all pages."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from accounts import pages, progress_pages
from casino.lib.pages import catalogue

urlpatterns = [
    path("", progress_pages.home, name="home"),
    path("login", pages.login, name="login"),
    path("signup", pages.signup, name="signup"),
    path("reset", pages.reset, name="reset"),
    path("logout", pages.logout, name="logout"),
    path("profile", pages.profile, name="profile"),
    path("events", progress_pages.events, name="events"),
    path("notifications", progress_pages.notifications, name="notifications"),
    path("terms", pages.paper, {"template": "terms.html"}, name="terms"),
    path("privacy", pages.paper, {"template": "privacy.html"}, name="privacy"),
    path("offline", pages.paper, {"template": "offline.html"}, name="offline"),
    path("i18n/setlang", set_language, name="set_language"),
    path("jsi18n/<slug:language>.js", catalogue, name="catalogue"),
]
