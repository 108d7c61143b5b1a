"""Moments in JSON: a timestamp that never leaves the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

_YEARS: Final = range(1970, 9000)
"""So that thirty days more, or a zone, never leave the calendar."""


class Moment(serializers.DateTimeField):
    """A timestamp; one without a zone is UTC."""

    default_error_messages = {"years": _("1970년부터 8999년까지만 가능합니다")}

    def to_internal_value(self, value: Any) -> datetime:
        """The moment in UTC."""
        moment: datetime = super().to_internal_value(value)
        if moment.year not in _YEARS:
            self.fail("years")
        return moment
