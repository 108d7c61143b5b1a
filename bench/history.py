"""A long history in little time: rounds of all games as plays leave them, many to a transaction, nothing made up.

Stakes, nonces, dice and gold go through the very functions that play; only keys, events and actions are left out.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from itertools import cycle, islice

from django.db import transaction

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import EntryCode, Player
from casino.lib import days
from games import draws, floor, stats
from games.draws import Drawn
from games.engine import crash as crash_engine
from games.engine.crash import Curve
from games.engine.gacha import Pool
from games.engine.rps import HANDS, Duel
from games.engine.slots import MAX_LINES, Machine
from games.floor import Seat
from games.models import GameType, Round, RoundStatus
from games.play import flights, rounds
from games.play.flights import Flight

_BATCH = 200
_STAKE = 10
_APART = timedelta(milliseconds=500)
_HALF_OUT = 150


class History:
    """A player's rounds, written one after the other: slot, rps, crash and gacha in turn."""

    def __init__(self, player_id: int) -> None:
        self._player_id = player_id
        self._pity = floor.seats_of(player_id)[GameType.GACHA].stats.pity

    def write(self, count: int) -> None:
        """Adds so many rounds, the last of them settled about now, and brings the statistics up to them."""
        games = cycle((GameType.SLOT, GameType.RPS, GameType.CRASH, GameType.GACHA))
        at = days.now() - count * _APART
        while batch := list(islice(games, min(_BATCH, count))):
            count -= len(batch)
            with transaction.atomic(), open_wallet(self._player_id, now=at) as wallet:
                seats = floor.seats_of(self._player_id)
                played = []
                for number, game in enumerate(batch):
                    wallet.now = at + number * _APART
                    played.append(self._play(wallet, seats[game], number))
                Round.objects.bulk_create(played)
            at += len(batch) * _APART
        actor = Player.objects.get(pk=self._player_id)
        stats.recalculate(player_id=self._player_id, actor=actor, now=days.now())

    def _play(self, wallet: OpenWallet, seat: Seat, number: int) -> Round:
        rules = floor.parsed(seat.fingerprint)
        stake = rules.cost(1) if isinstance(rules, Pool) else _STAKE
        placed = rounds.place(wallet, seat, round_id=uuid.uuid4(), stake=stake)
        dice, books = rounds.dice_for(wallet, placed), rounds.BOOKS[seat.game]
        code, status, over_at = books.win, RoundStatus.SETTLED, wallet.now
        match rules:
            case Machine():
                drawn = draws.slot(rules, dice, stake=stake, lines=1 + number % MAX_LINES)
            case Duel():
                drawn = draws.rps(rules, dice, stake=stake, choice=HANDS[number % len(HANDS)])
                code = EntryCode.RPS_DRAW if drawn.outcome["result"] == "draw" else code
            case Pool():
                drawn = draws.gacha(rules, dice, count=1, pity=self._pity)
                drawn.outcome["items"][0]["is_new"] = False
                self._pity = drawn.outcome["pity"]["after"]
            case Curve():
                placed.outcome = draws.crash_open(target=_HALF_OUT)
                end = flights.end_by(Flight(placed, rules), crash_engine.point(rules, dice))
                drawn = draws.crash(rules, dice, stake=stake, target=_HALF_OUT)
                status, over_at = end.status, end.at
            case _:
                raise AssertionError(f"no game is played by a {type(rules).__name__}")
        wallet.receive(drawn.payout, source=books.house, code=code, reference=str(placed.round_id))
        return _settled(placed, drawn, status, over_at, wallet.balance)


def _settled(placed: Round, drawn: Drawn, status: RoundStatus, over_at: datetime, balance: int) -> Round:
    placed.payout, placed.outcome = drawn.payout, drawn.outcome
    placed.status, placed.settled_at, placed.balance_after = status, over_at, balance
    return placed
