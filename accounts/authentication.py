"""Who is calling: a bearer token, or the cookie of a browser that signed in on our own page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.functional import SimpleLazyObject
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import errors, sessions, tokens
from accounts.models import AuthSession, Player
from casino.lib.days import now as clock
from casino.lib.errors import Refusal, csrf_failed, not_authenticated

SID_KEY: Final = "sid"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class BearerOrCookie(BaseAuthentication):
    """The bearer decides when there is one, even when it is invalid; else the cookie, with CSRF on writes."""

    def authenticate(self, request: Request) -> tuple[Player, AuthSession] | None:
        """The player and the session, None for nobody, or the refusal."""
        session = session_of(request._request)
        if session is None:
            return None
        if bearer(request._request) is None and request.method not in _SAFE:
            _check_csrf(request._request)
        return session.player, session

    def authenticate_header(self, request: Request) -> str:
        """How to sign in."""
        return "Bearer"


def session_of(request: HttpRequest) -> AuthSession | None:
    """The live session behind a request, None when it names none, or the refusal. Read once per request."""
    if not hasattr(request, "_auth_session"):
        request._auth_session = _find_session(request)  # type: ignore[attr-defined]
    return request._auth_session  # type: ignore[attr-defined, no-any-return]


def _find_session(request: HttpRequest) -> AuthSession | None:
    token = bearer(request)
    if token is not None:
        return sessions.holder(tokens.read_access_token(token), now=clock())
    sid = request.session.get(SID_KEY)
    if sid is None:
        return None
    try:
        return sessions.holder(sid, now=clock())
    except Refusal as refusal:
        raise errors.session_expired() from refusal


def bearer(request: HttpRequest) -> str | None:
    """The bearer token of the Authorization header, if it is one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class _CSRFCheck(CsrfViewMiddleware):
    """Django's own check, asked directly."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _unused(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _check_csrf(request: HttpRequest) -> None:
    check = _CSRFCheck(_unused)
    check.process_request(request)
    if check.process_view(request, _unused, (), {}):
        raise csrf_failed()


class SessionPlayerMiddleware(AuthenticationMiddleware):
    """`request.user` on pages and in the admin: the player of a live session, else anonymous."""

    def process_request(self, request: HttpRequest) -> None:
        """Puts a lazy user on the request; nothing is read until somebody asks."""
        request.user = cast("Player", SimpleLazyObject(lambda: _player_of(request)))


def _player_of(request: HttpRequest) -> Player | AnonymousUser:
    try:
        session = session_of(request)
    except Refusal:
        return AnonymousUser()
    return session.player if session else AnonymousUser()


def remember(request: HttpRequest, session: AuthSession) -> None:
    """Signs this browser in: a fresh Django session that points at `session`."""
    request.session.cycle_key()
    request.session.clear()
    request.session[SID_KEY] = session.sid
    request._auth_session = session  # type: ignore[attr-defined]


def forget(request: HttpRequest, *, now: datetime) -> None:
    """Signs this browser out and ends its session."""
    try:
        session = session_of(request)
    except Refusal:
        session = None
    if session is not None:
        sessions.end(session, reason="logout", now=now)
    request.session.flush()
    request._auth_session = None  # type: ignore[attr-defined]


class PlayerBackend(ModelBackend):
    """Permissions of staff in the admin; signing in happens in `accounts.signin` alone."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:  # type: ignore[override]
        """Never: every door goes through `sign_in`, which counts."""
        return

    def _get_group_permissions(self, user_obj: Player) -> QuerySet[Permission]:
        """The permissions of the group named like the role, so that a new role acts at once."""
        return Permission.objects.filter(group__name=user_obj.role or None)


def caller(request: Request) -> Player:
    """The signed-in player of a call that only players reach."""
    if not isinstance(request.user, Player):
        raise not_authenticated()
    return request.user


def caller_session(request: Request) -> AuthSession:
    """The session of a call that only players reach."""
    if not isinstance(request.auth, AuthSession):
        raise not_authenticated()
    return request.auth
