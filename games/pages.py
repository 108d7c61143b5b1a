"""The games' pages: the list of games and the slot machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Player, Wallet
from games import floor, slot_screen
from games.engine import returns
from games.engine.fairness import commitment
from games.models import Game, GameType, Round
from games.slot_screen import SlotScreen


@dataclass(frozen=True, slots=True)
class Announced:
    """A game that is not open yet: what it is, and nothing about its numbers."""

    art: str
    name: Promise
    text: Promise


ANNOUNCED: Final = (
    Announced("rps", GameType.RPS.label, _("하우스가 먼저 손을 정해 봉인합니다")),
    Announced("gacha", GameType.GACHA.label, _("카드를 뒤집어 수집첩을 채웁니다")),
    Announced("crash", GameType.CRASH.label, _("멈추는 순간은 당신이 정합니다")),
)


@require_safe
@never_cache
def games(request: HttpRequest) -> HttpResponse:
    """Every game of the club: the open ones with their exact return, the others by name."""
    slot = Game.objects.select_related("config").get(pk=GameType.SLOT)
    machine = floor.slot_machine(slot.config.fingerprint)
    context = {
        "nav": "games",
        "slot_rtp": slot_screen.percent(returns.slot_return(machine)),
        "slot_most": slot_screen.times(returns.slot_max_multiplier(machine) * 100),
        "slot_pause_reason": slot.pause_reason,
        "announced": ANNOUNCED,
    }
    return render(request, "games/games.html", context)


@require_safe
@never_cache
def slot(request: HttpRequest) -> HttpResponse:
    """The slot machine with its table, and the player's own last spins."""
    return render(request, "games/slot.html", {"nav": "games", "slot": _slot_screen(request)})


def _slot_screen(request: HttpRequest) -> SlotScreen:
    game = Game.objects.select_related("config").get(pk=GameType.SLOT)
    machine = floor.slot_machine(game.config.fingerprint)
    rounds: list[Round] = []
    server_seed_hash, nonce = "", 0
    if isinstance(request.user, Player):
        rounds = list(Round.objects.of(request.user.pk).filter(game=GameType.SLOT)[: slot_screen.LAST_SPINS])
        wallet = Wallet.objects.get(pk=request.user.pk)
        server_seed_hash, nonce = commitment(wallet.server_seed), wallet.nonce
    last = rounds[0] if rounds else None
    stake, lines = slot_screen.first_stake(machine, last)
    gallery = slot_screen.Gallery(machine)
    return SlotScreen(
        gallery=gallery,
        config_version=game.config.version,
        pause_reason=game.pause_reason,
        stake=stake,
        lines=lines,
        reels=last.outcome["reels"] if last else slot_screen.resting_reels(machine),
        rounds=tuple(slot_screen.spin_row(gallery, spun) for spun in rounds),
        server_seed_hash=server_seed_hash,
        nonce=nonce,
    )
