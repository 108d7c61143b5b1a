"""The bell: a player's notices, newest first, and reading them. The wallet counts those that are unread.

Notices are written by `OpenWallet.notify`, and read here under the same lock, so the count is always theirs.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Notification, Wallet
from accounts.queries import make_cursor, read_cursor
from casino.lib.days import stamp, stamp_or_none
from casino.lib.errors import not_found
from realtime.events import UnreadNotices

Json = dict[str, Any]


def item(notice: Notification) -> Json:
    """One notice in the reader's language."""
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "title": notice.shown_title,
        "message": notice.shown_message,
        "link": notice.link or None,
        "is_read": notice.read_at is not None,
        "created_at": stamp(notice.created_at),
        "read_at": stamp_or_none(notice.read_at),
    }


def unread_of(player_id: int) -> int:
    """How many notices the player has not read."""
    return Wallet.objects.values_list("unread", flat=True).get(pk=player_id)


def page(player_id: int, *, limit: int, cursor: str | None = None, unread: bool | None = None) -> Json:
    """Notices newest first (only the unread or only the read ones, if asked), and the cursor of the next page.

    `total` counts all that were asked for, whatever the page.
    """
    wanted = Notification.objects.filter(player_id=player_id)
    if unread is not None:
        wanted = wanted.filter(read_at__isnull=unread)
    shown = wanted.order_by("-id")
    if cursor is not None:
        shown = shown.filter(pk__lt=read_cursor(cursor))
    found = list(shown[: limit + 1])
    return {
        "items": [item(notice) for notice in found[:limit]],
        "total": wanted.count(),
        "unread": unread_of(player_id),
        "next_cursor": make_cursor(found[limit - 1].pk) if len(found) > limit else None,
    }


def read(*, player_id: int, notice_id: int) -> int:
    """Marks one of the player's notices as read, once; how many are unread then."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        mine = Notification.objects.filter(pk=notice_id, player_id=player_id)
        if mine.filter(read_at=None).update(read_at=wallet.now):
            _tell(wallet, wallet.row.unread - 1)
        elif not mine.exists():
            raise not_found()
    return wallet.row.unread


def read_all(*, player_id: int) -> int:
    """Marks all of the player's notices as read; how many were not."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        updated = Notification.objects.filter(player_id=player_id, read_at=None).update(read_at=wallet.now)
        if updated:
            _tell(wallet, 0)
    return updated


def _tell(wallet: OpenWallet, unread: int) -> None:
    wallet.row.unread = unread
    wallet.tell(UnreadNotices(unread))
