"""The games' endpoints: they translate, `play`, `stats`, `history` and `lobby` decide."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from accounts.errors import user_not_found
from accounts.models import Player, Role
from casino.lib import days, errors, idempotency
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe
from games import history, lobby, stats
from games.api import answers, serializers
from games.play import slots
from games.play.rounds import Play


def played(answer: dict[str, Any], play: Play) -> Response:
    """The answer of a play; a replay says so in a header too."""
    return Response(answer, headers={"Idempotency-Replayed": "true"} if play.replayed else None)


def _reader(request: Request) -> Player | None:
    return caller(request) if request.user.is_authenticated else None


class GameList(Endpoint):
    """The games of the club."""

    access = Access.PUBLIC

    @describe(answer=serializers.GameCard(many=True))
    def get(self, request: Request) -> Response:
        """Limits, exact return, and whether the caller may play now."""
        return Response(lobby.games(_reader(request)))


class SlotSpin(Endpoint):
    """The slot."""

    @describe(body=serializers.SpinBody, answer=serializers.SpinAnswer, refusals=(400, 403, 409), keyed=True)
    def post(self, request: Request) -> Response:
        """One spin: the stake is taken, nine cells are drawn, the lines are paid."""
        player, body = caller(request), self.body(serializers.SpinBody)
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=slots.OPERATION, payload=self.payload()
        )
        play = slots.spin(player=player, stake=body["bet_amount"], lines=body["lines"], key=key)
        return played(answers.spin(play), play)


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


class RoundDetail(Endpoint):
    """One round."""

    access = Access.PUBLIC

    @describe(answer=serializers.RoundAnswer, refusals=(404,))
    def get(self, request: Request, round_id: str) -> Response:
        """Outcome and proof; everything to its player and staff, settled rounds without a name to others."""
        return Response(history.round_for(_reader(request), round_id))
