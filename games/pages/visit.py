"""What every game's page opens with: the table in force, and for a player the last rounds and the next commitment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.http import HttpRequest

from accounts.models import Player, Wallet
from games import floor
from games.engine.fairness import commitment
from games.models import Game, GameType, Round

LAST_ROUNDS: Final = 20

_Rules = TypeVar("_Rules")


@dataclass(frozen=True, slots=True)
class Visit(Generic[_Rules]):
    """One look at a game; a visitor has no rounds and an empty commitment."""

    rules: _Rules
    config_version: int
    pause_reason: str
    player: Player | None
    rounds: list[Round]
    server_seed_hash: str
    nonce: int


def visit(request: HttpRequest, game: GameType, kind: type[_Rules]) -> Visit[_Rules]:
    """The game as this caller finds it now."""
    seat = Game.objects.select_related("config").get(pk=game)
    rules = floor.rules(seat.config.fingerprint, kind)
    if not isinstance(request.user, Player):
        return Visit(rules, seat.config.version, seat.pause_reason, None, [], "", 0)
    wallet = Wallet.objects.get(pk=request.user.pk)
    return Visit(
        rules=rules,
        config_version=seat.config.version,
        pause_reason=seat.pause_reason,
        player=request.user,
        rounds=list(Round.objects.of(request.user.pk).filter(game=game)[:LAST_ROUNDS]),
        server_seed_hash=commitment(wallet.server_seed),
        nonce=wallet.nonce,
    )
