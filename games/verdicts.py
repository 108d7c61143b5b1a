"""A round judged: drawn again from its seeds by the table it names, and held against what was told, paid and booked.

Nothing here knows a game's rules: outcomes come from `games.draws` and ends of crash rounds from `games.play.flights`,
as they did when the round was played.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.models import Account, Entry, EntryCode
from casino.lib.days import stamp_or_none
from games import draws, floor, tables
from games.engine import crash as crash_engine
from games.engine.crash import Curve
from games.engine.fairness import Dice, commitment
from games.engine.gacha import Pool
from games.engine.rps import HANDS, Duel
from games.engine.slots import MAX_LINES, Machine
from games.models import GameConfig, GameType, Round, RoundStatus
from games.play import flights
from games.play.flights import Flight
from games.play.gacha import COUNTS
from games.play.rounds import BOOKS

Json = dict[str, Any]

LONGEST_PITY: Final = 1_000
"""No table lets a counter grow further."""
_MALFORMED: Final = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what it must be, what it is, and whether that is right."""

    name: str
    ok: bool
    expected: Any
    actual: Any


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a round is judged by. `last_nonce` is the last its seed was used with (-1: never)."""

    played: Round
    server_seed: str
    last_nonce: int
    config: GameConfig | None
    entries: Sequence[Entry]
    pity_was: Any = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check, and the outcome as it must be; None when seed or table are not those of the round."""

    checks: tuple[Check, ...]
    outcome: Json | None

    @property
    def is_valid(self) -> bool:
        """Whether all is right."""
        return all(check.ok for check in self.checks)

    @property
    def first_wrong(self) -> Check | None:
        """The first thing that is not right."""
        return next((check for check in self.checks if not check.ok), None)


@dataclass(frozen=True, slots=True)
class _Retold:
    """The round as it must have been."""

    outcome: Json
    payout: int
    status: RoundStatus = RoundStatus.SETTLED
    settled_at: datetime | None = None
    win: EntryCode | None = None


def judge(evidence: Evidence) -> Verdict:
    """Judges one round."""
    checks = list(_grounds(evidence))
    if not all(check.ok for check in checks):
        return Verdict(tuple(checks), None)
    try:
        retold, recorded = _retell(evidence), _recorded(evidence.played)
    except _MALFORMED:
        checks.append(Check("outcome", False, None, evidence.played.outcome))
        return Verdict(tuple(checks), None)
    return Verdict((*checks, *_compared(evidence, retold, recorded)), retold.outcome)


def _same(name: str, expected: Any, actual: Any) -> Check:
    return Check(name, expected == actual, expected, actual)


def _within(name: str, low: int, high: int, actual: int) -> Check:
    return Check(name, low <= actual <= high, f"{low}..{high}", actual)


def _grounds(evidence: Evidence) -> Iterator[Check]:
    """Whether seed, nonce and table are the ones that the round names; without them nothing can be drawn."""
    played, config = evidence.played, evidence.config
    yield _same("server_seed_hash", commitment(evidence.server_seed), played.server_seed_hash)
    yield _within("nonce", 0, evidence.last_nonce, played.nonce)
    if config is None:
        yield Check("config", False, None, f"{played.game} v{played.config_version}")
    else:
        yield _same("config", config.fingerprint, tables.fingerprint(config.table))


def _compared(evidence: Evidence, retold: _Retold, recorded: Json) -> Iterator[Check]:
    played = evidence.played
    yield _stake(evidence)
    yield _same("outcome", retold.outcome, recorded)
    yield _same("status", retold.status.value, played.status)
    yield _same("payout", retold.payout, played.payout)
    if played.game == GameType.CRASH:
        yield _same("settled_at", stamp_or_none(retold.settled_at), stamp_or_none(played.settled_at))
    if played.game == GameType.GACHA:
        yield _same("pity", evidence.pity_was, recorded["pity"]["before"])
    ledger = _same("ledger", _booked(played, retold), [_line(entry) for entry in evidence.entries])
    yield ledger
    if ledger.ok:
        yield from _balances(evidence, retold)


def _stake(evidence: Evidence) -> Check:
    played, rules = evidence.played, _rules(evidence)
    if isinstance(rules, Pool):
        return _same("stake", rules.cost(played.outcome["pull_count"]), played.stake)
    return _within("stake", rules.stake_min, rules.stake_max, played.stake)


