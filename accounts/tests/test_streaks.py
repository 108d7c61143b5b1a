"""Days in a row: what counts one, what breaks them, and what the tokens cover."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Player, Streak, StreakType
from accounts.progress import streaks
from accounts.tests.attending import (
    OTHER_TYPES,
    buy_tokens,
    get,
    iso,
    latest_seq,
    news_of,
    on,
    post,
    standing,
    statements,
    status,
    tick,
    written,
)
from casino.lib import days
from shop.defaults import seed_products
from tests.cast import Caller, set_gold

STATUS, TICK, RESET = "/api/streak/status", "/api/streak/tick", "/api/streak/reset"
HISTORY, PROTECTION, PREVIEW = "/api/streak/history", "/api/streak/protection", "/api/streak/preview"
HALF_DAY, DAY = 43_200, 86_400
GAMES: dict[str, tuple[str, dict[str, Any]]] = {
    "SLOT_SPIN": ("/api/games/slot/spin", {"bet_amount": 10}),
    "RPS_PLAY": ("/api/games/rps/play", {"choice": "rock", "bet_amount": 10}),
    "GACHA_PULL": ("/api/games/gacha/pull", {"pull_count": 1}),
    "CRASH_BET": ("/api/games/crash/bet", {"bet_amount": 10}),
}


@pytest.mark.parametrize("action_type", StreakType.values)
def test_who_never_came_stands_at_nothing(ada: Player, as_ada: Caller, action_type: str) -> None:
    before = written(ada)
    answer = as_ada.get(STATUS, action_type=action_type).json()
    assert answer == standing(0, None, None, action_type=action_type)
    assert as_ada.get(PROTECTION, action_type=action_type).json() == {
        "action_type": action_type, "enabled": False, "tokens": 0, "days_to_next_token": 7,
    }  # fmt: skip
    assert as_ada.get(HISTORY, action_type=action_type, year=2026, month=3).json() == {
        "action_type": action_type, "year": 2026, "month": 3, "days": [],
    }  # fmt: skip
    assert written(ada) == before


def test_attendance_is_meant_where_no_streak_is_named(ada: Player) -> None:
    tick(ada, 0)
    with on(0):
        named = {"action_type": "DAILY_LOGIN"}
        for path, query in ((STATUS, {}), (PREVIEW, {}), (PROTECTION, {}), (HISTORY, {"year": 2026, "month": 3})):
            assert get(ada, path, **query) == get(ada, path, **query, **named)
        assert post(ada, TICK)["action_type"] == "DAILY_LOGIN"
        assert post(ada, PROTECTION, enabled=True)["action_type"] == "DAILY_LOGIN"
        assert post(ada, RESET) == {"ok": True}
    assert [streak.action_type for streak in Streak.objects.all()] == ["DAILY_LOGIN"]


@pytest.mark.parametrize("name", OTHER_TYPES, ids=repr)
@pytest.mark.parametrize("path", [TICK, "/api/streak/claim", RESET, PROTECTION])
def test_other_streaks_are_none_to_write(ada: Player, as_ada: Caller, path: str, name: Any) -> None:
    before = written(ada)
    response = as_ada.post(path, {"action_type": name, "enabled": True})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert [problem["loc"] for problem in response.json()["error"]["details"]] == [["body", "action_type"]]
    assert written(ada) == before


@pytest.mark.parametrize("name", ["", "daily_login", "LOGIN", "SLOT_SPIN ", "0"])
@pytest.mark.parametrize("path", [STATUS, PREVIEW, PROTECTION, HISTORY])
def test_other_streaks_are_none_to_read(as_ada: Caller, path: str, name: str) -> None:
    response = as_ada.get(path, action_type=name, year=2026, month=3)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert [problem["loc"] for problem in response.json()["error"]["details"]] == [["query", "action_type"]]


@pytest.mark.parametrize("action_type", StreakType.values)
def test_a_tick_counts_the_day_and_tells_it_once(ada: Player, action_type: str) -> None:
    seq = latest_seq(ada)
    with on(0):
        told = standing(1, DAY + HALF_DAY, iso(0), action_type=action_type, ticked=True)
        assert post(ada, TICK, action_type=action_type) == told | {"incremented": True}
        assert status(ada, action_type=action_type) == told
        assert news_of(ada, seq) == [{"type": "streak_update", **told, "claimed_today": False}]
        before = written(ada)
        assert post(ada, TICK, action_type=action_type) == told | {"incremented": False}
        assert written(ada) == before


def test_streaks_of_different_kinds_are_apart(ada: Player) -> None:
    tick(ada, 0, 1, 2)
    tick(ada, 1, 2, action_type="SLOT_SPIN")
    with on(2):
        counts = {kind: status(ada, action_type=kind)["count"] for kind in StreakType.values}
        assert counts == {"DAILY_LOGIN": 3, "SLOT_SPIN": 2, "RPS_PLAY": 0, "GACHA_PULL": 0, "CRASH_BET": 0}
        assert get(ada, "/api/auth/me")["daily_streak"] == get(ada, "/api/users/balance")["daily_streak"] == 3


@pytest.mark.parametrize("action_type", GAMES)
def test_playing_ticks_the_counter_of_that_game_alone(ada: Player, action_type: str) -> None:
    path, body = GAMES[action_type]
    set_gold(ada, 10_000)
    seq = latest_seq(ada)
    with on(0):
        post(ada, path, **body)
        told = standing(1, DAY + HALF_DAY, iso(0), action_type=action_type, ticked=True) | {"claimed_today": False}
        assert [news for news in news_of(ada, seq) if news["type"] == "streak_update"] == [
            {"type": "streak_update", **told}
        ]
        if action_type != "CRASH_BET":  # one flight at a time
            seq = latest_seq(ada)
            post(ada, path, **body)
            assert "streak_update" not in {news["type"] for news in news_of(ada, seq)}
        assert list(Streak.objects.values_list("action_type", "count")) == [(action_type, 1)]
        assert status(ada) == standing(0, None, None)


def test_days_in_a_row_are_counted_and_a_missed_one_begins_anew(ada: Player) -> None:
    for day in range(5):
        tick(ada, day)
        with on(day):
            assert status(ada)["count"] == day + 1
    with on(5):  # not counted yet, not lost yet
        assert status(ada) == standing(5, HALF_DAY, iso(4))
    with on(6):
        assert status(ada) == standing(0, None, iso(4))
        assert post(ada, TICK)["count"] == 1


def test_every_seventh_day_earns_a_token_until_three_are_held(ada: Player) -> None:
    held = []
    for day in range(29):
        tick(ada, day)
        with on(day):
            held.append(get(ada, PROTECTION))
    assert [answer["tokens"] for answer in held] == [0] * 6 + [1] * 7 + [2] * 7 + [3] * 9
    assert [answer["days_to_next_token"] for answer in held[:8]] == [6, 5, 4, 3, 2, 1, 7, 6]
    with on(28):
        buy_tokens(ada, 2)
        assert get(ada, PROTECTION)["tokens"] == 5  # bought ones are not capped
    tick(ada, *range(29, 35))
    with on(34):
        assert get(ada, PROTECTION)["tokens"] == 5  # and the 35th day earns none on top
    assert Streak.objects.get().count == 35


def test_tokens_of_games_are_earned_by_their_own_days_and_bought_ones_go_to_attendance(ada: Player) -> None:
    seed_products(days.now())
    set_gold(ada, 50_000)
    tick(ada, *range(7), action_type="RPS_PLAY")
    with on(6):
        seq = latest_seq(ada)
        assert post(ada, "/api/shop/buy", product_id="attendance_link")["success"]
        assert get(ada, PROTECTION, action_type="RPS_PLAY")["tokens"] == 1
        assert get(ada, PROTECTION)["tokens"] == 1
        told = standing(0, None, None, tokens=1) | {"type": "streak_update", "claimed_today": False}
        assert [news for news in news_of(ada, seq) if news["type"] == "streak_update"] == [told]


@pytest.mark.parametrize(
    ("enabled", "tokens", "missed", "stands", "shown", "counts", "left"),
    [
        # what stands after the missed days with the tokens shown; what the next tick makes of it, and the tokens left
        (False, 0, 0, 4, 0, 5, 0),
        (False, 3, 0, 4, 3, 5, 3),
        (False, 3, 1, 0, 3, 1, 3),
        (True, 0, 0, 4, 0, 5, 0),
        (True, 1, 0, 4, 1, 5, 1),
        (True, 0, 1, 0, 0, 1, 0),
        (True, 1, 1, 4, 0, 5, 0),
        (True, 2, 1, 4, 1, 5, 1),
        (True, 1, 2, 0, 1, 1, 1),
        (True, 2, 2, 4, 0, 5, 0),
        (True, 3, 2, 4, 1, 5, 1),
        (True, 2, 3, 0, 2, 1, 2),
        (True, 3, 3, 4, 0, 5, 0),
        (True, 5, 3, 4, 2, 5, 2),
        (True, 5, 6, 0, 5, 1, 5),
    ],
)
def test_missed_days_cost_a_token_each_or_all_of_the_streak(
    ada: Player, enabled: bool, tokens: int, missed: int, stands: int, shown: int, counts: int, left: int
) -> None:
    tick(ada, 0, 1, 2, 3)
    with on(3):
        buy_tokens(ada, tokens)
        post(ada, PROTECTION, enabled=enabled)
    with on(4 + missed):
        ttl = HALF_DAY + DAY * (shown if enabled else 0) if stands else None
        assert status(ada) == standing(stands, ttl, iso(3), enabled=enabled, tokens=shown)
        assert get(ada, PROTECTION)["tokens"] == shown
        told = post(ada, TICK)
    ttl = DAY + HALF_DAY + DAY * (left if enabled else 0)
    again = standing(counts, ttl, iso(4 + missed), ticked=True, enabled=enabled, tokens=left)
    assert told == again | {"incremented": True}


def test_a_covered_day_is_not_counted_and_does_not_earn_the_seventh(ada: Player) -> None:
    with on(0):
        buy_tokens(ada, 1)
        post(ada, PROTECTION, enabled=True)
    tick(ada, 0, 1, 2, 4, 5, 6)
    with on(6):
        assert status(ada) == standing(6, DAY + HALF_DAY, iso(6), ticked=True, enabled=True)
    tick(ada, 7)
    with on(7):
        assert get(ada, PROTECTION) == {
            "action_type": "DAILY_LOGIN", "enabled": True, "tokens": 1, "days_to_next_token": 7,
        }  # fmt: skip
        assert get(ada, HISTORY, year=2026, month=3)["days"] == [iso(day) for day in (0, 1, 2, 4, 5, 6, 7)]


def test_protection_switched_on_after_the_break_mends_nothing(ada: Player) -> None:
    tick(ada, *range(7))
    with on(8):
        assert post(ada, PROTECTION, enabled=True) == {
            "action_type": "DAILY_LOGIN", "enabled": True, "tokens": 1, "days_to_next_token": 7,
        }  # fmt: skip
        assert status(ada) == standing(0, None, iso(6), enabled=True, tokens=1)
        assert post(ada, TICK)["count"] == 1


def test_tokens_that_come_after_the_break_mend_nothing(ada: Player) -> None:
    tick(ada, 0, 1)
    with on(1):
        post(ada, PROTECTION, enabled=True)
    with on(3):
        buy_tokens(ada, 3)
        assert status(ada) == standing(0, None, iso(1), enabled=True, tokens=3)
    with on(4):
        assert status(ada) == standing(0, None, iso(1), enabled=True, tokens=3)
        assert post(ada, TICK)["count"] == 1


def test_protection_switched_off_after_a_covered_day_takes_nothing_back(ada: Player) -> None:
    tick(ada, *range(7))
    with on(6):
        post(ada, PROTECTION, enabled=True)
    with on(8):
        assert post(ada, PROTECTION, enabled=False)["tokens"] == 0
        assert status(ada) == standing(7, HALF_DAY, iso(6))
    with on(9):
        assert status(ada) == standing(0, None, iso(6))


def test_tokens_bought_on_the_way_cover_the_days_to_come(ada: Player) -> None:
    tick(ada, *range(7))
    with on(6):
        post(ada, PROTECTION, enabled=True)
    with on(8):
        buy_tokens(ada, 1)
        assert status(ada) == standing(7, HALF_DAY + DAY, iso(6), enabled=True, tokens=1)
    with on(9):
        assert post(ada, TICK)["count"] == 8
        assert get(ada, PROTECTION)["tokens"] == 0


def test_a_protection_change_is_told(ada: Player) -> None:
    tick(ada, 0)
    with on(0):
        for enabled in (True, True, False):
            seq = latest_seq(ada)
            post(ada, PROTECTION, enabled=enabled)
            told = standing(1, DAY + HALF_DAY, iso(0), ticked=True, enabled=enabled)
            assert news_of(ada, seq) == [{"type": "streak_update", **told, "claimed_today": False}]


@pytest.mark.parametrize("enabled", [None, "true", 1, 0, "", [], "missing"], ids=repr)
def test_protection_wants_a_plain_yes_or_no(ada: Player, as_ada: Caller, enabled: Any) -> None:
    before = written(ada)
    response = as_ada.post(PROTECTION, {} if enabled == "missing" else {"enabled": enabled})
    assert response.status_code == 422
    assert [problem["loc"] for problem in response.json()["error"]["details"]] == [["body", "enabled"]]
    assert written(ada) == before


def test_a_reset_brings_it_to_nothing_and_the_day_stays_counted(ada: Player) -> None:
    tick(ada, 0, 1, 2)
    with on(2):
        seq = latest_seq(ada)
        assert post(ada, RESET) == {"ok": True}
        told = standing(0, None, iso(2), ticked=True)
        assert news_of(ada, seq) == [{"type": "streak_update", **told, "claimed_today": False}]
        assert post(ada, TICK) == told | {"incremented": False}
        assert get(ada, HISTORY, year=2026, month=3)["days"] == [iso(0), iso(1), iso(2)]
    with on(3):
        assert post(ada, TICK)["count"] == 1


def test_a_reset_before_the_day_was_counted_lets_it_begin_anew(ada: Player) -> None:
    tick(ada, 0, 1, 2)
    with on(3):
        post(ada, RESET)
        assert post(ada, TICK)["count"] == 1
        assert post(ada, TICK)["incremented"] is False


def test_a_reset_of_one_streak_leaves_the_others_and_every_token(ada: Player) -> None:
    tick(ada, *range(7))
    tick(ada, *range(7), action_type="SLOT_SPIN")
    with on(6):
        post(ada, RESET, action_type="SLOT_SPIN")
        assert status(ada) == standing(7, DAY + HALF_DAY, iso(6), ticked=True, tokens=1)
        told = standing(0, None, iso(6), action_type="SLOT_SPIN", ticked=True, tokens=1)
        assert status(ada, action_type="SLOT_SPIN") == told


def test_who_resets_what_never_was_stands_at_nothing_still(ada: Player) -> None:
    with on(0):
        assert post(ada, RESET, action_type="CRASH_BET") == {"ok": True}
        assert status(ada, action_type="CRASH_BET") == standing(0, None, None, action_type="CRASH_BET")
        assert post(ada, TICK, action_type="CRASH_BET")["count"] == 1


def test_a_months_history_is_the_days_that_were_counted(ada: Player) -> None:
    tick(ada, 0, 1, 5, 29, 30, 31)  # 2 March and on, over the end of the month
    tick(ada, 2, action_type="RPS_PLAY")
    with on(60):
        march = [f"2026-03-{day:02d}" for day in (2, 3, 7, 31)]
        assert get(ada, HISTORY, year=2026, month=3) == {
            "action_type": "DAILY_LOGIN", "year": 2026, "month": 3, "days": march,
        }  # fmt: skip
        assert get(ada, HISTORY, year=2026, month=4)["days"] == ["2026-04-01", "2026-04-02"]
        assert get(ada, HISTORY, year=2025, month=3)["days"] == get(ada, HISTORY, year=2026, month=2)["days"] == []
        assert get(ada, HISTORY, year=2026, month=3, action_type="RPS_PLAY")["days"] == ["2026-03-04"]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({}, ["year", "month"]),
        ({"year": 2026}, ["month"]),
        ({"month": 3}, ["year"]),
        ({"year": 1969, "month": 3}, ["year"]),
        ({"year": 2101, "month": 3}, ["year"]),
        ({"year": 2026, "month": 0}, ["month"]),
        ({"year": 2026, "month": 13}, ["month"]),
        ({"year": "2026.0", "month": "three"}, ["year", "month"]),
        ({"year": "", "month": "-1"}, ["year", "month"]),
    ],
)
def test_a_history_wants_a_real_month(as_ada: Caller, query: dict[str, Any], places: list[str]) -> None:
    response = as_ada.get(HISTORY, **query)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert [problem["loc"] for problem in response.json()["error"]["details"]] == [["query", place] for place in places]


@pytest.mark.parametrize(("year", "month"), [(1970, 1), (2100, 12)])
def test_a_history_reaches_from_the_first_month_to_the_last(as_ada: Caller, year: int, month: int) -> None:
    assert as_ada.get(HISTORY, year=year, month=month).json()["days"] == []


def test_reading_writes_nothing(ada: Player, as_ada: Caller) -> None:
    tick(ada, 0, 1)
    before = written(ada)
    for path in (STATUS, PREVIEW, PROTECTION, f"{HISTORY}?year=2026&month=3", "/api/vip/status"):
        assert as_ada.get(path).status_code == 200
    assert written(ada) == before


@pytest.mark.parametrize("path", [STATUS, PROTECTION, f"{HISTORY}?year=2026&month=3"])
def test_reading_costs_two_statements(as_ada: Caller, path: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        as_ada.get(path)
    assert len(statements(captured)) == 2, "\n".join(statements(captured))  # who calls, and the streak


def test_a_tick_costs_seven_statements_and_another_one_three(ada: Player) -> None:
    with on(0):
        caller = Caller(ada)
        for expected in (7, 3):
            with CaptureQueriesContext(connection) as captured:
                caller.post(TICK)
            assert len(statements(captured)) == expected, "\n".join(statements(captured))


def test_the_days_of_a_month_are_one_number(ada: Player) -> None:
    tick(ada, *range(30))
    streak = streaks.of(ada.pk)
    assert streak.calendar == {"2026-03": 2**31 - 2}
    assert streak.last_counted == date(2026, 3, 31)
