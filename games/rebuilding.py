"""A row of statistics made again from the rounds alone, column by column, as playing them had made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import F, FloatField, Max, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from casino.lib import days
from games import collection
from games.models import GameStats, GameType, Round
from games.models.rounds import RoundQuerySet
from games.totals import PERIOD_NETS

Columns = dict[str, Any]
_OF_PULLS: Final = ("pulls", "rare_wins", "ultra_rare_wins", "pity", "pulls_today", "pulled_on", "collection")
_NET: Final = F("payout") - F("stake")


def rebuild(row: GameStats) -> bool:
    """Makes the row what its rounds say; the best cash-out never falls. Tells whether anything was different."""
    settled = Round.objects.of(row.player_id).settled().filter(game=row.game_id)
    right = settled.totals() | _moments_and_nets(settled, row)
    if row.game_id == GameType.GACHA:
        right |= _pulls(settled)
    elif row.game_id == GameType.CRASH:
        right["max_multiplier"] = max(row.max_multiplier, _best_cashout(settled))
    if all(getattr(row, name) == value for name, value in right.items()):
        return False
    for name, value in right.items():
        setattr(row, name, value)
    row.save()
    return True


def _moments_and_nets(settled: RoundQuerySet, row: GameStats) -> Columns:
    """When the last round counted, when the score last moved, and the nets of that round's day, week and month."""
    moments: Mapping[str, Any] = settled.order_by().aggregate(
        updated_at=Max("settled_at"), scored_at=Max("settled_at", filter=~Q(payout=F("stake")))
    )
    last = moments["updated_at"]
    if last is None:
        return {"updated_at": row.updated_at, "scored_at": None} | dict.fromkeys(PERIOD_NETS.values(), 0)
    nets = {
        name: Sum(_NET, filter=Q(settled_at__gte=days.start_of(period, last)), default=0)
        for period, name in PERIOD_NETS.items()
    }
    return {**moments, **settled.order_by().aggregate(**nets)}


def _pulls(settled: RoundQuerySet) -> Columns:
    """The gacha's own columns: every round remembered once more, in the order in which they were made."""
    row = GameStats()
    for outcome, drawn_at in settled.order_by("id").values_list("outcome", "created_at").iterator():
        collection.remember(row, outcome, at=drawn_at)
    return {name: getattr(row, name) for name in _OF_PULLS}


def _best_cashout(settled: RoundQuerySet) -> int:
    """The highest multiplier a crash round was left at, in hundredths."""
    left_at = Cast(KT("outcome__cashout_multiplier"), FloatField())
    best: float | None = settled.order_by().aggregate(best=Max(left_at))["best"]
    return round(100 * best) if best else 0
