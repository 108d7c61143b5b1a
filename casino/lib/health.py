"""Whether what the club stands on answers."""

from __future__ import annotations

import logging
import secrets
from typing import Final, Literal

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection

_log = logging.getLogger(__name__)
_ECHO_SECONDS: Final = 10


def database() -> Literal["ok", "error"]:
    """Whether the database answers a question that touches no table."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except (DatabaseError, InterfaceError):
        _log.warning("health: the database does not answer")
        return "error"
    return "ok"


def shared_cache() -> Literal["ok", "error", "disabled"]:
    """Whether Redis gives back what it was given; disabled where the club runs without it."""
    if not settings.REDIS_URL:
        return "disabled"
    word = secrets.token_hex(8)
    key = f"health:{settings.PROCESS_ID}"
    cache.set(key, word, _ECHO_SECONDS)  # failures are swallowed: the echo tells
    return "ok" if cache.get(key) == word else "error"
