"""Events: what is listed when, who joins, and what a player's own client may report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from django.db import transaction
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts import errors
from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Goal, Player, Progress
from accounts.models.progress import GoalQuerySet
from accounts.progress import goals
from accounts.progress.goals import SERVER_KEYS, Aim
from casino.lib import rows
from casino.lib.days import stamp, stamp_or_none

Json = dict[str, Any]
State = Literal["active", "upcoming", "ended"]
STATES: Final = ("active", "upcoming", "ended")


def listed(player_id: int, *, state: State, now: datetime) -> list[Json]:
    """The events in that state, those of high priority first; two statements however many there are.

    What the player has reached and not claimed is active until its claim closes, whatever its window.
    """
    waits = Progress.objects.filter(
        player_id=player_id, goal=OuterRef("pk"), completed_at__isnull=False, claimed_at=None
    )
    found = counted(Goal.objects.events().kept().filter(is_active=True)).annotate(waits=Exists(waits))
    if state == "active":
        found = found.filter(Q(starts_at__lte=now, ends_at__gt=now) | Q(waits=True))
    elif state == "upcoming":
        found = found.filter(starts_at__gt=now, waits=False)
    else:
        found = found.filter(ends_at__lte=now, waits=False)
    return with_participation(player_id, found)


def one(player_id: int, event_id: int) -> Json:
    """The event as the player sees it, switched on or not."""
    told = with_participation(player_id, counted(Goal.objects.events().kept().filter(pk=event_id)))
    if not told:
        raise errors.event_not_found()
    return told[0]


def counted(events: GoalQuerySet) -> GoalQuerySet:
    """The events by priority, each with the number of those who take part: what `shown` wants to be given."""
    taking_part = Progress.objects.filter(goal=OuterRef("pk")).order_by().values("goal").annotate(number=Count("pk"))
    number = Subquery(taking_part.values("number"), output_field=IntegerField())
    return events.annotate(participants=Coalesce(number, 0)).order_by("-priority", "pk")


def with_participation(player_id: int, events: Iterable[Goal]) -> list[Json]:
    """The events as the wire shows them to the player."""
    found = list(events)
    mine = Progress.objects.filter(player_id=player_id, goal__in=found) if found else []
    by_event = {progress.goal_id: progress for progress in mine}
    return [shown(event, by_event.get(event.pk)) for event in found]


def shown(event: Goal, mine: Progress | None = None) -> Json:
    """Event: with how far one player has come, where somebody looks who takes part."""
    return {
        "id": event.pk,
        "title": event.title,
        "name": event.title,
        "description": event.description or None,
        "event_type": event.category,
        "start_date": stamp_or_none(event.starts_at),
        "end_date": stamp_or_none(event.ends_at),
        "rewards": event.rewards,
        "requirements": event.requirements,
        "progress_source": event.source,
        "image_url": event.image_url or None,
        "priority": event.priority,
        "is_active": event.is_active,
        "created_at": stamp(event.created_at),
        "updated_at": stamp(event.updated_at),
        "participation_count": event.participants,  # type: ignore[attr-defined]
        "user_participation": None if mine is None else _participation_in_short(mine),
    }


def _participation_in_short(progress: Progress) -> Json:
    return {
        "joined": True,
        "progress": progress.tally,
        "completed": progress.completed_at is not None,
        "claimed": progress.claimed_at is not None,
    }


def participation(progress: Progress, event: Json | None = None) -> Json:
    """Participation: how far a player has come with an event."""
    return {
        "id": progress.pk,
        "event_id": progress.goal_id,
        "user_id": progress.player_id,
        "progress": progress.tally,
        "progress_version": progress.version,
        "completed": progress.completed_at is not None,
        "completed_at": stamp_or_none(progress.completed_at),
        "claimed_rewards": progress.claimed_at is not None,
        "joined_at": stamp(progress.joined_at),
        "last_progress_at": stamp_or_none(progress.progressed_at),
        "event": event,
    }


def for_staff(*, include_inactive: bool = False, include_deleted: bool = False) -> list[Json]:
    """Events as staff see them, those of high priority first."""
    found = Goal.objects.events()
    found = found if include_deleted else found.kept()
    return [shown_to_staff(event) for event in counted(found if include_inactive else found.filter(is_active=True))]


def one_for_staff(event_id: int) -> Json:
    """The event as staff see it, deleted or not."""
    event = counted(Goal.objects.events().filter(pk=event_id)).first()
    if event is None:
        raise errors.event_not_found()
    return shown_to_staff(event)


def shown_to_staff(event: Goal) -> Json:
    """Event, with when it was deleted."""
    return shown(event) | {"deleted_at": stamp_or_none(event.deleted_at)}


def participations(event_id: int, *, completed: bool | None, claimed: bool | None) -> list[Json]:
    """Who takes part in the event, deleted or not, in the order they joined."""
    if not Goal.objects.events().filter(pk=event_id).exists():
        raise errors.event_not_found()
    found = Progress.objects.filter(goal=event_id).order_by("pk")
    if completed is not None:
        found = found.filter(completed_at__isnull=not completed)
    if claimed is not None:
        found = found.filter(claimed_at__isnull=not claimed)
    return [participation(progress) for progress in found]


def join(*, player: Player, event_id: int) -> Json:
    """Lets the player take part from now on; who does already is told the same again, whatever the time."""
    with transaction.atomic(), open_wallet(player.pk) as wallet:
        event = _found(event_id)
        progress = _mine(player, event) or _begin(wallet, event)
    return participation(progress, one(player.pk, event_id))


def report(*, player: Player, event_id: int, progress: Mapping[str, float]) -> Json:
    """Adds what the player's client has counted to an event that asks the client, and joins it if need be.

    What the club counts itself, what the event does not ask for, and what is reached already moves nothing.
    """
    with transaction.atomic(), open_wallet(player.pk) as wallet:
        event = _found(event_id)
        if not is_open(event, wallet.now):
            raise errors.event_closed()
        mine = _mine(player, event) or _begin(wallet, event)
        if event.source == Goal.Source.CLIENT and mine.completed_at is None and mine.claimed_at is None:
            asked = event.requirements.keys() - SERVER_KEYS
            gained = {name: number for name, number in progress.items() if name in asked}
            if goals.add(mine, gained, at=wallet.now):
                goals.keep(wallet, [Aim(event, mine)], at=wallet.now)
    return participation(mine, one(player.pk, event_id))


def is_open(event: Goal, now: datetime) -> bool:
    """Whether the event is switched on and this is its time."""
    assert event.starts_at is not None, "an event has a window"
    assert event.ends_at is not None, "an event has a window"
    return event.is_active and event.starts_at <= now < event.ends_at


def _found(event_id: int) -> Goal:
    event = Goal.objects.events().kept().filter(pk=event_id).first()
    if event is None:
        raise errors.event_not_found()
    return event


def _mine(player: Player, event: Goal) -> Progress | None:
    return Progress.objects.filter(player=player, goal=event).first()


def _begin(wallet: OpenWallet, event: Goal) -> Progress:
    """The player joins now; an event that asks for nothing is reached by that."""
    if not is_open(event, wallet.now):
        raise errors.event_closed()
    progress = goals.begun(event, wallet.row.pk, wallet.now)
    goals.complete_if_reached(wallet, Aim(event, progress), at=wallet.now)
    if progress.completed_at is not None:
        wallet.tell(goals.news(Aim(event, progress)))
    rows.insert([progress])
    return progress
