"""Who gained the most in a day, week, month or ever: net gold of settled rounds, the earlier achiever first on ties.

Scores are kept on the statistics' rows while playing, so that a board never sums over rounds. Staff, banned and
closed accounts are left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from django.db.models import F, Max, Q, QuerySet, Sum

from accounts.models import Player
from casino.lib import days
from casino.lib.days import now as clock
from games.models import GameStats

Json = dict[str, Any]
Span = Literal["day", "week", "month", "all"]

SPANS: Final = ("day", "week", "month", "all")
_NETS: Final = {
    "day": Sum("day_net"),
    "week": Sum("week_net"),
    "month": Sum("month_net"),
    "all": Sum(F("won") - F("wagered")),
}
_BEST_FIRST: Final = (F("score").desc(), F("reached_at").asc(nulls_last=True), F("player_id").asc())


def board(game_type: str | None, period: Span, limit: int, reader: Player | None) -> Json:
    """The first `limit` of a period's board, and the reader's own place on it if there is one."""
    now = clock()
    scores = _scores(game_type, period, now)
    best = list(scores.order_by(*_BEST_FIRST)[:limit])
    players = Player.objects.in_bulk([row["player_id"] for row in best])
    return {
        "game_type": game_type,
        "period": period,
        "entries": [_entry(rank, players[row["player_id"]], row["score"]) for rank, row in enumerate(best, 1)],
        "user_rank": _place_of(reader.pk, scores)[0] if reader else None,
        "updated_at": days.stamp(now),
    }


def _scores(game_type: str | None, period: Span, now: datetime) -> QuerySet[GameStats, Any]:
    """One row a listed player: the score, and when it became what it is."""
    shut_out = Q(player__is_banned=True) & (Q(player__banned_until=None) | Q(player__banned_until__gt=now))
    rows = GameStats.objects.filter(rounds__gt=0, player__is_staff=False, player__is_active=True).exclude(shut_out)
    if game_type is not None:
        rows = rows.filter(game=game_type)
    if period != "all":
        rows = rows.filter(updated_at__gte=days.start_of(period, now))
    return rows.values("player_id").annotate(score=_NETS[period], reached_at=Max("scored_at"))


def place_of(player: Player, game_type: str | None, period: Span) -> tuple[int | None, int]:
    """The player's own place and score on a board; None and 0 when it does not list them."""
    return _place_of(player.pk, _scores(game_type, period, clock()))


def _place_of(player_id: int, scores: QuerySet[GameStats, Any]) -> tuple[int | None, int]:
    own = next(iter(scores.filter(player_id=player_id)), None)
    if own is None:
        return None, 0
    ahead = Q(score__gt=own["score"])
    if own["reached_at"] is not None:
        ahead |= Q(score=own["score"], reached_at__lt=own["reached_at"])
        ahead |= Q(score=own["score"], reached_at=own["reached_at"], player_id__lt=player_id)
    else:  # all ties, never a gain or a loss
        ahead |= Q(score=own["score"], reached_at=None, player_id__lt=player_id)
        ahead |= Q(score=own["score"], reached_at__isnull=False)
    return scores.filter(ahead).count() + 1, own["score"]


def _entry(rank: int, player: Player, score: int) -> Json:
    return {
        "rank": rank,
        "user_id": player.pk,
        "nickname": player.nickname,
        "avatar_url": player.avatar_url,
        "score": score,
    }
