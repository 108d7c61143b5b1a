"""What is drawn depends on the seeds and the nonce, on nothing else: not on rank, balance, stake or earlier rounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Player, Rank, Wallet
from games.models import GameStats, Round
from games.play import crash, due, gacha, rps, slots
from tests.cast import enrol

SEEDS = {"server_seed": "5a" * 32, "client_seed": "same", "nonce": 3}


def spin(player: Player, stake: int) -> Any:
    """The nine cells."""
    return slots.spin(player=player, stake=stake, lines=5, key=None).round.outcome["reels"]


def duel(player: Player, stake: int) -> Any:
    """The house's hand."""
    return rps.play(player=player, stake=stake, choice="rock", key=None).round.outcome["computer_choice"]


def pull(player: Player, stake: int) -> Any:
    """Ten items; their price is the table's."""
    items = gacha.pull(player=player, count=10, banner=None, key=None).round.outcome["items"]
    return [item["item_id"] for item in items]


def fly(player: Player, stake: int) -> Any:
    """The point of a round that is left to itself."""
    flown = crash.bet(player=player, stake=stake, target=None, key=None).round
    due_at = Wallet.objects.values_list("open_round_due_at", flat=True).get(pk=player.pk)
    if due_at is not None:
        due.settle_due(player.pk, now=due_at)
    return Round.objects.get(pk=flown.pk).outcome["crash_point"]


@pytest.mark.parametrize("play", [spin, duel, pull, fly])
def test_the_same_seeds_draw_the_same_for_everybody(db: None, play: Callable[[Player, int], Any]) -> None:
    drawn = []
    for name, rank, gold, stake in (("ada", Rank.STANDARD, 5_000, 10), ("vip", Rank.VIP, 10**9, 10_000)):
        player = enrol(name, gold=gold, rank=rank)
        GameStats.objects.create(
            player=player, game_id="slot", rounds=stake, losses=stake, wagered=gold, updated_at=player.created_at
        )
        Wallet.objects.filter(pk=player.pk).update(**SEEDS)
        drawn.append(play(player, stake))
        Round.objects.all().delete()  # the pair is lent to the next player, and a nonce is used once
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("play", [spin, duel, pull, fly])
def test_another_nonce_draws_anew(db: None, play: Callable[[Player, int], Any]) -> None:
    player = enrol("ada", gold=10**6)
    Wallet.objects.filter(pk=player.pk).update(**SEEDS)
    assert len({str(play(player, 100)) for _ in range(9)}) > 1
