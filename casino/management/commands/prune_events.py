"""`manage.py prune_events`: old rows go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts import feed
from accounts.pruning import prune_login_counters, prune_sessions
from casino.lib.days import now as clock
from casino.lib.pruning import prune_keys, prune_rates
from realtime import stream
from shop.hooks import prune_nonces
from shop.velocity import prune_refusals


class Command(BaseCommand):
    """Trims realtime history, sessions long over, counters, nonces and idempotency rows; one line each."""

    help = "Trim realtime history, old sessions, counters, nonces and idempotency keys."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prunes each kind and tells how many went."""
        now = clock()
        for what, prune in (
            ("events", stream.prune),
            ("staff feed", feed.prune),
            ("sessions", prune_sessions),
            ("login counters", prune_login_counters),
            ("idempotency keys", prune_keys),
            ("rate counters", prune_rates),
            ("refused purchases", prune_refusals),
            ("webhook nonces", prune_nonces),
        ):
            self.stdout.write(f"{what}: {prune(now=now)} removed")
