"""The states rows can be in, as filters of the lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from casino.lib.days import now as clock


def scheduled(starts: str, now: datetime) -> Q:
    """Rows whose window has not opened."""
    return Q(**{f"{starts}__gt": now})


def over(ends: str, now: datetime) -> Q:
    """Rows whose window has closed."""
    return Q(**{f"{ends}__lte": now})


class StateFilter(admin.SimpleListFilter):
    """Rows in one state; each state rules the later ones out, and `usual` is what is left, as on the page."""

    title = gettext_lazy("상태")
    parameter_name = "state"
    usual: ClassVar[Any]
    conditions: ClassVar[Callable[[datetime], list[tuple[Any, Q]]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The states there are."""
        found = [state for state, _ in type(self).conditions(clock())]
        return [(state.value, state.label) for state in (self.usual, *found)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the chosen state."""
        if self.value() is None:
            return queryset
        left = queryset
        for state, condition in type(self).conditions(clock()):
            if state == self.value():
                return left.filter(condition)
            left = left.exclude(condition)
        return left
