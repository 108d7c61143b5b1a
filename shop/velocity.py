"""The velocity guard: too many attempts, or too many cards, in a short time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from accounts import audit
from shop.models import Purchase, PurchaseRefusal, Reason

_KEPT: Final = timedelta(days=1)  # the longest FRAUD_WINDOW
# Every purchase asks this: composing it anew would cost more than running it.
_ATTEMPTS: Final = """
    SELECT card_hash FROM shop_purchase WHERE player_id = %s AND created_at > %s
    UNION ALL
    SELECT card_hash FROM shop_purchaserefusal WHERE player_id = %s AND created_at > %s
    LIMIT %s
"""


def card_hash(token: str) -> str:
    """What is kept of a card token: its keyed hash, empty for no card."""
    return salted_hmac("shop.velocity.card", token, algorithm="sha256").hexdigest() if token else ""


def is_too_much(player_id: int, card: str, now: datetime) -> bool:
    """Whether one more attempt with this card (a hash) is refused. One statement; the wallet is locked."""
    since = connection.ops.adapt_datetimefield_value(now - settings.FRAUD_WINDOW)
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPTS, [player_id, since, player_id, since, settings.FRAUD_MAX_PURCHASES])
        cards = [card for (card,) in cursor.fetchall()]
    if len(cards) >= settings.FRAUD_MAX_PURCHASES:
        return True
    known = set(cards) - {""}
    return bool(card) and card not in known and len(known) + 1 >= settings.FRAUD_MAX_CARDS


def sound_alarm(attempt: Purchase, now: datetime) -> None:
    """Writes the audit row of a blocked player, once in each window. Called before the attempt is counted."""
    since = now - settings.FRAUD_WINDOW
    blocked = PurchaseRefusal.objects.filter(
        player_id=attempt.player_id, created_at__gt=since, reason_code=Reason.FRAUD_BLOCK
    )
    if not blocked.exists():
        facts = {"product_id": attempt.code, "amount": attempt.amount, "currency": attempt.currency}
        audit.record(action="FRAUD_BLOCK", target_type="player", target_id=attempt.player_id, details=facts, now=now)


def prune_refusals(*, now: datetime) -> int:
    """Deletes refused attempts the guard no longer looks at, after a day; how many there were."""
    return PurchaseRefusal.objects.filter(created_at__lte=now - _KEPT).delete()[0]
