"""The club's day is the UTC day: at its edges, over leap days and month ends, and when a clock is set back."""

from __future__ import annotations

import os
import time as process_time
from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
import time_machine
from pytest_django.fixtures import Settings

from accounts.models import Player
from accounts.tests.attending import get, on, post, standing, status, tick, written
from tests.cast import Caller

CLAIM, TICK, PREVIEW, VIP = "/api/streak/claim", "/api/streak/tick", "/api/streak/preview", "/api/vip/claim"
HISTORY, RESET, PROTECTION = "/api/streak/history", "/api/streak/reset", "/api/streak/protection"
STATUS = "/api/streak/status"
LAST_SECOND, LAST_MOMENT, MIDNIGHT = time(23, 59, 59), time(23, 59, 59, 999_999), time(0)
DAY = 86_400


@pytest.mark.parametrize("late", [LAST_SECOND, LAST_MOMENT])
def test_the_last_second_is_today_and_the_next_is_tomorrow(ada: Player, late: time) -> None:
    with on(0, late):
        assert post(ada, CLAIM)["streak_count"] == 1
        assert post(ada, VIP)["awarded_points"] == 50
        assert status(ada) == standing(1, DAY + 1, "2026-03-02", ticked=True)
        assert Caller(ada).post(CLAIM).json()["error"]["code"] == "ALREADY_CLAIMED"
        assert post(ada, VIP)["idempotent"] is True
    with on(1, MIDNIGHT):
        assert status(ada) == standing(1, DAY, "2026-03-02")
        assert get(ada, PREVIEW)["claimable"] is True
        assert post(ada, CLAIM)["streak_count"] == 2
        assert post(ada, VIP)["awarded_points"] == 50
    with on(1, LAST_SECOND):
        assert Caller(ada).post(CLAIM).json()["error"]["code"] == "ALREADY_CLAIMED"
        assert status(ada) == standing(2, DAY + 1, "2026-03-03", ticked=True)


def test_a_streak_stands_until_the_last_moment_of_the_day_after(ada: Player) -> None:
    tick(ada, 0)
    with on(1, LAST_MOMENT):
        assert status(ada) == standing(1, 1, "2026-03-02")
    with on(2, MIDNIGHT):
        assert status(ada) == standing(0, None, "2026-03-02")


def test_tokens_prolong_it_by_whole_days(ada: Player) -> None:
    tick(ada, *range(7))
    with on(6, LAST_SECOND):
        post(ada, PROTECTION, enabled=True)
        assert status(ada)["ttl_seconds"] == 2 * DAY + 1
    with on(8, LAST_MOMENT):
        assert status(ada) == standing(7, 1, "2026-03-08", enabled=True)
    with on(9, MIDNIGHT):
        assert status(ada) == standing(0, None, "2026-03-08", enabled=True, tokens=1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (date(2028, 2, 28), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 3, 1)),
        (date(2027, 2, 28), date(2027, 3, 1)),
        (date(2026, 4, 30), date(2026, 5, 1)),
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2026, 3, 29), date(2026, 3, 30)),  # clocks go forward in Europe
        (date(2026, 10, 25), date(2026, 10, 26)),  # and back
    ],
)
def test_days_follow_each_other_over_every_end_of_a_month(ada: Player, first: date, second: date) -> None:
    for day in (first, second):
        with on(day, LAST_SECOND if day == first else MIDNIGHT):
            post(ada, CLAIM)
    with on(second):
        assert status(ada)["count"] == 2
        for day in (first, second):
            assert day.isoformat() in get(ada, HISTORY, year=day.year, month=day.month)["days"]


def test_the_first_of_march_does_not_follow_the_28th_in_a_leap_year(ada: Player) -> None:
    for day in (date(2028, 2, 28), date(2028, 3, 1)):
        with on(day):
            assert post(ada, CLAIM)["streak_count"] == 1
    with on(date(2028, 3, 1)):
        assert get(ada, HISTORY, year=2028, month=2)["days"] == ["2028-02-28"]


