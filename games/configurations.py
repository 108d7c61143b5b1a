"""Changing what a game is played by: a new version of its table, or a pause; by staff, for a reason, on the record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Player
from casino.lib import errors as wire
from games import figures, tables
from games.models import Game, GameConfig, GameType
from games.tables import TableError

_ACTIONS: Final = {GameType.GACHA: "GACHA_CONFIG"}


def read(text: str) -> dict[str, Any]:
    """The table that a text of JSON holds, or a `TableError` saying where it is none."""
    try:
        table = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        facts = {"line": error.lineno, "column": error.colno}
        raise TableError(_("JSON이 아닙니다 (%(line)s행 %(column)s열)") % facts) from error
    except RecursionError as error:
        raise TableError(_("JSON이 너무 깊습니다")) from error
    except ValueError as error:  # a key given twice, or a number too long to read
        raise TableError(str(error) if isinstance(error, TableError) else _("JSON에 너무 긴 수가 있습니다")) from error
    if not isinstance(table, dict):
        raise TableError(_("표는 JSON 객체여야 합니다"))
    return table


def introduce(
    *, game: GameType, table: Mapping[str, Any], based_on: int, reason: str, by: Player, now: datetime
) -> GameConfig:
    """Puts the next version of a game's table in force; rounds already placed keep the version they were placed by.

    Refused with a `TableError` when the table cannot be played or pays too much, with a conflict when another
    version than `based_on` is in force by now.
    """
    tables.parse(game, table)
    with transaction.atomic():
        row = _locked(game)
        before = row.config
        if before.version != based_on:
            raise overtaken(before.version)
        changed = figures.changes(before.table, table)
        if not changed:
            raise wire.bad_request(_("적용 중인 표와 같습니다"))
        newest = GameConfig.objects.filter(game=game).aggregate(newest=Max("version"))["newest"]
        config = GameConfig.objects.create(
            game=game, version=newest + 1, table=table, fingerprint=tables.fingerprint(table), valid_from=now
        )
        row.config = config
        row.save(update_fields=["config"])
        audit.record(
            action=_ACTIONS.get(game, "GAME_CONFIG"),
            target_type="game",
            target_id=game,
            actor=by,
            details={
                "reason": reason,
                "version": config.version,
                "before": before.version,
                "changes": [[one.place, one.before, one.after] for one in changed],
            },
            now=now,
        )
    return config


def pause(*, game: GameType, reason: str, by: Player, now: datetime) -> None:
    """Refuses new stakes and tells players this reason; open rounds still settle."""
    _set_pause(game, reason, action="GAME_PAUSED", details={"reason": reason}, by=by, now=now)


def resume(*, game: GameType, reason: str, by: Player, now: datetime) -> None:
    """Takes stakes again; the reason is for the record only."""
    _set_pause(game, "", action="GAME_RESUMED", details={"reason": reason}, by=by, now=now)


def overtaken(version: int) -> wire.Refusal:
    """409: somebody else put a version in force meanwhile."""
    return wire.Refusal("CONFLICT", 409, _("그 사이 버전 %(version)s이(가) 적용되었습니다") % {"version": version})


def _set_pause(game: GameType, told: str, *, action: str, details: dict[str, Any], by: Player, now: datetime) -> None:
    with transaction.atomic():
        row = _locked(game)
        details = details | {"before": row.pause_reason}
        row.pause_reason = told
        row.save(update_fields=["pause_reason"])
        audit.record(action=action, target_type="game", target_id=game, actor=by, details=details, now=now)


def _locked(game: GameType) -> Game:
    """The game's row, held until the transaction ends, with the table in force as it is then."""
    row = Game.objects.select_for_update().get(pk=game)
    row.config = GameConfig.objects.get(pk=row.config_id)
    return row


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TableError(_("JSON에 같은 키가 두 번 있습니다"))
    return found
