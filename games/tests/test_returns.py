"""Exact returns: what brute force finds, what the published figures say, and what a changed table changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from time import process_time

import pytest

from games import draws, simulation, tables
from games.engine import crash, gacha, gacha_returns, returns, rps, slots, variances
from games.engine.crash import POINT_SPAN
from games.engine.fairness import Dice
from games.engine.gacha import Pool
from games.engine.units import HUNDREDTHS
from games.tests.test_tables import changed

MACHINE = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
DUEL = tables.parse_rps(tables.FIRST_VERSIONS["rps"])
POOL = tables.parse_gacha(tables.FIRST_VERSIONS["gacha"])
CURVE = tables.parse_crash(tables.FIRST_VERSIONS["crash"])

TINY_MACHINE = replace(
    MACHINE, symbols=(slots.Symbol("a", "a", 3, 50, 170), slots.Symbol("b", "b", 2, 0, 130)), jackpot="b"
)
TINY_POOL = Pool(
    rarities=(gacha.Rarity("Plain", 600_000), gacha.Rarity("Fine", 300_000), gacha.Rarity("Grand", 100_000)),
    items=(
        gacha.Item("cup", "cup", "Plain", 1),
        gacha.Item("ring", "ring", "Fine", 8),
        gacha.Item("horn", "horn", "Grand", 20),
    ),
    cost_single=20,
    cost_ten=180,
    pity_threshold=3,
    pity_guarantees="Grand",
    ten_guarantee="Fine",
    daily_limits=(),
    banners=(),
)


class EveryDice(Dice):
    """Dice that follow a script and, where it ends, the first possible way; they note the ways not taken."""

    def __init__(self, script: Sequence[int]) -> None:
        super().__init__(server_seed="00" * 32, client_seed="every", nonce=0, game="gacha")
        self.script = list(script)
        self.taken: list[int] = []
        self.others: list[list[int]] = []
        self.chance = Fraction(1)

    def weighted(self, weights: Sequence[int]) -> int:
        possible = [index for index, weight in enumerate(weights) if weight]
        way = self.script[len(self.taken)] if len(self.taken) < len(self.script) else possible[0]
        if len(self.taken) >= len(self.script):
            self.others += [[*self.taken, other] for other in possible[1:]]
        self.taken.append(way)
        self.chance *= Fraction(weights[way], sum(weights))
        return way

    def draw(self, faces: int) -> int:
        assert faces == 1, "a tiny pool has one item a rarity"
        return 0


def every_round(pool: Pool, *, count: int, pity: int) -> Iterator[tuple[Fraction, gacha.Outcome]]:
    """Every way one round can go through the engine that plays for players, with its chance."""
    waiting: list[list[int]] = [[]]
    while waiting:
        dice = EveryDice(waiting.pop())
        outcome = gacha.pull(pool, dice, count=count, pity=pity)
        waiting += dice.others
        yield dice.chance, outcome


def brute_force_value(pool: Pool, count: int) -> float:
    """The gold of a round in the long run: every way of every counter, then the counters followed for 400 rounds."""
    value = [0.0] * pool.pity_threshold
    moves = [[0.0] * pool.pity_threshold for _ in value]
    for pity in range(pool.pity_threshold):
        total = Fraction()
        for chance, outcome in every_round(pool, count=count, pity=pity):
            total += chance
            value[pity] += float(chance * outcome.payout)
            moves[pity][outcome.pity_after] += float(chance)
        assert total == 1
    shares = [1.0] + [0.0] * (pool.pity_threshold - 1)
    for _ in range(400):
        shares = [
            sum(share * move[end] for share, move in zip(shares, moves, strict=True)) for end in range(len(value))
        ]
    return sum(share * gold for share, gold in zip(shares, value, strict=True))


@pytest.mark.parametrize(
    ("threshold", "ten_guarantee", "count"),
    [(1, "Fine", 1), (1, "Grand", 10), (2, "Fine", 10), (2, "Grand", 10), (3, "Fine", 1), (3, "Fine", 10)],
)
def test_the_gacha_returns_what_brute_force_finds(threshold: int, ten_guarantee: str, count: int) -> None:
    pool = replace(TINY_POOL, pity_threshold=threshold, ten_guarantee=ten_guarantee)
    exact = gacha_returns.mean_value(pool, count) * count
    assert float(exact) == pytest.approx(brute_force_value(pool, count), abs=1e-9)


def test_the_gacha_returns_what_is_published() -> None:
    assert round(float(gacha_returns.price_return(POOL, 1)), 3) == 0.736
    assert round(float(gacha_returns.price_return(POOL, 10)), 3) == 0.847
    for count in (1, 10):
        rates = gacha_returns.rates(POOL, count)
        assert sum(rates.values()) == 1
        assert gacha_returns.hit_rate(POOL, count) == rates["Epic"] + rates["Legendary"]
        assert rates["Epic"] / rates["Legendary"] == 7, "both promises share what they add by the weights"


def test_pity_strikes_singles_as_often_as_the_renewal_of_the_counter_says() -> None:
    """A second way to the same figures: a row of misses ends by a hit or, at the 90th, by force."""
    miss = Fraction(96, 100)
    length = (1 - miss**90) / (1 - miss)
    hit_rate = gacha_returns.hit_rate(POOL, 1)
    assert hit_rate == 1 / length
    assert gacha_returns.rates(POOL, 1)["Legendary"] == hit_rate / 8


def test_a_promise_that_cannot_strike_changes_nothing() -> None:
    plain = replace(POOL, pity_guarantees="Common", ten_guarantee="Common")
    for count in (1, 10):
        assert gacha_returns.rates(plain, count)["Epic"] == Fraction(35, 1000)
        assert gacha_returns.mean_value(plain, count) == Fraction(80 + 96, 1) + Fraction(875, 10) + 100


def test_the_gacha_figures_are_found_within_a_second_even_with_the_longest_pity() -> None:
    slow = replace(POOL, pity_threshold=300)
    begun = process_time()
    gacha_returns.price_return(slow, 1)
    gacha_returns.price_return(slow, 10)
    assert process_time() - begun < 1


def test_the_duel_returns_59_60ths() -> None:
    assert returns.rps_return(DUEL) == Fraction(59, 60)
    assert round(float(returns.rps_return(DUEL)), 4) == 0.9833
    assert returns.rps_max_multiplier(DUEL) == Fraction(195, 100)


@pytest.mark.parametrize("stake", [10, 11, 19, 20, 9_999])
@pytest.mark.parametrize("choice", rps.HANDS)
def test_the_duel_returns_what_every_hand_of_the_house_pays(stake: int, choice: str) -> None:
    paid = [stake * rps.pays(DUEL, rps.judge(choice, house)) // 100 for house in rps.HANDS]
    assert returns.rps_return_after_cutting(DUEL, stake=stake) == Fraction(sum(paid), 3 * stake)


@pytest.mark.parametrize("target", [101, 150, 200, 999, 10_000])
def test_every_crash_target_returns_97_hundredths(target: int) -> None:
    assert HUNDREDTHS * returns.crash_return(CURVE) == target * returns.crash_survival(CURVE, target) == 97


def test_the_crash_figures_count_the_points_that_are_drawn() -> None:
    """On a span of 4096 instead of 2^52 every point can be looked at."""
    small, shift = 2**12, POINT_SPAN // 2**12
    points = [crash.point_of(CURVE, drawn * shift) for drawn in range(small)]
    for multiplier in (101, 102, 150, 200, 1_000, 10_000):
        reached = sum(point >= multiplier for point in points)
        assert reached == int(small * returns.crash_survival(CURVE, multiplier))
        drawn = Fraction(CURVE.return_hundredths * POINT_SPAN // multiplier, POINT_SPAN)
        assert 0 <= returns.crash_survival(CURVE, multiplier) - drawn < Fraction(1, POINT_SPAN)
    assert points.count(100) == small - small * 97 // 101
    assert returns.crash_survival(CURVE, 100) == 1


def test_almost_four_of_a_hundred_rounds_crash_at_once() -> None:
    assert returns.crash_lost_at_once(CURVE) == Fraction(4, 101)
    assert round(float(returns.crash_lost_at_once(CURVE)), 4) == 0.0396


@pytest.mark.parametrize("multiplier", [101, 200, 5_000])
def test_leaving_by_hand_needs_one_hundredth_more(multiplier: int) -> None:
    expected = Fraction(97, 100) * Fraction(multiplier, multiplier + 1)
    assert returns.crash_manual_return(CURVE, multiplier) == expected


def test_riding_to_the_top_returns_what_a_target_there_does() -> None:
    assert returns.crash_manual_return(CURVE, CURVE.top) == returns.crash_return(CURVE)


def brute_force_spins(lines: int) -> list[tuple[int, int, int]]:
    """Every three by three cells of the tiny machine: ways, gold at stake 7, lines that pay."""
    found = []
    for cells in product(TINY_MACHINE.symbols, repeat=9):
        ways = 1
        for cell in cells:
            ways *= cell.weight
        outcome = slots.read(TINY_MACHINE, list(cells), stake=7, lines=lines)
        found.append((ways, outcome.payout, len(outcome.wins)))
    return found


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5])
def test_spins_stray_as_far_as_brute_force_finds(lines: int) -> None:
    spins = brute_force_spins(lines)
    all_ways = sum(ways for ways, _, _ in spins)
    worths: list[Callable[[int], int]] = [lambda pays: 7 * pays // (100 * lines), lambda pays: int(pays > 0)]
    for place, worth in enumerate(worths, start=1):
        mean = Fraction(sum(spin[0] * spin[place] for spin in spins), all_ways)
        squares = Fraction(sum(spin[0] * spin[place] ** 2 for spin in spins), all_ways)
        assert variances.slot_variance(TINY_MACHINE, worth, lines=lines) == squares - mean**2


def test_duels_and_rounds_with_a_target_stray_as_far_as_their_outcomes_do() -> None:
    assert variances.rps_variance(DUEL, stake=100) == Fraction(195**2 + 100**2, 3) - Fraction(295, 3) ** 2
    expected = 200**2 * Fraction(97, 200) * Fraction(103, 200)
    assert variances.crash_variance(CURVE, stake=100, target=200) == expected


# One figure of the table changed: what is paid and what is promised must both follow it.
MUTATIONS: dict[str, tuple[str, int]] = {
    "slot": ("symbols.0.pair", 190),
    "rps": ("win", 190),
    "gacha": ("items.0.gold_value", 90),
    "crash": ("return_hundredths", 90),
}


def figures(game: str, table: dict) -> tuple[int, Fraction]:
    """What 200 rounds under the same dice pay, and the exact return before cutting."""
    match rules := tables.parse(game, table):
        case slots.Machine():
            bet, exact = simulation.slot(rules, stake=100, lines=1), returns.slot_return(rules)
        case rps.Duel():
            bet, exact = simulation.rps(rules, stake=100, choice="rock"), returns.rps_return(rules)
        case gacha.Pool():
            bet, exact = simulation.gacha(rules, count=1), gacha_returns.price_return(rules, 1)
        case _:
            bet, exact = simulation.crash(rules, stake=100, target=200), returns.crash_return(rules)
    return sum(bet.play(dice)[0] for dice in simulation.rolls(game, seed="mutation", rounds=200)), exact


@pytest.mark.parametrize("game", MUTATIONS)
def test_one_changed_figure_changes_what_is_paid_and_what_is_promised(game: str) -> None:
    path, value = MUTATIONS[game]
    paid, exact = figures(game, tables.FIRST_VERSIONS[game])
    paid_now, exact_now = figures(game, changed(game, path, value))
    assert paid_now < paid
    assert exact_now < exact


def test_draws_pay_what_the_engines_pay() -> None:
    spun = slots.spin(MACHINE, next(simulation.rolls("slot", seed="x", rounds=1)), stake=50, lines=5)
    drawn = draws.slot(MACHINE, next(simulation.rolls("slot", seed="x", rounds=1)), stake=50, lines=5)
    assert (drawn.payout, len(drawn.outcome["win_lines"])) == (spun.payout, len(spun.wins))
