"""Exact long-run rates and returns of the gacha with both promises, every number a Fraction.

The pity counter is a Markov chain. Before a round only one thing about it matters: how many pulls are still
free before pity strikes, counted up to ten. A round without the guaranteed rarity adds its pulls to the
counter; any other leaves a counter below the number of its pulls. So from the few counters that a round can
leave behind, the chain runs straight on until such a round, and the shares of those few counters solve a
small system of linear equations. No number is rounded anywhere.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from games.engine.gacha import TEN, Pool, allowed_weights


@dataclass(frozen=True, slots=True)
class _Round:
    """One round begun at a counter: what it gives, the counters it leaves by a hit, the chance of no hit."""

    drawn: tuple[Fraction, ...]
    after_hit: tuple[tuple[int, Fraction], ...]
    no_hit: Fraction


def price_return(pool: Pool, count: int) -> Fraction:
    """The share of the price given back in gold in the long run when always `count` (1 or 10) are made together."""
    return mean_value(pool, count) * count / pool.cost(count)


def mean_value(pool: Pool, count: int) -> Fraction:
    """The gold one pull gives in the long run when always `count` (1 or 10) are made together."""
    shares = zip(rates(pool, count).values(), pool.by_rarity, strict=True)
    return sum(
        (rate * Fraction(sum(item.gold_value for item in items), len(items)) for rate, items in shares), Fraction()
    )


def rates(pool: Pool, count: int) -> dict[str, Fraction]:
    """The long-run chance of every rarity in one pull when always `count` (1 or 10) are made together."""
    return dict(zip((rarity.name for rarity in pool.rarities), _rates(pool, count), strict=True))


def hit_rate(pool: Pool, count: int) -> Fraction:
    """The long-run chance that one pull gives what pity guarantees, or better."""
    return sum(_rates(pool, count)[pool.pity_from :], Fraction())


def max_multiplier(pool: Pool, count: int) -> Fraction:
    """The most a round of `count` pulls can pay, as a multiple of its price."""
    return Fraction(count * max(item.gold_value for item in pool.items), pool.cost(count))


@lru_cache(maxsize=32)
def _rates(pool: Pool, count: int) -> tuple[Fraction, ...]:
    """The expected number of each rarity in one pull, over the long-run shares of the counters."""
    starts = range(min(count, pool.pity_threshold))
    runs = [_run(pool, count, start) for start in starts]
    shares = _stationary([[run[2].get(end, Fraction()) for end in starts] for run in runs])
    rounds = sum((share * run[0] for share, run in zip(shares, runs, strict=True)), Fraction())
    return tuple(
        sum((share * run[1][place] for share, run in zip(shares, runs, strict=True)), Fraction()) / rounds / count
        for place in range(len(pool.rarities))
    )


def _run(pool: Pool, count: int, start: int) -> tuple[Fraction, list[Fraction], dict[int, Fraction]]:
    """Rounds from a counter until one hits: their expected number, what they give, the chances of where they end."""
    rounds, still = Fraction(), Fraction(1)
    drawn = [Fraction()] * len(pool.rarities)
    ends: dict[int, Fraction] = defaultdict(Fraction)
    for counter in range(start, pool.pity_threshold, count):  # in the last of them pity strikes
        one = _round(pool, count, min(count, pool.pity_threshold - 1 - counter))
        rounds += still
        drawn = [sum_ + still * more for sum_, more in zip(drawn, one.drawn, strict=True)]
        for end, chance in one.after_hit:
            ends[end] += still * chance
        still *= one.no_hit
    return rounds, drawn, ends


@lru_cache(maxsize=256)
def _round(pool: Pool, count: int, free: int) -> _Round:
    """One round whose first `free` pulls are before pity's, every way it can go."""
    total_drawn = [Fraction()] * len(pool.rarities)
    # (pulls since the last hit, or None before the first; whether the ten's promise is kept) -> chance
    ways: dict[tuple[int | None, bool], Fraction] = {(None, count != TEN): Fraction(1)}
    for index in range(count):
        after: dict[tuple[int | None, bool], Fraction] = defaultdict(Fraction)
        for (since, kept), chance in ways.items():
            by_pity = index >= free if since is None else since + 1 >= pool.pity_threshold
            weights = allowed_weights(pool, by_pity=by_pity, by_ten=not kept and index == count - 1)
            for rarity, weight in enumerate(weights):
                part = chance * Fraction(weight, sum(weights))
                total_drawn[rarity] += part
                missed = None if since is None else since + 1
                next_since = 0 if rarity >= pool.pity_from else missed
                after[next_since, kept or rarity >= pool.ten_from] += part
        ways = {way: chance for way, chance in after.items() if chance}
    after_hit: dict[int, Fraction] = defaultdict(Fraction)
    for (since, _), chance in ways.items():
        if since is not None:
            after_hit[since] += chance
    no_hit = 1 - sum(after_hit.values(), Fraction())
    return _Round(drawn=tuple(total_drawn), after_hit=tuple(after_hit.items()), no_hit=no_hit)


def _stationary(moves: list[list[Fraction]]) -> list[Fraction]:
    """The long-run shares of the states of a chain: the solution of share · moves = share that sums to one."""
    size = len(moves)
    rows = [[moves[column][row] - (row == column) for column in range(size)] + [Fraction()] for row in range(size)]
    rows[-1] = [Fraction(1)] * (size + 1)
    for place in range(size):
        pivot = next(row for row in range(place, size) if rows[row][place])
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for row in range(size):
            if row != place and rows[row][place]:
                factor = rows[row][place]
                rows[row] = [value - factor * lead for value, lead in zip(rows[row], rows[place], strict=True)]
    return [row[-1] for row in rows]
