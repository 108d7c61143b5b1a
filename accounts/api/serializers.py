"""The JSON of accounts: what comes in is checked here, what goes out is described for the documentation."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import EntryCode, Rank
from casino.lib.money import QueryInteger, StrictFlag, StrictInteger, StrictText

Fields = serializers.Serializer[Any]
_PHONE = r"^[0-9]{10,15}\Z"


class SignUpBody(Fields):
    """What somebody who wants to join sends."""

    site_id = StrictText(min_length=3, max_length=50)
    nickname = StrictText(min_length=2, max_length=50)
    invite_code = StrictText(required=False, allow_blank=True, allow_null=True, max_length=32)
    password = StrictText(trim_whitespace=False)
    phone_number = serializers.RegexField(_PHONE, required=False, allow_null=True)
    accept_terms = StrictFlag(required=False, default=False)


class QuickRegisterBody(Fields):
    """An account for trying things out."""

    invite_code = StrictText(max_length=32)
    nickname = StrictText(min_length=2, max_length=50)


class LoginBody(Fields):
    """A name (site_id or nickname) and its password; `nickname` is another name of the field."""

    site_id = StrictText(max_length=50, required=False)
    nickname = StrictText(max_length=50, required=False)
    password = StrictText(max_length=128, trim_whitespace=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two names must be there."""
        if not (attrs.get("site_id") or attrs.get("nickname")):
            raise serializers.ValidationError({"site_id": self.fields["site_id"].error_messages["required"]})
        return attrs


class RefreshBody(Fields):
    """A refresh token; without it the bearer value is taken."""

    refresh_token = StrictText(required=False, allow_blank=True, allow_null=True, max_length=512)


class ProfileBody(Fields):
    """What players may change of themselves; everything else is ignored."""

    nickname = StrictText(required=False, min_length=2, max_length=50)
    phone_number = serializers.RegexField(_PHONE, required=False, allow_null=True)
    password = StrictText(required=False, trim_whitespace=False)
    current_password = StrictText(required=False, max_length=128, trim_whitespace=False)


class PasswordBody(Fields):
    """The caller's own password."""

    password = StrictText(max_length=128, trim_whitespace=False)


class Done(Fields):
    """It is done."""

    success = serializers.BooleanField()


class InviteCodeBody(Fields):
    """A code to look at."""

    code = StrictText(max_length=32)


class InviteGenerateBody(Fields):
    """How long and how often a new code may be used."""

    expires_in_days = StrictInteger(min_value=1, max_value=3650, required=False, default=30)
    max_uses = StrictInteger(min_value=1, max_value=100_000, required=False, default=1)


class InviteGenerateQuery(Fields):
    """The same in the query string."""

    expires_in_days = QueryInteger(min_value=1, max_value=3650, required=False)
    max_uses = QueryInteger(min_value=1, max_value=100_000, required=False)


class ElevateBody(Fields):
    """Whom to make staff."""

    site_id = StrictText(max_length=50)


class LedgerQuery(Fields):
    """Which ledger lines."""

    kind = serializers.ChoiceField(EntryCode.choices, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    limit = QueryInteger(min_value=1, max_value=200, required=False, default=50)
    cursor = serializers.CharField(required=False, max_length=64)


class UserProfile(Fields):
    """Everything a player may know of the own account."""

    id = serializers.IntegerField()
    site_id = serializers.CharField()
    nickname = serializers.CharField()
    phone_number = serializers.CharField(allow_null=True)
    avatar_url = serializers.CharField(allow_null=True)
    is_active = serializers.BooleanField()
    is_admin = serializers.BooleanField()
    rank = serializers.ChoiceField(Rank.choices)
    user_rank = serializers.ChoiceField(Rank.choices)
    created_at = serializers.DateTimeField()
    last_login = serializers.DateTimeField(allow_null=True)
    gold_balance = serializers.IntegerField()
    cyber_token_balance = serializers.IntegerField()
    vip_points = serializers.IntegerField()
    experience = serializers.IntegerField()
    experience_points = serializers.IntegerField()
    level = serializers.IntegerField()
    current_xp = serializers.IntegerField()
    xp_for_next_level = serializers.IntegerField()
    max_experience = serializers.IntegerField()
    progress_percentage = serializers.FloatField()
    daily_streak = serializers.IntegerField()


class PublicProfile(Fields):
    """What anyone signed in may know of another player."""

    id = serializers.IntegerField()
    nickname = serializers.CharField()
    avatar_url = serializers.CharField(allow_null=True)
    rank = serializers.ChoiceField(Rank.choices)
    level = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class Token(Fields):
    """A session as its holder gets it."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="seconds")
    refresh_token = serializers.CharField(allow_null=True)
    refresh_expires_in = serializers.IntegerField(allow_null=True, help_text="seconds")
    session_id = serializers.CharField()
    user = UserProfile()


class QuickAccount(Fields):
    """A quickly made account."""

    user_id = serializers.IntegerField()
    nickname = serializers.CharField()
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    gold_balance = serializers.IntegerField()


class SessionItem(Fields):
    """One sign-in."""

    id = serializers.CharField()
    kind = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    ip = serializers.CharField()
    user_agent = serializers.CharField()
    current = serializers.BooleanField()


class SessionList(Fields):
    """The caller's live sign-ins."""

    items = SessionItem(many=True)


class Message(Fields):
    """A word of confirmation."""

    message = serializers.CharField()


class RevokedMany(Message):
    """How many sessions ended."""

    revoked = serializers.IntegerField()


class Revoked(Fields):
    """One session ended."""

    revoked = serializers.BooleanField()


class InviteVerdict(Fields):
    """What a sign-up with the code would meet."""

    is_valid = serializers.BooleanField()  # type: ignore[assignment]  # the wire's own name
    error_message = serializers.CharField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    remaining_uses = serializers.IntegerField(allow_null=True)


class InviteCode(Fields):
    """A code as staff see it."""

    code = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    max_uses = serializers.IntegerField(allow_null=True)
    used_count = serializers.IntegerField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class InviteStats(Fields):
    """All codes counted."""

    total = serializers.IntegerField()
    active = serializers.IntegerField()
    expired = serializers.IntegerField()
    used_up = serializers.IntegerField()
    total_uses = serializers.IntegerField()


class Elevated(Fields):
    """The account is staff now."""

    success = serializers.BooleanField()
    user_id = serializers.IntegerField()


class Balance(Fields):
    """The authoritative balance."""

    user_id = serializers.IntegerField()
    nickname = serializers.CharField()
    gold_balance = serializers.IntegerField()
    cyber_token_balance = serializers.IntegerField()
    experience_points = serializers.IntegerField()
    level = serializers.IntegerField()
    daily_streak = serializers.IntegerField()


class UserStats(Fields):
    """A player in numbers."""

    total_games_played = serializers.IntegerField()
    total_tokens_earned = serializers.IntegerField()
    total_tokens_spent = serializers.IntegerField()
    win_rate = serializers.FloatField()
    level = serializers.IntegerField()
    experience = serializers.IntegerField()
    last_30d_active_days = serializers.IntegerField()
    lifetime_active_days = serializers.IntegerField()


class LedgerLine(Fields):
    """One movement of gold."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(EntryCode.choices)
    amount = serializers.IntegerField(help_text="signed")
    balance_after = serializers.IntegerField()
    reference = serializers.CharField()
    created_at = serializers.DateTimeField()


class LedgerPage(Fields):
    """Ledger lines, newest first."""

    items = LedgerLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)
