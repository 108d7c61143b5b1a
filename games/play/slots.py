"""The slot: one call draws, decides and pays."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from accounts.ledger import open_wallet
from accounts.models import Player
from casino.lib import days, idempotency
from casino.lib.idempotency import Key
from games import floor, metrics
from games.engine import slots as engine
from games.models import GameType
from games.play import rounds
from games.play.rounds import Play

OPERATION = "slot.spin"


def spin(*, player: Player, stake: int, lines: int, key: Key | None) -> Play:
    """Takes the stake, draws nine cells, pays the lines and records the round; a known key tells its round again."""
    now = days.now()
    round_id = uuid.uuid4()
    with transaction.atomic():
        kept = idempotency.claim(key, ref=str(round_id), now=now)
        if kept is not None:
            return rounds.replay(kept)
        with open_wallet(player.pk, now=now) as wallet:
            seats = floor.seats_of(player.pk)
            seat = seats[GameType.SLOT]
            machine = floor.slot_machine(seat.fingerprint)
            bet = rounds.place(
                wallet,
                seat,
                round_id=round_id,
                stake=stake,
                stake_min=machine.stake_min,
                stake_max=machine.stake_max,
            )
            outcome = engine.spin(machine, rounds.dice_for(wallet, bet), stake=stake, lines=lines)
            rounds.settle(wallet, seats, bet, payout=outcome.payout, outcome=_shown(outcome, lines))
    metrics.count_round(bet)
    return Play(bet, replayed=False)


def _shown(outcome: engine.Outcome, lines: int) -> dict[str, Any]:
    """The outcome as the round keeps it and the player sees it; multipliers in whole stakes."""
    return {
        "lines": lines,
        "reels": [list(row) for row in outcome.reels],
        "win_lines": [
            {
                "line": win.line,
                "positions": [list(cell) for cell in win.positions],
                "symbol": win.symbol,
                "count": win.count,
                "multiplier": win.multiplier / engine.HUNDREDTHS,
                "amount": win.amount,
            }
            for win in outcome.wins
        ],
        "is_jackpot": outcome.is_jackpot,
    }
