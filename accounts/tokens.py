"""Access tokens (JWT HS256, signed and parsed by SimpleJWT's backend) and refresh tokens (opaque, self-proving)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken

from accounts import errors
from accounts.models import AuthSession, Player


class RotatingTokenBackend(TokenBackend):
    """Names its key in the `kid` header and still accepts the keys before it."""

    def encode(self, payload: dict[str, Any]) -> str:
        """The signed token."""
        headers = {"kid": settings.KEY_ROTATION_VERSION}
        return jwt.encode(payload, str(self.signing_key), algorithm=self.algorithm, headers=headers)


_BACKENDS: Final = [
    RotatingTokenBackend("HS256", signing_key=secret)
    for secret in (settings.JWT_SECRET, *settings.JWT_PREVIOUS_SECRETS)
]


def access_token(session: AuthSession, player: Player) -> str:
    """The access token of the session's present rotation: the same rotation gives the same token."""
    issued_at = int(session.rotated_at.timestamp())
    rotation = f"{session.sid}:{session.rotated_at.timestamp()}"
    return _BACKENDS[0].encode(
        {
            "sub": player.site_id,
            "user_id": player.pk,
            "is_admin": player.is_staff,
            "sid": session.sid,
            "jti": _mac("jti", rotation)[:32],
            "typ": "access",
            "iat": issued_at,
            "exp": issued_at + int(settings.ACCESS_TOKEN_LIFETIME.total_seconds()),
        }
    )


def read_access_token(token: str) -> str:
    """The sid of a valid access token, or TOKEN_EXPIRED / TOKEN_INVALID."""
    for backend in _BACKENDS:
        try:
            claims = backend.decode(token)  # type: ignore[arg-type]  # the stub asks for the class it is used by
        except TokenBackendExpiredToken as error:
            raise errors.token_expired() from error
        except TokenBackendError:
            continue
        if claims.get("typ") == "access" and isinstance(claims.get("sid"), str):
            return str(claims["sid"])
        break
    raise errors.token_invalid()


def expiry_of(session: AuthSession) -> datetime:
    """When the access token of the session's present rotation ends."""
    return session.rotated_at.replace(microsecond=0) + settings.ACCESS_TOKEN_LIFETIME


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """`sid.secret.proof`: the proof shows that we issued it, so a forged one cannot end anybody's session."""

    sid: str
    secret: str

    def __str__(self) -> str:
        return f"{self.sid}.{self.secret}.{_mac('proof', self.sid + self.secret)[:24]}"

    @property
    def hash(self) -> str:
        """What the database keeps of it."""
        return hashlib.sha256(str(self).encode()).hexdigest()

    def successor(self) -> RefreshToken:
        """The token that replaces this one; the same for everyone who presents this one."""
        return RefreshToken(self.sid, _mac("refresh", str(self)))


def new_refresh_token(sid: str) -> RefreshToken:
    """The first refresh token of a session."""
    return RefreshToken(sid, secrets.token_hex(32))


def read_refresh_token(text: str) -> RefreshToken | None:
    """The token `text` spells when we issued it, else None."""
    sid, _, rest = text.partition(".")
    token = RefreshToken(sid, rest.partition(".")[0])
    return token if text.isascii() and hmac.compare_digest(str(token), text) else None


def _mac(purpose: str, message: str) -> str:
    return hmac.new(settings.JWT_SECRET.encode(), f"{purpose}:{message}".encode(), hashlib.sha256).hexdigest()
