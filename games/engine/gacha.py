"""The gacha: every pull draws a rarity, then one of its items; two published promises bend the rarities.

Pity: the pull that completes a row of `pity_threshold` without the guaranteed rarity or better gives it.
Ten: when nine pulls of a ten-pull stay below the guaranteed rarity, the tenth gives it or better.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from games.engine.fairness import Dice

TEN = 10


@dataclass(frozen=True, slots=True)
class Rarity:
    """One kind of item; `weight` is its chance in millionths."""

    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be drawn, and the gold that is paid for it at once."""

    item_id: str
    name: str
    rarity: str
    gold_value: int


@dataclass(frozen=True, slots=True)
class Banner:
    """A name the pool is shown under, for a time (in UTC) or for ever."""

    banner_id: str
    name: str
    starts_at: datetime | None
    ends_at: datetime | None
    is_default: bool

    def is_open(self, now: datetime) -> bool:
        """Whether pulls may be made under it: from its start until its end."""
        return (self.starts_at is None or self.starts_at <= now) and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True)
class Pool:
    """One version of the game; rarities are listed from the worst to the best."""

    rarities: tuple[Rarity, ...]
    items: tuple[Item, ...]
    cost_single: int
    cost_ten: int
    pity_threshold: int
    pity_guarantees: str
    ten_guarantee: str
    daily_limits: tuple[tuple[str, int], ...]
    banners: tuple[Banner, ...]
    weights: tuple[int, ...] = field(init=False, repr=False, compare=False)
    by_rarity: tuple[tuple[Item, ...], ...] = field(init=False, repr=False, compare=False)
    pity_from: int = field(init=False, repr=False, compare=False)
    ten_from: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [rarity.name for rarity in self.rarities]
        items = tuple(tuple(item for item in self.items if item.rarity == name) for name in names)
        object.__setattr__(self, "weights", tuple(rarity.weight for rarity in self.rarities))
        object.__setattr__(self, "by_rarity", items)
        object.__setattr__(self, "pity_from", _place(names, self.pity_guarantees))
        object.__setattr__(self, "ten_from", _place(names, self.ten_guarantee))

    @property
    def default_banner(self) -> Banner:
        """The banner of a pull that names none."""
        return next(banner for banner in self.banners if banner.is_default)

    def chance_of(self, item: Item) -> Fraction:
        """The chance of an item in a pull that no promise bends: its rarity's, shared by all items of that rarity."""
        (weight,) = (rarity.weight for rarity in self.rarities if rarity.name == item.rarity)
        return Fraction(weight, sum(self.weights) * sum(other.rarity == item.rarity for other in self.items))

    def cost(self, count: int) -> int:
        """The price of one pull or of ten."""
        return self.cost_ten if count == TEN else self.cost_single * count

    def daily_limit(self, rank: str) -> int:
        """How many pulls a day a rank may make."""
        return dict(self.daily_limits)[rank]


@dataclass(frozen=True, slots=True)
class Pull:
    """One drawn item, and which promises were in force when it was drawn."""

    item: Item
    pity: bool
    guaranteed: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round of pulls gave; `pity` counts pulls in a row below the guaranteed rarity."""

    pulls: tuple[Pull, ...]
    pity_before: int
    pity_after: int
    payout: int


def pull(pool: Pool, dice: Dice, *, count: int, pity: int) -> Outcome:
    """Draw `count` items one after the other, beginning with this pity counter."""
    pulls: list[Pull] = []
    counter = pity
    still_owed = count == TEN
    for index in range(count):
        by_pity = counter + 1 >= pool.pity_threshold
        by_ten = still_owed and index == TEN - 1
        rarity = dice.weighted(allowed_weights(pool, by_pity=by_pity, by_ten=by_ten))
        items = pool.by_rarity[rarity]
        pulls.append(Pull(items[dice.draw(len(items))], pity=by_pity, guaranteed=by_ten))
        counter = 0 if rarity >= pool.pity_from else counter + 1
        still_owed = still_owed and rarity < pool.ten_from
    return Outcome(
        pulls=tuple(pulls),
        pity_before=pity,
        pity_after=counter,
        payout=sum(one.item.gold_value for one in pulls),
    )


def allowed_weights(pool: Pool, *, by_pity: bool, by_ten: bool) -> Sequence[int]:
    """The rarities' weights for one pull: what a promise excludes weighs nothing."""
    lowest = max(pool.pity_from if by_pity else 0, pool.ten_from if by_ten else 0)
    return pool.weights if lowest == 0 else (0,) * lowest + pool.weights[lowest:]


def pulls_until_pity(pool: Pool, pity: int) -> int:
    """How many pulls at most until one gives the rarity that pity guarantees."""
    return max(1, pool.pity_threshold - pity)


def _place(names: list[str], name: str) -> int:
    """Where a rarity stands; past the best for a name that is none, which no parsed pool has."""
    return names.index(name) if name in names else len(names)
