"""Rotations race spins and each other: every nonce of every seed is used once, and none after its seed was revealed."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from accounts.models import Player, Wallet
from games import seeds
from games.engine.fairness import commitment
from games.models import RevealedSeed, Round
from games.play import slots
from games.play.rounds import Play
from tests.cast import enrol, set_gold
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SPINNERS, TURNERS = 12, 4


@pytest.fixture
def ada(transactional_db: None) -> Player:
    player = enrol("ada")
    set_gold(player, 100_000)
    return player


def race(player: Player) -> list[Any]:
    """Spins and rotations of one player, all at once."""
    spin = partial(slots.spin, player=player, stake=10, lines=1, key=None)
    turn = partial(seeds.rotate, player_id=player.pk)
    return together(*[spin] * SPINNERS, *[turn] * TURNERS)


def check_every_nonce_belongs_to_its_seed(player: Player, ends: list[Any]) -> None:
    assert [end for end in ends if isinstance(end, BaseException)] == []
    told = [end["revealed"] for end in ends if isinstance(end, dict)]
    shown = [end.round for end in ends if isinstance(end, Play)]
    revealed = list(RevealedSeed.objects.filter(player=player).order_by("id"))
    assert len({seed.server_seed for seed in revealed}) == TURNERS
    assert {seed["server_seed_hash"] for seed in told} == {seed.server_seed_hash for seed in revealed}
    wallet = Wallet.objects.get(pk=player.pk)
    pairs = [(seed.server_seed_hash, 0 if seed.last_nonce is None else seed.last_nonce + 1) for seed in revealed]
    pairs.append((commitment(wallet.server_seed), wallet.nonce))
    played = list(Round.objects.filter(player=player).order_by("id"))
    drawn = [(each.server_seed_hash, each.nonce) for each in played]
    assert drawn == [(hashed, nonce) for hashed, used in pairs for nonce in range(used)]
    assert {each.round_id for each in shown} == {each.round_id for each in played}


def test_rotations_and_spins_at_once_use_every_nonce_once(ada: Player) -> None:
    check_every_nonce_belongs_to_its_seed(ada, race(ada))


def test_control_without_row_locks_the_same_race_goes_wrong(ada: Player) -> None:
    with row_locks_off():
        ends = race(ada)
    with pytest.raises(AssertionError):
        check_every_nonce_belongs_to_its_seed(ada, ends)


def test_two_rotations_at_once_reveal_two_seeds_one_after_the_other(ada: Player) -> None:
    before = Wallet.objects.get(pk=ada.pk)
    ends = together(*[partial(seeds.rotate, player_id=ada.pk)] * 2)
    assert [end for end in ends if isinstance(end, BaseException)] == []
    seen = list(RevealedSeed.objects.filter(player=ada).order_by("id").values_list("server_seed", flat=True))
    assert seen == [before.server_seed, before.next_server_seed]
    assert Wallet.objects.get(pk=ada.pk).server_seed not in seen
