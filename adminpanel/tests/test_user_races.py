"""Staff who act on each other at once: the club keeps an owner, and a control shows what keeps it so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError

from accounts import bans, standing
from accounts.models import Audit, Player, Role
from casino.lib import days
from casino.lib.errors import Refusal
from tests.cast import enrol
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 10


def demote(player: Player, by: Player) -> object:
    return standing.change(player_id=player.pk, by=by, facts={"is_staff": False})


def switch_off(player: Player, by: Player) -> object:
    return standing.change(player_id=player.pk, by=by, facts={"is_active": False})


def ban(player: Player, by: Player) -> None:
    bans.ban(player=player, by=by, reason="mutiny", lasts=None, now=days.now())


def owners() -> list[Player]:
    """Owners who may act."""
    now = days.now()
    return [owner for owner in Player.objects.filter(is_staff=True, role=Role.OWNER) if owner.may_enter(now)]


def verdicts(ends: list[Any]) -> list[str]:
    """How the calls ended, in the alphabet's order."""
    return sorted(end.code if isinstance(end, Refusal) else type(end).__name__ for end in ends)


@pytest.mark.parametrize("first", [demote, switch_off, ban])
@pytest.mark.parametrize("second", [demote, switch_off, ban])
def test_of_two_owners_who_unseat_each_other_one_stays(first: Callable[..., Any], second: Callable[..., Any]) -> None:
    for number in range(ROUNDS):
        sam, eve = (enrol(f"{name}{number}", role=Role.OWNER) for name in ("sam", "eve"))
        ends = together(partial(first, sam, eve), partial(second, eve, sam))
        assert "PERMISSION_DENIED" in verdicts(ends), verdicts(ends)
        assert len(owners()) == 1
        assert Audit.objects.count() == number + 1
        Player.objects.update(is_staff=False, role=Role.NONE)


def test_without_the_lock_nobody_stays_or_nobody_is_told_why() -> None:
    sam, eve = (enrol(name, role=Role.OWNER) for name in ("sam", "eve"))
    with row_locks_off(), meeting_at(standing, "_write", 2):
        ends = together(partial(demote, sam, eve), partial(demote, eve, sam))
    assert "PERMISSION_DENIED" not in verdicts(ends)
    assert owners() == [] or any(isinstance(end, DatabaseError) for end in ends)
