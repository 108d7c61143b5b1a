"""What is asked of a stake before it is taken, in the published order, and by which clock a play counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from accounts.models import Player, Wallet
from casino.lib import days, rows
from games.models import Game, GameStats, Round
from games.play import gacha, rps, slots
from games.tests.plays import album_of, at
from tests.cast import Caller, gold_of

STAKES = {
    "slot": ("/api/games/slot/spin", {}),
    "rps": ("/api/games/rps/play", {"choice": "rock"}),
    "crash": ("/api/games/crash/bet", {}),
}
PULL = "/api/games/gacha/pull"
BEFORE_MIDNIGHT = datetime(2026, 12, 5, 23, 59, 59, 990_000, tzinfo=UTC)


def code_of(caller: Caller, path: str, body: dict[str, Any]) -> str:
    return str(caller.post(path, body).json()["error"]["code"])


@pytest.mark.parametrize("game", STAKES)
@pytest.mark.parametrize("stake", [-1, 0, 9, 100_001])
def test_a_stake_no_table_takes_is_told_before_the_pause(ada: Player, as_ada: Caller, game: str, stake: int) -> None:
    path, body = STAKES[game]
    Game.objects.update(pause_reason="점검 중입니다")
    assert code_of(as_ada, path, body | {"bet_amount": stake}) == "BET_OUT_OF_RANGE"
    assert code_of(as_ada, path, body | {"bet_amount": 10}) == "GAME_PAUSED"
    assert (gold_of(ada), Round.objects.count()) == (1000, 0)


def test_an_open_round_does_not_hide_a_bad_stake_or_a_pause(ada: Player, as_ada: Caller) -> None:
    path, _body = STAKES["crash"]
    Wallet.objects.filter(pk=ada.pk).update(open_round_due_at=days.now() + timedelta(minutes=1))
    assert code_of(as_ada, path, {"bet_amount": 9}) == "BET_OUT_OF_RANGE"
    assert code_of(as_ada, path, {"bet_amount": 10}) == "ROUND_OPEN"
    assert code_of(as_ada, path, {"bet_amount": 5_000}) == "ROUND_OPEN"  # more gold than there is
    Game.objects.update(pause_reason="점검 중입니다")
    assert code_of(as_ada, path, {"bet_amount": 10}) == "GAME_PAUSED"


def test_a_pause_is_told_before_the_day_s_limit(ada: Player, as_ada: Caller) -> None:
    album_of(ada, pulls_today=100, pulled_on=days.day_of(days.now()))
    assert code_of(as_ada, PULL, {}) == "DAILY_GACHA_LIMIT"
    Game.objects.update(pause_reason="점검 중입니다")
    assert code_of(as_ada, PULL, {}) == "GAME_PAUSED"


@pytest.mark.parametrize(
    ("game", "order"),
    [(slots, {"stake": 10, "lines": 1}), (rps, {"stake": 10, "choice": "rock"}), (gacha, {"count": 1, "banner": None})],
    ids=["slot", "rps", "gacha"],
)
def test_a_play_counts_from_the_moment_it_got_the_wallet(
    ada: Player, monkeypatch: pytest.MonkeyPatch, game: ModuleType, order: dict[str, Any]
) -> None:
    """It waited for the wallet over midnight: of two plays the one that comes later is the later one."""
    find, got_it_at = rows.find, BEFORE_MIDNIGHT + timedelta(milliseconds=20)

    def find_after_midnight(*row: Any, **how: Any) -> Any:
        found = find(*row, **how)
        at(monkeypatch, game, got_it_at)
        return found

    at(monkeypatch, game, BEFORE_MIDNIGHT)
    monkeypatch.setattr(rows, "find", find_after_midnight)
    play = game.pull if game is gacha else game.spin if game is slots else game.play
    played = play(player=ada, key=None, **order).round
    assert (played.created_at, played.settled_at) == (got_it_at, got_it_at)
    assert GameStats.objects.get(player=ada).updated_at == got_it_at
