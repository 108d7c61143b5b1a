"""What the tests of plays share: published rounds in a player's wallet, and everything a play leaves behind."""

from __future__ import annotations

from datetime import datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from accounts import ledger
from accounts.models import Action, Entry, Player, Wallet
from casino.lib import days
from casino.lib.idempotency import IdempotencyKey
from games import floor, tables
from games.models import Game, GameConfig, GameStats, Round
from realtime.models import StreamEvent


def seed(player: Player, vector: dict[str, Any]) -> None:
    """Puts the player's wallet before a round whose outcome is published."""
    seeds = {field: vector[field] for field in ("server_seed", "client_seed", "nonce")}
    Wallet.objects.filter(pk=player.pk).update(**seeds)


def written(player: Player) -> dict[str, Any]:
    """Everything a play can write, counted, with the wallet and the statistics as they stand."""
    rows = (Round, Action, StreamEvent, IdempotencyKey)
    counts: dict[str, Any] = {model.__name__: model.objects.filter(player_id=player.pk).count() for model in rows}
    return counts | {
        "entries": Entry.objects.filter(wallet_id=player.pk).count(),
        "wallet": Wallet.objects.values().get(pk=player.pk),
        "statistics": list(GameStats.objects.filter(player_id=player.pk).order_by("game").values()),
    }


def statements(captured: CaptureQueriesContext) -> list[str]:
    """The statements of a call without those that begin and end transactions."""
    edges = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(edges)]


def put_in_force(game: str, **changes: Any) -> GameConfig:
    """The next version of a game's table: the first one with these changes."""
    table = tables.FIRST_VERSIONS[game] | changes
    tables.parse(game, table)
    version = GameConfig.objects.filter(game=game).count() + 1
    config = GameConfig.objects.create(game=game, version=version, table=table, fingerprint=tables.fingerprint(table))
    Game.objects.filter(pk=game).update(config=config)
    return config


def parsed_already(game: str) -> None:
    """A table is read and parsed once in the life of a process; what follows does not pay for it."""
    floor.parsed(Game.objects.select_related("config").get(pk=game).config.fingerprint)


def album_of(player: Player, **columns: Any) -> GameStats:
    """The player's gacha row, as it would stand after pulls of long ago."""
    return GameStats.objects.create(player=player, game_id="gacha", updated_at=days.now(), **columns)


def banner(banner_id: str, **window: str | None) -> dict[str, Any]:
    """One more banner for a gacha table."""
    return {"id": banner_id, "name": "가면", "starts_at": None, "ends_at": None, "is_default": False, **window}


def at(monkeypatch: pytest.MonkeyPatch, play: ModuleType, moment: datetime) -> None:
    """Sets the clock of one game's plays and of the wallets they open; everybody else keeps theirs."""
    for module in (play, ledger):
        monkeypatch.setattr(module, "days", SimpleNamespace(now=lambda: moment))