def _booked(played: Round, retold: _Retold) -> list[Json]:
    """The entries a round must have written."""
    books = BOOKS[GameType(played.game)]
    lines = [{"kind": books.bet.value, "amount": -played.stake, "account": books.house.value}]
    if retold.payout:
        win = retold.win or books.win
        lines.append({"kind": win.value, "amount": retold.payout, "account": books.house.value})
    return lines


def _line(entry: Entry) -> Json:
    house = entry.credit if entry.debit == Account.PLAYER else entry.debit
    return {"kind": entry.code, "amount": entry.signed_amount, "account": house}


def _balances(evidence: Evidence, retold: _Retold) -> Iterator[Check]:
    """Whether the balances told with the round are those of its entries, as far as these alone can say."""
    played, entries = evidence.played, evidence.entries
    if played.game != GameType.CRASH:
        after = entries[0].balance_after + retold.payout
        yield _same("balance", [after, after], [entries[-1].balance_after, played.balance_after])
    elif retold.payout or played.status == RoundStatus.ACTIVE:
        yield _same("balance", entries[-1].balance_after, played.balance_after)


# --- drawn again -----------------------------------------------------------------------------------------


def _retell(evidence: Evidence) -> _Retold:
    """The round drawn again from what its player chose, or one of `_MALFORMED` when that is no choice at all."""
    played, rules = evidence.played, _rules(evidence)
    dice = Dice(server_seed=evidence.server_seed, client_seed=played.client_seed, nonce=played.nonce, game=played.game)
    outcome = played.outcome
    match rules:
        case Machine():
            lines = _whole(outcome["lines"], 1, MAX_LINES)
            drawn = draws.slot(rules, dice, stake=played.stake, lines=lines)
        case Duel():
            choice = HANDS[HANDS.index(outcome["player_choice"])]
            drawn = draws.rps(rules, dice, stake=played.stake, choice=choice)
            if drawn.outcome["result"] == "draw":
                return _Retold(drawn.outcome, drawn.payout, win=EntryCode.RPS_DRAW)
        case Pool():
            count = COUNTS[COUNTS.index(outcome["pull_count"])]
            pity = _whole(outcome["pity"]["before"], 0, LONGEST_PITY)
            drawn = draws.gacha(rules, dice, count=count, pity=pity, banner=str(outcome["banner"]))
        case Curve():
            return _flown(Flight(played, rules), dice)
        case _:
            raise AssertionError(f"no game is played by a {type(rules).__name__}")
    return _Retold(drawn.outcome, drawn.payout)


def _flown(flight: Flight, dice: Dice) -> _Retold:
    """A crash round: by itself, or left by hand while its display was below what would have ended it."""
    flown, target = flight.round, flight.target
    if target is not None:
        _whole(target, flight.curve.target_min, flight.curve.target_max)
    if flown.status == RoundStatus.ACTIVE:
        return _Retold(draws.crash_open(target=target), 0, RoundStatus.ACTIVE)
    end = flights.end_by(flight, crash_engine.point(flight.curve, dice))
    status, cashout, at = end.status, end.cashout, end.at
    if flown.status == RoundStatus.CASHED_OUT and flown.settled_at is not None and flown.settled_at < end.at:
        status, cashout, at = RoundStatus.CASHED_OUT, flight.multiplier_at(flown.settled_at), flown.settled_at
    payout = 0 if cashout is None else crash_engine.payout(flown.stake, cashout)
    return _Retold(draws.crash_settled(target=target, cashout=cashout, point=end.point), payout, status, at)


def _rules(evidence: Evidence) -> tables.Rules:
    assert evidence.config is not None, "judged with its table"
    return floor.parsed(evidence.config.fingerprint)


def _recorded(played: Round) -> Json:
    """The outcome as it was kept, less what was known of the player's collection then."""
    outcome: Json = dict(played.outcome)
    if played.game == GameType.GACHA:
        outcome["items"] = [
            {name: fact for name, fact in item.items() if name != "is_new"} for item in outcome["items"]
        ]
    return outcome


def _whole(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{value!r} is not a whole number from {low} to {high}")
    return value
