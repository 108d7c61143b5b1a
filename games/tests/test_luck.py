"""Luck put on trial: chi-square, runs and serial correlation at 99 %, return and hit rate within their intervals.

Seeds are fixed, so a verdict is final: a failure is a changed game, never bad luck. `make test` looks at 10^5
rounds of every game, `make rng` at 10^6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import pytest

from games import draws, simulation, tables
from games.engine import returns, rps
from games.engine.fairness import Dice

Z_99 = 2.576
SEED = "a fair trial"

MACHINE = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
DUEL = tables.parse_rps(tables.FIRST_VERSIONS["rps"])
POOL = tables.parse_gacha(tables.FIRST_VERSIONS["gacha"])
CURVE = tables.parse_crash(tables.FIRST_VERSIONS["crash"])

FACES = {symbol.face: place for place, symbol in enumerate(MACHINE.symbols)}
ITEMS = {item.item_id: place for place, item in enumerate(POOL.items)}
BANDS = [101, 105, 120, 150, 200, 300, 500, 1_000, 5_000, 10_000]

HOW_MANY = [
    pytest.param(100_000, id="1e5"),
    pytest.param(1_000_000, id="1e6", marks=[pytest.mark.rng, pytest.mark.timeout(600)]),
]


def slot_faces(dice: Dice) -> list[int]:
    drawn = draws.slot(MACHINE, dice, stake=100, lines=1)
    return [FACES[face] for row in drawn.outcome["reels"] for face in row]


def rps_hands(dice: Dice) -> list[int]:
    return [rps.HANDS.index(draws.rps(DUEL, dice, stake=100, choice="rock").outcome["computer_choice"])]


def gacha_items(dice: Dice) -> list[int]:
    return [ITEMS[item["item_id"]] for item in draws.gacha(POOL, dice, count=1, pity=0).outcome["items"]]


def crash_bands(dice: Dice) -> list[int]:
    point = round(draws.crash(CURVE, dice, stake=100, target=None).outcome["crash_point"] * 100)
    return [sum(point >= band for band in BANDS)]


def crash_chances() -> list[float]:
    reached = [1.0, *(float(returns.crash_survival(CURVE, band)) for band in BANDS), 0.0]
    return [here - further for here, further in pairwise(reached)]


def gacha_chances() -> list[float]:
    shares = {rarity.name: rarity.weight / 1_000_000 for rarity in POOL.rarities}
    in_rarity = Counter(item.rarity for item in POOL.items)
    return [shares[item.rarity] / in_rarity[item.rarity] for item in POOL.items]


DRAWN: dict[str, tuple[Callable[[Dice], list[int]], list[float]]] = {
    "slot": (slot_faces, [weight / sum(MACHINE.weights) for weight in MACHINE.weights]),
    "rps": (rps_hands, [1 / 3] * 3),
    "gacha": (gacha_items, gacha_chances()),
    "crash": (crash_bands, crash_chances()),
}
"""What is drawn in a round of each game, as places in a list, and how likely each place is."""


@lru_cache(maxsize=1)
def outcomes(game: str, rounds: int) -> list[bytes]:
    """What so many rounds drew."""
    draw, _ = DRAWN[game]
    return [bytes(draw(dice)) for dice in simulation.rolls(game, seed=SEED, rounds=rounds)]


def chi_square_99(degrees: int) -> float:
    """The value that chi-square passes once in a hundred times (Wilson and Hilferty)."""
    spread = 2 / (9 * degrees)
    return degrees * float((1 - spread + 2.3263 * spread**0.5) ** 3)


def chi_square(counts: Counter[int], chances: list[float]) -> float:
    total = counts.total()
    return sum((counts[place] - total * chance) ** 2 / (total * chance) for place, chance in enumerate(chances))


def likeliest_seen(game: str, rounds: int) -> list[bool]:
    """One yes or no a round: whether its first draw is the likeliest of all."""
    _, chances = DRAWN[game]
    likeliest = max(range(len(chances)), key=lambda place: chances[place])
    return [one[0] == likeliest for one in outcomes(game, rounds)]


def runs_stray(seen: list[bool]) -> float:
    """How many standard deviations the number of runs is away from what independent rounds show."""
    ones = sum(seen)
    runs = 1 + sum(a != b for a, b in pairwise(seen))
    expected = 1 + 2 * ones * (len(seen) - ones) / len(seen)
    spread = ((expected - 1) * (expected - 2) / (len(seen) - 1)) ** 0.5
    return abs(runs - expected) / float(spread)


def correlation_stray(seen: list[bool], lag: int) -> float:
    """How many standard deviations the correlation of rounds `lag` apart is away from none."""
    mean = sum(seen) / len(seen)
    together = sum((a - mean) * (b - mean) for a, b in zip(seen, seen[lag:], strict=False))
    return abs(together / (len(seen) * mean * (1 - mean))) * float(len(seen) ** 0.5)


@pytest.mark.parametrize("rounds", HOW_MANY)
@pytest.mark.parametrize("game", DRAWN)
def test_luck_is_spread_and_ordered_as_chance_is(game: str, rounds: int) -> None:
    _, chances = DRAWN[game]
    counts = Counter(place for one in outcomes(game, rounds) for place in one)
    assert chi_square(counts, chances) < chi_square_99(len(chances) - 1)
    seen = likeliest_seen(game, rounds)
    assert runs_stray(seen) < Z_99
    assert max(correlation_stray(seen, lag) for lag in (1, 2)) < Z_99


BETS: dict[str, Callable[[], simulation.Bet]] = {
    "slot, one line": lambda: simulation.slot(MACHINE, stake=100, lines=1),
    "slot, five lines": lambda: simulation.slot(MACHINE, stake=77, lines=5),
    "rps": lambda: simulation.rps(DUEL, stake=11, choice="scissors"),
    "gacha, singles": lambda: simulation.gacha(POOL, count=1),
    "gacha, tens": lambda: simulation.gacha(POOL, count=10),
    "crash, at 1.50": lambda: simulation.crash(CURVE, stake=100, target=150),
    "crash, at 20.00": lambda: simulation.crash(CURVE, stake=100, target=2_000),
}


@pytest.mark.parametrize("rounds", HOW_MANY)
@pytest.mark.parametrize("name", BETS)
def test_rounds_pay_what_is_promised(name: str, rounds: int) -> None:
    bet, tally = BETS[name](), simulation.Tally()
    for dice in simulation.rolls(bet.game, seed=SEED, rounds=rounds // bet.chances):
        tally.add(*bet.play(dice))
    assert tally.share_paid(bet).errors_away < Z_99
    assert tally.hit_rate(bet).errors_away < Z_99


def test_the_trial_finds_rounds_that_stick_together() -> None:
    hands = [rps_hands(dice) for dice in simulation.rolls("rps", seed=SEED, rounds=10_000)]
    seen = [hand == [0] for hand in hands for _ in range(2)]  # each hand twice: as likely as ever, but not independent
    assert runs_stray(seen) > 10
    assert correlation_stray(seen, 1) > 10


def test_the_trial_finds_a_weight_that_is_half_a_hundredth_off() -> None:
    counts = Counter(place for one in outcomes("slot", 100_000) for place in one)
    off = [chance + change for chance, change in zip(DRAWN["slot"][1], (0.005, -0.005, 0, 0, 0, 0), strict=True)]
    assert chi_square(counts, off) > chi_square_99(5)


def test_critical_values_are_those_of_the_printed_tables() -> None:
    for degrees, printed in ((2, 9.210), (5, 15.086), (10, 23.209), (14, 29.141)):
        assert abs(chi_square_99(degrees) - printed) < 0.1


def test_all_games_are_on_trial() -> None:
    assert set(DRAWN) == set(tables.FIRST_VERSIONS) == {BETS[name]().game for name in BETS}
