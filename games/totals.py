"""A player's totals: a settled round is added in its own transaction, and they have one JSON shape everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accounts.models import Wallet
from casino.lib import days, rows
from games.models import GameStats, GameType, Round, RoundResult

Json = dict[str, Any]

# What each game calls its rounds, and what it counts besides.
_OWN_NAMES: dict[GameType, Json] = {
    GameType.SLOT: {"spins": "rounds"},
    GameType.RPS: {"plays": "rounds"},
    GameType.GACHA: {"pulls": "pulls", "rare_wins": "rare_wins", "ultra_rare_wins": "ultra_rare_wins"},
    GameType.CRASH: {"bets": "rounds"},
}
_COUNTED = ("rounds", "wins", "losses", "ties", "wagered", "won", "max_win")
PERIOD_NETS: Final[Mapping[days.Period, str]] = {"day": "day_net", "week": "week_net", "month": "month_net"}
"""The column that holds the net of the running day, week or month."""
_NEVER_PLAYED = GameStats()


def count_round(stats: GameStats, wallet: Wallet, settled: Round, *, now: datetime) -> None:
    """Adds a settled round to its game's row and to the streak on the locked wallet; one statement."""
    stats.rounds += 1
    stats.wagered += settled.stake
    stats.won += settled.payout
    stats.max_win = max(stats.max_win, settled.payout)
    _score(stats, settled.net_change, at=now)
    stats.updated_at = now
    match settled.result:
        case RoundResult.WIN:
            stats.wins += 1
            wallet.win_streak += 1
        case RoundResult.LOSS:
            stats.losses += 1
            wallet.win_streak = 0
        case RoundResult.TIE:
            stats.ties += 1
    if stats._state.adding:
        rows.insert([stats])
    else:
        rows.update(stats)


def _score(stats: GameStats, net: int, *, at: datetime) -> None:
    """Adds to the nets of the running day, week and month, beginning anew those of an earlier one."""
    last: datetime | None = stats.updated_at  # none before the first round
    for period, name in PERIOD_NETS.items():
        is_running = last is not None and last >= days.start_of(period, at)
        setattr(stats, name, (getattr(stats, name) if is_running else 0) + net)
    if net:
        stats.scored_at = at


def shape(player_id: int, totals: Mapping[GameType, GameStats], win_streak: int) -> Json:
    """The one JSON shape of statistics."""
    everything = {name: sum(getattr(row, name) for row in totals.values()) for name in _COUNTED}
    rounds, wagered, won = everything["rounds"], everything["wagered"], everything["won"]
    highest = max((row.max_multiplier for row in totals.values()), default=0)
    updated_at = max((row.updated_at for row in totals.values() if row.rounds), default=None)
    return {
        "user_id": player_id,
        "total_games_played": rounds,
        "total_bets": rounds,
        "total_wins": everything["wins"],
        "total_losses": everything["losses"],
        "total_ties": everything["ties"],
        "win_rate": round(100 * everything["wins"] / rounds, 2) if rounds else 0.0,
        "overall_max_win": max((row.max_win for row in totals.values()), default=0),
        "current_win_streak": win_streak,
        "total_wagered": wagered,
        "total_won": won,
        "total_profit": won - wagered,
        "highest_multiplier": highest / 100 if highest else None,
        "game_breakdown": {game.value: _breakdown(game, totals.get(game, _NEVER_PLAYED)) for game in GameType},
        "updated_at": days.stamp_or_none(updated_at),
    }


def _breakdown(game: GameType, row: GameStats) -> Json:
    shown = {name: getattr(row, name) for name in _COUNTED}
    shown["profit"] = row.won - row.wagered
    shown |= {name: getattr(row, column) for name, column in _OWN_NAMES[game].items()}
    if game == GameType.CRASH:
        shown["max_multiplier"] = row.max_multiplier / 100 if row.max_multiplier else None
    return shown
