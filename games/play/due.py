"""Crash rounds that are over by the clock: ended at the moment they were due, whoever comes first and whenever.

The worker comes every moment; reads and stakes do not wait for it. A due round is settled in a transaction of its
own, so that it stays settled whatever becomes of what it stood in the way of.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from accounts.ledger import open_wallet
from accounts.models import Wallet
from casino.lib import days
from games import metrics
from games.models import Round
from games.play import flights
from games.play.rounds import RoundDue

P = ParamSpec("P")
T = TypeVar("T")

OVERDUE_AFTER: Final = timedelta(seconds=5)
_log = logging.getLogger(__name__)


def settle_due(player_id: int, *, now: datetime) -> Round | None:
    """Ends the player's open round if it is over by `now`; may be called by anybody, any number of times."""
    with transaction.atomic(), open_wallet(player_id, now=now) as wallet:
        due_at = wallet.row.open_round_due_at
        if due_at is None or due_at > now:
            return None
        found = flights.open_flight(player_id)
        assert found is not None, "a due mark belongs to an open round"
        flight, seats = found
        flights.finish(wallet, seats, flight, flights.own_end(wallet, flight))
    metrics.count_round(flight.round)
    return flight.round


def catch_up(player_id: int, *, now: datetime | None = None) -> None:
    """Makes sure that nothing of the player's is due: for whoever reads rounds or their sums. One read, usually."""
    now = now or days.now()
    if _due(now).filter(pk=player_id).exists():
        settle_due(player_id, now=now)


def settling_first(play: Callable[P, T]) -> Callable[P, T]:
    """Makes `play` settle the round it finds due, and then try again."""

    @wraps(play)
    def settled_and_played(*args: P.args, **kwargs: P.kwargs) -> T:
        while True:
            try:
                return play(*args, **kwargs)
            except RoundDue as due:
                settle_due(due.player_id, now=due.now)

    return settled_and_played


def settle_all_due(*, now: datetime) -> int:
    """Ends every round that is due; one that cannot be ended is logged and does not hold up the others."""
    settled = 0
    for player_id in _due(now).order_by("open_round_due_at").values_list("pk", flat=True):
        try:
            settled += settle_due(player_id, now=now) is not None
        except Exception:  # noqa: BLE001 - the next player's gold must not wait for this one's trouble
            _log.exception("the due round of player %s cannot be settled", player_id)
    return settled


def overdue(now: datetime) -> int:
    """How many rounds should have been ended a while ago: nobody looks after them."""
    return _due(now - OVERDUE_AFTER).count()


def _due(now: datetime) -> QuerySet[Wallet]:
    return Wallet.objects.filter(open_round_due_at__lte=now)
