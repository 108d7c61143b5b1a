"""Notices as the bell's page shows them: grouped by day, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from accounts.models import Notification
from accounts.queries import make_cursor
from casino.lib import days

PAGE: Final = 20
ICONS: Final = {
    Notification.Kind.PURCHASE: "icon-receipt",
    Notification.Kind.REWARD: "icon-gift",
    Notification.Kind.PROGRESS: "icon-trophy",
    Notification.Kind.ACCOUNT: "icon-profile",
    Notification.Kind.SECURITY: "icon-shield",
    Notification.Kind.CAMPAIGN: "icon-bell",
}


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice."""

    notice: Notification

    @property
    def icon(self) -> str:
        """The drawing of its kind."""
        return ICONS[Notification.Kind(self.notice.kind)]

    @property
    def link(self) -> str:
        """Where it leads; only paths of this house are followed."""
        link = self.notice.link
        return link if link.startswith("/") and not link.startswith("//") else ""


@dataclass(frozen=True, slots=True)
class Day:
    """The notices of one UTC day; scripts group them anew by the reader's own."""

    day: date
    rows: Sequence[NoticeRow]


@dataclass(frozen=True, slots=True)
class Notices:
    """A page of notices."""

    days: Sequence[Day]
    cursor: str


def newest(player_id: int) -> Notices:
    """The newest notices of a player, and where the next page begins."""
    found = list(Notification.objects.filter(player_id=player_id).order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    groups = groupby(shown, key=lambda notice: days.day_of(notice.created_at))
    cursor = make_cursor(shown[-1].pk) if len(found) > PAGE else ""
    return Notices([Day(day, [NoticeRow(notice) for notice in group]) for day, group in groups], cursor)
