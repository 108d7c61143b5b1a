"""Gauges that are facts of the database: read when they are scraped, so every process tells the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from adminpanel.models import Inspection
from casino.lib.days import now as clock
from games.play import due
from shop.models import Purchase

_log = logging.getLogger(__name__)


class ClubGauges(Collector):
    """What the last inspection found and what waits right now; nothing while the database is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family a gauge."""
        try:
            facts = _facts()
        except (DatabaseError, InterfaceError):
            _log.warning("metrics: the database does not answer")
            return
        for name, (text, value) in facts.items():
            yield GaugeMetricFamily(name, text, value=value)


def _facts() -> dict[str, tuple[str, int]]:
    now = clock()
    last = Inspection.objects.only("drift_gold", "negative_balances", "seq_gaps").first()
    pending = Purchase.objects.pending()
    return {
        "cc_ledger_drift_gold": ("Gold the books are off by; must be 0", last.drift_gold if last else 0),
        "cc_ledger_negative_balances": ("Balances below zero; must be 0", last.negative_balances if last else 0),
        "cc_realtime_seq_gaps": ("Streams with a gap; must be 0", last.seq_gaps if last else 0),
        "cc_pending_purchases": ("Purchases that wait", pending.count()),
        "cc_pending_purchases_stale": (
            "Purchases that wait longer than they may",
            Purchase.objects.stale(now, settings.PENDING_PURCHASE_MAX_AGE).count(),
        ),
        "cc_open_rounds_overdue": ("Open rounds well past their end; must be 0", due.overdue(now)),
    }
