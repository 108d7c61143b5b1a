"""Boards: who gained the most in which period, ties in the order of achievement, staff and banned left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Player, Role, Wallet
from games import totals
from games.models import GameStats, GameType, Round
from tests.cast import Caller, enrol

BOARD = "/api/games/leaderboard"
WEDNESDAY = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wednesday(monkeypatch: pytest.MonkeyPatch) -> None:
    """The club's clock stands at noon of a Wednesday, the 18th."""
    monkeypatch.setattr("games.leaderboards.clock", lambda: WEDNESDAY)


def settle(player: Player, net: int, *, at: datetime = WEDNESDAY, game: GameType = GameType.SLOT) -> None:
    """A settled round with this net change, counted as a play counts it."""
    row = GameStats.objects.filter(player=player, game=game).first() or GameStats(player=player, game_id=game)
    settled = Round(game=game, stake=100, payout=100 + net, settled_at=at)
    totals.count_round(row, Wallet.objects.get(pk=player.pk), settled, now=at)


def board(caller: Caller, **query: Any) -> list[tuple[int, str, int]]:
    answer = caller.get(BOARD, **query).json()
    return [(entry["rank"], entry["nickname"], entry["score"]) for entry in answer["entries"]]


def test_a_board_of_nobody_is_empty(as_nobody: Caller) -> None:
    answer = as_nobody.get(BOARD).json()
    assert answer.pop("updated_at") == "2026-11-18T12:00:00.000Z"
    assert answer == {"game_type": None, "period": "week", "entries": [], "user_rank": None}


def test_the_best_net_comes_first_and_games_add_up(ada: Player, bob: Player, as_ada: Caller) -> None:
    settle(ada, 50)
    settle(ada, -80, game=GameType.RPS)
    settle(bob, -20)
    assert board(as_ada) == [(1, "Bob", -20), (2, "Ada", -30)]
    assert board(as_ada, game_type="slot") == [(1, "Ada", 50), (2, "Bob", -20)]
    assert board(as_ada, game_type="crash") == []
    answer = as_ada.get(BOARD, limit=1).json()
    assert (len(answer["entries"]), answer["user_rank"]) == (1, 2)
    assert answer["entries"][0] == {
        "rank": 1, "user_id": bob.pk, "nickname": "Bob", "avatar_url": None, "score": -20,
    }  # fmt: skip


def test_periods_end_at_midnight_monday_and_the_first(ada: Player, as_ada: Caller) -> None:
    for day, net in ((1, 1), (15, 10), (16, 100), (17, 1000), (18, 10_000)):  # the 16th is a Monday
        settle(ada, net, at=datetime(2026, 11, day, tzinfo=UTC))
    settle(ada, 5, at=datetime(2026, 11, 18, 11, tzinfo=UTC))
    shown = {period: board(as_ada, period=period) for period in ("day", "week", "month", "all")}
    assert shown == {
        "day": [(1, "Ada", 10_005)],
        "week": [(1, "Ada", 11_105)],
        "month": [(1, "Ada", 11_116)],
        "all": [(1, "Ada", 11_116)],
    }


def test_a_score_of_an_earlier_period_is_not_shown(ada: Player, as_ada: Caller) -> None:
    settle(ada, 70, at=datetime(2026, 11, 15, 23, 59, 59, tzinfo=UTC))
    assert [board(as_ada, period=period) for period in ("day", "week", "month")] == [[], [], [(1, "Ada", 70)]]
    assert as_ada.get(BOARD, period="week").json()["user_rank"] is None


def test_on_ties_the_earlier_achiever_is_first_and_a_tie_round_changes_nothing(
    ada: Player, bob: Player, vip: Player, as_ada: Caller, as_bob: Caller
) -> None:
    settle(ada, 50, at=WEDNESDAY - timedelta(hours=1))
    settle(bob, 50, at=WEDNESDAY - timedelta(hours=2))
    settle(bob, 0, at=WEDNESDAY)
    settle(vip, 0, at=WEDNESDAY)
    assert board(as_ada) == [(1, "Bob", 50), (2, "Ada", 50), (3, "Vip", 0)]
    assert [caller.get(BOARD).json()["user_rank"] for caller in (as_ada, as_bob, Caller(vip))] == [2, 1, 3]


def test_staff_banned_and_closed_accounts_are_left_out(ada: Player, bob: Player, vip: Player, as_ada: Caller) -> None:
    staff = enrol("sam", role=Role.AUDITOR)
    for player in (ada, bob, vip, staff):
        settle(player, 50)
    Player.objects.filter(pk=bob.pk).update(is_banned=True, banned_until=WEDNESDAY + timedelta(hours=1))
    Player.objects.filter(pk=vip.pk).update(is_active=False)
    assert board(as_ada) == [(1, "Ada", 50)]
    assert Caller(staff).get(BOARD).json()["user_rank"] is None
    Player.objects.filter(pk=bob.pk).update(banned_until=WEDNESDAY - timedelta(hours=1))
    assert board(as_ada) == [(1, "Ada", 50), (2, "Bob", 50)]


@pytest.mark.parametrize("query", [{"period": "year"}, {"limit": "0"}, {"limit": "101"}, {"game_type": "poker"}])
def test_a_board_nobody_knows_is_refused(as_nobody: Caller, query: dict[str, str]) -> None:
    answer = as_nobody.get(BOARD, **query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


def test_a_board_costs_the_same_however_many_play(ada: Player, as_ada: Caller) -> None:
    settle(ada, 50)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            as_ada.get(BOARD, limit=100)
        return len(captured)

    alone = cost()
    for number in range(5):
        settle(enrol(f"player{number}"), number)
    assert cost() == alone
