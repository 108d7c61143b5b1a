"""What every page needs to know, and the windows through which lower floors show the floors above them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.gzip import gzip_page
from django.views.i18n import JavaScriptCatalog

from casino.lib.errors import Refusal

Json = dict[str, Any]
SOURCE_LANGUAGE: Final = "ko"
CATALOGUE_MAX_AGE_SECONDS: Final = 31_536_000
_CHOICES: Final = {"theme": ("dark", "light"), "motion": ("on", "off"), "sound": ("off", "on")}


@dataclass(slots=True)
class Windows:
    """Facts of upper floors that lower pages show; the composition root opens each window."""

    tiles: Callable[[AbstractBaseUser | None], Sequence[object]] = lambda visitor: []
    """Every game as a tile, for a player or for nobody."""
    lobby: Callable[[AbstractBaseUser, int, int, int, datetime], Json] = lambda member, balance, streak, limit, now: {}
    """Games as tiles, statistics and so many newest rounds of a member with this balance and run of wins."""
    settle_due: Callable[[int, datetime], object] = lambda player_id, now: None
    """Ends the round of a player that is over by the clock."""
    statistics: Callable[[int], Json] = lambda player_id: {}
    """A player's statistics as the API tells them."""
    records: Callable[[int, Json], Sequence[object]] = lambda player_id, statistics: []
    """What a player made of each game, from the statistics as the API tells them."""
    rounds: Callable[[int, int], tuple[int, Sequence[object]]] = lambda player_id, limit: (0, [])
    """How many rounds a player has, and the newest of them as rows."""
    collection: Callable[[int], Sequence[Json]] = lambda player_id: []
    """What a player has drawn from the gacha, one line an item."""
    belongings: Callable[[int], Json] = lambda player_id: {}
    """Everything kept about a player, list by list, for the player to take along."""
    pending_purchases: Callable[[int], int] = lambda player_id: 0
    """How many purchases of a player wait for their payment."""


windows: Final = Windows()


def render_refusal(request: HttpRequest, template: str, context: Json, refusal: Refusal) -> HttpResponse:
    """A page that says no: with the refusal's status and headers."""
    response = render(request, template, context, status=refusal.status)
    for name, value in refusal.headers.items():
        response[name] = value
    add_never_cache_headers(response)
    return response


def preferences(request: HttpRequest) -> dict[str, str]:
    """Theme, motion and sound as the visitor's cookies say, else the house's own."""
    return {
        name: value if (value := request.COOKIES.get(name, "")) in choices else choices[0]
        for name, choices in _CHOICES.items()
    }


def local_path(wanted: str | None) -> str:
    """`wanted` when it is a path of this host, else nothing: nobody is sent elsewhere after signing in."""
    if not wanted or not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return ""
    return wanted


def catalogue_url(language: str) -> str:
    """Where scripts find their words; nothing for the language the sources are written in."""
    if language == SOURCE_LANGUAGE:
        return ""
    return f"/jsi18n/{language}.js?v={_catalogue_version(language)}"


@cache
def _catalogue_version(language: str) -> str:
    digest = hashlib.sha256()
    for folder in settings.LOCALE_PATHS:
        file = Path(folder) / language / "LC_MESSAGES" / "djangojs.mo"
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()[:12]


class _Catalogue(JavaScriptCatalog):
    """The house's own words only; the admin's scripts bring theirs."""

    packages = ["casino"]

    def get_paths(self, packages: list[str]) -> list[str]:
        """Where the house keeps its words."""
        return [str(folder) for folder in settings.LOCALE_PATHS]


@gzip_page
def catalogue(request: HttpRequest, language: str) -> HttpResponseBase:
    """The words of the scripts in one language; its address changes with them, so it may be kept for ever."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        response = _Catalogue.as_view()(request)
    response["Cache-Control"] = f"public, max-age={CATALOGUE_MAX_AGE_SECONDS}, immutable"
    return response
