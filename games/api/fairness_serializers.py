"""The JSON of fairness and odds: what comes in is checked here, what goes out is described here."""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from casino.lib.money import QueryInteger, StrictHundredths, StrictInteger, StrictText
from games.engine.rps import HANDS
from games.engine.slots import MAX_LINES
from games.engine.units import HUNDREDTHS
from games.models import GameType
from games.play.gacha import COUNTS
from games.seeds import CLIENT_SEED
from games.verdicts import LONGEST_PITY

_MOST_DIGITS: Final = 9
_SERVER_SEED: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


class ClientSeedField(StrictText):
    """1 to 64 printable ASCII characters without a colon, taken exactly as they are."""

    default_error_messages = {"invalid_seed": _("콜론을 뺀 ASCII 문자 1~64자로 적어주세요")}

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        """The seed itself."""
        text = super().to_internal_value(data)
        if not CLIENT_SEED.fullmatch(text):
            self.fail("invalid_seed")
        return text


class ServerSeedField(StrictText):
    """64 hexadecimal characters."""

    default_error_messages = {"invalid_seed": _("16진수 64자로 적어주세요")}

    def to_internal_value(self, data: Any) -> str:
        """The seed itself."""
        text = super().to_internal_value(data)
        if not _SERVER_SEED.fullmatch(text):
            self.fail("invalid_seed")
        return text


class ClientSeedBody(serializers.Serializer[Any]):
    """The player's own part of the dice."""

    client_seed = ClientSeedField()


class RotationBody(serializers.Serializer[Any]):
    """A new client seed with the new server seed, if wanted."""

    client_seed = ClientSeedField(default=None, allow_null=True)


class Pair(serializers.Serializer[Any]):
    """The seeds in use: commitments for what is secret, and the nonce to be used next."""

    server_seed_hash = serializers.CharField()
    client_seed = serializers.CharField()
    nonce = serializers.IntegerField()
    next_server_seed_hash = serializers.CharField()


class Revealed(serializers.Serializer[Any]):
    """A server seed that is no longer in use, and the last nonce it was used with; null when it never was."""

    server_seed = serializers.CharField()
    server_seed_hash = serializers.CharField()
    client_seed = serializers.CharField()
    last_nonce = serializers.IntegerField(allow_null=True)


class RevealedBefore(Revealed):
    """The same with the moment it was revealed."""

    rotated_at = serializers.DateTimeField()


class FairnessAnswer(Pair):
    """The pair in use, and the last seeds that were revealed."""

    previous = RevealedBefore(many=True)


class RotationAnswer(serializers.Serializer[Any]):
    """What was revealed, and what is in use now."""

    revealed = Revealed()
    current = Pair()


class VersionsField(serializers.CharField):
    """`slot:1,rps:2`, or one number for every game that has such a version."""

    default_error_messages = {"invalid_versions": _("버전은 slot:1,rps:2 처럼 적어주세요")}

    def to_internal_value(self, data: Any) -> Any:
        """Versions by game, or the number."""
        text = str(data)
        if _is_number(text):
            return int(text)
        versions = {}
        for part in text.split(","):
            game, _colon, number = part.partition(":")
            if game not in GameType.values or game in versions or not _is_number(number):
                self.fail("invalid_versions")
            versions[game] = int(number)
        return versions


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


class VerifyParams(serializers.Serializer[Any]):
    """What was chosen, by the game; a stake only scales what is paid."""

    lines = StrictInteger(min_value=1, max_value=MAX_LINES, required=False, help_text="slot")
    choice = serializers.ChoiceField(HANDS, source="hand", required=False, allow_null=True, help_text="rps")
    pull_count = StrictInteger(required=False, help_text="gacha: 1 or 10")
    pity_before = StrictInteger(min_value=0, max_value=LONGEST_PITY, required=False, help_text="gacha")
    auto_cashout_multiplier = StrictHundredths(source="target", required=False, allow_null=True, help_text="crash")
    bet_amount = StrictInteger(source="stake", min_value=1, required=False, allow_null=True, help_text="else the least")
    config_version = StrictInteger(min_value=1, required=False, allow_null=True, help_text="else the one in force")

    def validate_pull_count(self, count: int) -> int:
        """One pull, or ten."""
        if count not in COUNTS:
            raise serializers.ValidationError(_("뽑기는 1회 또는 10회입니다"), code="invalid_choice")
        return count

    def validate_auto_cashout_multiplier(self, target: int | None) -> int | None:
        """Above 1.00."""
        if target is not None and target <= HUNDREDTHS:
            raise serializers.ValidationError(_("1.00보다 커야 합니다"), code="min_value")
        return target


