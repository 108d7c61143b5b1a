"""What staff changed in the shop: kept with what it was before, and told to every open shop after the commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.changes import Change, check, check_names, facts_of, shown, write
from accounts.models import Player
from realtime import publish
from realtime.events import CatalogUpdate
from shop.models import LimitedPackage, Product

Json = dict[str, Any]
__all__ = ["Change", "Json", "check", "check_names", "facts_of", "shelf_changed", "write"]


def shelf_changed(
    *,
    by: Player,
    action: str,
    target_type: str,
    target_id: str,
    before: Json | None,
    after: Json | None,
    reason: str = "",
    news: str,
    product_id: str | None = None,
    package_id: str | None = None,
    now: datetime,
) -> None:
    """Writes the audit row in the running transaction; `catalog_update` carries its id as version after the commit."""
    details: Json = {"before": before, "after": after} | ({"reason": reason} if reason else {})
    row = audit.record(action=action, target_type=target_type, target_id=target_id, actor=by, details=details, now=now)
    event = CatalogUpdate(reason=news, product_id=product_id, package_id=package_id, version=row.pk)

    def tell() -> None:
        publish.broadcast(event)

    transaction.on_commit(tell, robust=True)


@shown.register
def _(value: Product) -> str:
    return value.product_id


@shown.register
def _(value: LimitedPackage) -> str:
    return value.code
