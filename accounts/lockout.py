"""Guessing is stopped by counting: every attempt is counted before its password is looked at, in the database.

One account has one count however it is named and through whichever door; an address has a larger one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts import audit, errors
from accounts.models import LoginCounter, Player
from accounts.models.player import name_key
from casino.lib.errors import Refusal

_KEY_LIMIT: Final = 160


def account_key(name: str, player: Player | None) -> str:
    """The count an attempt on `name` belongs to; unknown names are counted just like known ones."""
    return f"player:{player.pk}" if player else f"unknown:{name_key(name)}"[:_KEY_LIMIT]


def count_attempt(key: str, ip: str, *, now: datetime) -> None:
    """Counts one attempt as failed until `forget` says otherwise, or refuses with LOGIN_LOCKED.

    Attempts that are refused here are not counted, so they do not prolong the lock.
    """
    limits = ((key, settings.LOGIN_MAX_FAILED_ATTEMPTS), (_ip_key(ip), settings.LOGIN_IP_MAX_FAILED_ATTEMPTS))
    with transaction.atomic():
        refusal = _count(limits, now)
    if refusal is not None:
        raise refusal


def forget(key: str, ip: str, *, now: datetime) -> None:
    """The attempt was right: clears the account's count and takes this attempt off the address's."""
    with transaction.atomic():
        LoginCounter.objects.filter(key=key).delete()
        counter = LoginCounter.objects.select_for_update().filter(key=_ip_key(ip)).first()
        if counter is not None and counter.failures:
            counter.failures = counter.failures[:-1]
            if len(counter.failures) < settings.LOGIN_IP_MAX_FAILED_ATTEMPTS:
                counter.locked_until = None
            counter.save(update_fields=["failures", "locked_until"])


def _count(limits: Iterable[tuple[str, int]], now: datetime) -> Refusal | None:
    counters = []
    for key, limit in limits:
        LoginCounter.objects.bulk_create([LoginCounter(key=key)], ignore_conflicts=True)
        counters.append((LoginCounter.objects.select_for_update().get(key=key), limit))
    locks = [counter.locked_until for counter, _ in counters if counter.locked_until and counter.locked_until > now]
    if locks:
        return errors.login_locked(max(locks) - now)
    for counter, limit in counters:
        _add_failure(counter, limit, now)
    return None


def _add_failure(counter: LoginCounter, limit: int, now: datetime) -> None:
    window: timedelta = settings.LOGIN_LOCKOUT
    opened = (now - window).timestamp()
    counter.failures = [*(moment for moment in counter.failures if moment > opened), now.timestamp()]
    if len(counter.failures) >= limit:
        counter.locked_until = now + window
        if counter.key.startswith("ip:"):
            address = counter.key.removeprefix("ip:")
            audit.record(action="LOGIN_IP_LOCKED", target_type="ip", target_id=address, now=now)
    counter.save(update_fields=["failures", "locked_until"])


def _ip_key(ip: str) -> str:
    return f"ip:{ip}"
