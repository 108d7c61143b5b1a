"""The books inspected: every truth of every app, remembered so that dashboard, gauges and alerts tell the same."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts import audit
from accounts.truths import ledger_truths
from adminpanel.models import Inspection
from casino.lib.truths import Truth
from games.truths import round_truths
from shop.truths import purchase_truths

KEPT: Final = 500


def truths() -> list[Truth]:
    """Everything that must hold, checked now."""
    return [*ledger_truths(), *round_truths(), *purchase_truths()]


def inspect(*, now: datetime) -> Inspection:
    """Checks everything and remembers the verdict; the first inspection that finds drift raises the alarm."""
    began = time.perf_counter()
    found = truths()
    by_name = {truth.name: truth for truth in found}
    last = Inspection.objects.first()
    with transaction.atomic():
        verdict = Inspection.objects.create(
            created_at=now,
            took_milliseconds=round((time.perf_counter() - began) * 1000),
            drift_gold=sum(truth.gold for truth in found),
            negative_balances=by_name["nothing_is_negative"].broken,
            seq_gaps=by_name["events_are_gapless"].broken,
            broken=sum(not truth.holds for truth in found),
            truths=[asdict(truth) for truth in found],
        )
        if verdict.broken and not (last and last.broken):
            _raise_alarm(verdict, found)
        Inspection.objects.filter(pk__lte=verdict.pk - KEPT).delete()
    return verdict


def _raise_alarm(verdict: Inspection, found: list[Truth]) -> None:
    first = {truth.name: truth.first for truth in found if not truth.holds}
    audit.record(
        action="ANOMALY_SPIKE", target_type="ledger", target_id=verdict.pk, details=first, now=verdict.created_at
    )
