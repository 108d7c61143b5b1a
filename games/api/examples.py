"""What the API's documentation shows of the games: answered by the code itself, from the tables a new club has.

A changed table changes these examples with it. They are drawn from a pair of seeds that is published here, so they
can be verified like any round.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from games import draws, tables
from games.api import answers
from games.draws import Drawn
from games.engine import crash
from games.engine.fairness import Dice, commitment
from games.models import GameType, Round, RoundStatus
from games.play import flights
from games.play.crash import Flown
from games.play.rounds import Play

Json = dict[str, Any]

_SERVER_SEED: Final = "c1ab" * 16
_CLIENT_SEED: Final = "ada"
_NONCE: Final = 20
_NUMBER: Final = UUID("5b0c8f1e-6f0e-4c38-9f0b-2b1f4d0a7c11")
_BALANCE: Final = 10_000
_PLAYED_AT: Final = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def slot_spin() -> Json:
    """A spin on five lines that pays."""
    machine = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
    return answers.spin(_play(GameType.SLOT, 100, draws.slot(machine, _dice("slot"), stake=100, lines=5)))


def rps_play() -> Json:
    """A duel that is won."""
    duel = tables.parse_rps(tables.FIRST_VERSIONS["rps"])
    return answers.rps(_play(GameType.RPS, 100, draws.rps(duel, _dice("rps"), stake=100, choice="rock")))


def gacha_pull() -> Json:
    """Ten pulls of somebody who has drawn nothing before."""
    pool = tables.parse_gacha(tables.FIRST_VERSIONS["gacha"])
    drawn = draws.gacha(pool, _dice("gacha"), count=10, pity=12)
    seen: set[str] = set()
    for item in drawn.outcome["items"]:
        item["is_new"] = item["item_id"] not in seen
        seen.add(item["item_id"])
    return answers.gacha(_play(GameType.GACHA, pool.cost_ten, drawn))


def crash_bet() -> Json:
    """A bet with a target, the moment it is placed."""
    return answers.crash_bet(_flown(target=200))


def crash_cashout() -> Json:
    """The same round, left by hand after seven seconds."""
    flown = _flown(target=200)
    left_at = _PLAYED_AT + timedelta(seconds=7)
    cashout = flown.flight.multiplier_at(left_at)
    flown.round.outcome = draws.crash_settled(
        target=200, cashout=cashout, point=crash.point(flown.curve, _dice("crash"))
    )
    flown.round.payout = crash.payout(flown.round.stake, cashout)
    flown.round.balance_after += flown.round.payout
    flown.round.status, flown.round.settled_at = RoundStatus.CASHED_OUT, left_at
    return answers.crash_cashout(flown)


def crash_active() -> Json:
    """The same round five seconds after it began, the player's first."""
    shown = flights.shown(_flown(target=200).flight, at=_PLAYED_AT + timedelta(seconds=5))
    return {"active": True, "round": shown, "last_round": None}


def _flown(*, target: int) -> Flown:
    curve = tables.parse_crash(tables.FIRST_VERSIONS["crash"])
    return Flown(_round(GameType.CRASH, 100, draws.crash_open(target=target)), replayed=False, curve=curve)


def _dice(game: str) -> Dice:
    return Dice(server_seed=_SERVER_SEED, client_seed=_CLIENT_SEED, nonce=_NONCE, game=game)


def _play(game: GameType, stake: int, drawn: Drawn) -> Play:
    played = _round(game, stake, drawn.outcome)
    played.payout, played.settled_at = drawn.payout, _PLAYED_AT
    played.balance_after += drawn.payout
    return Play(played, replayed=False)


def _round(game: GameType, stake: int, outcome: Json) -> Round:
    return Round(
        round_id=_NUMBER,
        game=game,
        status=RoundStatus.ACTIVE if game == GameType.CRASH else RoundStatus.SETTLED,
        stake=stake,
        balance_after=_BALANCE - stake,
        outcome=outcome,
        config_version=1,
        server_seed_hash=commitment(_SERVER_SEED),
        client_seed=_CLIENT_SEED,
        nonce=_NONCE,
        created_at=_PLAYED_AT,
    )
