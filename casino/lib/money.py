"""Numbers that cannot be misread: whole gold as JSON integers, texts without characters no database stores."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

GOLD_LIMIT: Final = 2**53 - 1
"""The most gold there can be: every amount is exact in JSON."""
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class StrictInteger(serializers.IntegerField):
    """A JSON integer: no text, no fraction, no boolean, below 2^53."""

    default_error_messages = {"invalid": _("정수를 입력해주세요")}

    def to_internal_value(self, data: Any) -> int:
        """The integer itself, or a refusal."""
        if type(data) is not int or abs(data) > GOLD_LIMIT:
            self.fail("invalid")
        return int(data)


class QueryInteger(StrictInteger):
    """A whole number in a query string: ASCII digits only."""

    def to_internal_value(self, data: Any) -> int:
        """The number the digits spell."""
        text = str(data)
        if not re.fullmatch(r"[0-9]{1,16}", text, re.ASCII):
            self.fail("invalid")
        return super().to_internal_value(int(text))


class StrictHundredths(serializers.FloatField):
    """A JSON number of at most two decimals, taken as whole hundredths."""

    default_error_messages = {"invalid": _("소수 둘째 자리까지의 숫자를 입력해주세요")}

    def to_internal_value(self, data: Any) -> int:
        """How many hundredths, exactly."""
        if type(data) not in (int, float) or not abs(data) <= GOLD_LIMIT:
            self.fail("invalid")
        hundredths: int = round(data * 100)
        if hundredths / 100 != data:
            self.fail("invalid")
        return hundredths


class StrictText(serializers.CharField):
    """A JSON string (never a number) without NUL or lone surrogates."""

    default_error_messages = {"unstorable": _("사용할 수 없는 문자가 있습니다")}

    def to_internal_value(self, data: Any) -> str:
        """The string, trimmed as CharField does."""
        if not isinstance(data, str):
            self.fail("invalid")
        if has_unstorable(data):
            self.fail("unstorable")
        return str(super().to_internal_value(data))


class StrictFlag(serializers.BooleanField):
    """A JSON boolean, nothing that merely looks like one."""

    def to_internal_value(self, data: Any) -> bool:
        """True or False."""
        if data is not True and data is not False:
            self.fail("invalid", input=data)
        return bool(data)


def has_unstorable(text: str) -> bool:
    """Whether `text` holds NUL or a lone surrogate, which PostgreSQL cannot store."""
    return _UNSTORABLE.search(text) is not None


def is_storable(value: object) -> bool:
    """Whether the database stores `value` as JSON: neither endless numbers nor texts it has no characters for."""
    if isinstance(value, dict):
        return all(is_storable(name) and is_storable(part) for name, part in value.items())
    if isinstance(value, list):
        return all(map(is_storable, value))
    return isfinite(value) if isinstance(value, float) else not (isinstance(value, str) and has_unstorable(value))
