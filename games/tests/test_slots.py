"""The machine: what lines pay, and that the exact return is what brute force finds."""

from fractions import Fraction
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from games import tables
from games.engine import returns, slots
from games.engine.fairness import Dice
from games.engine.slots import Machine, Symbol

MACHINE = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
CHERRY, LEMON, ORANGE, GRAPES, DIAMOND, SEVEN = MACHINE.symbols

TWO_SYMBOLS = Machine(
    symbols=(Symbol("a", "a", 3, 50, 170), Symbol("b", "b", 2, 0, 130)), jackpot="b", stake_min=1, stake_max=100
)


def read(rows: str, *, stake: int, lines: int) -> slots.Outcome:
    letters = {"c": CHERRY, "l": LEMON, "o": ORANGE, "g": GRAPES, "d": DIAMOND, "7": SEVEN}
    return slots.read(MACHINE, [letters[letter] for letter in rows if letter != " "], stake=stake, lines=lines)


def wins(outcome: slots.Outcome) -> list[tuple[int, str, int, int, int]]:
    return [(win.line, win.symbol, win.count, win.multiplier, win.amount) for win in outcome.wins]


@pytest.mark.parametrize(
    ("symbol", "three", "pair"),
    [("c", 5, 2), ("l", 8, 2), ("o", 15, 3), ("g", 25, 3), ("d", 100, 10), ("7", 1000, 20)],
)
def test_every_symbol_pays_what_the_table_says(symbol: str, three: int, pair: int) -> None:
    other = "c" if symbol != "c" else "l"
    assert read(f"clg {symbol}{symbol}{symbol} clg", stake=10, lines=1).payout == 10 * three
    assert read(f"clg {symbol}{symbol}{other} clg", stake=10, lines=1).payout == 10 * pair


@pytest.mark.parametrize("row", ["clc", "lcc", "cl7", "7cc", "c77"])
def test_only_cells_from_the_left_count(row: str) -> None:
    outcome = read(f"clg {row} clg", stake=100, lines=1)
    assert (outcome.wins, outcome.payout, outcome.is_jackpot) == ((), 0, False)


def test_lines_are_read_in_their_published_order() -> None:
    outcome = read("d77 ldc ccd", stake=100, lines=5)
    assert wins(outcome) == [(3, "🍒", 2, 200, 40), (4, "💎", 3, 10_000, 2_000)]
    assert outcome.wins[1].positions == ((0, 0), (1, 1), (2, 2))
    assert outcome.payout == 2_040


def test_lines_that_are_not_played_pay_nothing() -> None:
    assert [read("ccc lll 777", stake=30, lines=lines).payout for lines in (1, 2, 3)] == [240, 195, 10_130]


def test_amounts_are_cut_to_whole_gold_line_by_line() -> None:
    outcome = read("ccl cco ccg", stake=10, lines=3)
    assert [win.amount for win in outcome.wins] == [6, 6, 6]
    assert outcome.payout == 18


def test_three_sevens_on_a_played_line_are_the_jackpot() -> None:
    assert read("clg clg 777", stake=30, lines=3).is_jackpot
    assert not read("clg clg 777", stake=30, lines=2).is_jackpot
    assert not read("clg 77c clg", stake=30, lines=5).is_jackpot


def test_the_default_machine_returns_exactly_what_is_published() -> None:
    assert returns.slot_return(MACHINE) == Fraction(48171, 50000)
    assert returns.slot_hit_rate(MACHINE) == Fraction(2218, 10000)
    assert returns.slot_max_multiplier(MACHINE) == 1000


def test_whole_gold_per_line_loses_nothing_to_cutting() -> None:
    for lines in range(1, 6):
        assert returns.slot_return_after_cutting(MACHINE, stake=60 * lines, lines=lines) == Fraction(48171, 50000)
    assert returns.slot_return_after_cutting(MACHINE, stake=11, lines=4) < Fraction(48171, 50000)


