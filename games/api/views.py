"""The games' endpoints: they translate; `stats`, `history`, `lobby`, `leaderboards` and `pulls` decide."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from accounts.errors import user_not_found
from accounts.models import Player, Role
from casino.lib import days, errors
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe
from games import history, leaderboards, lobby, pulls, stats
from games.api import serializers


def _reader(request: Request) -> Player | None:
    return caller(request) if request.user.is_authenticated else None


class GameList(Endpoint):
    """The games of the club."""

    access = Access.PUBLIC
    example = staticmethod(lobby.example)

    @describe(answer=serializers.GameCard(many=True))
    def get(self, request: Request) -> Response:
        """Limits, exact return, and whether the caller may play now."""
        return Response(lobby.games(_reader(request)))


class MyStats(Endpoint):
    """The caller's statistics."""

    @describe(answer=serializers.StatsAnswer)
    def get(self, request: Request) -> Response:
        """All games, from one row a game however long the history."""
        return Response({"success": True, "stats": stats.stats_of(caller(request).pk)})


class PlayerStats(Endpoint):
    """One player's statistics."""

    @describe(answer=serializers.StatsAnswer, refusals=(403, 404))
    def get(self, request: Request, user_id: int) -> Response:
        """For the player and staff; to others every id is forbidden alike."""
        reader = caller(request)
        if reader.pk != user_id and not reader.is_staff:
            raise errors.permission_denied()
        if not Player.objects.filter(pk=user_id).exists():
            raise user_not_found()
        return Response({"success": True, "stats": stats.stats_of(user_id)})


class StatsRecalculation(Endpoint):
    """Statistics rebuilt from the rounds."""

    access = Access.STAFF
    roles = frozenset({Role.ECONOMY})

    @describe(answer=serializers.RecalculatedAnswer, refusals=(403, 404))
    def post(self, request: Request, user_id: int) -> Response:
        """Tells whether anything was different; leaves an audit row."""
        if not Player.objects.filter(pk=user_id).exists():
            raise user_not_found()
        rebuilt, changed = stats.recalculate(player_id=user_id, actor=caller(request), now=days.now())
        return Response({"success": True, "stats": rebuilt, "changed": changed})


class History(Endpoint):
    """The caller's rounds."""

    @describe(query=serializers.HistoryQuery, answer=serializers.HistoryAnswer)
    def get(self, request: Request) -> Response:
        """Newest first, filtered, by pages."""
        wanted = self.query(serializers.HistoryQuery)
        limit, offset = wanted.pop("limit"), wanted.pop("offset")
        found = history.rounds_of(caller(request).pk, **wanted)
        items = [history.item(each) for each in found[offset : offset + limit]]
        return Response({"total": found.count(), "items": items, "limit": limit, "offset": offset})


class Leaderboard(Endpoint):
    """Who gained the most."""

    access = Access.PUBLIC

    @describe(query=serializers.LeaderboardQuery, answer=serializers.LeaderboardAnswer)
    def get(self, request: Request) -> Response:
        """Net gold of one game or of all, over a running day, week or month, or ever."""
        wanted = self.query(serializers.LeaderboardQuery)
        return Response(leaderboards.board(**wanted, reader=_reader(request)))


class RoundDetail(Endpoint):
    """One round."""

    access = Access.PUBLIC

    @describe(answer=serializers.RoundAnswer, refusals=(404,))
    def get(self, request: Request, round_id: str) -> Response:
        """Outcome and proof; everything to its player and staff, settled rounds without a name to others."""
        return Response(history.round_for(_reader(request), round_id))


class GachaConfig(Endpoint):
    """What the gacha sells."""

    access = Access.PUBLIC
    example = staticmethod(pulls.example)

    @describe(answer=serializers.GachaConfigAnswer)
    def get(self, request: Request) -> Response:
        """Prices, every item with its chance, promises, limits and banners."""
        return Response(pulls.config())


class GachaStats(Endpoint):
    """The caller's pulls."""

    @describe(answer=serializers.GachaStatsAnswer)
    def get(self, request: Request) -> Response:
        """Pity, what is left of the day's limit, what was drawn."""
        return Response(pulls.stats_of(caller(request), now=days.now()))
