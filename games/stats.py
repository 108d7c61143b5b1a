"""A player's statistics as they stand at this moment, and rebuilt from the rounds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.ledger import open_wallet
from accounts.models import Player, Wallet
from casino.lib import days
from games import floor
from games.models import GameStats, GameType, Round, RoundResult
from games.play import due
from games.rebuilding import rebuild
from games.totals import shape
from realtime.events import StatsUpdate

Json = dict[str, Any]


def stats_of(player_id: int) -> Json:
    """The player's statistics as they stand now; zeros for who never played. A round that is over counts already."""
    now = days.now()
    streak, due_at = _wallet_of(player_id)
    if due_at is not None and due_at <= now:
        due.settle_due(player_id, now=now)
        streak, _due_at = _wallet_of(player_id)
    return shape(player_id, _totals_of(player_id), streak)


def stored_of(player_id: int) -> Json:
    """The statistics as they are stored: for readers that may not settle anything first."""
    streak, _due_at = _wallet_of(player_id)
    return shape(player_id, _totals_of(player_id), streak)


def _wallet_of(player_id: int) -> tuple[int, datetime | None]:
    return Wallet.objects.values_list("win_streak", "open_round_due_at").get(pk=player_id)


def _totals_of(player_id: int) -> dict[GameType, GameStats]:
    return {game: seat.stats for game, seat in floor.seats_of(player_id).items()}


def recalculate(*, player_id: int, actor: Player, now: datetime) -> tuple[Json, bool]:
    """Rebuilds the player's statistics from the rounds; tells whether anything was different.

    The wallet is locked meanwhile: a history of many thousand rounds makes the player's own calls wait.
    """
    due.catch_up(player_id, now=now)
    with transaction.atomic(), open_wallet(player_id, now=now) as wallet:
        totals = _totals_of(player_id)
        rebuilt = [rebuild(row) for row in totals.values()]
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


def _streak(player_id: int) -> int:
    """Wins since the last loss, in the order in which rounds were settled."""
    settled = Round.objects.of(player_id).settled()
    lost = settled.with_result(RoundResult.LOSS).order_by("-settled_at", "-id").first()
    wins = settled.with_result(RoundResult.WIN)
    if lost is not None:
        wins = wins.filter(Q(settled_at__gt=lost.settled_at) | Q(settled_at=lost.settled_at, id__gt=lost.pk))
    return wins.count()
