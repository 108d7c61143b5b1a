"""The JSON of the games: what comes in is checked here, what goes out is described here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from casino.lib.money import QueryInteger, StrictInteger
from games.engine.slots import MAX_LINES
from games.models import ACTION_TYPES, GameType, RoundResult


class SpinBody(serializers.Serializer[Any]):
    """A total stake and how many lines it is spread over; the stake's limits stand in the table in force."""

    bet_amount = StrictInteger()
    lines = StrictInteger(min_value=1, max_value=MAX_LINES, default=1)


class HistoryQuery(serializers.Serializer[Any]):
    """Filters and the page of the history."""

    game_type = serializers.ChoiceField(GameType.choices, default=None)
    action_type = serializers.ChoiceField(sorted(ACTION_TYPES.values()), default=None)
    result = serializers.ChoiceField(RoundResult.choices, default=None)
    since = serializers.DateTimeField(default=None)
    until = serializers.DateTimeField(default=None)
    limit = QueryInteger(min_value=1, max_value=200, default=50)
    offset = QueryInteger(min_value=0, default=0)


class Fair(serializers.Serializer[Any]):
    """The commitment a round was drawn from."""

    server_seed_hash = serializers.CharField()
    client_seed = serializers.CharField()
    nonce = serializers.IntegerField()


class RevealedFair(Fair):
    """The same with the server seed, once it is revealed."""

    server_seed = serializers.CharField(allow_null=True)


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


class GameCard(serializers.Serializer[Any]):
    """One game of the list."""

    id = serializers.ChoiceField(GameType.choices)
    name = serializers.CharField()
    description = serializers.CharField()
    type = serializers.CharField()
    image_url = serializers.CharField()
    is_active = serializers.BooleanField()
    min_bet = serializers.IntegerField()
    max_bet = serializers.IntegerField()
    rtp = serializers.FloatField()
    rtp_exact = serializers.CharField()
    daily_limit = serializers.IntegerField(allow_null=True)
    plays_today = serializers.IntegerField(allow_null=True)
    can_play = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)


class Breakdown(serializers.Serializer[Any]):
    """What every game counts."""

    rounds = serializers.IntegerField()
    wins = serializers.IntegerField()
    losses = serializers.IntegerField()
    ties = serializers.IntegerField()
    wagered = serializers.IntegerField()
    won = serializers.IntegerField()
    profit = serializers.IntegerField()
    max_win = serializers.IntegerField()


class SlotBreakdown(Breakdown):
    """Slot."""

    spins = serializers.IntegerField()


class RpsBreakdown(Breakdown):
    """Rock-paper-scissors."""

    plays = serializers.IntegerField()


class GachaBreakdown(Breakdown):
    """Gacha."""

    pulls = serializers.IntegerField()
    rare_wins = serializers.IntegerField()
    ultra_rare_wins = serializers.IntegerField()


class CrashBreakdown(Breakdown):
    """Crash."""

    bets = serializers.IntegerField()
    max_multiplier = serializers.FloatField(allow_null=True)


class GameBreakdown(serializers.Serializer[Any]):
    """All four games."""

    slot = SlotBreakdown()
    rps = RpsBreakdown()
    gacha = GachaBreakdown()
    crash = CrashBreakdown()


class Stats(serializers.Serializer[Any]):
    """A player's statistics."""

    user_id = serializers.IntegerField()
    total_games_played = serializers.IntegerField()
    total_bets = serializers.IntegerField()
    total_wins = serializers.IntegerField()
    total_losses = serializers.IntegerField()
    total_ties = serializers.IntegerField()
    win_rate = serializers.FloatField()
    overall_max_win = serializers.IntegerField()
    current_win_streak = serializers.IntegerField()
    total_wagered = serializers.IntegerField()
    total_won = serializers.IntegerField()
    total_profit = serializers.IntegerField()
    highest_multiplier = serializers.FloatField(allow_null=True)
    game_breakdown = GameBreakdown()
    updated_at = serializers.DateTimeField(allow_null=True)


class StatsAnswer(serializers.Serializer[Any]):
    """Statistics in their envelope."""

    success = serializers.BooleanField()
    stats = Stats()


class RecalculatedAnswer(StatsAnswer):
    """Rebuilt statistics, and whether anything was different."""

    changed = serializers.BooleanField()


class HistoryItem(serializers.Serializer[Any]):
    """One round in a list."""

    id = serializers.IntegerField()
    round_id = serializers.UUIDField()
    user_id = serializers.IntegerField(allow_null=True)
    game_type = serializers.ChoiceField(GameType.choices)
    action_type = serializers.CharField()
    bet_amount = serializers.IntegerField()
    win_amount = serializers.IntegerField()
    net_change = serializers.IntegerField()
    delta_coin = serializers.IntegerField()
    multiplier = serializers.FloatField()
    result = serializers.ChoiceField(RoundResult.choices)
    status = serializers.CharField()
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    result_meta = serializers.DictField()


class HistoryAnswer(serializers.Serializer[Any]):
    """One page of the history."""

    total = serializers.IntegerField()
    items = HistoryItem(many=True)
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()


class RoundLedgerLine(serializers.Serializer[Any]):
    """One entry a round wrote."""

    kind = serializers.CharField()
    amount = serializers.IntegerField()
    balance_after = serializers.IntegerField()


class RoundAnswer(HistoryItem):
    """One round with outcome and proof; the ledger lines for its player and staff only."""

    outcome = serializers.DictField()
    fair = RevealedFair()
    config_version = serializers.IntegerField()
    ledger = RoundLedgerLine(many=True, required=False)