class VerifyBody(serializers.Serializer[Any]):
    """A round by its number, or seeds with what was chosen."""

    round_id = StrictText(default=None, allow_null=True)
    server_seed = ServerSeedField(default=None, allow_null=True)
    client_seed = ClientSeedField(default=None, allow_null=True)
    nonce = StrictInteger(min_value=0, default=None, allow_null=True)
    game_type = serializers.ChoiceField(GameType.choices, default=None, allow_null=True)
    params = VerifyParams(default=dict)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Without a round, all of the seeds are needed."""
        needed = ("server_seed", "client_seed", "nonce", "game_type")
        missing = [name for name in needed if attrs[name] is None]
        if attrs["round_id"] is None and missing:
            required = serializers.ErrorDetail(str(_("필수 항목입니다")), code="required")
            raise serializers.ValidationError({name: [required] for name in missing})
        return attrs


class CheckAnswer(serializers.Serializer[Any]):
    """One thing that was looked at."""

    name = serializers.CharField()
    ok = serializers.BooleanField()
    expected = serializers.JSONField(allow_null=True)
    actual = serializers.JSONField(allow_null=True)


class VerifyAnswer(serializers.Serializer[Any]):
    """The verdict, and the outcome as the seeds say; null when seed or table are not the round's."""

    valid = serializers.BooleanField()
    server_seed_hash = serializers.CharField()
    outcome = serializers.DictField(allow_null=True)
    bet_amount = serializers.IntegerField()
    win_amount = serializers.IntegerField()
    checks = CheckAnswer(many=True)


class OddsQuery(serializers.Serializer[Any]):
    """A stake to cut to whole gold, and past versions."""

    stake = QueryInteger(min_value=1, default=None, help_text="adds rtp_after_cutting to slot and rps")
    lines = QueryInteger(min_value=1, max_value=MAX_LINES, default=None)
    version = VersionsField(default=None, help_text="slot:1,rps:2, or one number for every game that has it")


class Probability(serializers.Serializer[Any]):
    """A chance as a decimal and as an exact fraction."""

    probability = serializers.FloatField()
    probability_exact = serializers.CharField(allow_null=True)


class OddsFacts(serializers.Serializer[Any]):
    """The version of a table, and since when it is played by."""

    config_version = serializers.IntegerField()
    valid_from = serializers.DateTimeField()
    valid_to = serializers.DateTimeField(allow_null=True)
    hash = serializers.CharField()


class Returning(OddsFacts):
    """A game with one return for every stake, before cutting to whole gold."""

    rtp = serializers.FloatField()
    rtp_exact = serializers.CharField(allow_null=True)
    max_multiplier = serializers.FloatField()
    min_bet = serializers.IntegerField()
    max_bet = serializers.IntegerField()


class CutReturning(Returning):
    """The same with its return at the stake asked for, null when the game does not take it."""

    hit_rate = serializers.FloatField()
    hit_rate_exact = serializers.CharField(allow_null=True)
    rtp_after_cutting = serializers.FloatField(allow_null=True, required=False)
    rtp_after_cutting_exact = serializers.CharField(allow_null=True, required=False)


class SymbolOdds(Probability):
    """One picture of the reels."""

    symbol = serializers.CharField()
    weight = serializers.IntegerField()


