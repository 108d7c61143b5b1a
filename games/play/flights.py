"""A crash round and the curve it flies by: where it stands at a moment, how it ends by itself, and how it is ended.

The point is never kept while a round is open. It is drawn again from the wallet's seed whenever it is needed, which
works because a pair of seeds cannot be changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from django.db import connection

from accounts.ledger import OpenWallet
from casino.lib import rows
from casino.lib.days import stamp, stamp_or_none
from games import draws, floor
from games.engine import crash as engine
from games.engine.crash import Curve
from games.engine.units import HUNDREDTHS, MILLION
from games.floor import Seat
from games.models import GameConfig, GameType, Round, RoundStatus
from games.play import rounds

Json = dict[str, Any]
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Flight:
    """A crash round with its curve. Multipliers are hundredths."""

    round: Round
    curve: Curve

    @property
    def target(self) -> int | None:
        """Where the player wants to be cashed out without asking."""
        chosen = self.round.outcome["auto_cashout_multiplier"]
        return None if chosen is None else round(chosen * HUNDREDTHS)

    def elapsed_ms(self, at: datetime) -> int:
        """Whole milliseconds flown at a moment; a round that is over flies no further."""
        until = at if self.round.settled_at is None else min(at, self.round.settled_at)
        return max(0, (until - self.round.created_at) // _MILLISECOND)

    def multiplier_at(self, at: datetime) -> int:
        """What the display shows at a moment."""
        return engine.multiplier_at(self.curve, self.elapsed_ms(at))

    def moment_of(self, multiplier: int) -> datetime:
        """The first moment at which the display shows this multiplier."""
        return self.round.created_at + engine.time_of(self.curve, multiplier) * _MILLISECOND


@dataclass(frozen=True, slots=True)
class End:
    """How a round is over: as what, cashed out where (None: crashed), when, and where it would have crashed."""

    status: RoundStatus
    cashout: int | None
    at: datetime
    point: int


def own_end(wallet: OpenWallet, flight: Flight) -> End:
    """How the open round ends if nobody asks."""
    return end_by(flight, _point(wallet, flight))


def end_by(flight: Flight, point: int) -> End:
    """How a round with this point ends by itself: at its target or the top if the point is not below, else crashed."""
    left_at = engine.left_at(flight.curve, point=point, target=flight.target)
    if left_at is None:
        return End(RoundStatus.CRASHED, None, flight.moment_of(point), point)
    return End(RoundStatus.AUTO_CASHED, left_at, flight.moment_of(left_at), point)


def cashed_out(wallet: OpenWallet, flight: Flight) -> End:
    """How a round that is not due yet ends when its player leaves now, by the wallet's clock."""
    shown = flight.multiplier_at(wallet.now)
    return End(RoundStatus.CASHED_OUT, shown, wallet.now, _point(wallet, flight))


def _point(wallet: OpenWallet, flight: Flight) -> int:
    return engine.point(flight.curve, rounds.dice_for(wallet, flight.round))


def finish(wallet: OpenWallet, seats: dict[GameType, Seat], flight: Flight, end: End) -> None:
    """Pays and records the end; the wallet's mark of an open round goes."""
    crash = seats[GameType.CRASH].stats
    crash.max_multiplier = max(crash.max_multiplier, end.cashout or 0)
    wallet.row.open_round_due_at = None
    rounds.settle(
        wallet,
        seats,
        flight.round,
        payout=0 if end.cashout is None else engine.payout(flight.round.stake, end.cashout),
        outcome=draws.crash_settled(target=flight.target, cashout=end.cashout, point=end.point),
        status=end.status,
        at=end.at,
    )


def open_flight(player_id: int) -> tuple[Flight, dict[GameType, Seat]] | None:
    """The player's open round with every game's seat, in one statement; to be asked under the wallet's lock."""
    with connection.cursor() as cursor:
        cursor.execute(_open_sql(), [player_id, player_id])
        found = cursor.fetchall()
    if not found:
        return None
    width = len(Round._meta.concrete_fields)
    fingerprint, *opened = found[0][: width + 1]
    flight = Flight(rows.built(Round, opened), floor.rules(fingerprint, Curve))
    return flight, floor.seats_from(player_id, [values[width + 1 :] for values in found])


@cache
def _open_sql() -> str:
    """The seats beside the open round and its table: parameters are the player, and the player once more."""
    return (
        f"SELECT played.fingerprint, {rows.columns_of(Round)}, seats.* "  # noqa: S608 - our own names
        f"FROM games_round INNER JOIN games_gameconfig AS played "
        f"ON played.game = games_round.game AND played.version = games_round.config_version "
        f"CROSS JOIN ({floor.seats_sql()}) AS seats "
        f"WHERE games_round.player_id = %s AND games_round.status = '{RoundStatus.ACTIVE}'"
    )


def flights(found: Iterable[Round]) -> list[Flight]:
    """Crash rounds with their curves; one statement for all tables."""
    flown = list(found)
    tables = GameConfig.objects.filter(game=GameType.CRASH, version__in={each.config_version for each in flown})
    fingerprints = dict(tables.values_list("version", "fingerprint"))
    return [Flight(each, floor.rules(fingerprints[each.config_version], Curve)) for each in flown]


def shown(flight: Flight, *, at: datetime) -> Json:
    """The round as the wire shows it at a moment (`CrashRound`)."""
    flown, target = flight.round, flight.target
    is_open = flown.settled_at is None
    return {
        "round_id": str(flown.round_id),
        "game_id": str(flown.round_id),
        "bet_amount": flown.stake,
        "auto_cashout_multiplier": flown.outcome["auto_cashout_multiplier"],
        "status": flown.status,
        "started_at": stamp(flown.created_at),
        "server_time": stamp(at),
        "elapsed_ms": flight.elapsed_ms(at),
        "growth_rate": flight.curve.growth_millionths / MILLION,
        "current_multiplier": flight.multiplier_at(at) / HUNDREDTHS if is_open else None,
        "potential_win": engine.payout(flown.stake, target) if is_open and target is not None else None,
        "cashout_multiplier": flown.outcome.get("cashout_multiplier"),
        "crash_point": flown.outcome.get("crash_point"),
        "win_amount": flown.payout,
        "settled_at": stamp_or_none(flown.settled_at),
    }
