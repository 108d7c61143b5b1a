"""The JSON of plays: orders are checked here, results are described here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from casino.lib.money import StrictHundredths, StrictInteger, StrictText
from games.engine.rps import HANDS
from games.engine.slots import MAX_LINES
from games.models import GameType, RoundStatus
from games.play.gacha import COUNTS


class SpinBody(serializers.Serializer[Any]):
    """A total stake and how many lines it is spread over; the stake's limits stand in the table in force."""

    bet_amount = StrictInteger()
    lines = StrictInteger(min_value=1, max_value=MAX_LINES, default=1)


class RpsBody(serializers.Serializer[Any]):
    """A hand and a stake; the stake's limits stand in the table in force."""

    choice = serializers.ChoiceField(HANDS)
    bet_amount = StrictInteger()


class PullBody(serializers.Serializer[Any]):
    """How many pulls, and under which banner."""

    pull_count = StrictInteger(default=1)
    banner = StrictText(required=False)
    gacha_id = StrictText(required=False, help_text="another name of banner")

    def validate_pull_count(self, count: int) -> int:
        """One pull, or ten."""
        if count not in COUNTS:
            raise serializers.ValidationError(_("뽑기는 1회 또는 10회입니다"), code="invalid_choice")
        return count


class CrashBetBody(serializers.Serializer[Any]):
    """A stake, and where to leave without being asked; the bounds of both stand in the table in force."""

    bet_amount = StrictInteger()
    auto_cashout_multiplier = StrictHundredths(default=None, allow_null=True)


class CrashCashoutBody(serializers.Serializer[Any]):
    """Which round to leave: the open one when none is named."""

    game_id = StrictText(default=None, allow_null=True, max_length=64)


class Fair(serializers.Serializer[Any]):
    """The commitment a round was drawn from."""

    server_seed_hash = serializers.CharField()
    client_seed = serializers.CharField()
    nonce = serializers.IntegerField()


class PlayResult(serializers.Serializer[Any]):
    """What every play answers."""

    success = serializers.BooleanField()
    round_id = serializers.UUIDField()
    game_type = serializers.ChoiceField(GameType.choices)
    bet_amount = serializers.IntegerField()
    win_amount = serializers.IntegerField()
    net_change = serializers.IntegerField()
    balance = serializers.IntegerField()
    message = serializers.CharField()
    fair = Fair()
    config_version = serializers.IntegerField()
    idempotent_reuse = serializers.BooleanField()


class LineWinAnswer(serializers.Serializer[Any]):
    """One line that paid."""

    line = serializers.IntegerField()
    positions = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    symbol = serializers.CharField()
    count = serializers.IntegerField()
    multiplier = serializers.FloatField()
    amount = serializers.IntegerField()


class SpinAnswer(PlayResult):
    """A slot round."""

    lines = serializers.IntegerField()
    reels = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    win_lines = LineWinAnswer(many=True)
    multiplier = serializers.FloatField()
    is_jackpot = serializers.BooleanField()


class RpsAnswer(PlayResult):
    """A duel of rock-paper-scissors."""

    player_choice = serializers.ChoiceField(HANDS)
    computer_choice = serializers.ChoiceField(HANDS)
    result = serializers.ChoiceField(("win", "lose", "draw"))
    multiplier = serializers.FloatField()


class PulledItem(serializers.Serializer[Any]):
    """One item that was drawn."""

    item_id = serializers.CharField()
    name = serializers.CharField()
    rarity = serializers.CharField()
    gold_value = serializers.IntegerField()
    is_new = serializers.BooleanField()
    pity = serializers.BooleanField()
    guaranteed = serializers.BooleanField()


class PityMoved(serializers.Serializer[Any]):
    """The pity counter around a round."""

    before = serializers.IntegerField()
    after = serializers.IntegerField()
    pulls_until_pity = serializers.IntegerField()


class Tokens(serializers.Serializer[Any]):
    """The balance under its other name."""

    tokens = serializers.IntegerField()


class PullAnswer(PlayResult):
    """A round of pulls."""

    banner = serializers.CharField()
    pull_count = serializers.ChoiceField(COUNTS)
    items = PulledItem(many=True)
    rare_item_count = serializers.IntegerField()
    ultra_rare_item_count = serializers.IntegerField()
    pity = PityMoved()
    animation_type = serializers.ChoiceField(("normal", "epic", "legendary", "pity"))
    currency_balance = Tokens()


class CrashRound(serializers.Serializer[Any]):
    """A crash round at one moment of the server's clock; its point stays secret while it is open."""

    round_id = serializers.UUIDField()
    game_id = serializers.UUIDField()
    bet_amount = serializers.IntegerField()
    auto_cashout_multiplier = serializers.FloatField(allow_null=True)
    status = serializers.ChoiceField(
        (RoundStatus.ACTIVE, RoundStatus.CASHED_OUT, RoundStatus.AUTO_CASHED, RoundStatus.CRASHED)
    )
    started_at = serializers.DateTimeField()
    server_time = serializers.DateTimeField()
    elapsed_ms = serializers.IntegerField()
    growth_rate = serializers.FloatField()
    current_multiplier = serializers.FloatField(allow_null=True)
    potential_win = serializers.IntegerField(allow_null=True)
    cashout_multiplier = serializers.FloatField(allow_null=True)
    crash_point = serializers.FloatField(allow_null=True)
    win_amount = serializers.IntegerField()
    settled_at = serializers.DateTimeField(allow_null=True)


class CrashAnswer(PlayResult, CrashRound):
    """A bet or a cash-out: the play, and its round."""


class CrashActiveAnswer(serializers.Serializer[Any]):
    """What the caller has in the air, and what landed last."""

    active = serializers.BooleanField()
    round = CrashRound(allow_null=True)
    last_round = CrashRound(allow_null=True)
