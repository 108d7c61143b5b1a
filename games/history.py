"""Rounds as their player, staff and everybody else may read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Entry, Player
from casino.lib.days import stamp, stamp_or_none
from games import errors, seeds
from games.models import ACTION_TYPES, Round
from games.models.rounds import RoundQuerySet
from games.play import due

Json = dict[str, Any]


def rounds_of(
    player_id: int,
    *,
    game_type: str | None = None,
    action_type: str | None = None,
    result: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> RoundQuerySet:
    """The player's rounds, newest first, narrowed by what is given; `until` itself is left out.

    A round that is over by the clock is settled before.
    """
    due.catch_up(player_id)
    found = Round.objects.of(player_id)
    if game_type is not None:
        found = found.filter(game=game_type)
    if action_type is not None:
        found = found.filter(game__in=[game for game, name in ACTION_TYPES.items() if name == action_type])
    if result is not None:
        found = found.with_result(result)
    if since is not None:
        found = found.filter(created_at__gte=since)
    if until is not None:
        found = found.filter(created_at__lt=until)
    return found


def told(outcome: Json) -> Json:
    """A round's outcome with the names of its items in the reader's language."""
    if "items" not in outcome:
        return outcome
    return outcome | {"items": [each | {"name": _(each["name"])} for each in outcome["items"]]}


def item(played: Round) -> Json:
    """One line of the history."""
    return {
        "id": played.pk,
        "round_id": str(played.round_id),
        "user_id": played.player_id,
        "game_type": played.game,
        "action_type": played.action_type,
        "bet_amount": played.stake,
        "win_amount": played.payout,
        "net_change": played.net_change,
        "delta_coin": played.net_change,
        "multiplier": played.multiplier,
        "result": played.result.value,
        "status": played.status,
        "created_at": stamp(played.created_at),
        "settled_at": stamp_or_none(played.settled_at),
        "result_meta": told(played.outcome),
    }


def proof(played: Round) -> Json:
    """What the round was drawn from, as shown while the server seed is secret."""
    return {
        "server_seed_hash": played.server_seed_hash,
        "client_seed": played.client_seed,
        "nonce": played.nonce,
    }


def round_for(reader: Player | None, round_id: str) -> Json:
    """One round: all of it to its player and staff, a settled one without its player to others, else not found."""
    played, is_own = readable(reader, round_id)
    shown = item(played) | {
        "outcome": told(played.outcome),
        "fair": proof(played) | {"server_seed": seeds.server_seed_of(played)},
        "config_version": played.config_version,
    }
    if not is_own:
        return shown | {"user_id": None}
    return shown | {"ledger": _ledger(played)}


def readable(reader: Player | None, round_id: str) -> tuple[Round, bool]:
    """The round, and whether the reader may see all of it; not found where it is not to be shown."""
    played = _round(round_id)
    is_own = reader is not None and played is not None and (reader.pk == played.player_id or reader.is_staff)
    if played is None or (played.settled_at is None and not is_own):
        raise errors.round_not_found()
    return played, is_own


def _round(round_id: str) -> Round | None:
    """The round, settled if it is over by the clock."""
    played = Round.objects.by_number(round_id)
    if played is None or played.settled_at is not None:
        return played
    due.catch_up(played.player_id)
    return Round.objects.by_number(round_id)


def _ledger(played: Round) -> list[Json]:
    entries = Entry.objects.filter(wallet_id=played.player_id, reference=str(played.round_id)).order_by("seq")
    return [
        {"kind": entry.code, "amount": entry.signed_amount, "balance_after": entry.balance_after} for entry in entries
    ]
