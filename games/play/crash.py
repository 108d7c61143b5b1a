"""Crash: a bet opens a round that flies by the server's clock; leaving it in time pays what the display shows.

The clock is read once the player's wallet is locked, so that bet, cash-out and end have one order.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.ledger import open_wallet
from accounts.models import Entry, EntryCode, Player, StreakType
from accounts.progress import streaks
from casino.lib import days, idempotency, rows
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from games import draws, errors, floor, metrics
from games.engine.crash import Curve
from games.models import GameType, Round, RoundStatus
from games.models.rounds import RoundQuerySet
from games.play import due, flights, rounds
from games.play.flights import Flight
from games.play.rounds import Play
from realtime.plays import CrashBet

Json = dict[str, Any]
BET = "crash.bet"
CASH_OUT = "crash.cashout"


@dataclass(frozen=True, slots=True)
class Flown(Play):
    """A play of crash with the curve of its round."""

    curve: Curve

    @property
    def flight(self) -> Flight:
        """The round with its curve."""
        return Flight(self.round, self.curve)


@due.settling_first
def bet(*, player: Player, stake: int, target: int | None, key: Key | None) -> Flown:
    """Takes the stake and opens a round; one that crashes at 1.00 is over at once. A known key tells its bet again."""
    round_id = uuid.uuid4()
    with transaction.atomic():
        kept = idempotency.claim(key, ref=str(round_id), now=days.now())
        if kept is not None:
            return _bet_again(kept)
        with open_wallet(player.pk) as wallet:
            seats = floor.seats_of(player.pk)
            seat = seats[GameType.CRASH]
            curve = floor.rules(seat.fingerprint, Curve)
            if target is not None and not curve.target_min <= target <= curve.target_max:
                raise errors.target_out_of_range(curve.target_min, curve.target_max)
            rounds.admit(wallet, seat, stake=stake, stake_min=curve.stake_min, stake_max=curve.stake_max)
            if wallet.row.open_round_due_at is not None:
                raise errors.round_open()
            placed = rounds.place(wallet, seat, round_id=round_id, stake=stake)
            placed.status, placed.outcome = RoundStatus.ACTIVE, draws.crash_open(target=target)
            wallet.tell(rounds.news(placed, CrashBet))
            flown = Flown(placed, replayed=False, curve=curve)
            end = flights.own_end(wallet, flown.flight)
            if end.at <= wallet.now:
                flights.finish(wallet, seats, flown.flight, end)
            else:
                wallet.row.open_round_due_at = end.at
                streaks.tick(wallet, streaks.of(player.pk, StreakType.CRASH_BET), at=wallet.now)
                rows.insert([placed])
    if placed.settled_at is not None:
        metrics.count_round(placed)
    return flown


@due.settling_first
def cash_out(*, player: Player, round_id: str | None, key: Key | None) -> Flown:
    """Leaves the open round at what the display shows; a known key tells its cash-out again.

    Only the locked wallet tells which round that is, so the key is claimed after it: nobody else takes such a key.
    """
    with transaction.atomic(), open_wallet(player.pk) as wallet:
        found = flights.open_flight(player.pk) if wallet.row.open_round_due_at else None
        number = str(found[0].round.round_id) if found else ""
        kept = idempotency.claim(key, ref=number, now=wallet.now)
        if kept is not None:
            (flight,) = flights.flights(Round.objects.filter(round_id=kept))
            return Flown(flight.round, replayed=True, curve=flight.curve)
        rounds.want_no_round_due(wallet)
        if found is None or (round_id is not None and _number(round_id) != number):
            raise _why_not(player.pk, round_id)
        flight, seats = found
        flights.finish(wallet, seats, flight, flights.cashed_out(wallet, flight))
    metrics.count_round(flight.round)
    return Flown(flight.round, replayed=False, curve=flight.curve)


def active(player_id: int) -> Json:
    """The player's open round and the last one that is over, as the wire shows them at this moment."""
    now = days.now()
    due.catch_up(player_id, now=now)
    latest = flights.flights(_rounds_of(player_id)[:2])
    is_flying = bool(latest) and latest[0].round.settled_at is None
    told = [flights.shown(flight, at=now) for flight in latest] + [None, None]
    flying, last = told[:2] if is_flying else (None, told[0])
    return {"active": is_flying, "round": flying, "last_round": last}


def _bet_again(round_id: str) -> Flown:
    """The bet as it was answered first, whatever has become of its round since."""
    (flight,) = flights.flights(Round.objects.filter(round_id=round_id))
    placed = flight.round
    paid = Entry.objects.get(wallet_id=placed.player_id, reference=round_id, code=EntryCode.CRASH_BET)
    placed.balance_after = paid.balance_after
    if placed.status != RoundStatus.CRASHED or placed.settled_at != placed.created_at:
        placed.status, placed.payout, placed.settled_at = RoundStatus.ACTIVE, 0, None
        placed.outcome = draws.crash_open(target=flight.target)
    return Flown(placed, replayed=True, curve=flight.curve)


def _why_not(player_id: int, round_id: str | None) -> Refusal:
    """Why there is nothing to cash out: the round is over, or there is no such round of the player's."""
    played = _rounds_of(player_id)
    if round_id is None:
        last = played.first()
        is_told = last is not None and last.status != RoundStatus.CASHED_OUT
    else:
        last = played.by_number(round_id)
        is_told = last is not None
    if last is None or not is_told:
        return errors.nothing_to_cash_out()
    return errors.round_crashed() if last.status == RoundStatus.CRASHED else errors.round_not_active()


def _rounds_of(player_id: int) -> RoundQuerySet:
    return Round.objects.of(player_id).filter(game=GameType.CRASH)


def _number(round_id: str) -> str | None:
    try:
        return str(uuid.UUID(round_id))
    except ValueError:
        return None
