"""One effect per (player, operation, key): the key row is written first, in the transaction of the effect itself.

A crash therefore never leaves a stuck key: what did not commit frees it, what did commit can be replayed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, connection, models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from prometheus_client import Counter

from casino.lib import errors

KEY_LIMIT: Final = 128
_FIRST_CALL_WAIT: Final = "2s"
_replays: Final = Counter("cc_idempotency_replays_total", "Answers given again for a known key", ["operation"])


class IdempotencyKey(models.Model):
    """A key a player used, what it was used for, and where the answer is kept."""

    player = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    operation = models.CharField(max_length=32)
    key = models.CharField(max_length=KEY_LIMIT)
    payload_hash = models.CharField(max_length=64)
    ref = models.CharField(max_length=64, help_text="the round, receipt or grant the first call wrote")
    answer = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "casino"
        constraints = [models.UniqueConstraint(fields=["player", "operation", "key"], name="one_effect_per_key")]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key with the fingerprint of what it asked for."""

    player_id: int
    operation: str
    text: str
    payload_hash: str


def read_key(
    request: HttpRequest, body: Mapping[str, Any], *, player_id: int, operation: str, payload: Mapping[str, Any]
) -> Key | None:
    """The key of this call (body first, then either header), or None when it has none."""
    sources = (
        body.get("idempotency_key"),
        request.headers.get("X-Idempotency-Key"),
        request.headers.get("Idempotency-Key"),
    )
    found = next((source for source in sources if source is not None), None)
    if found is None:
        return None
    if not isinstance(found, str) or not 1 <= len(found) <= KEY_LIMIT or not found.isascii() or not found.isprintable():
        raise errors.invalid("idempotency_key", _("멱등성 키는 1~128자의 ASCII 문자여야 합니다"))
    return Key(player_id, operation, found, fingerprint(payload))


def fingerprint(payload: Mapping[str, Any]) -> str:
    """SHA-256 of the payload's one normal JSON form."""
    kept = {name: value for name, value in payload.items() if name != "idempotency_key"}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def claim(key: Key | None, *, ref: str, now: datetime) -> str | None:
    """Takes `key` for `ref` inside the running transaction; returns the first call's ref when there was one.

    Waits up to two seconds for a first call that is still running, then refuses with IN_PROGRESS.
    """
    if key is None or _inserted(key, ref, now):
        return None
    kept = known(key)
    assert kept is not None, "the key that stood in the way is there"
    _replays.labels(key.operation).inc()
    return kept


def known(key: Key | None) -> str | None:
    """The ref of a first call that has committed, None when there is none; refuses another payload. Takes nothing."""
    if key is None:
        return None
    rows = IdempotencyKey.objects.only("ref", "payload_hash")
    kept = rows.filter(player_id=key.player_id, operation=key.operation, key=key.text).first()
    if kept is not None and kept.payload_hash != key.payload_hash:
        raise errors.key_reused()
    return kept.ref if kept is not None else None


def release(key: Key | None) -> None:
    """Frees a claimed key in the same transaction: the call was answered but recorded nothing."""
    if key is not None:
        IdempotencyKey.objects.filter(player_id=key.player_id, operation=key.operation, key=key.text).delete()


def keep_answer(key: Key | None, answer: Mapping[str, Any]) -> None:
    """Stores the answer of an operation that has no row of its own to rebuild it from."""
    if key is not None:
        IdempotencyKey.objects.filter(player_id=key.player_id, operation=key.operation, key=key.text).update(
            answer=dict(answer)
        )


def kept_answer(key: Key) -> dict[str, Any]:
    """The stored answer of the first call."""
    row = IdempotencyKey.objects.only("answer").get(player_id=key.player_id, operation=key.operation, key=key.text)
    return dict(row.answer or {})


# PostgreSQL makes the second sender of a key wait at the unique index for the first one's commit. The FROM clause
# shortens that wait to two seconds, RETURNING restores the usual limit for the locks that follow.
_INSERT: Final = """
    INSERT INTO casino_idempotencykey (player_id, operation, key, payload_hash, ref, created_at)
    SELECT %s, %s, %s, %s, %s, %s {wait}
    ON CONFLICT (player_id, operation, key) DO NOTHING {restore}
"""
_INSERT_POSTGRES: Final = _INSERT.format(
    wait=f"FROM set_config('lock_timeout', '{_FIRST_CALL_WAIT}', true)",
    restore=f"RETURNING set_config('lock_timeout', '{settings.LOCK_WAIT_SECONDS}s', true)",
)
_INSERT_SQLITE: Final = _INSERT.format(wait="WHERE true", restore="")


def _inserted(key: Key, ref: str, now: datetime) -> bool:
    statement = _INSERT_POSTGRES if connection.vendor == "postgresql" else _INSERT_SQLITE
    created_at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        try:
            cursor.execute(statement, [key.player_id, key.operation, key.text, key.payload_hash, ref, created_at])
        except OperationalError as error:
            if connection.vendor == "postgresql" and getattr(error.__cause__, "sqlstate", "") == "55P03":
                raise errors.in_progress() from error
            raise
        return bool(cursor.rowcount == 1)
