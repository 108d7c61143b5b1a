"""The pages of what brings players back: home, events and missions, notices."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import visit
from accounts.screens import notices
from accounts.screens.attendance import attendance_card, ladder, vip_card
from accounts.screens.goals import goals_of
from accounts.visit import Member
from casino.lib import days
from casino.lib.pages import windows

RECENT_ROWS = 8
HOT_EVENTS = 3
NEXT_QUESTS = 4


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The landing page for visitors, the lobby for members."""
    now = days.now()
    member = visit.member(request)
    if member is None:
        context = {"nav": "home", "games": windows.tiles(None), "ladder": ladder()}
        return render(request, "accounts/landing.html", context)
    member = _settled(request, member, now)
    wallet, goals = member.wallet, goals_of(member.player.pk, now=now)
    context = {
        "nav": "home",
        "now": days.stamp(now),
        "attendance": attendance_card(wallet, member.attendance, now=now),
        "vip": vip_card(wallet, member.player.rank, now=now),
        "goals": goals,
        "quests": goals.next_quests[:NEXT_QUESTS],
        "events": goals.active[:HOT_EVENTS],
        **windows.lobby(member.player, wallet.balance, wallet.win_streak, RECENT_ROWS, now),
    }
    return render(request, "accounts/home.html", context)


def _settled(request: HttpRequest, member: Member, now: datetime) -> Member:
    """The member once no round of theirs is due."""
    due_at = member.wallet.open_round_due_at
    if due_at is None or due_at > now:
        return member
    windows.settle_due(member.player.pk, now)
    return visit.member_anew(request, member.player)


@require_safe
@never_cache
def events(request: HttpRequest) -> HttpResponse:
    """Events and missions with the member's progress; visitors are asked to sign in."""
    member, now = visit.member(request), days.now()
    goals = goals_of(member.player.pk, now=now) if member else None
    return render(request, "accounts/events.html", {"nav": "events", "now": days.stamp(now), "goals": goals})


@require_safe
@never_cache
def notifications(request: HttpRequest) -> HttpResponse:
    """Everything the member was told; visitors are asked to sign in."""
    member = visit.member(request)
    found = notices.newest(member.player.pk) if member else None
    context = {"nav": "notifications", "today": days.day_of(days.now()), "notices": found}
    return render(request, "accounts/notifications.html", context)
