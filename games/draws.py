"""From the dice to what a round keeps: every game's outcome as the JSON that players, proofs and simulations see.

Playing, verifying and simulating all come through here, so they cannot tell three different stories. Inside,
multipliers are hundredths; shown, they are multiples of the stake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from games.engine import crash as crash_engine
from games.engine import gacha as gacha_engine
from games.engine import rps as rps_engine
from games.engine import slots as slot_engine
from games.engine.crash import Curve
from games.engine.fairness import Dice
from games.engine.gacha import Pool
from games.engine.rps import Duel
from games.engine.slots import Machine
from games.engine.units import HUNDREDTHS

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a round pays, and what it shows."""

    payout: int
    outcome: Json


def slot(machine: Machine, dice: Dice, *, stake: int, lines: int) -> Drawn:
    """One spin."""
    spun = slot_engine.spin(machine, dice, stake=stake, lines=lines)
    return Drawn(
        spun.payout,
        {
            "lines": lines,
            "reels": [list(row) for row in spun.reels],
            "win_lines": [
                {
                    "line": win.line,
                    "positions": [list(cell) for cell in win.positions],
                    "symbol": win.symbol,
                    "count": win.count,
                    "multiplier": win.multiplier / HUNDREDTHS,
                    "amount": win.amount,
                }
                for win in spun.wins
            ],
            "is_jackpot": spun.is_jackpot,
        },
    )


def rps(duel: Duel, dice: Dice, *, stake: int, choice: str) -> Drawn:
    """One duel."""
    fought = rps_engine.play(duel, dice, stake=stake, choice=choice)
    return Drawn(
        fought.payout,
        {
            "player_choice": choice,
            "computer_choice": fought.house,
            "result": fought.result,
            "multiplier": fought.multiplier / HUNDREDTHS,
        },
    )


def gacha(pool: Pool, dice: Dice, *, count: int, pity: int, banner: str | None = None) -> Drawn:
    """One round of pulls; the banner (the default one when none is named) is a name only and draws nothing."""
    pulled = gacha_engine.pull(pool, dice, count=count, pity=pity)
    places = [_place(pool, one.item.rarity) for one in pulled.pulls]
    return Drawn(
        pulled.payout,
        {
            "banner": banner or pool.default_banner.banner_id,
            "pull_count": count,
            "items": [
                {
                    "item_id": one.item.item_id,
                    "name": one.item.name,
                    "rarity": one.item.rarity,
                    "gold_value": one.item.gold_value,
                    "pity": one.pity,
                    "guaranteed": one.guaranteed,
                }
                for one in pulled.pulls
            ],
            "rare_item_count": sum(pool.ten_from <= place < pool.pity_from for place in places),
            "ultra_rare_item_count": sum(place >= pool.pity_from for place in places),
            "pity": {
                "before": pity,
                "after": pulled.pity_after,
                "pulls_until_pity": gacha_engine.pulls_until_pity(pool, pulled.pity_after),
            },
            "animation_type": _animation(pool, pulled, places),
        },
    )


def crash(curve: Curve, dice: Dice, *, stake: int, target: int | None) -> Drawn:
    """One round left to itself: it ends by the target, at the top, or crashed."""
    point = crash_engine.point(curve, dice)
    left_at = crash_engine.left_at(curve, point=point, target=target)
    paid = 0 if left_at is None else crash_engine.payout(stake, left_at)
    return Drawn(paid, crash_settled(target=target, cashout=left_at, point=point))


def crash_open(*, target: int | None) -> Json:
    """What an open round shows: nothing of its point."""
    return {"auto_cashout_multiplier": _times(target)}


def crash_settled(*, target: int | None, cashout: int | None, point: int) -> Json:
    """What a round that is over shows; multipliers come in hundredths."""
    return crash_open(target=target) | {"cashout_multiplier": _times(cashout), "crash_point": _times(point)}


def _times(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / HUNDREDTHS


def _place(pool: Pool, rarity: str) -> int:
    return next(place for place, one in enumerate(pool.rarities) if one.name == rarity)


def _animation(pool: Pool, pulled: gacha_engine.Outcome, places: list[int]) -> str:
    """How the round is staged: by its best item, and by pity when that gave it."""
    best = max(places)
    if best == len(pool.rarities) - 1:
        return "legendary"
    if any(one.pity for one in pulled.pulls):
        return "pity"
    return "epic" if best >= pool.pity_from else "normal"
