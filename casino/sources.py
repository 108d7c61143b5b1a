"""Opens the sources of `realtime.sources`: who is at the socket's door, and the state a socket opens with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import jwt
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import Count, Q

from accounts import queries, sessions, tokens
from accounts.authentication import SID_KEY
from accounts.ledger import open_wallet
from accounts.models import AuthSession, Goal, Player, Reward, Wallet
from accounts.progress import streaks
from casino.lib.days import now as clock
from casino.lib.days import stamp, start_of
from casino.lib.errors import not_authenticated
from games import stats
from games.models import GameType, Round
from games.play import due
from realtime.events import Event
from realtime.sources import Credentials, Visitor, sources
from shop.models import Purchase

Json = dict[str, Any]


def open_sources() -> None:
    """Called by every way in: pages and API, sockets."""
    sources.admit = admit
    sources.latest_seqs = latest_seqs
    sources.state = state
    sources.ended = ended
    sources.tell = tell
    sources.pulse = pulse


def admit(credentials: Credentials) -> Visitor:
    """The visitor behind an access token or a browser's cookies, or the refusal the API would give.

    A round of theirs that is over by the clock is settled here: the opening state is read only.
    """
    now = clock()
    visitor = _visitor(credentials, now)
    due.catch_up(visitor.player_id, now=now)
    return visitor


def _visitor(credentials: Credentials, now: datetime) -> Visitor:
    if credentials.token is not None:
        session = sessions.holder(tokens.read_access_token(credentials.token), now=now)
        claims = jwt.decode(credentials.token, options={"verify_signature": False})  # verified one line above
        return Visitor(session.player_id, session.sid, datetime.fromtimestamp(claims["exp"], UTC))
    sid = _browser_session(credentials.cookies or {}).get(SID_KEY)
    if sid is None:
        raise not_authenticated()
    session = sessions.holder(sid, now=now)
    return Visitor(session.player_id, session.sid, session.absolute_expires_at)


def _browser_session(cookies: Mapping[str, str]) -> SessionBase:
    engine = import_module(settings.SESSION_ENGINE)
    store: SessionBase = engine.SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    return store


def latest_seqs(player_ids: Collection[int]) -> dict[int, int]:
    """The latest stream number of each player, from the row that gives the numbers out."""
    return dict(Wallet.objects.filter(pk__in=player_ids).values_list("pk", "stream_seq"))


def ended(sids: Collection[str]) -> set[str]:
    """Those of `sids` that no longer admit their holder: revoked, over, banned, gone."""
    now = clock()
    shut_out = Q(player__is_banned=True) & (Q(player__banned_until=None) | Q(player__banned_until__gt=now))
    living = AuthSession.objects.filter(sid__in=sids, player__is_active=True).live(now).exclude(shut_out)
    return set(sids) - set(living.values_list("sid", flat=True))


def state(player_id: int) -> Json:
    """What a page needs to show the player's club: one read, one moment."""
    now = clock()
    wallet, attendance = queries.wallet_and_attendance(player_id)
    return {
        "profile": queries.profile(Player.objects.get(pk=player_id), wallet, attendance, now=now),
        "balance": {"gold_balance": wallet.balance, "cyber_token_balance": wallet.balance},
        "streak": streaks.told(attendance, wallet, now),
        "stats": stats.stored_of(player_id),
        "unread_notifications": wallet.unread,
        "pending_purchases": [_pending(purchase) for purchase in Purchase.objects.of(player_id).pending()],
    }


def _pending(purchase: Purchase) -> Json:
    return {
        "receipt_code": purchase.receipt_code,
        "product_id": purchase.code,
        "amount": purchase.amount,
        "currency": purchase.currency,
        "created_at": stamp(purchase.created_at),
    }


def pulse(now: datetime) -> dict[str, int]:
    """The club in numbers; nobody is named, and what staff grant is no win."""
    hour_ago, bar = now - timedelta(hours=1), settings.BIG_WIN_THRESHOLD_GOLD
    last_hour = Round.objects.filter(settled_at__gt=hour_ago).aggregate(
        spins=Count("pk", filter=Q(game=GameType.SLOT)), wins=Count("pk", filter=Q(payout__gt=bar))
    )
    rewards = Reward.objects.filter(awarded_at__gt=hour_ago, gold__gt=bar).exclude(source=Reward.Source.STAFF)
    today = Round.objects.filter(settled_at__gte=start_of("day", now), settled_at__lte=now)
    return {
        "online_users": AuthSession.objects.online(now).aggregate(number=Count("player", distinct=True))["number"],
        "spins_last_hour": last_hour["spins"],
        "big_wins_last_hour": last_hour["wins"] + rewards.count(),
        "total_plays_today": today.count(),
        "unique_payers_last_24h": Purchase.objects.paid_since(now - timedelta(days=1)).payers(),
        "active_events_count": Goal.objects.running(now).count(),
    }


def tell(player_id: int, event_at: Callable[[int], Event]) -> int:
    """Appends an event to the player's stream and nothing else; its number."""
    with transaction.atomic(), open_wallet(player_id, now=clock()) as wallet:
        wallet.tell(event_at(wallet.balance))
    return wallet.row.stream_seq
