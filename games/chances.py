"""The gacha's chances, prices and limits, changed by staff: the next version of its table from the one in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Player
from casino.lib.errors import invalid
from games import configurations, errors, tables
from games.engine.units import MILLION
from games.models import Game, GameConfig, GameType
from games.tables.gacha import RANKS

Json = dict[str, Any]
Pairs = Iterable[tuple[str, int | float]]


def change(
    *,
    by: Player,
    now: datetime,
    reason: str = "",
    rarity_table: Pairs | None = None,
    cost_single: int | None = None,
    cost_ten: int | None = None,
    pity_threshold: int | None = None,
    daily_limits: Mapping[str, int] | None = None,
) -> GameConfig:
    """Puts a new version in force that differs in what is given; refused as any other new version would be.

    Chances name every rarity once and sum to 1 exactly, in steps of a millionth.
    """
    in_force = Game.objects.select_related("config").get(pk=GameType.GACHA).config
    table: Json = dict(in_force.table)
    if rarity_table is not None:
        table["rarities"] = _rarities(table["rarities"], list(rarity_table))
    costs = {"cost_single": cost_single, "cost_ten": cost_ten}
    table |= {name: cost for name, cost in costs.items() if cost is not None}
    if pity_threshold is not None:
        table["pity"] = table["pity"] | {"threshold": pity_threshold}
    if daily_limits is not None:
        table["daily_limits"] = table["daily_limits"] | _limits(daily_limits)
    return _introduce(table, based_on=in_force.version, reason=reason, by=by, now=now)


def _introduce(table: Json, *, based_on: int, reason: str, by: Player, now: datetime) -> GameConfig:
    try:
        return configurations.introduce(
            game=GameType.GACHA, table=table, based_on=based_on, reason=reason, by=by, now=now
        )
    except tables.PaysTooMuch as error:
        raise errors.rtp_out_of_range(str(error)) from error
    except tables.TableError as error:
        raise errors.unplayable(str(error)) from error


def _rarities(stored: list[Json], pairs: list[tuple[str, int | float]]) -> list[Json]:
    """The rarities with other weights, in the order they have: the worst first, whatever order was sent."""
    names = [rarity["name"] for rarity in stored]
    if sorted(name for name, _chance in pairs) != sorted(names):
        facts = {"names": ", ".join(names)}
        raise invalid("rarity_table", _("다음 등급이 한 번씩 있어야 합니다: %(names)s") % facts, "rarities")
    weights = {name: _weight(chance) for name, chance in pairs}
    if sum(weights.values()) != MILLION:
        raise invalid("rarity_table", _("확률의 합은 1이어야 합니다"), "sum")
    return [rarity | {"weight": weights[rarity["name"]]} for rarity in stored]


def _weight(chance: float) -> int:
    """How many millionths a chance is, as it was written; finer ones are refused, not rounded."""
    millionths = Decimal(str(chance)) * MILLION
    if not (0 < millionths <= MILLION and millionths == millionths.to_integral_value()):
        raise invalid("rarity_table", _("확률은 0보다 크고 1 이하인 백만분의 1 단위 수여야 합니다"), "chance")
    return int(millionths)


def _limits(given: Mapping[str, int]) -> dict[str, int]:
    if not set(given) <= set(RANKS):
        raise invalid("daily_limits", _("다음 등급만 있습니다: %(names)s") % {"names": ", ".join(RANKS)}, "rank")
    return dict(given)
