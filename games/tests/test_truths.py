"""What must hold of duels and pulls: each moved its stake and its payout, and each key made one round."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import EntryCode, Player
from accounts.seal import unsealed
from casino.lib.idempotency import IdempotencyKey, Key
from games.models import Round
from games.play import gacha, rps
from games.tests.conftest import golden_rounds
from games.tests.plays import seed
from games.truths import round_truths
from tests.cast import set_gold


def duel(player: Player) -> Round:
    """A duel that ends in a draw, so that its payout has a code of its own."""
    vector = golden_rounds("rps")["scissors draw"]
    seed(player, vector)
    key = Key(player.pk, rps.OPERATION, "k", "h")
    return rps.play(player=player, stake=vector["stake"], choice=vector["params"]["choice"], key=key).round


def ten(player: Player) -> Round:
    return gacha.pull(player=player, count=10, banner=None, key=Key(player.pk, gacha.OPERATION, "k", "h")).round


BOTH = pytest.mark.parametrize(("play", "win"), [(duel, EntryCode.RPS_DRAW), (ten, EntryCode.GACHA_WIN)])


@pytest.fixture
def rich(ada: Player) -> Player:
    set_gold(ada, 50_000)
    return ada


def found() -> dict[str, str]:
    """The truths that do not hold, and the first row that breaks each."""
    return {truth.name: str(truth.first) for truth in round_truths() if not truth.holds}


@BOTH
def test_rounds_as_they_are_played_are_in_order(rich: Player, play: Callable[[Player], Round], win: EntryCode) -> None:
    played = play(rich)
    assert played.payout > 0
    assert found() == {}


@BOTH
def test_a_payout_that_did_not_move_is_found(rich: Player, play: Callable[[Player], Round], win: EntryCode) -> None:
    played = play(rich)
    with unsealed(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_entry WHERE code = %s", [win])
    assert set(found()) == {"rounds_match_entries"}
    assert found()["rounds_match_entries"].startswith(f"round {played.round_id}")


@BOTH
def test_a_key_without_its_round_is_found(rich: Player, play: Callable[[Player], Round], win: EntryCode) -> None:
    play(rich)
    IdempotencyKey.objects.update(ref="nowhere")
    assert set(found()) == {"keys_made_one_round"}
    assert found()["keys_made_one_round"].startswith("key k (")
