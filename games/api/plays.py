"""The play endpoints: they translate, `games.play` decides."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from casino.lib import idempotency
from casino.lib.api import Endpoint
from casino.lib.schema import describe
from games.api import answers, examples, play_serializers
from games.play import crash, gacha, rps, slots
from games.play.rounds import Play


def played(answer: dict[str, Any], play: Play) -> Response:
    """The answer of a play; a replay says so in a header too."""
    return Response(answer, headers={"Idempotency-Replayed": "true"} if play.replayed else None)


class SlotSpin(Endpoint):
    """The slot."""

    example = staticmethod(examples.slot_spin)

    @describe(body=play_serializers.SpinBody, answer=play_serializers.SpinAnswer, refusals=(400, 403, 409), keyed=True)
    def post(self, request: Request) -> Response:
        """One spin: the stake is taken, nine cells are drawn, the lines are paid."""
        player, body = caller(request), self.body(play_serializers.SpinBody)
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=slots.OPERATION, payload=self.payload()
        )
        play = slots.spin(player=player, stake=body["bet_amount"], lines=body["lines"], key=key)
        return played(answers.spin(play), play)


class RpsPlay(Endpoint):
    """Rock-paper-scissors."""

    example = staticmethod(examples.rps_play)

    @describe(body=play_serializers.RpsBody, answer=play_serializers.RpsAnswer, refusals=(400, 403, 409), keyed=True)
    def post(self, request: Request) -> Response:
        """One duel: a win pays by the table, a draw gives the stake back."""
        player, body = caller(request), self.body(play_serializers.RpsBody)
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=rps.OPERATION, payload=self.payload()
        )
        play = rps.play(player=player, stake=body["bet_amount"], choice=body["choice"], key=key)
        return played(answers.rps(play), play)


class GachaPull(Endpoint):
    """The gacha."""

    example = staticmethod(examples.gacha_pull)

    @describe(
        body=play_serializers.PullBody,
        answer=play_serializers.PullAnswer,
        refusals=(400, 403, 404, 409, 429),
        keyed=True,
    )
    def post(self, request: Request) -> Response:
        """One pull or ten: the price is taken, the items are drawn, their gold is paid."""
        player, body = caller(request), self.body(play_serializers.PullBody)
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=gacha.OPERATION, payload=self.payload()
        )
        banner = body.get("banner", body.get("gacha_id"))
        play = gacha.pull(player=player, count=body["pull_count"], banner=banner, key=key)
        return played(answers.gacha(play), play)


class GachaPullShort(GachaPull):
    """The gacha by its short path."""


class CrashBet(Endpoint):
    """A round of crash."""

    example = staticmethod(examples.crash_bet)

    @describe(
        body=play_serializers.CrashBetBody, answer=play_serializers.CrashAnswer, refusals=(400, 403, 409), keyed=True
    )
    def post(self, request: Request) -> Response:
        """Takes the stake and lets the multiplier grow, until the crash or an automatic cash-out before it."""
        player, body = caller(request), self.body(play_serializers.CrashBetBody)
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=crash.BET, payload=self.payload()
        )
        play = crash.bet(player=player, stake=body["bet_amount"], target=body["auto_cashout_multiplier"], key=key)
        return played(answers.crash_bet(play), play)


class CrashCashout(Endpoint):
    """The way out of a round of crash."""

    example = staticmethod(examples.crash_cashout)

    @describe(
        body=play_serializers.CrashCashoutBody,
        answer=play_serializers.CrashAnswer,
        refusals=(400, 404, 409),
        keyed=True,
    )
    def post(self, request: Request) -> Response:
        """Pays what the multiplier is at the server's clock, if that is before the crash."""
        player, body = caller(request), self.body(play_serializers.CrashCashoutBody)
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=crash.CASH_OUT, payload=self.payload()
        )
        play = crash.cash_out(player=player, round_id=body["game_id"], key=key)
        return played(answers.crash_cashout(play), play)


class CrashActive(Endpoint):
    """The caller's open round of crash."""

    example = staticmethod(examples.crash_active)

    @describe(answer=play_serializers.CrashActiveAnswer)
    def get(self, request: Request) -> Response:
        """The open round at this moment, and the last one that is over."""
        return Response(crash.active(caller(request).pk))
