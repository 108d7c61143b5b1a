"""The answers of accounts, built as plain dicts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.response import Response

from accounts import queries, tokens
from accounts.models import AuthSession, Invite
from accounts.sessions import Grant
from casino.lib.days import stamp, stamp_or_none

Json = dict[str, Any]


def token(grant: Grant, now: datetime) -> Json:
    """Token: access and refresh token of a session, with whom they belong to."""
    session = grant.session
    refresh_seconds = int((session.absolute_expires_at - now).total_seconds()) if grant.refresh else None
    return {
        "access_token": tokens.access_token(session, grant.player),
        "token_type": "bearer",
        "expires_in": max(0, int((tokens.expiry_of(session) - now).total_seconds())),
        "refresh_token": str(grant.refresh) if grant.refresh else None,
        "refresh_expires_in": refresh_seconds,
        "session_id": session.sid,
        "user": queries.profile_of(grant.player),
    }


def claimed(answer: Json, is_replay: bool) -> Response:
    """What a claim answers; one that is told again says so, in a header too."""
    headers = {"Idempotency-Replayed": "true"} if is_replay else None
    return Response({**answer, "idempotent_reuse": is_replay}, headers=headers)


def session_item(session: AuthSession, *, current: AuthSession | None) -> Json:
    """One sign-in as its owner sees it."""
    return {
        "id": session.sid,
        "kind": session.kind,
        "created_at": stamp(session.created_at),
        "last_seen_at": stamp(session.last_seen_at),
        "expires_at": stamp(session.absolute_expires_at),
        "ip": session.ip,
        "user_agent": session.user_agent,
        "current": current is not None and session.sid == current.sid,
    }


def invite_code(invite: Invite) -> Json:
    """An invite code as staff see it."""
    return {
        "code": invite.code,
        "expires_at": stamp_or_none(invite.expires_at),
        "max_uses": invite.max_uses,
        "used_count": invite.used_count,
        "is_active": invite.is_active,
        "created_at": stamp(invite.created_at),
    }
