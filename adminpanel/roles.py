"""What each staff role may do in the admin, as permissions of a group named like the role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from accounts.models import Role

# Beyond seeing everything, which every role may. An owner is a superuser and needs no list.
_MAY_CHANGE: Final[dict[Role, tuple[str, ...]]] = {
    Role.AUDITOR: (),
    Role.SUPPORT: (
        *("change_player", "change_authsession", "add_invite", "change_invite"),
        *("add_campaign", "change_campaign"),
    ),
    Role.SHOP: (
        *("add_product", "change_product", "add_limitedpackage", "change_limitedpackage"),
        *("add_promocode", "change_promocode", "change_purchase", "change_inventoryitem"),
    ),
    Role.ECONOMY: (
        *("change_game", "add_gameconfig", "add_streaktable"),
        *("add_event", "change_event", "add_mission", "change_mission", "change_progress"),
        *("add_catalogreward", "change_catalogreward"),
    ),
    Role.OWNER: (),
}
_APPS: Final = ("accounts", "realtime", "games", "shop", "adminpanel")


def seed_roles() -> Iterator[tuple[str, bool]]:
    """Makes the groups that are missing and brings the permissions of all to what is written here."""
    for role, codenames in _MAY_CHANGE.items():
        group, is_new = Group.objects.get_or_create(name=role.value)
        wanted = Permission.objects.filter(content_type__app_label__in=_APPS)
        if role is not Role.OWNER:
            wanted = wanted.filter(Q(codename__startswith="view_") | Q(codename__in=codenames))
        group.permissions.set(wanted)
        yield f"role {role.value}", is_new
