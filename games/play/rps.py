"""Rock-paper-scissors: the house's hand is committed before the player's is known."""

from __future__ import annotations

import uuid

from django.db import transaction

from accounts.ledger import open_wallet
from accounts.models import EntryCode, Player
from casino.lib import days, idempotency
from casino.lib.idempotency import Key
from games import draws, floor, metrics
from games.engine.rps import Duel
from games.models import GameType
from games.play import rounds
from games.play.due import settling_first
from games.play.rounds import Play

OPERATION = "rps.play"


@settling_first
def play(*, player: Player, stake: int, choice: str, key: Key | None) -> Play:
    """Takes the stake, draws the house's hand, pays a win or a draw; a known key tells its round again."""
    round_id = uuid.uuid4()
    with transaction.atomic():
        kept = idempotency.claim(key, ref=str(round_id), now=days.now())
        if kept is not None:
            return rounds.replay(kept)
        with open_wallet(player.pk) as wallet:
            seats = floor.seats_of(player.pk)
            seat = seats[GameType.RPS]
            duel = floor.rules(seat.fingerprint, Duel)
            rounds.admit(wallet, seat, stake=stake, stake_min=duel.stake_min, stake_max=duel.stake_max)
            bet = rounds.place(wallet, seat, round_id=round_id, stake=stake)
            drawn = draws.rps(duel, rounds.dice_for(wallet, bet), stake=stake, choice=choice)
            code = EntryCode.RPS_DRAW if drawn.outcome["result"] == "draw" else None
            rounds.settle(wallet, seats, bet, payout=drawn.payout, outcome=drawn.outcome, code=code)
    metrics.count_round(bet)
    return Play(bet, replayed=False)
