"""The odds page: everything the tables pay and how likely it is, also as a spreadsheet."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from casino.lib import csvs
from casino.lib.errors import Refusal
from games.engine.slots import MAX_LINES
from games.odds import odds_document
from games.screens.odds import OddsScreen
from games.screens.odds_sheet import COLUMNS, sheet

Json = dict[str, Any]

MOST_WANTED: Final = 60
_STAKE: Final = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_VERSION: Final = re.compile(r"([a-z]+):(\d{1,9})", re.ASCII)


class Asked(NamedTuple):
    """What the query string asks for; what cannot be meant is left out."""

    stake: int | None
    lines: int
    versions: dict[str, int]


@require_safe
@never_cache
def odds(request: HttpRequest) -> HttpResponse:
    """Every game's odds; `?stake=`, `?lines=`, `?version=slot:1`, `?q=` as typed."""
    asked = _asked(request)
    wanted = request.GET.get("q", "")[:MOST_WANTED]
    screen = OddsScreen(_document(asked), wanted=wanted, stake=asked.stake, lines=asked.lines)
    context = {
        "nav": "odds",
        "odds": screen,
        "stake_typed": request.GET.get("stake", "").strip(),
        "line_choices": range(1, MAX_LINES + 1),
        "version": request.GET.get("version", ""),
        "query": request.GET.urlencode(),
    }
    return render(request, "games/odds.html", context)


@require_safe
@never_cache
def odds_csv(request: HttpRequest) -> HttpResponse:
    """The same numbers as a download."""
    return csvs.attachment("casino-club-odds.csv", COLUMNS, sheet(_document(_asked(request))))


def _asked(request: HttpRequest) -> Asked:
    stake, lines = (request.GET.get(name, "").strip() for name in ("stake", "lines"))
    return Asked(
        stake=int(stake) if _STAKE.fullmatch(stake) else None,
        lines=int(lines) if lines in map(str, range(1, MAX_LINES + 1)) else 1,
        versions={game: int(number) for game, number in _VERSION.findall(request.GET.get("version", ""))},
    )


def _document(asked: Asked) -> Json:
    try:
        return odds_document(stake=asked.stake, lines=asked.lines, versions=asked.versions)
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        raise Http404 from refusal
