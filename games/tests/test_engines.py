"""Duel, gacha and crash as pure functions: what is drawn, what it pays, what the promises force."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from games import draws, tables
from games.engine import crash, gacha, rps
from games.engine.crash import POINT_SPAN
from games.engine.fairness import Dice
from games.tests.test_tables import changed

DUEL = tables.parse_rps(tables.FIRST_VERSIONS["rps"])
POOL = tables.parse_gacha(tables.FIRST_VERSIONS["gacha"])
CURVE = tables.parse_crash(tables.FIRST_VERSIONS["crash"])


class LoadedDice(Dice):
    """Dice that give a rarity on demand; of the items always the first."""

    def __init__(self, rarities: Sequence[int]) -> None:
        super().__init__(server_seed="00" * 32, client_seed="loaded", nonce=0, game="gacha")
        self.rarities = list(rarities)

    def weighted(self, weights: Sequence[int]) -> int:
        wanted = self.rarities.pop(0)
        return next(place for place in range(wanted, len(weights)) if weights[place])

    def draw(self, faces: int) -> int:
        return 0


def dice(nonce: int, game: str) -> Dice:
    return Dice(server_seed="5e" * 32, client_seed="ada", nonce=nonce, game=game)


def test_each_hand_beats_one_and_loses_to_one() -> None:
    beats = {("paper", "rock"), ("rock", "scissors"), ("scissors", "paper")}
    for mine, house in product(rps.HANDS, repeat=2):
        expected = "draw" if mine == house else "win" if (mine, house) in beats else "lose"
        assert rps.judge(mine, house) == expected


@given(stake=st.integers(10, 10_000), nonce=st.integers(0, 500), choice=st.sampled_from(rps.HANDS))
def test_a_duel_pays_what_the_table_says_cut_to_whole_gold(stake: int, nonce: int, choice: str) -> None:
    outcome = rps.play(DUEL, dice(nonce, "rps"), stake=stake, choice=choice)
    assert outcome.payout == {"win": int(Decimal(stake) * Decimal("1.95")), "draw": stake, "lose": 0}[outcome.result]


@pytest.mark.parametrize("pity", [0, 41, 88, 89, 90, 500])
def test_only_the_ninetieth_pull_in_a_row_is_forced(pity: int) -> None:
    outcome = gacha.pull(POOL, LoadedDice([0]), count=1, pity=pity)
    forced = pity >= 89
    assert [(one.item.rarity, one.pity, one.guaranteed) for one in outcome.pulls] == [
        ("Epic" if forced else "Common", forced, False)
    ]
    assert outcome.pity_after == (0 if forced else pity + 1)


@pytest.mark.parametrize("rarity", [0, 1, 2, 3])
def test_epic_and_better_reset_the_counter(rarity: int) -> None:
    assert gacha.pull(POOL, LoadedDice([rarity]), count=1, pity=7).pity_after == (0 if rarity >= 2 else 8)


def test_the_tenth_after_nine_commons_is_rare_or_better() -> None:
    forced = gacha.pull(POOL, LoadedDice([0] * 10), count=10, pity=0)
    assert [one.item.rarity for one in forced.pulls] == ["Common"] * 9 + ["Rare"]
    assert [one.guaranteed for one in forced.pulls] == [False] * 9 + [True]
    for place in range(9):
        free = gacha.pull(POOL, LoadedDice([1 if at == place else 0 for at in range(10)]), count=10, pity=0)
        assert not any(one.guaranteed for one in free.pulls)
        assert free.pulls[9].item.rarity == "Common"


def test_ten_singles_promise_nothing_about_the_tenth() -> None:
    singles = [gacha.pull(POOL, LoadedDice([0]), count=1, pity=place) for place in range(10)]
    assert {outcome.pulls[0].item.rarity for outcome in singles} == {"Common"}


def test_pity_counts_inside_a_ten_and_outranks_its_promise() -> None:
    outcome = gacha.pull(POOL, LoadedDice([0] * 10), count=10, pity=85)
    assert [one.item.rarity for one in outcome.pulls] == ["Common"] * 4 + ["Epic"] + ["Common"] * 5
    assert (outcome.pity_before, outcome.pity_after) == (85, 5)
    both = gacha.pull(POOL, LoadedDice([0] * 10), count=10, pity=80)
    assert (both.pulls[9].item.rarity, both.pulls[9].pity, both.pulls[9].guaranteed) == ("Epic", True, True)


def test_pulls_are_paid_at_the_sum_of_their_items() -> None:
    assert gacha.pull(POOL, LoadedDice([3, 0, 1, 2, 0, 0, 0, 0, 0, 0]), count=10, pity=0).payout == 23_800


def test_the_items_of_a_rarity_share_its_chance() -> None:
    chances = [POOL.chance_of(item) for item in POOL.items]
    assert (chances[0], chances[-1]) == (Fraction(8, 10) / 6, Fraction(5, 1_000))
    assert sum(chances) == 1


@pytest.mark.parametrize(("pity", "left"), [(0, 90), (12, 78), (89, 1), (90, 1), (400, 1)])
def test_the_way_to_pity_is_never_shorter_than_a_pull(pity: int, left: int) -> None:
    assert gacha.pulls_until_pity(POOL, pity) == left


@pytest.mark.parametrize(
    ("rarities", "pity", "staging"),
    [([0], 0, "normal"), ([1], 0, "normal"), ([2], 0, "epic"), ([3], 0, "legendary"), ([0], 89, "pity")],
)
def test_a_round_is_staged_by_its_best_item(rarities: list[int], pity: int, staging: str) -> None:
    assert draws.gacha(POOL, LoadedDice(rarities), count=1, pity=pity).outcome["animation_type"] == staging


def test_a_legendary_given_by_pity_is_staged_as_a_legendary() -> None:
    assert draws.gacha(POOL, LoadedDice([3]), count=1, pity=89).outcome["animation_type"] == "legendary"


def test_a_banner_is_a_name_and_draws_nothing() -> None:
    plain, named = (
        draws.gacha(POOL, dice(4, "gacha"), count=10, pity=0, banner=banner).outcome for banner in (None, "ball")
    )
    assert (plain.pop("banner"), named.pop("banner")) == ("standard", "ball")
    assert plain == named


@pytest.mark.parametrize(
    ("drawn", "point"),
    [
        (0, 100),
        (POINT_SPAN - 97 * POINT_SPAN // 101 - 1, 100),
        (POINT_SPAN - 97 * POINT_SPAN // 101, 101),
        (POINT_SPAN - 97 * POINT_SPAN // 200, 200),
        (POINT_SPAN - 1, 10_000),
    ],
)
def test_a_point_lies_between_one_and_the_top(drawn: int, point: int) -> None:
    assert crash.point_of(CURVE, drawn) == point


@given(st.integers(0, POINT_SPAN - 1))
def test_a_point_is_the_published_formula(drawn: int) -> None:
    with localcontext(prec=60):
        formula = (97 * Decimal(POINT_SPAN) / (POINT_SPAN - drawn)).to_integral_value("ROUND_FLOOR") / 100
    assert Decimal(crash.point_of(CURVE, drawn)) / 100 == min(max(Decimal(1), formula), Decimal(100))


def test_every_multiplier_appears_at_its_first_whole_millisecond() -> None:
    """Against 40-digit exponentials: the float of the display never cuts to the wrong hundredth."""
    with localcontext(prec=40):
        for multiplier in range(101, 10_001):
            first = crash.time_of(CURVE, multiplier)
            before, at = ((Decimal(first + step) * 60 / 1_000_000).exp() * 100 for step in (-1, 0))
            assert before < multiplier <= at
            assert crash.multiplier_at(CURVE, first) >= multiplier > crash.multiplier_at(CURVE, first - 1)


def test_the_display_starts_at_one_and_stays_at_the_top() -> None:
    assert [crash.multiplier_at(CURVE, ms) for ms in (-5, 0, 165, 166)] == [100, 100, 100, 101]
    assert [crash.multiplier_at(CURVE, ms) for ms in (76_752, 76_753, 10**9, 10**15)] == [9_999, 10_000, 10_000, 10_000]


def test_a_round_that_ends_at_once_is_over_at_its_first_moment() -> None:
    assert crash.time_of(CURVE, 100) == 0


def test_nothing_is_shown_above_the_top() -> None:
    with pytest.raises(ValueError, match="top"):
        crash.time_of(CURVE, 10_001)


@pytest.mark.parametrize(
    ("target", "point", "left_at"),
    [(200, 199, None), (200, 200, 200), (200, 201, 200), (None, 9_999, None), (None, 10_000, 10_000)],
)
def test_a_round_left_to_itself_pays_at_its_target_or_the_top(
    target: int | None, point: int, left_at: int | None
) -> None:
    assert crash.left_at(CURVE, point=point, target=target) == left_at


def test_an_open_round_shows_nothing_of_its_point() -> None:
    assert draws.crash_open(target=250) == {"auto_cashout_multiplier": 2.5}
    assert draws.crash_open(target=None) == {"auto_cashout_multiplier": None}


@pytest.mark.parametrize("stake", [1, 77, 10_000])
def test_what_is_drawn_does_not_depend_on_the_stake(stake: int) -> None:
    pool = tables.parse_gacha(changed("gacha", "cost_single", 500 + stake))
    for nonce in range(300):
        duels = [rps.play(DUEL, dice(nonce, "rps"), stake=one, choice="rock").house for one in (10, stake)]
        ends = [draws.crash(CURVE, dice(nonce, "crash"), stake=one, target=200).outcome for one in (10, stake)]
        items = [gacha.pull(one, dice(nonce, "gacha"), count=10, pity=0).pulls for one in (POOL, pool)]
        assert all(first == second for first, second in (duels, ends, items))
