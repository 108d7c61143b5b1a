"""The alarm that a game pays far more than it takes: loud when it should be, once, and silent otherwise."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Player
from casino import worker
from casino.lib.rates import RateCounter
from games.alarms import watch_payouts
from games.models import Round, RoundStatus
from tests.cast import enrol
from tests.race import together

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
_nonces = itertools.count()


def played(player: Player, number: int, *, payout: int, game: str = "slot", at: datetime = NOON) -> None:
    """So many rounds of 10 gold that were over at `at`."""
    Round.objects.bulk_create(
        Round(
            player=player, game=game, stake=10, payout=payout, balance_after=0, config_version=1,
            server_seed_hash="0" * 64, client_seed="ada", nonce=next(_nonces), created_at=at, settled_at=at,
        )
        for _ in range(number)
    )  # fmt: skip


def alarms() -> list[tuple[str, dict[str, Any]]]:
    return list(Audit.objects.filter(action="ANOMALY_SPIKE").order_by("id").values_list("target_id", "details"))


def test_two_hundred_rounds_that_paid_more_than_three_times_their_stakes_raise_the_alarm(ada: Player) -> None:
    played(ada, 199, payout=30)
    played(ada, 1, payout=31)
    assert watch_payouts(now=NOON) == ["slot"]
    assert alarms() == [("slot", {"rounds": 200, "wagered": 2000, "paid": 6001})]
    row = Audit.objects.get(action="ANOMALY_SPIKE")
    assert (row.severity, row.target_type, row.actor, row.created_at) == ("critical", "game", None, NOON)


@pytest.mark.parametrize(("number", "payout"), [(199, 1000), (200, 30), (0, 0)], ids=["few", "just three", "none"])
def test_less_is_no_spike(ada: Player, number: int, payout: int) -> None:
    played(ada, number, payout=payout)
    assert watch_payouts(now=NOON) == []
    assert (alarms(), RateCounter.objects.filter(key="payout_spike:slot").exists()) == ([], False)


def test_every_game_is_judged_by_its_own_rounds(ada: Player) -> None:
    played(ada, 150, payout=100)
    played(ada, 150, payout=100, game="rps")
    assert watch_payouts(now=NOON) == []
    played(ada, 50, payout=0, game="rps")
    played(ada, 200, payout=100, game="crash")
    assert watch_payouts(now=NOON) == ["crash", "rps"]
    assert [game for game, _details in alarms()] == ["crash", "rps"]


def test_rounds_are_forgotten_after_ten_minutes_and_open_ones_do_not_count(ada: Player) -> None:
    played(ada, 200, payout=100, at=NOON - 10 * MINUTE)
    Round.objects.create(
        player=ada, game="slot", status=RoundStatus.ACTIVE, stake=10, balance_after=0, config_version=1,
        server_seed_hash="0" * 64, client_seed="ada", nonce=next(_nonces), created_at=NOON,
    )  # fmt: skip
    assert watch_payouts(now=NOON) == []
    assert watch_payouts(now=NOON - SECOND) == ["slot"]


def test_the_alarm_is_raised_once_in_ten_minutes(ada: Player) -> None:
    for minute in range(0, 21, 2):
        played(ada, 200, payout=100, at=NOON + minute * MINUTE)
        watch_payouts(now=NOON + minute * MINUTE)
    raised = Audit.objects.filter(action="ANOMALY_SPIKE").order_by("id").values_list("created_at", flat=True)
    assert [at - NOON for at in raised] == [minute * MINUTE for minute in (0, 10, 20)]


def test_watching_costs_one_statement_and_is_the_workers_job(ada: Player) -> None:
    played(ada, 10, payout=100)
    with CaptureQueriesContext(connection) as captured:
        watch_payouts(now=NOON)
    assert len(captured) == 1, captured.captured_queries
    assert [job.every for job in worker.JOBS if job.run is watch_payouts] == [timedelta(seconds=30)]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_workers_raise_one_alarm() -> None:
    played(enrol("ada"), 200, payout=100)
    answers = together(*(partial(watch_payouts, now=NOON) for _ in range(6)))
    assert sorted(map(str, answers)) == ["['slot']"] + ["[]"] * 5
    assert len(alarms()) == 1
