"""Sign-ins: begun, rotated, seen, ended. A row in the database is the truth; tokens only point at it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from accounts import audit, cards, errors, ledger, tokens
from accounts.models import AuthSession, Notification, Player
from casino.lib import rows
from realtime import publish

_SEEN_AT_MOST_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Client:
    """Where a sign-in comes from."""

    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A session with what its holder needs; `refresh` is None for staff and browsers."""

    session: AuthSession
    player: Player
    refresh: tokens.RefreshToken | None


def begin(*, player: Player, kind: AuthSession.Kind, client: Client, now: datetime, refreshable: bool = True) -> Grant:
    """Opens a session; the least recently used one makes room when the player has too many."""
    sid = secrets.token_hex(16)
    refresh = tokens.new_refresh_token(sid) if refreshable else None
    with transaction.atomic(), ledger.open_wallet(player.pk, now=now) as wallet:
        if player.last_login is not None and not _is_known(player, client):
            _tell_new_device(wallet, client)
        Player.objects.filter(pk=player.pk).update(last_login=now)
        session = AuthSession.objects.create(
            sid=sid,
            player=player,
            kind=kind,
            refresh_hash=refresh.hash if refresh else None,
            rotated_at=now,
            created_at=now,
            last_seen_at=now,
            absolute_expires_at=now + settings.SESSION_LIFETIME,
            ip=client.ip,
            user_agent=client.user_agent,
        )
        newest_first = AuthSession.objects.filter(player=player).live(now).exclude(sid=sid).order_by("-last_seen_at")
        surplus = list(newest_first.values_list("sid", flat=True)[settings.MAX_CONCURRENT_SESSIONS - 1 :])
        _end(AuthSession.objects.filter(sid__in=surplus), player.pk, "too_many", now)
    player.last_login = now
    return Grant(session, player, refresh)


def _is_known(player: Player, client: Client) -> bool:
    return AuthSession.objects.filter(player=player, user_agent=client.user_agent).exists()


def _tell_new_device(wallet: ledger.OpenWallet, client: Client) -> None:
    wallet.notify(
        Notification.Kind.SECURITY,
        gettext_noop("새 기기에서 로그인"),
        gettext_noop("%(device)s에서 로그인했어요 (IP %(ip)s). 본인이 아니라면 비밀번호를 바꿔 주세요."),
        facts={"device": cards.device_name(client.user_agent), "ip": client.ip},
        link="/profile",
    )


def rotate(presented: str, *, now: datetime) -> Grant:
    """Exchanges a refresh token for its successor, once.

    The token just replaced gives the same successor within the grace; any later use ends the session.
    """
    token = tokens.read_refresh_token(presented)
    if token is None:
        raise errors.refresh_invalid()
    successor = token.successor()
    fresh = AuthSession.objects.filter(sid=token.sid, refresh_hash=token.hash).live(now)
    fresh.update(previous_hash=token.hash, refresh_hash=successor.hash, rotated_at=now, last_seen_at=now)
    session = AuthSession.objects.select_related("player").filter(sid=token.sid).first()
    if session is None or not session.is_live(now) or not session.player.may_enter(now):
        raise errors.refresh_invalid()
    if session.previous_hash == token.hash and now - session.rotated_at <= settings.REFRESH_GRACE:
        return Grant(session, session.player, successor)
    with transaction.atomic():
        _end(AuthSession.objects.filter(sid=session.sid), session.player_id, "refresh_reused", now)
        audit.record(
            action="REFRESH_REUSED", target_type="session", target_id=session.sid, actor=session.player, now=now
        )
    raise errors.refresh_reused()


def holder(sid: str, *, now: datetime) -> AuthSession:
    """The live session `sid` with its player, or the refusal that says why it admits nobody. One statement."""
    session = rows.find_with(AuthSession, "player", sid)
    if session is None or session.revoked_at is not None:
        raise errors.token_revoked()
    if not session.is_live(now):
        raise errors.session_expired()
    if not session.player.may_enter(now):
        raise errors.token_revoked()
    if now - session.last_seen_at > _SEEN_AT_MOST_EVERY:
        AuthSession.objects.filter(sid=sid, last_seen_at=session.last_seen_at).update(last_seen_at=now)
    return session


def end(session: AuthSession, *, reason: str, now: datetime) -> bool:
    """Ends one session; False when it had ended before."""
    with transaction.atomic():
        return _end(AuthSession.objects.filter(sid=session.sid), session.player_id, reason, now) == 1


def end_all(player: Player, *, reason: str, now: datetime, but: AuthSession | None = None) -> int:
    """Ends every session of the player except `but`; returns how many."""
    with transaction.atomic():
        rows = AuthSession.objects.filter(player=player)
        return _end(rows.exclude(sid=but.sid) if but else rows, player.pk, reason, now)


def _end(rows: object, player_id: int, reason: str, now: datetime) -> int:
    live = rows.live(now)  # type: ignore[attr-defined]
    sids = list(live.values_list("sid", flat=True))
    ended = int(AuthSession.objects.filter(sid__in=sids, revoked_at=None).update(revoked_at=now, revoked_reason=reason))
    if sids:
        publish.sessions_ended_after_commit(player_id, sids)
    return ended
