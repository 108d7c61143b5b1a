"""The audit trail as staff read it: filtered, newest first, by pages or as a spreadsheet."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet

from accounts.models import Audit
from casino.lib.days import stamp
from casino.lib.gate import encode

Json = dict[str, Any]
COLUMNS: Final = ("id", "action", "target_type", "target_id", "actor_user_id", "created_at", "details")
"""Of the spreadsheet."""
_FILTERS: Final = {
    **{name: name for name in ("action", "target_type", "target_id", "severity")},
    "actor_user_id": "actor_id",
    "since": "created_at__gte",
    "until": "created_at__lt",
}


def page(*, skip: int, limit: int, **filters: Any) -> Json:
    """One page, and how many rows the filters find in all."""
    found = _found(filters)
    items = [_item(row) for row in found[skip : skip + limit]]
    return {"items": items, "count": found.count(), "skip": skip, "limit": limit}


def sheet(*, skip: int, limit: int, **filters: Any) -> list[Json]:
    """The same rows as lines of a spreadsheet; what a deed was about is JSON in one cell."""
    return [_item(row) | {"details": encode(row.details).decode()} for row in _found(filters)[skip : skip + limit]]


def _found(filters: Json) -> QuerySet[Audit]:
    return Audit.objects.filter(**{_FILTERS[name]: value for name, value in filters.items()}).order_by("-id")


def _item(row: Audit) -> Json:
    return {
        "id": row.pk,
        "action": row.action,
        "severity": row.severity,
        "target_type": row.target_type,
        "target_id": row.target_id,
        "actor_user_id": row.actor_id,
        "created_at": stamp(row.created_at),
        "details": row.details,
        "request_id": row.request_id,
    }
