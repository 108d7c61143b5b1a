"""The JSON of the games: what comes in is checked here, what goes out is described here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from casino.lib.money import QueryInteger
from games.api.play_serializers import Fair
from games.leaderboards import SPANS
from games.models import ACTION_TYPES, GameType, RoundResult


class HistoryQuery(serializers.Serializer[Any]):
    """Filters and the page of the history."""

    game_type = serializers.ChoiceField(GameType.choices, default=None)
    action_type = serializers.ChoiceField(sorted(ACTION_TYPES.values()), default=None)
    result = serializers.ChoiceField(RoundResult.choices, default=None)
    since = serializers.DateTimeField(default=None)
    until = serializers.DateTimeField(default=None)
    limit = QueryInteger(min_value=1, max_value=200, default=50)
    offset = QueryInteger(min_value=0, default=0)


class RevealedFair(Fair):
    """The same with the server seed, once it is revealed."""

    server_seed = serializers.CharField(allow_null=True)


class LeaderboardQuery(serializers.Serializer[Any]):
    """Which board, over which period, how much of it."""

    game_type = serializers.ChoiceField(GameType.choices, default=None)
    period = serializers.ChoiceField(SPANS, default="week")
    limit = QueryInteger(min_value=1, max_value=100, default=10)


class LeaderboardEntry(serializers.Serializer[Any]):
    """One place on a board."""

    rank = serializers.IntegerField()
    user_id = serializers.IntegerField()
    nickname = serializers.CharField()
    avatar_url = serializers.CharField(allow_null=True)
    score = serializers.IntegerField()


class LeaderboardAnswer(serializers.Serializer[Any]):
    """A board, and the caller's own place on it."""

    game_type = serializers.ChoiceField(GameType.choices, allow_null=True)
    period = serializers.ChoiceField(SPANS)
    entries = LeaderboardEntry(many=True)
    user_rank = serializers.IntegerField(allow_null=True)
    updated_at = serializers.DateTimeField()


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
    rtp_exact = serializers.CharField(allow_null=True)
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


class GachaBanner(serializers.Serializer[Any]):
    """A name the gacha is shown under, and when."""

    id = serializers.CharField()
    name = serializers.CharField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    is_default = serializers.BooleanField()


class GachaItem(serializers.Serializer[Any]):
    """One item of the gacha with its chance when no promise is due."""

    item_id = serializers.CharField()
    name = serializers.CharField()
    rarity = serializers.CharField()
    probability = serializers.FloatField()
    gold_value = serializers.IntegerField()


class GachaPity(serializers.Serializer[Any]):
    """What so many pulls in a row without it give at the latest."""

    threshold = serializers.IntegerField()
    guarantees = serializers.CharField()


class GachaLimits(serializers.Serializer[Any]):
    """Pulls a day by rank."""

    STANDARD = serializers.IntegerField()
    PREMIUM = serializers.IntegerField()
    VIP = serializers.IntegerField()


class GachaConfigAnswer(serializers.Serializer[Any]):
    """The gacha's table in force."""

    cost_single = serializers.IntegerField()
    cost_ten = serializers.IntegerField()
    banners = GachaBanner(many=True)
    rarity_table = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField(), min_length=2, max_length=2),
        help_text="pairs of a rarity's name and its chance",
    )
    items = GachaItem(many=True)
    pity = GachaPity()
    ten_pull_guarantee = serializers.CharField()
    daily_limits = GachaLimits()
    contains_random_items = serializers.BooleanField()
    config_version = serializers.IntegerField()


class DrawnItem(serializers.Serializer[Any]):
    """An item drawn lately."""

    item_id = serializers.CharField()
    name = serializers.CharField()
    rarity = serializers.CharField()
    created_at = serializers.DateTimeField()


class GachaStatsAnswer(serializers.Serializer[Any]):
    """The caller's pulls."""

    current_pity_count = serializers.IntegerField()
    pulls_until_pity = serializers.IntegerField()
    total_pulls = serializers.IntegerField()
    pulls_today = serializers.IntegerField()
    daily_limit = serializers.IntegerField()
    remaining_today = serializers.IntegerField()
    rarity_counts = serializers.DictField(child=serializers.IntegerField())
    recent_history = DrawnItem(many=True)
