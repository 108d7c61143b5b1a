"""Luck on trial where players meet it: rounds of several games through the whole play path, one transaction each.

Seeds are fixed, so a verdict is final. `make test` plays 400 rounds, `make rng` 20,000.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise

import pytest

from accounts.models import Player, Wallet
from adminpanel import inspection
from games import rebuilding, simulation
from games.models import GameStats, Round
from games.play import gacha, rps, slots
from games.simulation import Bet, Tally
from games.tests.plays import at
from games.tests.test_luck import DRAWN, DUEL, FACES, ITEMS, MACHINE, POOL, Z_99, chi_square, chi_square_99
from tests.cast import enrol

START = datetime.fromisoformat("2026-12-02T12:00:00Z")
STAKE, LINES, HAND = 77, 5, "scissors"
HANDS = ("rock", "paper", "scissors")
TURNS_A_DAY = 10  # the ten-pulls of one day

HOW_MANY = [
    pytest.param(400, id="400"),
    pytest.param(20_000, id="20000", marks=[pytest.mark.rng, pytest.mark.timeout(1_200)]),
]


def play(ada: Player, bob: Player, rounds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn by turn: ada spins, duels and pulls once, bob pulls ten times; a new day when his pulls are used up."""
    for turn in range(rounds // 4):
        for game in (slots, rps, gacha):
            at(monkeypatch, game, START + timedelta(days=turn // TURNS_A_DAY, seconds=turn % TURNS_A_DAY))
        slots.spin(player=ada, stake=STAKE, lines=LINES, key=None)
        rps.play(player=ada, stake=STAKE, choice=HAND, key=None)
        gacha.pull(player=ada, count=1, banner=None, key=None)
        gacha.pull(player=bob, count=10, banner=None, key=None)


def known(name: str) -> Player:
    """A rich player whose seeds are always the same."""
    player = enrol(name, gold=10**9)
    Wallet.objects.filter(pk=player.pk).update(server_seed=sha256(name.encode()).hexdigest(), client_seed="trial")
    return player


def pulls_variance(count: int) -> Fraction:
    """How far the gold of so many pulls strays, promises left aside: a few hundred rounds cannot tell themselves."""
    chances = {rarity.name: Fraction(rarity.weight, 1_000_000) for rarity in POOL.rarities}
    values = {item.rarity: item.gold_value for item in POOL.items}  # one worth a rarity
    mean = sum((chance * values[name] for name, chance in chances.items()), Fraction())
    return count * (sum((chance * values[name] ** 2 for name, chance in chances.items()), Fraction()) - mean**2)


def bets() -> dict[str, Bet]:
    """What is played, and what it must come to."""
    return {
        "slot": simulation.slot(MACHINE, stake=STAKE, lines=LINES),
        "rps": simulation.rps(DUEL, stake=STAKE, choice=HAND),
        "gacha 1": replace(simulation.gacha(POOL, count=1), payout_variance=pulls_variance(1)),
        "gacha 10": replace(simulation.gacha(POOL, count=10), payout_variance=pulls_variance(10)),
    }


def kind_of(played: Round) -> str:
    return f"gacha {played.outcome['pull_count']}" if played.game == "gacha" else played.game


def hits_of(played: Round) -> int:
    """The chances that hit, as `simulation` counts them."""
    outcome = played.outcome
    match played.game:
        case "slot":
            return len(outcome["win_lines"])
        case "rps":
            return int(outcome["result"] == "win")
        case _:
            return int(outcome["ultra_rare_item_count"])


def drawn_in(played: Round) -> list[int]:
    """What the round drew, as places in the lists of `DRAWN`; pulls that a promise bent are left out."""
    outcome = played.outcome
    match played.game:
        case "slot":
            return [FACES[face] for row in outcome["reels"] for face in row]
        case "rps":
            return [HANDS.index(outcome["computer_choice"])]
        case _:
            free = (item for item in outcome["items"] if not item["pity"] and not item["guaranteed"])
            return [ITEMS[item["item_id"]] for item in free]


@pytest.mark.django_db
@pytest.mark.parametrize("rounds", HOW_MANY)
def test_what_players_play_is_as_chance_and_the_books_have_it(rounds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = known("ada"), known("bob")
    play(ada, bob, rounds, monkeypatch)
    played = list(Round.objects.order_by("id"))
    assert Counter(map(kind_of, played)) == dict.fromkeys(bets(), rounds // 4)

    counts: dict[str, Counter[int]] = {game: Counter() for game in ("slot", "rps", "gacha")}
    tallies = {name: Tally() for name in bets()}
    for each in played:
        counts[each.game].update(drawn_in(each))
        tallies[kind_of(each)].add(each.payout, hits_of(each))
    for game, seen in counts.items():
        assert chi_square(seen, DRAWN[game][1]) < chi_square_99(len(DRAWN[game][1]) - 1), game
    for name, bet in bets().items():
        assert tallies[name].share_paid(bet).errors_away < Z_99, name
        assert tallies[name].hit_rate(bet).errors_away < Z_99, name

    for player in (ada, bob):
        pities = [each.outcome["pity"] for each in played if each.player_id == player.pk and each.game == "gacha"]
        assert all(after["before"] == before["after"] for before, after in pairwise(pities))
        assert 0 < max(pity["after"] for pity in pities) < POOL.pity_threshold
    assert [truth.name for truth in inspection.truths() if not truth.holds] == []
    assert [row.game_id for row in GameStats.objects.all() if rebuilding.rebuild(row)] == []
