"""A round that is over by the clock counts for whoever looks next, as of the moment it was due, worker or not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Entry, Player, Wallet
from adminpanel import gauges
from casino import sources, worker
from casino.lib import days
from casino.lib.errors import Refusal
from games import seeds
from games.models import GameStats, Round
from games.play import crash, due, flights, rounds
from games.tests.flying import (
    ACTIVE,
    BET,
    CRASHED,
    MICROSECOND,
    OUT,
    START,
    Clock,
    aim,
    due_at,
    flying,
    ms,
    news_of,
    refusal,
)
from games.truths import round_truths
from realtime.sources import Credentials
from tests.cast import Caller, enrol, gold_of

pytestmark = pytest.mark.usefixtures("clock")

LATE = timedelta(minutes=7)


def is_settled() -> bool:
    return Round.objects.get(game="crash").settled_at is not None


def pages_of(caller: Caller, path: str) -> Any:
    client = Client()
    assert caller.player is not None
    client.post("/login", {"nickname": caller.player.site_id, "password": "correct horse"})
    return client.get(path)


READS: dict[str, Callable[[Caller, str], Any]] = {
    "active": lambda caller, _number: caller.get(ACTIVE),
    "history": lambda caller, _number: caller.get("/api/games/history"),
    "own statistics": lambda caller, _number: caller.get("/api/games/stats/me"),
    "own round": lambda caller, number: caller.get(f"/api/games/rounds/{number}"),
    "a stranger's look": lambda _caller, number: Caller().get(f"/api/games/rounds/{number}"),
    "export": lambda caller, _number: caller.get("/api/auth/me/export"),
}
STAKES: dict[str, Callable[[Caller, str], Any]] = {
    "spin": lambda caller, _number: caller.post("/api/games/slot/spin", {"bet_amount": 10}),
    "duel": lambda caller, _number: caller.post("/api/games/rps/play", {"choice": "rock", "bet_amount": 10}),
    "pull": lambda caller, _number: caller.post("/api/games/gacha/pull", {}),
    "bet": lambda caller, _number: caller.post(BET, {"bet_amount": 10}),
    "rotation": lambda caller, _number: caller.post("/api/fairness/rotate", {}),
}


@pytest.mark.parametrize("look", [*READS.values(), *STAKES.values()], ids=[*READS, *STAKES])
def test_a_due_round_is_settled_before_anybody_looks_or_stakes(
    as_ada: Caller, clock: Clock, look: Callable[[Caller, str], Any]
) -> None:
    number = flying(as_ada, 300, target=2.0)["round_id"]
    clock.shift(ms(200) + LATE)
    assert look(as_ada, number).status_code == 200
    ended = Round.objects.get(round_id=number)
    assert (ended.status, ended.payout, ended.settled_at) == ("auto_cashed", 200, START + ms(200))


@pytest.mark.parametrize("look", READS.values(), ids=READS)
def test_a_round_that_is_not_due_is_left_alone(
    ada: Player, as_ada: Caller, clock: Clock, look: Callable[[Caller, str], Any]
) -> None:
    number = flying(as_ada, 300, target=2.0)["round_id"]
    clock.shift(ms(200) - MICROSECOND)
    seen, wallet = len(news_of(ada)), Wallet.objects.values().get(pk=ada.pk)
    look(as_ada, number)
    assert not is_settled()
    assert (len(news_of(ada)), Wallet.objects.values().get(pk=ada.pk)) == (seen, wallet)


def test_what_is_told_after_the_end_tells_the_end(as_ada: Caller, as_bob: Caller, clock: Clock) -> None:
    number = flying(as_ada, 300, target=2.0)["round_id"]
    clock.shift(ms(200) - MICROSECOND)
    assert as_bob.get(f"/api/games/rounds/{number}").json()["error"]["code"] == "ROUND_NOT_FOUND"
    assert as_ada.get("/api/games/history", result="open").json()["total"] == 1
    clock.shift(MICROSECOND)
    foreign = as_bob.get(f"/api/games/rounds/{number}").json()
    assert (foreign["status"], foreign["user_id"], foreign["win_amount"]) == ("auto_cashed", None, 200)
    assert as_ada.get("/api/games/history", result="win").json()["total"] == 1
    assert as_ada.get("/api/games/stats/me").json()["stats"]["total_profit"] == 100


def test_staff_see_the_end_too(as_ada: Caller, as_sam: Caller, clock: Clock) -> None:
    flying(as_ada, 300)
    clock.shift(ms(300))
    assert as_ada.player is not None
    path = f"/api/games/stats/{as_ada.player.pk}"
    assert as_sam.get(path).json()["stats"]["total_losses"] == 1
    assert as_sam.post(path.replace("stats/", "stats/recalculate/")).json()["changed"] is False


@pytest.mark.parametrize("path", ["/profile", "/history", "/games/crash", "/"])
def test_pages_show_the_end(as_ada: Caller, clock: Clock, path: str) -> None:
    flying(as_ada, 300)
    clock.shift(ms(300))
    assert pages_of(as_ada, path).status_code == 200
    assert is_settled()


def test_a_socket_opens_with_what_is_over_counted(ada: Player, as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 300)
    clock.shift(ms(300))
    visitor = sources.admit(Credentials(token=as_ada.headers["Authorization"].removeprefix("Bearer ")))
    assert visitor.player_id == ada.pk
    assert sources.state(ada.pk)["stats"]["total_losses"] == 1


def facts(player: Player) -> dict[str, Any]:
    """Everything the end of the player's round decided, whenever and by whom it was settled."""
    told: dict[str, Any] = {"news": [event.data.get("status") for event in news_of(player)], "gold": gold_of(player)}
    told.update(Round.objects.values("status", "payout", "outcome", "settled_at", "balance_after").get(player=player))
    told.update(
        GameStats.objects.values("losses", "wins", "won", "day_net", "scored_at", "updated_at").get(player=player)
    )
    return told


