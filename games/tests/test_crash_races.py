"""Bets, cash-outs and ends of crash that race for one wallet, each with a control that loses without the lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import DatabaseError

from accounts.models import Entry, Player, Wallet
from accounts.truths import ledger_truths
from casino.lib import days
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from games import floor, seeds
from games.engine.fairness import commitment
from games.models import GameStats, Round
from games.play import crash, due, flights
from games.tests.flying import aim, due_at, point_of
from games.truths import round_truths
from tests.cast import enrol, gold_of
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

LEAVERS = 8
STAKE = 100
LONG_AGO = timedelta(minutes=10)


@pytest.fixture
def ada(transactional_db: None) -> Player:
    return enrol("ada")


def fly(player: Player, *, point: int, target: int | None = None, ago: timedelta | None = None) -> datetime:
    """Opens a round that crashes at this point, now or a while ago; the moment it is due."""
    aim(player, point)
    opened = partial(crash.bet, player=player, stake=STAKE, target=target, key=None)
    if ago is None:
        opened()
    else:
        with time_machine.travel(days.now() - ago, tick=False):
            opened()
    ends_at = due_at(player)
    assert ends_at is not None
    return ends_at


def leaving(player: Player, keys: list[str | None]) -> list[Callable[[], Any]]:
    known = [None if key is None else Key(player.pk, crash.CASH_OUT, key, "same body") for key in keys]
    return [partial(crash.cash_out, player=player, round_id=None, key=key) for key in known]


def check_books(player: Player, *, rounds: int) -> None:
    """Everything the club knows of the player's rounds tells the same story."""
    broken = {truth.name: truth.first for truth in [*ledger_truths(), *round_truths()] if not truth.holds}
    assert broken == {}
    row = GameStats.objects.get(player=player)
    settled = Round.objects.of(player.pk).settled()
    assert (row.rounds, row.won) == (rounds, sum(each.payout for each in settled))
    assert settled.count() == rounds


def check_ended_once(player: Player, ends: list[Any]) -> str:
    """One of all that raced ended the round, all others were refused or found nothing to do; how it ended."""
    assert [end for end in ends if isinstance(end, BaseException) and not isinstance(end, Refusal)] == []
    acted = [end for end in ends if isinstance(end, (crash.Flown, Round))]
    assert len(acted) == 1
    ended = Round.objects.get()
    paid = Entry.objects.filter(wallet_id=player.pk, code="crash_win")
    assert [entry.amount for entry in paid] == ([ended.payout] if ended.payout else [])
    codes = {end.code for end in ends if isinstance(end, Refusal)}
    assert codes <= {"ROUND_NOT_FOUND" if ended.status == "cashed_out" else "ROUND_CRASHED"}
    assert gold_of(player) == 1000 - STAKE + ended.payout
    check_books(player, rounds=1)
    return ended.status


@contextmanager
def unlocked(module: ModuleType, name: str, *, meets: int) -> Iterator[None]:
    """Nobody locks rows, and so many callers have read before the first of them writes."""
    gate, function = Barrier(meets), getattr(module, name)

    def met(*arguments: Any) -> Any:
        found = function(*arguments)
        gate.wait(timeout=20)
        return found

    with row_locks_off(), patch.object(module, name, met):
        yield


