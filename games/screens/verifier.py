"""What the verifier is given: every table there ever was, what things are called, and a round to begin with."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from games import draws, floor
from games.engine.fairness import Dice, commitment
from games.engine.slots import MAX_LINES, Machine
from games.models import Game, GameConfig, GameType
from games.screens.slot import DRAWN

Json = dict[str, Any]

EXAMPLE_SERVER_SEED: Final = commitment("Casino Club: an example, never dealt")
EXAMPLE_CLIENT_SEED: Final = "example"
EXAMPLE_NONCE: Final = 2
EXAMPLE_STAKES: Final = 10


def verifier_data(record: Json | None) -> Json:
    """Everything the verifier computes with, for readers of every language; `record` is the round it opens with."""
    versions = list(GameConfig.objects.order_by("game", "-version").values_list("game", "version", "table"))
    return {
        "tables": {
            game: [{"version": version, "table": table} for of, version, table in versions if of == game]
            for game in GameType.values
        },
        "names": {language: _names([table for *_key, table in versions], language) for language, _name in _languages()},
        "record": record,
    }


def _languages() -> list[tuple[str, Any]]:
    return list(settings.LANGUAGES)


def _names(tables: list[Json], language: str) -> Json:
    """What the faces and items of these tables are called in one language, and which drawing stands for a face."""
    with translation.override(language):
        symbols = {symbol["face"]: symbol["name"] for table in tables for symbol in table.get("symbols", ())}
        items = {item["item_id"]: {"name": _(item["name"])} for table in tables for item in table.get("items", ())}
        faces = {
            face: {"name": str(DRAWN[face][1]), "art": DRAWN[face][0]} if face in DRAWN else {"name": name}
            for face, name in symbols.items()
        }
    return faces | items


def example_round() -> Json:
    """A spin nobody played, with every seed in the open, as the API would tell it."""
    config = Game.objects.select_related("config").get(pk=GameType.SLOT).config
    machine = floor.rules(config.fingerprint, Machine)
    stake = machine.stake_min * EXAMPLE_STAKES
    dice = Dice(
        server_seed=EXAMPLE_SERVER_SEED,
        client_seed=EXAMPLE_CLIENT_SEED,
        nonce=EXAMPLE_NONCE,
        game=GameType.SLOT.value,
    )
    drawn = draws.slot(machine, dice, stake=stake, lines=MAX_LINES)
    return {
        "round_id": None,
        "game_type": GameType.SLOT.value,
        "config_version": config.version,
        "bet_amount": stake,
        "win_amount": drawn.payout,
        "outcome": drawn.outcome,
        "fair": {
            "server_seed": EXAMPLE_SERVER_SEED,
            "server_seed_hash": commitment(EXAMPLE_SERVER_SEED),
            "client_seed": EXAMPLE_CLIENT_SEED,
            "nonce": EXAMPLE_NONCE,
        },
    }