@pytest.mark.parametrize("target", [None, 2.0])
def test_the_result_does_not_depend_on_who_settles_or_how_late(clock: Clock, target: float | None) -> None:
    players = [enrol(name) for name in ("ada", "bob", "cyd", "dan")]
    for player in players:
        flying(Caller(player), 300, target=target)
    late = START + ms(300)
    due.settle_due(players[0].pk, now=late)
    clock.move_to(late + timedelta(seconds=1))
    Caller(players[1]).get(ACTIVE)
    clock.shift(LATE)
    assert due.settle_all_due(now=days.now()) == 2
    told = [facts(player) for player in players]
    assert told == told[:1] * 4
    assert told[0]["payout"] == (200 if target else 0)


def test_a_round_counts_for_the_day_it_ended_in(ada: Player, clock: Clock) -> None:
    midnight = datetime(2026, 12, 6, tzinfo=UTC)
    for days_later, net in ((0, -100), (1, -200)):
        ends_at = midnight + timedelta(days=days_later) - days_later * MICROSECOND
        clock.move_to(ends_at - ms(200))
        aim(ada, 200)
        crash.bet(player=ada, stake=100, target=None, key=None)
        clock.move_to(ends_at + timedelta(seconds=5))
        due.settle_all_due(now=days.now())
        row = GameStats.objects.get(player=ada)
        assert (row.updated_at, row.scored_at, row.day_net) == (ends_at, ends_at, net)


def test_entries_and_news_bear_the_moment_they_were_written(ada: Player, as_ada: Caller, clock: Clock) -> None:
    number = flying(as_ada, 300, target=2.0)["round_id"]
    clock.shift(LATE)
    as_ada.get(ACTIVE)
    assert Entry.objects.get(reference=number, code="crash_win").created_at == START + LATE
    assert {event.created_at for event in news_of(ada)[-3:]} == {START + LATE}


def test_settling_twice_pays_once(ada: Player, as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 300, target=2.0)
    clock.shift(ms(200))
    ended = due.settle_due(ada.pk, now=days.now())
    assert ended is not None
    assert due.settle_due(ada.pk, now=days.now()) is None
    assert gold_of(ada) == 1100


def test_rounds_do_not_wait_for_slow_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, came_again = threading.Event(), threading.Semaphore(0)
    rounds = worker.Job("rounds", timedelta(0), lambda now: came_again.release())
    slow = worker.Job("slow", timedelta(0), lambda now: stop.wait(60))
    monkeypatch.setattr(worker, "_SETTLE_ROUNDS", rounds)
    monkeypatch.setattr(worker, "_UNHURRIED", (slow,))
    thread = threading.Thread(target=worker.run_until, args=(stop,))
    thread.start()
    try:
        assert all(came_again.acquire(timeout=10) for _ in range(3))
    finally:
        stop.set()
        thread.join()


def test_the_worker_comes_within_a_second() -> None:
    (job,) = [job for job in worker.JOBS if job.run is due.settle_all_due]
    assert worker._LOOK_EVERY_SECONDS + job.every.total_seconds() <= 0.5


@pytest.mark.django_db(transaction=True)
def test_the_worker_and_the_command_settle_what_is_due(clock: Clock) -> None:
    ada = enrol("ada")
    flying(Caller(ada), 300, target=2.0)
    clock.shift(ms(200))
    assert worker.run_once() == []
    assert gold_of(ada) == 1100
    flying(Caller(ada), 300)
    clock.shift(ms(300))
    told = StringIO()
    call_command("settle_stale", stdout=told)
    assert told.getvalue() == "rounds 1\n"
    assert gold_of(ada) == 1000


