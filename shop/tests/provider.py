"""The payment provider as the tests play it: signs what it says, or what somebody else would like it to have said."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client

from casino.lib import days
from shop.models import Purchase
from shop.signatures import sign

HOOK = "/api/shop/webhook/payment"
Json = dict[str, Any]


def news(purchase: Purchase, status: str = "success", **facts: Any) -> Json:
    """What the provider would say of a purchase; `facts` replace parts, None leaves one out."""
    told = {
        "event_id": f"evt_{secrets.token_hex(8)}",
        "user_id": purchase.player_id,
        "status": status,
        "product_id": purchase.code,
        "receipt_code": purchase.receipt_code,
        "amount": purchase.amount,
        **facts,
    }
    return {name: value for name, value in told.items() if value is not None}


def sealed(raw: bytes, *, secret: str = "", age: int = 0, **headers: str | None) -> dict[str, str]:
    """The headers of a call with this body, signed `age` seconds ago; `headers` replace some, None leaves one out."""
    seal: dict[str, Any] = {
        "X-Timestamp": str(int(days.now().timestamp()) - age),
        "X-Nonce": secrets.token_hex(12),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    if "X-Signature" not in seal:
        key = secret or settings.PAYMENT_WEBHOOK_SECRETS[0]
        told = {name: seal[name] or "" for name in ("X-Timestamp", "X-Nonce")}
        seal["X-Signature"] = sign(key, timestamp=told["X-Timestamp"], nonce=told["X-Nonce"], body=raw)
    return {name: value for name, value in seal.items() if value is not None}


@dataclass
class Provider:
    """Calls the webhook."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def post(self, raw: bytes, headers: dict[str, str], kind: str = "application/json", path: str = HOOK) -> Any:
        """The call as it is given."""
        return self.client.generic("POST", path, raw, content_type=kind, headers=headers)

    def send(self, body: Json | bytes, **seal: Any) -> Any:
        """A call with this body, sealed as `sealed` does it."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.post(raw, sealed(raw, **seal))