@pytest.fixture(params=["Asia/Seoul", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/Berlin"])
def process_zone(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """A process that believes it lives elsewhere, by its settings and by its environment."""
    kept = os.environ.get("TZ")
    os.environ["TZ"] = settings.TIME_ZONE = request.param
    process_time.tzset()
    yield request.param
    os.environ.pop("TZ")
    if kept is not None:
        os.environ["TZ"] = kept
    process_time.tzset()


def test_the_zone_of_the_process_changes_nothing(ada: Player, process_zone: str) -> None:
    with on(0, LAST_SECOND):
        assert post(ada, CLAIM)["claimed_at"] == "2026-03-02T23:59:59.000Z"
        assert status(ada) == standing(1, DAY + 1, "2026-03-02", ticked=True)
    for moment, count in ((MIDNIGHT, 2), (LAST_SECOND, 2)):
        with on(1, moment):
            post(ada, TICK)
            assert status(ada)["count"] == count
    with on(1, LAST_SECOND):
        assert get(ada, HISTORY, year=2026, month=3)["days"] == ["2026-03-02", "2026-03-03"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/plain", "Accept-Language": "en"},
        {"Date": "Sun, 01 Jan 2034 00:00:00 GMT", "X-Timezone": "Asia/Seoul"},
        {"Time-Zone": "America/Los_Angeles", "Cookie": "django_timezone=Asia/Seoul"},
    ],
    ids=repr,
)
def test_no_header_changes_the_day(ada: Player, headers: dict[str, str]) -> None:
    with on(0, LAST_SECOND):
        caller = Caller(ada)
        assert caller.post(CLAIM, {}, **headers).json()["claimed_at"] == "2026-03-02T23:59:59.000Z"
        assert caller.post(CLAIM, {}, **headers).json()["error"]["code"] == "ALREADY_CLAIMED"
        assert status(ada) == standing(1, DAY + 1, "2026-03-02", ticked=True)


def answers(caller: Caller) -> dict[str, Any]:
    """Everything a page shows of the day."""
    paths = {"status": STATUS, "preview": PREVIEW, "vip": "/api/vip/status", "profile": "/api/auth/me"}
    return {name: caller.get(path).json() for name, path in paths.items()}


def test_a_clock_that_is_set_back_gives_no_second_day(ada: Player) -> None:
    tick(ada, 0, 1, 2)
    with on(3, MIDNIGHT):
        post(ada, CLAIM)
        post(ada, VIP)
    with on(2, LAST_SECOND):
        caller = Caller(ada)
        shown, before = answers(caller), written(ada)
        assert shown["status"] == standing(4, 2 * DAY + 1, "2026-03-05", ticked=True)
        assert (shown["preview"]["claimed_today"], shown["preview"]["streak_count"]) == (True, 4)
        assert (shown["vip"]["claimed_today"], shown["profile"]["daily_streak"]) == (True, 4)
        assert caller.post(CLAIM).json()["error"]["code"] == "ALREADY_CLAIMED"
        assert caller.post(TICK).json()["incremented"] is False
        assert caller.post(VIP).json()["awarded_points"] == 0
        assert written(ada) == before
    with on(4):
        assert post(ada, CLAIM)["streak_count"] == 5


def test_a_clock_that_is_set_back_before_the_claim_pays_what_it_previews(ada: Player) -> None:
    tick(ada, 0, 1, 2, 3)
    with on(2):
        told = get(ada, PREVIEW)
        answer = post(ada, CLAIM)
        assert (answer["streak_count"], answer["awarded_gold"]) == (told["streak_count"], told["today_reward_gold"])
        assert answer["streak_count"] == 4
    with on(3):  # the day that was counted before its time can still be paid
        assert post(ada, CLAIM)["streak_count"] == 4


def test_a_claim_that_waited_over_midnight_belongs_to_the_day_it_is_made_in(ada: Player) -> None:
    """The wallet reads its clock once it is locked."""
    with time_machine.travel("2026-03-02T23:59:59.900Z", tick=False) as clock:
        caller = Caller(ada)
        assert caller.post(TICK).json()["last_tick_date"] == "2026-03-02"
        clock.shift(0.2)
        assert caller.post(CLAIM).json() == {
            "action_type": "DAILY_LOGIN", "streak_count": 2, "awarded_gold": 1200, "awarded_xp": 75,
            "new_gold_balance": 2200, "experience": 75, "level": 1, "claimed_at": "2026-03-03T00:00:00.100Z",
            "idempotent_reuse": False,
        }  # fmt: skip
        assert caller.post(RESET).json() == {"ok": True}
        assert caller.get(STATUS).json() == standing(0, None, "2026-03-03", ticked=True)