@pytest.mark.parametrize(("stake", "lines"), [(1, 1), (7, 2), (10, 3), (11, 4), (13, 5), (100, 5)])
def test_exact_returns_equal_brute_force_over_every_picture(stake: int, lines: int) -> None:
    paid, hits, jackpots = Fraction(), Fraction(), Fraction()
    for cells in product(TWO_SYMBOLS.symbols, repeat=9):
        chance = Fraction(prod(cell.weight for cell in cells), 5**9)
        outcome = slots.read(TWO_SYMBOLS, list(cells), stake=stake, lines=lines)
        paid += chance * outcome.payout
        hits += chance * len(outcome.wins)
        jackpots += chance * outcome.is_jackpot
    assert paid / stake == returns.slot_return_after_cutting(TWO_SYMBOLS, stake=stake, lines=lines)
    assert hits / lines == returns.slot_hit_rate(TWO_SYMBOLS)
    assert (lines == 1) == (jackpots == Fraction(8, 125))


@given(stake=st.integers(10, 10_000), lines=st.integers(1, 5), nonce=st.integers(0, 10**6))
def test_a_spin_pays_the_sum_of_its_lines_and_repeats(stake: int, lines: int, nonce: int) -> None:
    outcome, again = (
        slots.spin(
            MACHINE,
            Dice(server_seed="7a" * 32, client_seed="bob", nonce=nonce, game="slot"),
            stake=stake,
            lines=lines,
        )
        for _ in range(2)
    )
    assert outcome == again
    assert outcome.payout == sum(win.amount for win in outcome.wins) <= stake * 1000
    assert all(win.line <= lines for win in outcome.wins)
    for win in outcome.wins:
        faces = [outcome.reels[row][column] for row, column in win.positions]
        assert faces[: win.count] == [win.symbol] * win.count


@given(stake=st.integers(10, 10_000), lines=st.integers(1, 5))
def test_cutting_never_adds_and_costs_less_than_one_gold_a_line(stake: int, lines: int) -> None:
    cut = returns.slot_return_after_cutting(MACHINE, stake=stake, lines=lines)
    assert 0 <= Fraction(48171, 50000) - cut < Fraction(lines, stake)


def changed(**changes: object) -> dict:
    return {**tables.FIRST_VERSIONS["slot"], **changes}


def with_symbol(**changes: object) -> dict:
    first, *others = tables.FIRST_VERSIONS["slot"]["symbols"]
    return changed(symbols=[{**first, **changes}, *others])


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({}, "빠짐없이"),
        (changed(extra=1), "빠짐없이"),
        (changed(symbols=[]), "symbols: 객체 1~20개"),
        (changed(symbols=["🍒"]), "symbols: 객체"),
        (changed(jackpot="👑"), "jackpot"),
        (changed(stake_min=0), "stake_min"),
        (changed(stake_min=10_001), "stake_min"),
        (changed(stake_max=10.0), "stake_max"),
        (changed(stake_max=2**52), "2\\^53"),
        (with_symbol(face="🍋"), "face"),
        (with_symbol(face=""), "face"),
        (with_symbol(weight=0), "weight"),
        (with_symbol(weight=True), "weight"),
        (with_symbol(pair=-1), "pair"),
        (with_symbol(three="500"), "three"),
        (with_symbol(three=1_000), "100%를 넘"),
    ],
)
def test_a_table_that_cannot_be_played_is_refused(table: dict, reason: str) -> None:
    with pytest.raises(tables.TableError, match=reason):
        tables.parse_slot(table)


def test_one_changed_number_changes_the_return_and_the_fingerprint() -> None:
    table = with_symbol(three=501)
    assert returns.slot_return(tables.parse_slot(table)) == Fraction(48171, 50000) + Fraction(27, 100_000)
    assert tables.fingerprint(table) != tables.fingerprint(tables.FIRST_VERSIONS["slot"])


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    table = tables.FIRST_VERSIONS["slot"]
    assert tables.fingerprint(dict(reversed(table.items()))) == tables.fingerprint(table)
