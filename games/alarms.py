"""Alarms that somebody has to look at: a game that pays far more than it takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, F, Sum

from accounts import audit
from casino.lib import rates
from casino.lib.errors import Refusal
from games.models import Round

_WINDOW: Final = timedelta(minutes=10)
_ROUNDS_AT_LEAST: Final = 200
_TIMES_ITS_STAKES: Final = 3


def watch_payouts(*, now: datetime) -> list[str]:
    """Raises ANOMALY_SPIKE for every game whose rounds of ten minutes, at least 200, paid more than three times their
    stakes; once in ten minutes a game, however many workers watch. For which it did.
    """
    lately = Round.objects.filter(settled_at__gt=now - _WINDOW).order_by().values("game")
    paid = lately.annotate(rounds=Count("pk"), wagered=Sum("stake"), paid=Sum("payout"))
    odd = paid.filter(rounds__gte=_ROUNDS_AT_LEAST, paid__gt=F("wagered") * _TIMES_ITS_STAKES)
    return [row["game"] for row in odd.order_by("game") if _raise_alarm(row, now)]


def _raise_alarm(row: Mapping[str, Any], now: datetime) -> bool:
    game = row["game"]
    details = {name: row[name] for name in ("rounds", "wagered", "paid")}
    with transaction.atomic():
        try:
            rates.spend(f"payout_spike:{game}", limit=1, per=_WINDOW, now=now)
        except Refusal:
            return False
        audit.record(action="ANOMALY_SPIKE", target_type="game", target_id=game, details=details, now=now)
    return True
