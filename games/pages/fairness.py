"""The fairness page: the pair of seeds, how a round is proved, the verifier, and the verifier as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accounts.models import Player
from casino.lib.errors import Refusal
from games import history, seeds
from games.screens import fairness as screen
from games.screens.verifier import example_round, verifier_data
from games.screens.verifier_file import verifier_file

Json = dict[str, Any]


@require_safe
@never_cache
def fairness(request: HttpRequest) -> HttpResponse:
    """The player's seeds, the way of the last round, and the verifier; `?round=` opens it with that round."""
    player = request.user if isinstance(request.user, Player) else None
    asked = request.GET.get("round", "")
    wanted = _round(player, asked) if asked else None
    own = seeds.fairness_of(player.pk) if player else {"previous": []}
    pairs = [screen.past_pair(revealed) for revealed in own.pop("previous")]
    last = _last(player)
    context = {
        "nav": "fairness",
        "pair": own,
        "past": pairs,
        "past_most": seeds.PREVIOUS,
        "trail": screen.trail_of(last),
        "asked": asked,
        "asked_round": wanted,
        "asked_is_sealed": wanted is not None and screen.sealed(wanted),
        "verifier": verifier_data(wanted or _provable(player, pairs, last)),
    }
    return render(request, "games/fairness.html", context)


@require_safe
@never_cache
@gzip_page
def offline(request: HttpRequest) -> HttpResponse:
    """The verifier as one file that needs no network."""
    headers = {"Content-Disposition": 'attachment; filename="casino-club-verifier.html"'}
    return HttpResponse(verifier_file(example_round()), headers=headers)


def _round(player: Player | None, round_id: str) -> Json | None:
    """The round as the API tells this reader; none when it would not."""
    try:
        shown = history.round_for(player, round_id)
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        return None
    return shown if shown["settled_at"] else None


def _last(player: Player | None) -> Json:
    """The player's last round; an example for who has none."""
    last = screen.last_round(player.pk) if player else None
    return history.round_for(player, str(last.round_id)) if last else example_round()


def _provable(player: Player | None, pairs: list[screen.PastPair], last: Json) -> Json:
    """What the verifier opens with: a round of one's own that can be proved, else the example."""
    if not screen.sealed(last):
        return last
    found = screen.newest_provable(player.pk, pairs) if player else None
    return history.round_for(player, str(found.round_id)) if found else example_round()
