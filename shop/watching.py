"""What staff who watch hear of a purchase: every state it comes to."""

from __future__ import annotations

from datetime import datetime

from accounts import feed
from accounts.models import FeedItem
from casino.lib.days import stamp
from shop.models import Purchase


def tell_staff(purchase: Purchase, now: datetime) -> None:
    """Writes where the stored purchase stands into the staff feed, in the transaction that brought it there."""
    facts = {
        "receipt_code": purchase.receipt_code,
        "user_id": purchase.player_id,
        "product_id": purchase.code,
        "kind": purchase.kind,
        "status": purchase.status,
        "amount": purchase.amount,
        "currency": purchase.currency,
        "reason_code": purchase.reason_code or None,
        "at": stamp(now),
    }
    feed.append(FeedItem.Kind.TRANSACTION, facts, now=now)
