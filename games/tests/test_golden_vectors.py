"""The published vectors: what dice and games must find, found again from seeds and tables alone."""

from __future__ import annotations

from typing import Any

import pytest

from games import draws, tables
from games.draws import Drawn
from games.engine import crash, gacha, rps, slots
from games.engine.fairness import Dice, commitment
from games.tests.conftest import GOLDEN


def dice_of(vector: dict[str, Any]) -> Dice:
    fields = ("server_seed", "client_seed", "nonce", "game")
    return Dice(**{field: vector[field] for field in fields})


def drawn_again(vector: dict[str, Any]) -> Drawn:
    """The round played anew by the code that plays for players."""
    rules = tables.parse(vector["game"], GOLDEN["tables"][vector["table"]])
    dice, stake, params = dice_of(vector), vector["stake"], vector["params"]
    match rules:
        case slots.Machine():
            return draws.slot(rules, dice, stake=stake, lines=params["lines"])
        case rps.Duel():
            return draws.rps(rules, dice, stake=stake, choice=params["choice"])
        case gacha.Pool():
            assert stake == rules.cost(params["pull_count"])
            return draws.gacha(rules, dice, count=params["pull_count"], pity=params["pity_before"])
        case crash.Curve():
            wanted = params["auto_cashout_multiplier"]
            return draws.crash(rules, dice, stake=stake, target=None if wanted is None else round(wanted * 100))


@pytest.mark.parametrize("vector", GOLDEN["dice"], ids=lambda vector: vector["name"])
def test_dice_give_the_published_blocks_words_and_draws(vector: dict[str, Any]) -> None:
    blocks, words, draws_ = (dice_of(vector) for _ in range(3))
    assert commitment(vector["server_seed"]) == vector["server_seed_hash"]
    assert [blocks.block(index).hex() for index in range(len(vector["blocks"]))] == vector["blocks"]
    assert [words.word() for _ in vector["words"]] == vector["words"]
    assert [draws_.draw(faces) for faces, _ in vector["draws"]] == [drawn for _, drawn in vector["draws"]]


@pytest.mark.parametrize("vector", GOLDEN["rounds"], ids=lambda vector: f"{vector['game']}: {vector['name']}")
def test_a_round_gives_the_published_outcome_and_payout(vector: dict[str, Any]) -> None:
    drawn = drawn_again(vector)
    assert commitment(vector["server_seed"]) == vector["server_seed_hash"]
    assert drawn.outcome == vector["outcome"]
    assert drawn.payout == vector["payout"]


def test_the_display_shows_the_published_multipliers_at_their_times() -> None:
    curve = tables.parse_crash(GOLDEN["tables"]["crash version 1"])
    assert [[ms, crash.multiplier_at(curve, ms) / 100] for ms, _ in GOLDEN["crash_times"]] == GOLDEN["crash_times"]


@pytest.mark.parametrize("game", tables.FIRST_VERSIONS)
def test_the_vectors_hold_the_tables_that_pay(game: str) -> None:
    assert GOLDEN["tables"][f"{game} version 1"] == tables.FIRST_VERSIONS[game]
