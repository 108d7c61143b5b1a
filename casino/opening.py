"""What the club opens with: everything `seed` makes, and the seed accounts a start may be asked to make by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import transaction
from prometheus_client import Gauge

from accounts import audit
from accounts.models import Player
from accounts.progress.defaults import seed_progress
from accounts.seeding import AUTO_SEED, Line, seed_accounts, seed_invite
from adminpanel.roles import seed_roles
from casino.lib.days import now as clock
from casino.lib.errors import Refusal
from games.models import GameConfig
from realtime.models import Epoch
from shop.defaults import seed_packages, seed_products

_log = logging.getLogger(__name__)
_applied = Gauge("cc_auto_seed_basic_applied", "1 when this start made the seed accounts", multiprocess_mode="max")


def seed(*, now: datetime, reset_passwords: bool = False) -> Iterator[Line]:
    """Makes what is missing, and names every object with whether it was made."""
    yield from seed_roles()
    yield from seed_accounts(now=now, reset_passwords=reset_passwords)
    yield from seed_invite(now=now)
    yield from seed_progress(now)
    yield from seed_products(now)
    yield from seed_packages(now)
    for config in GameConfig.objects.order_by("game", "version"):
        yield f"game table {config}", False
    had_epoch = Epoch.objects.exists()
    Epoch.current()
    yield "realtime epoch", not had_epoch


def auto_seed() -> bool:
    """With AUTO_SEED_BASIC, makes the seed accounts when `admin` is missing; True when it did."""
    _applied.set(0)
    if not settings.AUTO_SEED_BASIC or Player.objects.filter(site_id="admin").exists():
        return False
    now = clock()
    try:
        with transaction.atomic():
            made = [name for name, is_new in (*seed_accounts(now=now), *seed_invite(now=now)) if is_new]
            admin = Player.objects.get(site_id="admin").pk
            audit.record(action=AUTO_SEED, target_type="user", target_id=admin, details={"made": made}, now=now)
    except Refusal as refusal:
        _log.warning("AUTO_SEED_BASIC: %s", refusal.code)  # another process was faster, or a player has the name
        return False
    _applied.set(1)
    _log.info("AUTO_SEED_BASIC 적용: %s", ", ".join(made))
    return True
