"""Rounds in a line: what happened in the game, what came of the stake, and no cheer for less than it."""

from __future__ import annotations

from typing import Any

import pytest

from games.screens import rows

REELS = [["🍒", "🍋", "🍊"], ["💎", "🍇", "🍊"], ["🍒", "🍋", "🍊"]]


def item(game: str, stake: int, payout: int, meta: dict[str, Any], status: str = "settled") -> dict[str, Any]:
    """A line of the history as the API tells it."""
    net = payout - stake
    result = "open" if status == "active" else "win" if net > 0 else "loss" if net < 0 else "tie"
    return {
        "round_id": "r", "game_type": game, "bet_amount": stake, "win_amount": payout, "net_change": net,
        "result": result, "status": status, "created_at": "2026-11-23T01:00:00.000Z", "result_meta": meta,
    }  # fmt: skip


def slot(stake: int, payout: int, **meta: Any) -> dict[str, Any]:
    return item("slot", stake, payout, {"reels": REELS, "win_lines": [], **meta})


def duel(mine: str, house: str, stake: int, payout: int) -> dict[str, Any]:
    return item("rps", stake, payout, {"player_choice": mine, "computer_choice": house})


def pull(stake: int, *items: tuple[str, str, int]) -> dict[str, Any]:
    drawn = [{"name": name, "rarity": rarity, "gold_value": gold} for name, rarity, gold in items]
    return item("gacha", stake, sum(gold for _name, _rarity, gold in items), {"items": drawn})


def flight(stake: int, payout: int, status: str, **meta: Any) -> dict[str, Any]:
    return item("crash", stake, payout, {"auto_cashout_multiplier": None, **meta}, status)


LAMP, MASK, CROWN = ("은화 램프", "Common", 100), ("은빛 가면", "Rare", 600), ("새벽의 왕관", "Legendary", 20_000)


@pytest.mark.parametrize(
    ("told", "words", "tone", "verdict"),
    [
        (slot(100, 0), "100 걸고 적중 없음", "loss", "패"),
        (slot(100, 40), "100 중 40 돌려받음", "soft", "패"),
        (slot(100, 100), "100 중 100 돌려받음", "soft", "무"),
        (slot(1000, 2040), "1,000 걸고 2,040 받음", "gain", "승"),
        (duel("paper", "rock", 200, 390), "보 대 바위 · 200 걸고 390 받음", "gain", "승"),
        (duel("rock", "paper", 200, 0), "바위 대 보 · 200 잃음", "loss", "패"),
        (duel("scissors", "scissors", 200, 200), "가위 대 가위 · 200 중 200 돌려받음", "soft", "무"),
        (pull(500, LAMP), "은화 램프 · 500 중 100 돌려받음", "soft", "패"),
        (pull(4500, LAMP, CROWN, MASK), "새벽의 왕관 외 2장 · 4,500 걸고 20,700 받음", "gain", "승"),
        (
            flight(100, 185, "cashed_out", cashout_multiplier=1.85, crash_point=3.61),
            "1.85x에 캐시아웃 · 100 걸고 185 받음", "gain", "승",
        ),
        (
            flight(100, 200, "auto_cashed", cashout_multiplier=2.0, crash_point=2.5),
            "자동 2.00x · 100 걸고 200 받음", "gain", "승",
        ),
        (
            flight(100, 0, "crashed", cashout_multiplier=None, crash_point=1.0),
            "1.00x에 크래시 · 100 잃음", "loss", "패",
        ),
        (flight(100, 0, "active", auto_cashout_multiplier=2.0), "목표 2.00x · 100 걸고 진행 중", "live", "진행 중"),
        (flight(100, 0, "active"), "100 걸고 진행 중", "live", "진행 중"),
    ],
)  # fmt: skip
def test_a_round_is_told_by_what_happened_and_what_came_back(
    told: dict[str, Any], words: str, tone: str, verdict: str
) -> None:
    row = rows.row_of(told)
    assert (row.words, row.tone, row.verdict) == (words, tone, verdict)


@pytest.mark.parametrize(
    ("told", "mark"),
    [
        (slot(1, 2, win_lines=[{"symbol": "7️⃣"}]), "sym-seven"),
        (slot(1, 0), "sym-grapes"),
        (slot(1, 0, reels=[["🔔"] * 3] * 3), "icon-games"),
        (duel("paper", "rock", 1, 1), "hand-paper"),
        (pull(1, LAMP, MASK), "shape-2"),
        (pull(1, ("낯선 것", "Unheard", 1)), "shape-1"),
        (flight(1, 0, "active"), "icon-chart"),
        (item("slot", 1, 0, {}), "icon-games"),
    ],
)
def test_a_round_is_drawn_by_what_decided_it(told: dict[str, Any], mark: str) -> None:
    assert rows.mark_of(told)[0] == mark
