"""What players' clients say they did: kept and shown as their word, and never counted for anything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts import errors
from accounts.ledger import open_wallet
from accounts.models import Action, Player
from accounts.models.player import name_key
from casino.lib import rows
from casino.lib.days import stamp
from casino.lib.errors import permission_denied
from realtime.events import UserAction

Json = dict[str, Any]
CONTEXT_BYTES_MAX: Final = 8192
BULK_MAX: Final = 100
_DROPPED: Final = frozenset({"password", "phone", "phone_number", "email"})


@dataclass(frozen=True, slots=True)
class Report:
    """One action as a client tells it; `client_ts` is the client's own clock, passed on and not kept."""

    player_id: int
    action_type: str
    context: Json
    client_ts: str | None = None


def size_of(context: Mapping[str, Any]) -> int:
    """How many bytes of JSON a context takes."""
    return len(json.dumps(context, ensure_ascii=False, separators=(",", ":")).encode())


def discreet(value: Any) -> Any:
    """The value without what must not be kept (passwords, numbers, addresses), at any depth and in any case."""
    if isinstance(value, Mapping):
        return {name: discreet(part) for name, part in value.items() if name_key(name.strip()) not in _DROPPED}
    return [discreet(part) for part in value] if isinstance(value, list) else value


def check_may_report(reporter: Player, player_ids: Iterable[int]) -> None:
    """Players speak for themselves, staff for anybody there is."""
    others = set(player_ids) - {reporter.pk}
    if others and not reporter.is_staff:
        raise permission_denied()
    if others and Player.objects.filter(pk__in=others).count() != len(others):
        raise errors.user_not_found()


def report(said: Report) -> Json:
    """Keeps one action and tells the player's other clients."""
    with transaction.atomic(), open_wallet(said.player_id) as wallet:
        action, moment = _action(said, wallet.now), stamp(wallet.now)
        rows.insert([action])
        told: Json = {"id": action.pk, "user_id": said.player_id, "action_type": said.action_type}
        wallet.tell(UserAction(**told, client_ts=said.client_ts, context=action.context, server_ts=moment))
    return {**told, "created_at": moment}


def report_all(said: Sequence[Report], *, now: datetime) -> int:
    """Keeps all of the actions or none, by one statement; how many. Nobody is told."""
    rows.insert([_action(one, now) for one in said])
    return len(said)


def _action(said: Report, now: datetime) -> Action:
    return Action(
        player_id=said.player_id,
        action_type=said.action_type,
        context=discreet(said.context),
        source=Action.Source.CLIENT,
        created_at=now,
    )


def recent(player_id: int, limit: int) -> list[Json]:
    """The player's latest actions as ActionItem, the club's own and what clients said, newest first."""
    return [
        {
            "id": action.pk,
            "action_type": action.action_type,
            "source": action.source,
            "created_at": stamp(action.created_at),
            "action_data": action.context,
        }
        for action in Action.objects.filter(player_id=player_id).order_by("-id")[:limit]
    ]
