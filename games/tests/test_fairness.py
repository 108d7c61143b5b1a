"""The dice: unbiased draws, and nothing drawn that the seeds do not decide."""

import hashlib
import hmac
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from games import tables
from games.engine import slots
from games.engine.fairness import WORD_SPAN, Dice, commitment

MACHINE = tables.parse_slot(tables.FIRST_VERSIONS["slot"])

# Chi-square at 99 % by degrees of freedom (any printed table).
CHI_SQUARE_99 = {5: 15.086, 9: 21.666, 25: 44.314}


def dice(nonce: int = 0, *, game: str = "slot") -> Dice:
    return Dice(server_seed="5e" * 32, client_seed="ada", nonce=nonce, game=game)


def chi_square(counts: Counter[int], expected: list[float]) -> float:
    return sum((counts[face] - share) ** 2 / share for face, share in enumerate(expected))


def test_a_block_is_the_hmac_of_seeds_nonce_game_and_index() -> None:
    expected = hmac.new(b"5e" * 32, b"ada:7:slot:3", hashlib.sha256).digest()
    assert dice(7).block(3) == expected


def test_words_are_read_on_across_blocks() -> None:
    rolled = dice()
    words = [rolled.word() for _ in range(17)]
    stream = b"".join(dice().block(index) for index in range(3))
    assert words == [int.from_bytes(stream[at : at + 4], "big") for at in range(0, 68, 4)]


@given(faces=st.integers(1, WORD_SPAN), nonce=st.integers(0, 2**40), client=st.text("az09-_ ", max_size=64))
def test_a_draw_is_the_first_word_below_the_last_whole_multiple(faces: int, nonce: int, client: str) -> None:
    words, rolled = (Dice(server_seed="0f" * 32, client_seed=client, nonce=nonce, game="rps") for _ in range(2))
    word = next(word for word in iter(words.word, None) if word < WORD_SPAN // faces * faces)
    assert rolled.draw(faces) == word % faces
    assert rolled.word() == words.word()


def test_words_past_the_last_whole_multiple_are_thrown_away() -> None:
    faces = WORD_SPAN // 2 + 1  # every second word is too large
    words, rolled = dice(), dice()
    kept = [word for word in (words.word() for _ in range(4000)) if word < faces]
    assert [rolled.draw(faces) for _ in kept] == kept
    assert 1850 < len(kept) < 2150


@pytest.mark.parametrize("faces", [0, -1, WORD_SPAN + 1])
def test_a_die_with_impossible_faces_is_refused(faces: int) -> None:
    with pytest.raises(ValueError, match="faces"):
        dice().draw(faces)


def test_a_weighted_draw_walks_the_weights_in_order() -> None:
    points, picks = dice(), dice()
    bounds = [30, 55, 75, 90, 98, 100]
    for _ in range(500):
        point = points.draw(100)
        assert picks.weighted(MACHINE.weights) == next(i for i, bound in enumerate(bounds) if point < bound)


def test_a_weight_of_nothing_is_never_drawn() -> None:
    rolled = dice()
    assert {rolled.weighted([0, 3, 0, 1]) for _ in range(300)} == {1, 3}


@given(first=st.integers(0, 10**9), game=st.sampled_from(["slot", "rps", "gacha", "crash"]))
def test_another_nonce_or_game_is_another_stream(first: int, game: str) -> None:
    others = [dice(first + 1, game=game), dice(first, game=game + "x")]
    assert all(other.block(0) != dice(first, game=game).block(0) for other in others)


def test_a_commitment_is_the_hash_of_the_seed_as_text() -> None:
    assert commitment("ab" * 32) == hashlib.sha256(b"ab" * 32).hexdigest()


def test_draws_of_ten_faces_are_uniform_and_independent() -> None:
    rolls = [roll.draw(10) for roll in (dice(nonce) for nonce in range(20_000)) for _ in range(5)]
    singles = Counter(rolls)
    assert chi_square(singles, [len(rolls) / 10] * 10) < CHI_SQUARE_99[9]
    fives = [roll % 6 for roll in rolls if roll < 6]
    pairs = Counter(a * 6 + b for a, b in pairwise(fives))
    assert chi_square(pairs, [(len(fives) - 1) / 36] * 36) < 57.342  # 35 degrees


def test_cells_follow_their_weights_whatever_is_staked() -> None:
    cheap: Counter[int] = Counter()
    dear: Counter[int] = Counter()
    index = {symbol.face: at for at, symbol in enumerate(MACHINE.symbols)}
    for nonce in range(12_000):
        counts, stake, lines = (cheap, 10, 1) if nonce % 2 else (dear, 10_000, 5)
        outcome = slots.spin(MACHINE, dice(nonce), stake=stake, lines=lines)
        counts.update(index[face] for row in outcome.reels for face in row)
    for counts in (cheap, dear):
        expected = [counts.total() * weight / 100 for weight in MACHINE.weights]
        assert chi_square(counts, expected) < CHI_SQUARE_99[5]


def test_hits_show_no_runs_and_no_serial_correlation() -> None:
    hits = [bool(slots.spin(MACHINE, dice(nonce), stake=100, lines=1).wins) for nonce in range(20_000)]
    ones = sum(hits)
    zeros = len(hits) - ones
    runs = 1 + sum(a != b for a, b in pairwise(hits))
    expected = 1 + 2 * ones * zeros / len(hits)
    spread = ((expected - 1) * (expected - 2) / (len(hits) - 1)) ** 0.5
    assert abs(runs - expected) < 2.576 * spread
    mean = ones / len(hits)
    correlation = sum((a - mean) * (b - mean) for a, b in pairwise(hits)) / sum((a - mean) ** 2 for a in hits)
    assert abs(correlation) < 2.576 / len(hits) ** 0.5
