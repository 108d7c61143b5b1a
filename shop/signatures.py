"""How the payment provider signs what it tells the club. Pure: headers, bytes, secrets and a moment in, verdict out."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shop import errors

SIGNATURE, TIMESTAMP, NONCE, EVENT_ID = "X-Signature", "X-Timestamp", "X-Nonce", "X-Event-Id"
PREFIX: Final = "sha256="
NONCE_PATTERN: Final = "[A-Za-z0-9_-]{8,128}"
TOLERANCE_SECONDS: Final = 300
_NONCE: Final = re.compile(NONCE_PATTERN)
_SECONDS: Final = re.compile("[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Seal:
    """What the headers of a call claim; nothing of it is proven yet."""

    signature: str
    timestamp: str
    nonce: str

    def fits(self, body: bytes, secrets: Iterable[str]) -> bool:
        """Whether one of `secrets` made this signature of `body`; all are tried, so time tells nothing about which."""
        given = self.signature.removeprefix(PREFIX).encode(errors="replace")
        expected = [sign(secret, timestamp=self.timestamp, nonce=self.nonce, body=body).encode() for secret in secrets]
        return any([hmac.compare_digest(each, given) for each in expected])  # noqa: C419 - a generator would stop early

    def is_fresh(self, now: datetime) -> bool:
        """Whether it was signed at most 300 seconds before or after `now`, in whole seconds as it is written."""
        return abs(int(now.timestamp()) - int(self.timestamp)) <= TOLERANCE_SECONDS


def sign(secret: str, *, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature of a body: lower-case hex HMAC-SHA256 over `timestamp:nonce:body`."""
    return hmac.new(secret.encode(), f"{timestamp}:{nonce}:".encode() + body, hashlib.sha256).hexdigest()


def read_seal(headers: Mapping[str, str]) -> Seal:
    """The seal of a call, or the refusal that says what is missing or cannot be read, in the published order."""
    seal = Seal(headers.get(SIGNATURE, ""), headers.get(TIMESTAMP, ""), headers.get(NONCE, ""))
    if not seal.signature:
        raise errors.signature_invalid()
    if not seal.timestamp or not _NONCE.fullmatch(seal.nonce):
        raise errors.missing_header()
    if not _SECONDS.fullmatch(seal.timestamp):
        raise errors.invalid_timestamp()
    return seal
