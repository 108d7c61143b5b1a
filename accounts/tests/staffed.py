"""Staff of every role at the admin, before goals that have just opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Player, Role
from accounts.progress.defaults import seed_progress
from adminpanel.roles import seed_roles
from casino.lib import days
from tests.cast import enrol

ROLES = [role for role in Role if role != Role.NONE]


def staff_of_every_role() -> dict[Role, Player]:
    """One of the staff for each role, with the groups that say what it may, before seeded goals."""
    list(seed_roles())
    list(seed_progress(days.now()))
    return {role: enrol(f"staff{role.value}", role=role) for role in ROLES}


def audits_of(*target_types: str) -> list[Audit]:
    """What staff did to rows of these types, oldest first."""
    return list(Audit.objects.filter(target_type__in=target_types).order_by("id"))


def told(audit: Audit) -> dict[str, Any]:
    """What an audit row keeps of a change."""
    return {"action": audit.action, "target": audit.target_id, "by": audit.actor_name, **audit.details}


def cost_of(client: Client, path: str) -> int:
    """How many statements a page takes once the session is warm."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as statements:
        assert client.get(path).status_code == 200
    return len(statements)


def costs_the_same(client: Client, path: str, more: Callable[[], object]) -> int:
    """The statements of a list, which `more` rows do not change."""
    few = cost_of(client, path)
    more()
    assert cost_of(client, path) == few
    return few
