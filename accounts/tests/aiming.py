"""What the tests of goals share: events, missions, a club that stands still, and everything that goals may write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import time_machine
from django.db import transaction

from accounts.ledger import open_wallet
from accounts.models import Audit, Entry, Goal, Notification, Player, Progress, Reward, Wallet
from accounts.progress import goals
from casino.lib import days
from casino.lib.days import stamp
from casino.lib.idempotency import IdempotencyKey
from realtime.models import StreamEvent
from tests.cast import Caller

Json = dict[str, Any]
NOW: Final = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""A Wednesday at noon."""
DAY: Final = timedelta(days=1)
MICROSECOND: Final = timedelta(microseconds=1)


def standing_still(at: datetime = NOW) -> time_machine.travel:
    """The club at that moment; its clock moves only when it is told to."""
    return time_machine.travel(at, tick=False)


def an_event(**facts: Any) -> Goal:
    """An event of a week around now that asks for ten rounds and pays 500 gold and 50 XP, unless told otherwise."""
    now = days.now()
    usual: Json = {
        "title": "봄 축제",
        "category": "bonus",
        "requirements": {"games_played": 10},
        "rewards": {"gold": 500, "exp": 50},
        "starts_at": now - DAY,
        "ends_at": now + 6 * DAY,
    }
    return _made(Goal.Kind.EVENT, usual | facts)


def a_mission(**facts: Any) -> Goal:
    """A daily mission that asks for three rounds and pays 100 gold and 10 XP, unless told otherwise."""
    usual: Json = {
        "title": "오늘의 게임",
        "period": Goal.Period.DAILY,
        "requirements": {"games_played": 3},
        "rewards": {"gold": 100, "exp": 10},
    }
    return _made(Goal.Kind.MISSION, usual | facts)


def _made(kind: Goal.Kind, facts: Json) -> Goal:
    facts.setdefault("source", goals.natural_source(facts["requirements"]))
    return Goal.objects.create(kind=kind, created_at=days.now(), updated_at=days.now(), **facts)


def happen(player: Player, *, at: datetime | None = None, **activity: int) -> None:
    """Real activity of the player, as plays, purchases and attendance count it; `at` if it is told later."""
    with transaction.atomic(), open_wallet(player.pk) as wallet:
        goals.advance(wallet, activity, at=at or wallet.now)


def call(caller: Caller, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """A call with any method and a JSON body; a text is sent as it is."""
    send = getattr(caller.client, method.lower())
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if method == "GET":
        return send(path, body or {}, headers={**caller.headers, **named})
    raw = body if isinstance(body, str) else (body or {})
    return send(path, raw, content_type="application/json", headers={**caller.headers, **named})


def told(response: Any) -> Any:
    """The answer of a call that went well."""
    assert response.status_code == 200, response.content
    return response.json()


def refusal(response: Any) -> tuple[int, str, str]:
    """Status, code and text of a call that was refused."""
    return response.status_code, response.json()["error"]["code"], response.json()["detail"]


def wrong(response: Any) -> list[Any]:
    """Where a body that was refused is wrong."""
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR"), response.content
    return [detail["loc"] for detail in response.json()["error"]["details"]]


def written(*players: Player) -> Json:
    """Everything that goals may write, with the wallets as they stand."""
    of = {"player__in": players}
    counts: Json = {
        model.__name__: model._default_manager.filter(**of).count()
        for model in (Reward, Notification, StreamEvent, IdempotencyKey)
    }
    return counts | {
        "entries": Entry.objects.filter(wallet__player__in=players).count(),
        "wallets": list(Wallet.objects.filter(player__in=players).order_by("pk").values()),
        "progress": list(Progress.objects.filter(**of).order_by("pk").values()),
        "goals": list(Goal.objects.order_by("pk").values()),
        "audits": Audit.objects.count(),
    }


def news_of(player: Player, after: int = 0) -> list[Json]:
    """The stored events of the player after that number: type and data."""
    found = StreamEvent.objects.filter(player=player, seq__gt=after).order_by("seq")
    return [{"type": event.type, **event.data} for event in found]


def latest_seq(player: Player) -> int:
    """The number of the player's latest event."""
    return Wallet.objects.values_list("stream_seq", flat=True).get(pk=player.pk)


def progress_of(player: Player, goal: Goal) -> Progress:
    """The player's latest progress with the goal."""
    found = Progress.objects.filter(player=player, goal=goal).order_by("-period_start").first()
    assert found is not None
    return found


def event_shape(event: Goal, **facts: Any) -> Json:
    """The event as the wire shows it."""
    assert event.starts_at is not None
    assert event.ends_at is not None
    return {
        "id": event.pk,
        "title": event.title,
        "name": event.title,
        "description": event.description or None,
        "event_type": event.category,
        "start_date": stamp(event.starts_at),
        "end_date": stamp(event.ends_at),
        "rewards": event.rewards,
        "requirements": event.requirements,
        "progress_source": event.source,
        "image_url": event.image_url or None,
        "priority": event.priority,
        "is_active": event.is_active,
        "created_at": stamp(event.created_at),
        "updated_at": stamp(event.updated_at),
        "participation_count": 0,
        "user_participation": None,
    } | facts


def taking_part(progress: Json | None = None, *, completed: bool = False, claimed: bool = False) -> Json:
    """What an event shows of a player who takes part."""
    return {"joined": True, "progress": progress or {}, "completed": completed, "claimed": claimed}