def test_a_round_that_cannot_be_settled_holds_up_nobody(
    ada: Player, bob: Player, as_ada: Caller, as_bob: Caller, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    flying(as_ada, 200)
    flying(as_bob, 300)
    aimed = Wallet.objects.get(pk=ada.pk).server_seed
    clock.shift(ms(300))
    finish = flights.finish

    def trouble(wallet: Any, *rest: Any) -> None:
        if wallet.row.pk == ada.pk:
            raise RuntimeError("no paper in the printer")
        finish(wallet, *rest)

    with patch.object(flights, "finish", trouble):
        assert due.settle_all_due(now=days.now()) == 1
    assert (due_at(ada) is None, due_at(bob) is None) == (False, True)
    assert [record.getMessage() for record in caplog.records] == [f"the due round of player {ada.pk} cannot be settled"]
    assert aimed not in caplog.text
    assert due.settle_all_due(now=days.now()) == 1
    assert due_at(ada) is None


def test_operators_see_rounds_that_nobody_settles(as_ada: Caller, clock: Clock) -> None:
    def shown() -> float:
        found = {family.name: family.samples[0].value for family in gauges.ClubGauges().collect()}
        return float(found["cc_open_rounds_overdue"])

    flying(as_ada, 300)
    for late, overdue in ((timedelta(0), 0), (due.OVERDUE_AFTER - MICROSECOND, 0), (due.OVERDUE_AFTER, 1)):
        clock.move_to(START + ms(300) + late)
        assert shown() == overdue
    due.settle_all_due(now=days.now())
    assert shown() == 0


# --- the pair of seeds stands while a round is open -------------------------------------------------------


def test_seeds_stay_until_the_round_is_over(ada: Player, as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 300)
    for change in (seeds.rotate, seeds.choose_client_seed):
        with pytest.raises(Refusal) as refused:
            change(player_id=ada.pk, client_seed="mine")
        assert refused.value.code == "ROUND_OPEN"
    clock.shift(ms(300))
    seeds.rotate(player_id=ada.pk)
    assert Round.objects.get().outcome["crash_point"] == 3.0


# --- refusals after the end ------------------------------------------------------------------------------


def test_a_late_cash_out_settles_the_round_although_it_is_refused(ada: Player, as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 300)
    clock.shift(ms(300))
    assert refusal(as_ada.post(OUT, {"idempotency_key": "k"})) == CRASHED
    assert is_settled()
    assert (gold_of(ada), due_at(ada)) == (900, None)


def test_a_refused_bet_settles_the_round_before_it_is_refused(ada: Player, as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 300, stake=1000)
    clock.shift(ms(300))
    assert as_ada.post(BET, {"bet_amount": 10}).json()["error"]["code"] == "INSUFFICIENT_GOLD"
    assert is_settled()


def test_a_stake_that_finds_another_due_round_settles_that_one_too(ada: Player, as_ada: Caller) -> None:
    found: list[int] = []

    @due.settling_first
    def stake() -> str:
        if len(found) < 3:
            found.append(len(found))
            aim(ada, 300)
            crash.bet(player=ada, stake=10, target=None, key=None)
            raise rounds.RoundDue(ada.pk, START + ms(300))
        return "played"

    assert stake() == "played"
    assert Round.objects.filter(status="crashed").count() == 3


# --- truths ----------------------------------------------------------------------------------------------


def broken() -> dict[str, str | None]:
    return {truth.name: truth.first for truth in round_truths() if not truth.holds}


def test_the_books_hold_through_a_round(as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 300, target=2.0)
    assert broken() == {}
    clock.shift(ms(200))
    as_ada.get(ACTIVE)
    flying(as_ada, 300)
    as_ada.post(OUT, {"idempotency_key": "k"})
    assert broken() == {}
    told = StringIO()
    call_command("audit_ledger", "--json", stdout=told)
    assert json.loads(told.getvalue())["ok"] is True


def test_a_mark_without_a_round_and_a_round_without_a_mark_are_named(ada: Player, as_ada: Caller) -> None:
    Wallet.objects.filter(pk=ada.pk).update(open_round_due_at=START)
    assert broken() == {"open_rounds_have_an_end": f"wallet {ada.pk} says a round is open, but none is"}
    Wallet.objects.filter(pk=ada.pk).update(open_round_due_at=None)
    flying(as_ada, 300)
    Wallet.objects.filter(pk=ada.pk).update(open_round_due_at=None)
    assert broken() == {"open_rounds_have_an_end": f"wallet {ada.pk} knows no end of its open round"}
