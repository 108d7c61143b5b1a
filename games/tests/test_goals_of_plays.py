"""What plays are worth to missions and joined events: counted exactly, once, on the day they were over."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Goal, Player, Progress, Wallet
from accounts.progress import events
from accounts.tests.aiming import DAY, MICROSECOND, a_mission, an_event
from casino.lib import days
from games.models import Round
from games.play.due import settle_due
from games.tests import telling
from games.tests.conftest import golden_rounds
from games.tests.flying import Clock, aim, due_at, ms, placed
from games.tests.plays import parsed_already, seed, statements
from games.tests.telling import STEPS, Story
from shop.defaults import seed_products
from tests.cast import Caller, enrol, set_gold

START = datetime(2026, 3, 4, 12, 0, 0, 5, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)
KEYS = (
    "games_played", "games_won", "slot_spins", "rps_plays", "gacha_pulls", "crash_bets", "gold_wagered", "gold_won",
    "gold_spent_shop", "attendance_days",
)  # fmt: skip
FAR = 10**9
SPIN, DUEL, PULL = "/api/games/slot/spin", "/api/games/rps/play", "/api/games/gacha/pull"
_names = count()


@pytest.fixture
def counting(clock: Clock) -> None:
    """A mission for each thing that is counted, too far away to be reached."""
    for key in KEYS:
        a_mission(title=key, period="once", requirements={key: FAR})


def counts(player: Player) -> dict[str, int]:
    """What was counted, by its name; what was not is left out."""
    return {
        row.goal.title: row.tally[row.goal.title]
        for row in Progress.objects.filter(player=player).select_related("goal")
        if row.tally
    }


@pytest.mark.parametrize("name", ["diagonal diamonds", "no line pays"])
def test_a_spin_counts_what_it_was(counting: None, ada: Player, as_ada: Caller, name: str) -> None:
    vector = golden_rounds("slot")[name]
    set_gold(ada, 20_000)
    seed(ada, vector)
    body = {"bet_amount": vector["stake"], "lines": vector["params"]["lines"], "idempotency_key": "k"}
    answer = as_ada.post(SPIN, body).json()
    expected = {"games_played": 1, "slot_spins": 1, "gold_wagered": vector["stake"]}
    if vector["payout"]:
        expected |= {"games_won": int(vector["payout"] > vector["stake"]), "gold_won": vector["payout"]}
    assert counts(ada) == expected
    assert as_ada.post(SPIN, body).json() == answer | {"idempotent_reuse": True}
    assert as_ada.post(SPIN, {"bet_amount": 1}).status_code == 422
    assert counts(ada) == expected


@pytest.mark.parametrize("result", ["win", "draw", "lose"])
def test_a_duel_counts_what_it_was(counting: None, ada: Player, as_ada: Caller, result: str) -> None:
    vector = next(each for each in golden_rounds("rps").values() if each["outcome"]["result"] == result)
    set_gold(ada, 20_000)
    seed(ada, vector)
    stake, payout = vector["stake"], vector["payout"]
    as_ada.post(DUEL, {"choice": vector["params"]["choice"], "bet_amount": stake})
    expected = {"games_played": 1, "rps_plays": 1, "gold_wagered": stake}
    expected |= {"gold_won": payout} if payout else {}
    assert counts(ada) == expected | ({"games_won": 1} if result == "win" else {})


@pytest.mark.parametrize(("pulls", "price"), [(1, 500), (10, 4500)])
def test_a_ten_pull_is_one_game_and_ten_pulls(
    counting: None, ada: Player, as_ada: Caller, pulls: int, price: int
) -> None:
    set_gold(ada, 20_000)
    won = as_ada.post(PULL, {"pull_count": pulls}).json()["win_amount"]
    expected = {"games_played": 1, "gacha_pulls": pulls, "gold_wagered": price, "gold_won": won}
    assert counts(ada) == expected | ({"games_won": 1} if won > price else {})


def test_a_round_of_crash_counts_when_it_is_over(counting: None, ada: Player, as_ada: Caller, clock: Clock) -> None:
    aim(ada, 300)
    placed(as_ada, stake=100, target=1.5)
    assert counts(ada) == {}
    clock.shift(ms(150) + MICROSECOND)
    assert counts(ada) == {}
    settle_due(ada.pk, now=days.now())
    expected = {
        "games_played": 1, "games_won": 1, "crash_bets": 1, "gold_wagered": 100, "gold_won": 150,
    }  # fmt: skip
    assert counts(ada) == expected
    aim(ada, 100)
    placed(as_ada, stake=70)  # crashed at once
    assert counts(ada) == expected | {"games_played": 2, "crash_bets": 2, "gold_wagered": 170}


@pytest.mark.parametrize(
    ("bet_before_midnight", "day"),
    [(ms(150) + MICROSECOND, "2026-03-04"), (ms(150), "2026-03-05"), (timedelta(seconds=1), "2026-03-05")],
)
def test_crash_counts_on_the_day_it_was_due_whoever_settles_it_when(
    ada: Player, bet_before_midnight: timedelta, day: str
) -> None:
    with time_machine.travel(MIDNIGHT - bet_before_midnight, tick=False) as clock:
        mission = a_mission(requirements={"crash_bets": 1})
        window = an_event(requirements={"crash_bets": 1}, starts_at=START - DAY, ends_at=MIDNIGHT)
        events.join(player=ada, event_id=window.pk)
        aim(ada, 300)
        placed(Caller(ada), target=1.5)
        due = due_at(ada)
        clock.move_to(MIDNIGHT + timedelta(hours=3))
        Caller(ada).get("/api/games/history")  # whoever reads rounds settles what is due
    (row,) = Progress.objects.filter(player=ada, goal=mission)
    assert (row.period_start.isoformat(), row.tally, row.completed_at) == (day, {"crash_bets": 1}, due)
    inside = Progress.objects.get(player=ada, goal=window)
    assert (inside.completed_at is not None) == (day == "2026-03-04")


def test_gold_spent_and_days_attended_count_and_money_does_not(counting: None, ada: Player, as_ada: Caller) -> None:
    seed_products(days.now())
    set_gold(ada, 60_000)
    assert as_ada.post("/api/shop/buy", {"product_id": "attendance_link", "quantity": 2}).json()["success"]
    assert as_ada.post("/api/shop/buy", {"product_id": "GOLD_PACK_SMALL"}).json()["success"]
    assert not as_ada.post("/api/shop/buy", {"product_id": "early_rank_up"}).json()["success"]
    assert counts(ada) == {"gold_spent_shop": 40_000}
    for path in ("/api/streak/tick", "/api/streak/tick", "/api/streak/claim"):
        assert as_ada.post(path).status_code == 200
    assert counts(ada) == {"gold_spent_shop": 40_000, "attendance_days": 1}


def test_what_a_client_says_counts_for_nothing(counting: None, ada: Player, as_ada: Caller) -> None:
    for action_type in ("SLOT_SPIN", "RPS_PLAY", "ATTENDANCE", "SHOP_BUY"):
        assert as_ada.post("/api/actions", {"action_type": action_type}).status_code == 200
    assert counts(ada) == {}


def test_a_refused_play_counts_for_nothing(counting: None, ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 5)
    for path, body in ((SPIN, {"bet_amount": 10}), (DUEL, {"choice": "rock", "bet_amount": 10}), (PULL, {})):
        assert as_ada.post(path, body).json()["error"]["code"] == "INSUFFICIENT_GOLD"
    assert counts(ada) == {}


def test_a_spin_that_moves_many_goals_takes_twelve_statements_at_most(
    clock: Clock, ada: Player, as_ada: Caller
) -> None:
    set_gold(ada, 100_000)
    parsed_already("slot")
    for number in range(10):
        a_mission(
            title=f"mission {number}", requirements={KEYS[number % 3]: FAR}, period=("daily", "weekly")[number % 2]
        )
        event = an_event(title=f"event {number}", requirements={"games_played": FAR})
        events.join(player=ada, event_id=event.pk)
    costs = []
    for name in ("no line pays", "diagonal diamonds"):
        seed(ada, golden_rounds("slot")[name])
        with CaptureQueriesContext(connection) as captured:
            answer = as_ada.post(SPIN, {"bet_amount": 10, "lines": 4, "idempotency_key": name})
        assert answer.status_code == 200
        costs.append(len(statements(captured)))
    moved = Counter(Progress.objects.filter(player=ada).values_list("version", flat=True))
    assert moved == {2: 17, 1: 3}  # ten events and seven missions moved twice, three ask for wins
    assert costs == [13, 12], "the day's first spin writes its streak"


def _stage() -> None:
    """A day's, a week's and a once-only goal of each kind, near enough to be reached."""
    now = days.now()
    for period, requirements in (
        ("daily", {"games_played": 3}), ("daily", {"slot_spins": 2}), ("daily", {"rps_plays": 2}),
        ("daily", {"crash_bets": 1}), ("daily", {"gold_wagered": 120}), ("daily", {"games_won": 1, "gold_wagered": 60}),
        ("daily", {"client": 2}), ("weekly", {"gacha_pulls": 12}), ("weekly", {"gold_won": 2000}),
        ("weekly", {"attendance_days": 2}), ("weekly", {"gold_spent_shop": 30_000}), ("once", {"games_played": 12}),
    ):  # fmt: skip
        a_mission(title=f"{period} {requirements}", period=period, requirements=requirements)
    for requirements, first, last in (
        ({"games_played": 5}, -1, 9), ({"games_played": 4}, 1, 3), ({}, -1, 9), ({"crash_bets": 2}, -1, 9),
        ({"attendance_days": 2}, 0, 4), ({"gold_spent_shop": 20_000, "games_played": 1}, -1, 2),
        ({"games_won": 2, "gold_won": 100}, -1, 9),
    ):  # fmt: skip
        an_event(
            title=str(requirements), requirements=requirements, starts_at=now + first * DAY, ends_at=now + last * DAY
        )


@pytest.mark.timeout(600)
@given(
    story=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 40)), min_size=10, max_size=45),
    middle=st.integers(0, 45),
)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_progress_is_what_rounds_purchases_and_days_come_to_and_the_stream_tells_all_of_it(
    db: None, story: list[tuple[str, int]], middle: int
) -> None:
    Goal.objects.all().delete()
    with time_machine.travel(START, tick=False) as clock:
        seed_products(days.now())
        _stage()
        ada = enrol(f"ada{next(_names)}", gold=1_000_000)
        clock.shift(MICROSECOND)
        told = Story(ada, clock)
        starts = [telling.snapshot(ada)]
        for number, (step, detail) in enumerate(story):
            told.does(step, detail)
            if number == middle:
                starts.append(telling.snapshot(ada))
        told.ends()
        assert not telling.is_flying(ada)
        assert telling.kept(told) == telling.recounted(told)
        now, end = days.now(), telling.snapshot(ada)
        for start in starts:
            assert telling.on(telling.carried_on(start, ada), now) == telling.on(end, now)
        assert [pair for pair in telling.streaks_told(ada) if pair[0] != pair[1]] == []
        assert end["unread"] == telling.unread_rows(ada)
    assert Round.objects.filter(player=ada, settled_at=None).count() == 0


def test_the_stories_say_what_they_do(db: None) -> None:
    """Each step does something: a story that only meets refusals would prove nothing."""
    with time_machine.travel(START, tick=False) as clock:
        seed_products(days.now())
        _stage()
        ada = enrol("ada", gold=1_000_000)
        told = Story(ada, clock)
        lived: dict[str, Any] = {}
        aim(ada, 300)
        plan = [("bet", 2), ("wait", 40), ("catch_up", 0), *(("join", number) for number in range(7))]
        plan += [(step, 1) for step in STEPS if step != "join"] * 3
        for step, number in plan:
            before = _traces(ada, clock)
            told.does(step, number)
            lived[step] = lived.get(step, False) or _traces(ada, clock) != before
        assert [step for step in STEPS if step not in lived or not lived[step]] == []
        told.ends()
        assert telling.kept(told) == telling.recounted(told)


def _traces(player: Player, clock: Clock) -> Any:
    wallet = Wallet.objects.values().get(pk=player.pk)
    return wallet, Progress.objects.filter(player=player).count(), days.now().replace(microsecond=0)
