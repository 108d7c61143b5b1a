"""Everybody's purchases, as staff look for them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from accounts.queries import make_cursor, read_cursor
from shop import receipts
from shop.models import Purchase
from shop.models.purchase import PurchaseQuerySet

Json = dict[str, Any]
_FILTERS = {
    "status": "status",
    "kind": "kind",
    "user_id": "player_id",
    "since": "created_at__gte",
    "until": "created_at__lt",
}


def page(*, limit: int, cursor: str | None = None, q: str = "", **filters: Any) -> Json:
    """Transactions with their buyers, newest first, and the cursor of the next page.

    `q` is a receipt, a charge or part of a site_id; `filters` are status, kind, user_id, since and until.
    """
    rows = Purchase.objects.select_related("player").defer("timeline").order_by("-id")
    rows = rows.filter(**{_FILTERS[name]: value for name, value in filters.items()})
    if cursor is not None:
        rows = rows.filter(pk__lt=read_cursor(cursor))
    if q:
        rows = _searched(rows, q)
    found = list(rows[: limit + 1])
    following = make_cursor(found[limit - 1].pk) if len(found) > limit else None
    return {"items": [_line(bought) for bought in found[:limit]], "next_cursor": following}


def _searched(rows: PurchaseQuerySet, q: str) -> PurchaseQuerySet:
    """What a receipt or a charge names, by their indexes; only when that is nothing, what buyers bought."""
    exact = rows.filter(Q(receipt_code=q.lower()) | Q(charge_id=q))
    return exact if exact.exists() else rows.filter(player__site_id__icontains=q)


def _line(bought: Purchase) -> Json:
    return receipts.transaction(bought) | {"user_id": bought.player_id, "site_id": bought.player.site_id}
