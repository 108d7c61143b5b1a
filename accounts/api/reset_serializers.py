"""The JSON of lost passwords."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from casino.lib.money import StrictText

Fields = serializers.Serializer[Any]


class ResetBody(Fields):
    """Whose password, the code from staff, and the new one."""

    site_id = StrictText(max_length=50)
    code = StrictText(max_length=32)
    password = StrictText(
        min_length=settings.PASSWORD_MIN_LENGTH, max_length=settings.PASSWORD_MAX_LENGTH, trim_whitespace=False
    )


class ResetCodeBody(Fields):
    """Why the player gets one."""

    reason = StrictText(min_length=2, max_length=120)


class ResetCodeIssued(Fields):
    """The code, told this once."""

    code = serializers.CharField()
    expires_at = serializers.DateTimeField()
