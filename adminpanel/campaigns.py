"""What staff tell many players: planned, called off, and sent, to each player at most once.

A target's notice and event are one short transaction under the wallet's lock, and the notice carries the campaign's
key. So a campaign may be sent by any number of workers at once, and goes on where it was broken off.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import audit
from accounts.ledger import open_wallet
from accounts.models import AuthSession, Notification, Player
from adminpanel import errors
from adminpanel.models import Campaign
from casino.lib import days
from casino.lib.days import stamp, stamp_or_none
from casino.lib.errors import not_found
from shop.models import Currency, Purchase, PurchaseStatus

Json = dict[str, Any]
Segment, Status, Targeting = Campaign.Segment, Campaign.Status, Campaign.Targeting
BATCH: Final = 100
RECENTLY: Final = timedelta(days=7)
TURN: Final = timedelta(seconds=2)
"""How long the worker sends before it sees to its other jobs."""


def plan(
    *,
    by: Player,
    title: str,
    message: str,
    targeting_type: str = Targeting.ALL,
    target_segment: str = "",
    user_ids: Sequence[int] = (),
    scheduled_at: datetime | None = None,
) -> Campaign:
    """A new campaign, sent from `scheduled_at` (or now) on; on the record."""
    now = days.now()
    chosen = sorted(set(user_ids)) if targeting_type == Targeting.USER_IDS else []
    if len(chosen) != Player.objects.filter(pk__in=chosen).count():
        raise errors.unknown_targets()
    with transaction.atomic():
        campaign = Campaign.objects.create(
            title=title,
            message=message,
            targeting_type=targeting_type,
            target_segment=target_segment if targeting_type == Targeting.SEGMENT else "",
            user_ids=chosen,
            scheduled_at=scheduled_at or now,
            created_by=by,
            created_at=now,
        )
        _record("CAMPAIGN_CREATE", campaign, by, now)
    return campaign


def reach(campaign: Campaign) -> int:
    """How many players a campaign would be sent to at this moment."""
    return _targets(campaign).count()


def cancel(*, by: Player, campaign_id: int, reason: str = "") -> None:
    """Calls a campaign off that has not begun; on the record."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise not_found()
    with transaction.atomic():
        planned = Campaign.objects.filter(pk=campaign_id, status=Status.SCHEDULED)
        if not planned.update(status=Status.CANCELLED):
            raise errors.campaign_not_scheduled()
        _record("CAMPAIGN_CANCEL", campaign, by, days.now(), reason)


def _record(action: str, campaign: Campaign, by: Player, now: datetime, reason: str = "") -> None:
    details: Json = {
        "title": campaign.title,
        "targeting_type": campaign.targeting_type,
        "segment": campaign.target_segment,
    }
    if campaign.user_ids:
        details["targets"] = len(campaign.user_ids)
    if reason:
        details["reason"] = reason
    audit.record(
        action=action, target_type="campaign", target_id=campaign.pk, actor=by, details=details, now=now
    )  # fmt: skip


def page(*, limit: int, offset: int, status: str | None = None) -> Json:
    """Campaigns newest first, and how many there are of that status."""
    found = Campaign.objects.filter(status=status) if status else Campaign.objects.all()
    return {"items": [item(campaign) for campaign in found[offset : offset + limit]], "total": found.count()}


def item(campaign: Campaign) -> Json:
    """One campaign as staff read it."""
    return {
        "id": campaign.pk,
        "title": campaign.title,
        "message": campaign.message,
        "targeting_type": campaign.targeting_type,
        "status": campaign.status,
        "scheduled_at": stamp(campaign.scheduled_at),
        "sent_at": stamp_or_none(campaign.sent_at),
        "target_count": campaign.target_count,
    }


def dispatch(*, now: datetime, turn: timedelta | None = TURN) -> int:
    """Sends what is due, for one turn or (None) to the end; how many players were told."""
    told, ends = 0, None if turn is None else time.monotonic() + turn.total_seconds()
    for campaign in list(_due(now)):
        if _begin(campaign, now):
            told += _send(campaign, ends)
    return told


def _due(now: datetime) -> QuerySet[Campaign]:
    unfinished = Campaign.objects.filter(status__in=(Status.SCHEDULED, Status.SENDING), scheduled_at__lte=now)
    return unfinished.order_by("scheduled_at", "id")


def _begin(campaign: Campaign, now: datetime) -> bool:
    """Moves a campaign whose time has come to sending; False when it was called off meanwhile."""
    Campaign.objects.filter(pk=campaign.pk, status=Status.SCHEDULED).update(status=Status.SENDING, started_at=now)
    campaign.refresh_from_db()
    return campaign.status == Status.SENDING


def _send(campaign: Campaign, ends: float | None) -> int:
    """Tells the players who are left, in the order of their ids, until the turn is over or nobody is."""
    told = 0
    while batch := list(_targets(campaign).filter(pk__gt=campaign.reached_id).order_by("pk")[:BATCH]):
        for player in batch:
            told += _tell(campaign, player.pk)
            campaign.reached_id = player.pk
            if ends is not None and time.monotonic() > ends:
                _remember(campaign)
                return told
        _remember(campaign)
    _finish(campaign)
    return told


def _tell(campaign: Campaign, player_id: int) -> bool:
    """Gives one player the notice, unless another worker has; all or nothing."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        if not _targets(campaign).filter(pk=player_id).exists():
            return False
        wallet.notify(Notification.Kind.CAMPAIGN, campaign.title, campaign.message, key=campaign.key)
    return True


def _remember(campaign: Campaign) -> None:
    """Everybody up to here was told by somebody: whoever goes on begins behind them."""
    own = Campaign.objects.filter(pk=campaign.pk, reached_id__lt=campaign.reached_id)
    own.update(reached_id=campaign.reached_id)


def _finish(campaign: Campaign) -> None:
    got = Notification.objects.filter(key=campaign.key).count()
    sending = Campaign.objects.filter(pk=campaign.pk, status=Status.SENDING)
    sending.update(status=Status.SENT, sent_at=days.now(), target_count=got)


def _targets(campaign: Campaign) -> QuerySet[Player]:
    """Who is still to be told: those the campaign is for, who may enter and have no notice of it yet."""
    now, started = days.now(), campaign.started_at or days.now()
    free = Q(is_banned=False) | Q(banned_until__lte=now)
    has_it = Notification.objects.filter(player=OuterRef("pk"), key=campaign.key)
    there = Player.objects.filter(free, is_active=True, created_at__lte=started).exclude(Exists(has_it))
    if campaign.targeting_type == Targeting.USER_IDS:
        return there.filter(pk__in=campaign.user_ids)
    return there.filter(_of_segment(campaign.target_segment, started)) if campaign.target_segment else there


def _of_segment(segment: str, started: datetime) -> Q:
    """The players of a segment, counted from when the campaign began."""
    since = started - RECENTLY
    if segment.startswith("rank:"):
        return Q(rank=segment.removeprefix("rank:"))
    if segment == Segment.NEW:
        return Q(created_at__gt=since)
    if segment == Segment.INACTIVE:
        seen = AuthSession.objects.filter(player=OuterRef("pk"), last_seen_at__gt=since)
        return Q(created_at__lte=since) & ~Q(Exists(seen))
    paid = Purchase.objects.filter(player=OuterRef("pk"), currency=Currency.USD, status=PurchaseStatus.SUCCESS)
    return Q(Exists(paid))
