"""Statistics made again from the rounds: every column as playing had left it, of every game."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Player
from casino.lib import days
from games import rebuilding, stats
from games.models import GameStats, Round, RoundStatus
from games.play import gacha, rps, slots
from games.tests.plays import at
from tests.cast import set_gold

EMPTY: dict[str, Any] = {
    "rounds": 0, "wins": 0, "losses": 0, "ties": 0, "wagered": 0, "won": 0, "max_win": 0, "pulls": 0, "rare_wins": 0,
    "ultra_rare_wins": 0, "pity": 0, "pulls_today": 0, "pulled_on": None, "collection": {}, "day_net": 0, "week_net": 0,
    "month_net": 0, "scored_at": None,
}  # fmt: skip
WEDNESDAY = datetime.fromisoformat("2026-12-02T12:00:00Z")


def rows_of(player: Player) -> dict[str, dict[str, Any]]:
    return {row["game_id"]: dict(row) for row in GameStats.objects.filter(player=player).values()}


def rebuilt(player: Player) -> set[str]:
    """Rebuilds every row; the games whose row was different."""
    return {row.game_id for row in GameStats.objects.filter(player=player) if rebuilding.rebuild(row)}


def play_for_weeks(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of three games over two months, several a day, across weeks and the turn of a month."""
    set_gold(player, 1_000_000)
    for day in (0, 0, 1, 4, 5, 6, 27, 29, 30, 30):
        for play in (gacha, rps, slots):
            at(monkeypatch, play, WEDNESDAY + timedelta(days=day, minutes=day))
        gacha.pull(player=player, count=10, banner=None, key=None)
        gacha.pull(player=player, count=1, banner=None, key=None)
        rps.play(player=player, stake=10, choice="paper", key=None)
        slots.spin(player=player, stake=100, lines=5, key=None)


def test_rows_that_are_right_stay_untouched(ada: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    play_for_weeks(ada, monkeypatch)
    before = rows_of(ada)
    assert rebuilt(ada) == set()
    assert rows_of(ada) == before


def test_rows_that_lost_everything_are_as_playing_had_left_them(ada: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    play_for_weeks(ada, monkeypatch)
    before = rows_of(ada)
    assert before["gacha"]["pulls"] == 110
    assert (before["gacha"]["pulls_today"], before["gacha"]["pulled_on"]) == (
        22,
        days.day_of(WEDNESDAY) + timedelta(30),
    )
    GameStats.objects.update(**EMPTY, updated_at=WEDNESDAY - timedelta(days=900))
    assert rebuilt(ada) == {"gacha", "rps", "slot"}
    assert rows_of(ada) == before
    assert rebuilt(ada) == set()


@pytest.mark.parametrize("column", EMPTY)
def test_one_wrong_column_is_enough(ada: Player, monkeypatch: pytest.MonkeyPatch, column: str) -> None:
    play_for_weeks(ada, monkeypatch)
    row = GameStats.objects.get(player=ada, game_id="gacha")
    right = getattr(row, column)
    setattr(row, column, right + 1 if isinstance(right, int) else EMPTY[column])
    assert rebuilding.rebuild(row) is True
    assert getattr(GameStats.objects.get(pk=row.pk), column) == right


def test_rows_that_are_missing_are_made(ada: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    play_for_weeks(ada, monkeypatch)
    before = rows_of(ada)
    GameStats.objects.all().delete()
    stats.recalculate(player_id=ada.pk, actor=ada, now=days.now())
    assert {game: row | {"id": 0} for game, row in rows_of(ada).items()} == {
        game: row | {"id": 0} for game, row in before.items()
    }


def test_who_never_played_gets_no_rows(ada: Player) -> None:
    shown, changed = stats.recalculate(player_id=ada.pk, actor=ada, now=days.now())
    assert (changed, shown["total_games_played"], rows_of(ada)) == (False, 0, {})


def crash(player: Player, nonce: int, *, stake: int, cashout: float | None) -> None:
    Round.objects.create(
        player=player, game="crash", stake=stake, payout=0 if cashout is None else int(stake * cashout), nonce=nonce,
        status=RoundStatus.CRASHED if cashout is None else RoundStatus.CASHED_OUT, balance_after=0, config_version=1,
        outcome={"auto_cashout_multiplier": None, "cashout_multiplier": cashout, "crash_point": 9.0},
        server_seed_hash="h" * 64, client_seed="c", created_at=WEDNESDAY, settled_at=WEDNESDAY,
    )  # fmt: skip


@pytest.mark.parametrize(("stored", "found"), [(0, 310), (309, 310), (500, 500)])
def test_the_best_cashout_is_found_and_never_falls(ada: Player, stored: int, found: int) -> None:
    row = GameStats.objects.create(player=ada, game_id="crash", updated_at=WEDNESDAY, max_multiplier=stored)
    for nonce, cashout in enumerate((1.01, None, 3.1, 2.85)):
        crash(ada, nonce, stake=100, cashout=cashout)
    assert rebuilding.rebuild(row) is True
    row.refresh_from_db()
    assert (row.max_multiplier, row.rounds, row.wins, row.losses) == (found, 4, 3, 1)
    assert rebuilding.rebuild(row) is False


def test_a_row_without_rounds_loses_what_it_made_up(ada: Player) -> None:
    row = GameStats.objects.create(player=ada, game_id="gacha", updated_at=WEDNESDAY, pity=5, day_net=7, pulls=3)
    assert rebuilding.rebuild(row) is True
    assert {name: getattr(row, name) for name in EMPTY} == EMPTY
    assert row.updated_at == WEDNESDAY
