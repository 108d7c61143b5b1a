"""A player's statistics: kept in the transaction that settles a round, shown in one shape everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.ledger import open_wallet
from accounts.models import Player, Wallet
from casino.lib import days, rows
from games import floor
from games.models import GameStats, GameType, Round, RoundResult
from realtime.events import StatsUpdate

Json = dict[str, Any]

# What each game calls its rounds, and what it counts besides.
_OWN_NAMES: dict[GameType, Json] = {
    GameType.SLOT: {"spins": "rounds"},
    GameType.RPS: {"plays": "rounds"},
    GameType.GACHA: {"pulls": "pulls", "rare_wins": "rare_wins", "ultra_rare_wins": "ultra_rare_wins"},
    GameType.CRASH: {"bets": "rounds"},
}
_COUNTED = ("rounds", "wins", "losses", "ties", "wagered", "won", "max_win")
_NEVER_PLAYED = GameStats()


def count_round(stats: GameStats, wallet: Wallet, settled: Round, *, now: datetime) -> None:
    """Adds a settled round to its game's row and to the streak on the locked wallet; one statement."""
    stats.rounds += 1
    stats.wagered += settled.stake
    stats.won += settled.payout
    stats.max_win = max(stats.max_win, settled.payout)
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


def stats_of(player_id: int) -> Json:
    """The player's statistics as they stand now; zeros for who never played."""
    streak = Wallet.objects.values_list("win_streak", flat=True).get(pk=player_id)
    return shape(player_id, _totals_of(player_id), streak)


def _totals_of(player_id: int) -> dict[GameType, GameStats]:
    return {game: seat.stats for game, seat in floor.seats_of(player_id).items()}


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


def recalculate(*, player_id: int, actor: Player, now: datetime) -> tuple[Json, bool]:
    """Rebuilds the player's statistics from the rounds; tells whether anything was different."""
    with transaction.atomic(), open_wallet(player_id, now=now) as wallet:
        totals = _totals_of(player_id)
        rebuilt = [_rebuild(row, now) for row in totals.values()]
        streak = _streak(player_id)
        changed = any(rebuilt) or streak != wallet.row.win_streak
        wallet.row.win_streak = streak
        stats = shape(player_id, totals, streak)
        wallet.tell(StatsUpdate(stats))
        audit.record(
            action="STATS_RECALCULATED",
            target_type="player",
            target_id=player_id,
            actor=actor,
            details={"changed": changed},
            now=now,
        )
    return stats, changed


def _rebuild(row: GameStats, now: datetime) -> bool:
    """Makes the row equal to the sums of its rounds; the best cash-out stays, it never falls."""
    counted = Round.objects.of(row.player_id).settled().filter(game=row.game_id).totals()
    if all(getattr(row, name) == value for name, value in counted.items()):
        return False
    for name, value in counted.items():
        setattr(row, name, value)
    row.updated_at = now
    row.save()
    return True


def _streak(player_id: int) -> int:
    """Wins since the last loss, in the order in which rounds were settled."""
    settled = Round.objects.of(player_id).settled()
    lost = settled.with_result(RoundResult.LOSS).order_by("-settled_at", "-id").first()
    wins = settled.with_result(RoundResult.WIN)
    if lost is not None:
        wins = wins.filter(Q(settled_at__gt=lost.settled_at) | Q(settled_at=lost.settled_at, id__gt=lost.pk))
    return wins.count()
