"""The payment provider's side of the webhook, written from the published description alone: nothing of ours signs."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PATH = "/api/shop/webhook/payment"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A body and the headers it is sent with."""

    raw: bytes
    headers: Mapping[str, str]


def signature(secret: str, timestamp: str, nonce: str, raw: bytes) -> str:
    """Lower-case hex HMAC-SHA256 over timestamp, colon, nonce, colon, body."""
    return hmac.new(secret.encode(), b":".join([timestamp.encode(), nonce.encode(), raw]), hashlib.sha256).hexdigest()


def seal(secret: str, body: Json | bytes, *, at: float = 0, nonce: str = "", event_id: str = "") -> Sealed:
    """A body as the provider sends it: signed `at` seconds from now, with a nonce of its own."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp, nonce = str(int(time.time() + at)), nonce or secrets.token_hex(16)
    headers = {
        "Content-Type": "application/json",
        "X-Signature": signature(secret, timestamp, nonce, raw),
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
    }
    return Sealed(raw, headers | ({"X-Event-Id": event_id} if event_id else {}))


def event(
    *, receipt_code: str, user_id: int, product_id: str, amount: int, status: str = "success", event_id: str = ""
) -> Json:
    """What the provider tells of a payment."""
    return {
        "event_id": event_id or secrets.token_hex(12),
        "receipt_code": receipt_code,
        "user_id": user_id,
        "product_id": product_id,
        "amount": amount,
        "status": status,
    }
