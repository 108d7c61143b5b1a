"""The table of rock, paper, scissors: what a win and a draw pay in hundredths of the stake."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from games.engine import returns, rps
from games.engine.rps import Duel
from games.tables.reading import PaysTooMuch, TableError, want_keys, want_largest_win, want_stakes, whole

FIRST: Final[dict[str, Any]] = {"stake_min": 10, "stake_max": 10_000, "win": 195, "draw": 100}


def parse_rps(table: Mapping[str, Any]) -> Duel:
    """The duel a table describes, or a `TableError` saying what is wrong with it."""
    want_keys(table, {"stake_min", "stake_max", "win", "draw"}, "rps table")
    duel = Duel(
        win=whole(table, "win", at_least=1),
        draw=whole(table, "draw", at_least=0),
        stake_min=whole(table, "stake_min", at_least=1),
        stake_max=whole(table, "stake_max", at_least=1),
    )
    want_stakes(duel.stake_min, duel.stake_max)
    if duel.win <= duel.draw:
        raise TableError(_("win은 draw보다 커야 합니다"))
    want_largest_win(rps.payout(duel.stake_max, duel.win))
    if returns.rps_return(duel) > 1:
        raise PaysTooMuch(_("환수율이 100%를 넘습니다"))
    return duel
