"""The slot: one call draws, decides and pays."""

from __future__ import annotations

import uuid

from django.db import transaction

from accounts.ledger import open_wallet
from accounts.models import Player
from casino.lib import days, idempotency
from casino.lib.idempotency import Key
from games import draws, floor, metrics
from games.engine.slots import Machine
from games.models import GameType
from games.play import rounds
from games.play.due import settling_first
from games.play.rounds import Play

OPERATION = "slot.spin"


@settling_first
def spin(*, player: Player, stake: int, lines: int, key: Key | None) -> Play:
    """Takes the stake, draws nine cells, pays the lines and records the round; a known key tells its round again."""
    round_id = uuid.uuid4()
    with transaction.atomic():
        kept = idempotency.claim(key, ref=str(round_id), now=days.now())
        if kept is not None:
            return rounds.replay(kept)
        with open_wallet(player.pk) as wallet:
            seats = floor.seats_of(player.pk)
            seat = seats[GameType.SLOT]
            machine = floor.rules(seat.fingerprint, Machine)
            rounds.admit(wallet, seat, stake=stake, stake_min=machine.stake_min, stake_max=machine.stake_max)
            bet = rounds.place(wallet, seat, round_id=round_id, stake=stake)
            drawn = draws.slot(machine, rounds.dice_for(wallet, bet), stake=stake, lines=lines)
            rounds.settle(wallet, seats, bet, payout=drawn.payout, outcome=drawn.outcome)
    metrics.count_round(bet)
    return Play(bet, replayed=False)