@pytest.mark.parametrize("turn", range(4))
def test_eight_cash_outs_and_the_bust_end_a_round_once(ada: Player, turn: int) -> None:
    ends_at = fly(ada, point=300)
    bust = partial(due.settle_due, ada.pk, now=ends_at)
    calls = leaving(ada, [None] * LEAVERS)
    calls.insert(LEAVERS * turn // 4, bust)
    assert check_ended_once(ada, together(*calls)) in ("cashed_out", "crashed")


def test_control_without_row_locks_the_same_callers_collide(ada: Player) -> None:
    ends_at = fly(ada, point=300)
    with unlocked(flights, "open_flight", meets=LEAVERS + 1):
        ends = together(*leaving(ada, [None] * LEAVERS), partial(due.settle_due, ada.pk, now=ends_at))
    with pytest.raises(AssertionError):
        check_ended_once(ada, ends)
    assert [end for end in ends if isinstance(end, DatabaseError)] != []


def test_eight_cash_outs_too_late_are_told_so_and_pay_nothing(ada: Player) -> None:
    fly(ada, point=300, ago=LONG_AGO)
    ends = together(*leaving(ada, [None] * LEAVERS))
    assert Counter(end.code for end in ends if isinstance(end, Refusal)) == {"ROUND_CRASHED": LEAVERS}
    assert gold_of(ada) == 1000 - STAKE
    check_books(ada, rounds=1)


def test_eight_who_find_a_reached_target_pay_it_once(ada: Player) -> None:
    ends_at = fly(ada, point=300, target=200, ago=LONG_AGO)
    ends = together(*[partial(due.settle_due, ada.pk, now=days.now())] * 6, *[partial(due.catch_up, ada.pk)] * 2)
    assert [end for end in ends if isinstance(end, BaseException)] == []
    assert sum(isinstance(end, Round) for end in ends) <= 1
    assert (gold_of(ada), Round.objects.get().settled_at) == (1000 + STAKE, ends_at)
    check_books(ada, rounds=1)


def check_one_flies(player: Player, ends: list[Any], *, settled: int) -> None:
    assert [end for end in ends if isinstance(end, BaseException) and not isinstance(end, Refusal)] == []
    assert Counter(end.code for end in ends if isinstance(end, Refusal)) == {"ROUND_OPEN": LEAVERS - 1}
    assert Round.objects.filter(status="active").count() == 1
    assert Round.objects.count() == settled + 1
    assert gold_of(player) == 1000 - STAKE * (settled + 1)
    assert {truth.first for truth in [*ledger_truths(), *round_truths()]} == {None}


def betting(player: Player) -> list[Callable[[], Any]]:
    return [partial(crash.bet, player=player, stake=STAKE, target=None, key=None)] * LEAVERS


def test_of_eight_bets_one_flies(ada: Player) -> None:
    aim(ada, 300)
    check_one_flies(ada, together(*betting(ada)), settled=0)


def test_control_without_row_locks_the_same_bets_collide(ada: Player) -> None:
    aim(ada, 300)
    with unlocked(floor, "seats_of", meets=LEAVERS):
        ends = together(*betting(ada))
    with pytest.raises(AssertionError):
        check_one_flies(ada, ends, settled=0)
    assert [end for end in ends if isinstance(end, DatabaseError)] != []


def next_that_flies(player: Player) -> int:
    """A nonce that was not used yet and whose round does not end at 1.00."""
    seed = Wallet.objects.get(pk=player.pk).server_seed
    return next(nonce for nonce in range(1, 100) if point_of(seed, nonce) > 1_000)


def test_of_eight_bets_after_a_crash_one_flies_and_the_crash_counts_once(ada: Player) -> None:
    fly(ada, point=300, ago=LONG_AGO)
    Wallet.objects.filter(pk=ada.pk).update(nonce=next_that_flies(ada))
    ends = together(*betting(ada))
    check_one_flies(ada, ends, settled=1)
    check_books(ada, rounds=1)


@pytest.mark.parametrize("turn", range(3))
def test_a_round_is_drawn_from_the_seeds_it_names_whoever_turns_them(ada: Player, turn: int) -> None:
    aim(ada, 300)
    calls: list[Callable[[], Any]] = betting(ada)
    calls.insert(turn * 4, partial(seeds.rotate, player_id=ada.pk))
    together(*calls)
    wallet = Wallet.objects.get(pk=ada.pk)
    opened = Round.objects.filter(status="active").first()
    if opened is not None:
        assert opened.server_seed_hash == commitment(wallet.server_seed)
    assert (wallet.open_round_due_at is None) == (opened is None)
