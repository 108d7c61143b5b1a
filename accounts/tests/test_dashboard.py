"""The dashboard: a player's club at a glance, exact to the field and cheap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.ledger import open_wallet
from accounts.models import Goal, Notification, Player, Progress, Streak, Wallet
from accounts.models.progress import ONCE
from realtime import pulse
from tests.cast import Caller

Json = dict[str, Any]
PATH = "/api/dashboard"
WEDNESDAY = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    pulse.forget()
    with time_machine.travel(WEDNESDAY, tick=False) as travel:
        yield travel
    pulse.forget()


@pytest.fixture
def as_ada(clock: Any, ada: Player) -> Caller:
    return Caller(ada)


def week(*attended: int) -> list[Json]:
    """This week, Monday 29 June to Sunday 5 July."""
    days = [date(2026, 6, 29) + timedelta(days=place) for place in range(7)]
    return [{"date": day.isoformat(), "attended": place in attended} for place, day in enumerate(days)]


def goal(kind: str, **facts: Any) -> Goal:
    window = {"starts_at": WEDNESDAY - HOUR, "ends_at": WEDNESDAY + HOUR} if kind == "event" else {"period": "daily"}
    return Goal.objects.create(
        kind=kind, title="x", requirements={"games_played": 1}, created_at=WEDNESDAY, updated_at=WEDNESDAY,
        **{**window, **facts},
    )  # fmt: skip


def reached(player: Player, goal: Goal, first_day: date, **facts: Any) -> None:
    Progress.objects.create(
        player=player, goal=goal, period_start=first_day, joined_at=WEDNESDAY, completed_at=WEDNESDAY, **facts
    )


def test_a_new_players_dashboard_has_every_published_field(ada: Player, as_ada: Caller) -> None:
    profile = as_ada.get("/api/auth/me").json()
    moment = "2026-07-01T09:30:00.000Z"
    answer = as_ada.get(PATH)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "user": profile,
            "streak": {"count": 0, "claimable": True, "attendance_week": week()},
            "vip": {"claimed_today": False, "vip_points": 0, "last_claim_at": None},
            "events": {"active": 0, "claimable": 0},
            "missions": {"claimable": 0},
            "notifications": {"unread": 0},
            "recent_actions": [],
            "pulse": {
                "online_users": 1, "spins_last_hour": 0, "big_wins_last_hour": 0, "total_plays_today": 0,
                "unique_payers_last_24h": 0, "active_events_count": 0, "generated_at": moment,
            },
            "_meta": {"generated_at": moment},
        },
    )  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_week_runs_from_monday_to_sunday_over_the_end_of_a_month(ada: Player, as_ada: Caller) -> None:
    streak = Streak(player=ada, count=3, ticked_on=date(2026, 7, 1))
    for day in (date(2026, 6, 28), date(2026, 6, 29), date(2026, 6, 30), date(2026, 7, 1)):
        streak.mark(day)
    streak.save()
    assert as_ada.get(PATH).json()["streak"] == {"count": 3, "claimable": True, "attendance_week": week(0, 1, 2)}


def test_claims_show_at_once(ada: Player, as_ada: Caller) -> None:
    assert as_ada.post("/api/streak/claim").status_code == 200
    assert as_ada.post("/api/vip/claim").status_code == 200
    board = as_ada.get(PATH).json()
    assert board["streak"] == {"count": 1, "claimable": False, "attendance_week": week(2)}
    assert board["vip"] == {"claimed_today": True, "vip_points": 50, "last_claim_at": "2026-07-01T09:30:00.000Z"}
    assert (board["user"]["gold_balance"], board["user"]["daily_streak"]) == (2000, 1)
    assert board["notifications"] == {"unread": 1}


def test_yesterdays_claims_do_not_count_today(ada: Player, as_ada: Caller, clock: Any) -> None:
    as_ada.post("/api/streak/claim")
    as_ada.post("/api/vip/claim")
    clock.shift(timedelta(days=1))
    board = Caller(ada).get(PATH).json()
    assert board["streak"] == {"count": 1, "claimable": True, "attendance_week": week(2)}
    assert board["vip"]["claimed_today"] is False


def test_what_waits_to_be_claimed_is_counted(ada: Player, bob: Player, as_ada: Caller) -> None:
    event, closed, mission = goal("event"), goal("event", is_active=False), goal("mission")
    goal("event", starts_at=WEDNESDAY + HOUR, ends_at=WEDNESDAY + 2 * HOUR)
    over = goal("event", starts_at=WEDNESDAY - 2 * HOUR, ends_at=WEDNESDAY - HOUR)
    reached(ada, event, ONCE)
    reached(ada, closed, ONCE)
    reached(ada, over, ONCE)
    reached(ada, mission, date(2026, 7, 1))
    reached(ada, mission, date(2026, 6, 30))
    reached(ada, goal("mission"), date(2026, 7, 1), claimed_at=WEDNESDAY)
    reached(bob, goal("mission"), date(2026, 7, 1))
    board = as_ada.get(PATH).json()
    assert (board["events"], board["missions"]) == ({"active": 1, "claimable": 2}, {"claimable": 1})


def test_the_latest_five_actions_are_shown(ada: Player, as_ada: Caller) -> None:
    for number in range(6):
        as_ada.post("/api/actions", {"action_type": f"A_{number}", "context": {"n": number}})
    actions = as_ada.get(PATH).json()["recent_actions"]
    assert [action["action_type"] for action in actions] == ["A_5", "A_4", "A_3", "A_2", "A_1"]
    assert actions == as_ada.get(f"/api/actions/recent/{ada.pk}", limit=5).json()


def test_a_dashboard_costs_five_statements_and_the_pulse_six(ada: Player, as_ada: Caller) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            assert as_ada.get(PATH).status_code == 200
        counts.append(len(captured))
    assert counts == [11, 5]


def test_its_price_does_not_grow(ada: Player, as_ada: Caller) -> None:
    as_ada.get(PATH)  # the pulse is counted
    for _ in range(20):
        reached(ada, goal("mission"), date(2026, 7, 1))
        as_ada.post("/api/actions", {"action_type": "A"})
    with transaction.atomic(), open_wallet(ada.pk) as wallet:
        for _ in range(20):
            wallet.notify(Notification.Kind.ACCOUNT, "title", "message")
    with CaptureQueriesContext(connection) as captured:
        board = as_ada.get(PATH).json()
    assert len(captured) == 5
    assert (board["missions"], board["notifications"]) == ({"claimable": 20}, {"unread": 20})
    assert Wallet.objects.get(pk=ada.pk).unread == 20


def test_a_dashboard_needs_a_player(db: None) -> None:
    assert Caller().get(PATH).status_code == 401
