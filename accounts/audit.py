"""The audit trail: who did what to whom, and how loud that is."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts import feed
from accounts.models import Audit, FeedItem, Player
from casino.lib.days import stamp
from casino.lib.logs import current_request_id

_CRITICAL_ACTIONS: Final = """
    SECURITY_BAN PAYMENT_FRAUD ANOMALY_SPIKE LIMITED_STOCK_ZERO FRAUD_BLOCK PAYMENT_FAIL_SPIKE
"""
_WARNING_ACTIONS: Final = """
    PASSWORD_RESET_CODE LIMITED_LATE_PAYMENT REFUND FORCE_SETTLE USER_ELEVATED REFRESH_REUSED LOGIN_IP_LOCKED
    EVENT_FORCE_CLAIM USERS_IMPORTED GACHA_CONFIG
"""
_SEVERITY: Final = {
    **dict.fromkeys(_CRITICAL_ACTIONS.split(), Audit.Severity.CRITICAL),
    **dict.fromkeys(_WARNING_ACTIONS.split(), Audit.Severity.WARNING),
}


def severity_of(action: str) -> Audit.Severity:
    """How loud `action` is."""
    return _SEVERITY.get(action, Audit.Severity.INFO)


def record(
    *,
    action: str,
    target_type: str,
    target_id: object,
    actor: Player | None = None,
    details: dict[str, Any] | None = None,
    now: datetime,
) -> Audit:
    """Writes one audit row in the running transaction; staff who watch hear of a loud one."""
    with transaction.atomic(savepoint=False):
        row = Audit.objects.create(
            action=action,
            severity=severity_of(action),
            actor=actor,
            actor_name=actor.site_id if actor else "",
            target_type=target_type,
            target_id=str(target_id),
            details=details or {},
            request_id=current_request_id.get() or "",
            created_at=now,
        )
        if row.severity != Audit.Severity.INFO:
            feed.append(FeedItem.Kind.ALERT, _told(row), now=now)
    return row


def _told(row: Audit) -> dict[str, Any]:
    return {
        "id": row.pk,
        "action": row.action,
        "severity": row.severity,
        "target_type": row.target_type,
        "target_id": row.target_id,
        "created_at": stamp(row.created_at),
        "details": row.details,
    }
