"""Small things drawn on admin pages: badges, names with a line under them, windows of time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin import windows
from accounts.models import Player

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def badge(tone: str, label: StrOrPromise) -> SafeString:
    """A word in the colours of its tone."""
    return format_html('<span class="badge badge--{}">{}</span>', tone, label)


def player(person: Player) -> SafeString:
    """Who it is, leading to their page."""
    page = reverse("admin:accounts_player_change", args=[person.pk])
    return format_html('<a href="{}">{}</a>', page, person.nickname)


def named(name: str, code: str) -> SafeString:
    """A name with a second line under it."""
    return format_html('<span class="good"><b>{}</b><span class="tiny faint">{}</span></span>', name, code)


def under(drawn: SafeString, told: StrOrPromise) -> SafeString:
    """Something drawn, with a line under it."""
    return format_html('<span class="window">{}<span class="tiny faint">{}</span></span>', drawn, told)


def standing(state: SafeString, starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> SafeString:
    """A state with what the clock says about its window under it, if there is one."""
    if starts_at is None and ends_at is None:
        return state
    return under(state, windows.countdown(starts_at, ends_at, now))


def window(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> SafeString:
    """A window as a countdown, with both its ends under it."""
    if starts_at is None and ends_at is None:
        return format_html('<span class="faint">{}</span>', windows.countdown(None, None, now))
    told, ends = windows.countdown(starts_at, ends_at, now), windows.span(starts_at, ends_at)
    return format_html('<span class="window"><b>{}</b><span class="tiny faint">{}</span></span>', told, ends)