class LineCells(serializers.Serializer[Any]):
    """One line as (row, column) cells."""

    line = serializers.IntegerField()
    positions = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class PaidSymbol(serializers.Serializer[Any]):
    """What two and three of a picture pay on a line, and how likely that is."""

    symbol = serializers.CharField()
    pair = serializers.FloatField()
    pair_probability = serializers.FloatField()
    pair_probability_exact = serializers.CharField(allow_null=True)
    three = serializers.FloatField()
    three_probability = serializers.FloatField()
    three_probability_exact = serializers.CharField(allow_null=True)


class SlotOdds(CutReturning):
    """The slot; the hit rate is that of one line."""

    jackpot = serializers.CharField()
    symbols = SymbolOdds(many=True)
    lines = LineCells(many=True)
    paytable = PaidSymbol(many=True)


class HandOdds(Probability):
    """One hand of the house."""

    hand = serializers.CharField()


class RpsPayouts(serializers.Serializer[Any]):
    """Multiples of the stake."""

    win = serializers.FloatField()
    draw = serializers.FloatField()
    lose = serializers.FloatField()


class RpsOdds(CutReturning):
    """Rock, paper, scissors."""

    hands = HandOdds(many=True)
    payouts = RpsPayouts()


class ItemOdds(Probability):
    """One item and its chance in a pull without promises."""

    item_id = serializers.CharField()
    name = serializers.CharField()
    rarity = serializers.CharField()
    gold_value = serializers.IntegerField()


class RarityOdds(Probability):
    """One rarity."""

    rarity = serializers.CharField()


class RarityItems(RarityOdds):
    """One rarity and how many items share it."""

    items = serializers.IntegerField()


class RatesWithPity(serializers.Serializer[Any]):
    """Long-run chances of one pull with both promises."""

    single = RarityOdds(many=True)
    ten = RarityOdds(many=True)


class PityOdds(serializers.Serializer[Any]):
    """What is promised after how many pulls in a row."""

    threshold = serializers.IntegerField()
    guarantees = serializers.CharField()


class GachaCosts(serializers.Serializer[Any]):
    """Prices."""

    single = serializers.IntegerField()
    ten = serializers.IntegerField()


class GachaOdds(OddsFacts):
    """The gacha; returns are of the long run, promises included."""

    rtp_single = serializers.FloatField()
    rtp_single_exact = serializers.CharField(allow_null=True)
    rtp_ten = serializers.FloatField()
    rtp_ten_exact = serializers.CharField(allow_null=True)
    max_multiplier = serializers.FloatField()
    items = ItemOdds(many=True)
    rarity_table = serializers.ListField(child=serializers.ListField())
    rarities = RarityItems(many=True)
    rates_with_pity = RatesWithPity()
    pity = PityOdds()
    ten_pull_guarantee = serializers.CharField()
    costs = GachaCosts()
    daily_limits = serializers.DictField(child=serializers.IntegerField())
    contains_random_items = serializers.BooleanField()


class Reach(Probability):
    """How likely a round reaches a multiplier."""

    multiplier = serializers.FloatField()


class CrashOdds(Returning):
    """Crash; the chance of reaching m is `survival` from `survival_from` on."""

    survival = serializers.CharField()
    survival_from = serializers.FloatField()
    reaches = Reach(many=True)
    lost_at_once = serializers.FloatField()
    lost_at_once_exact = serializers.CharField(allow_null=True)
    growth_rate = serializers.FloatField()
    auto_range = serializers.ListField(child=serializers.FloatField())


class AllOdds(serializers.Serializer[Any]):
    """All four games."""

    slot = SlotOdds()
    rps = RpsOdds()
    gacha = GachaOdds()
    crash = CrashOdds()


class TableVersion(OddsFacts):
    """One version of a game's table; the gacha's return is that of single pulls."""

    game = serializers.ChoiceField(GameType.choices)
    rtp = serializers.FloatField()
    rtp_exact = serializers.CharField(allow_null=True)


class OddsAnswer(serializers.Serializer[Any]):
    """The odds of all games, and every version there ever was."""

    games = AllOdds()
    versions = TableVersion(many=True)
