"""What staff do to accounts in the Django admin: by the operations of the API, for a reason, and never by a form."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Player, Role
from adminpanel.roles import seed_roles
from adminpanel.tests.keeping import kept, record_of
from tests.cast import Caller, enrol
from tests.desk import sit_down

LIST = "/admin/accounts/player/"
STAFF = [role for role in Role if role != Role.NONE]
WHY = {"reason": "asked by phone"}
DEEDS = {
    "give_rank": {"rank": "VIP"},
    "switch_off": {},
    "switch_on": {},
    "ban": {},
    "unban": {},
    "log_out": {},
    "give_role": {"role": "shop"},
}


@pytest.fixture
def sam(sam: Player) -> Player:
    list(seed_roles())
    return sam


def act(client: Client, action: str, player: Player, **given: str) -> Any:
    """Chooses an action for a player in the list; `given` fills the page that asks for the reason."""
    chosen = {"action": action, "_selected_action": player.pk, **given}
    return client.post(LIST, chosen, follow=True)


def told(answer: Any) -> list[str]:
    """What the page says was done or refused."""
    return [str(message) for message in answer.context["messages"]]


def test_a_rank_is_given_for_a_reason(sam: Player, ada: Player) -> None:
    client, before = sit_down(sam), kept(ada)
    page = act(client, "give_rank", ada)
    assert list(page.context["form"].fields) == ["reason", "rank"]
    for missing in ({"rank": "VIP", "reason": "x"}, {"rank": "GOD", **WHY}, {"rank": "", **WHY}, WHY):
        assert act(client, "give_rank", ada, **missing).context["form"].errors
    assert kept(ada) == before
    assert told(act(client, "give_rank", ada, rank="VIP", **WHY)) == ["1명에게 적용했습니다"]
    assert record_of(ada) == [
        ("USER_UPDATE", "info", "sam", {"before": {"rank": "STANDARD"}, "after": {"rank": "VIP"}, **WHY})
    ]
    assert Player.objects.get(pk=ada.pk).rank == "VIP"


def test_an_account_is_switched_off_and_on_for_a_reason(sam: Player, ada: Player) -> None:
    client, device = sit_down(sam), Caller(ada)
    assert act(client, "switch_off", ada).status_code == 200
    assert device.get("/api/users/balance").status_code == 200
    act(client, "switch_off", ada, **WHY)
    assert device.get("/api/users/balance").status_code == 401
    assert not Player.objects.get(pk=ada.pk).is_active
    act(client, "switch_on", ada, **WHY)
    assert Caller(ada).get("/api/users/balance").status_code == 200
    assert [(row[0], row[3]["after"], row[3]["reason"]) for row in record_of(ada)] == [
        ("USER_UPDATE", {"is_active": False}, "asked by phone"),
        ("USER_UPDATE", {"is_active": True}, "asked by phone"),
    ]


def test_an_owner_gives_and_takes_roles_that_act_at_once(sam: Player, ada: Player) -> None:
    client = sit_down(sam)
    act(client, "give_role", ada, role="support", **WHY)
    desk = sit_down(ada)
    assert desk.get(LIST).status_code == 200
    assert kept(ada)[:3] == (True, False, "support")
    assert act(client, "give_role", ada, role="", **WHY).context["form"].errors
    assert desk.get(LIST).status_code == 200
    act(client, "give_role", ada, role="none", **WHY)
    assert desk.get(LIST).status_code == 302
    assert kept(ada)[:3] == (False, False, "")
    assert [row[:2] for row in record_of(ada)] == [
        ("USER_UPDATE", "info"), ("USER_ELEVATED", "warning"), ("USER_UPDATE", "info"),
    ]  # fmt: skip


@pytest.mark.parametrize("action", DEEDS)
@pytest.mark.parametrize("role", STAFF)
def test_each_role_is_offered_its_deeds_and_does_no_other(sam: Player, ada: Player, role: Role, action: str) -> None:
    client, before = sit_down(enrol("eve", role=role)), kept(ada)
    may = role == Role.OWNER or (role == Role.SUPPORT and action != "give_role")
    offered = [name for name, _label in client.get(LIST).context["action_form"].fields["action"].choices]
    assert (action in offered) == may
    act(client, action, ada, **WHY, **DEEDS[action])
    if not may:
        assert kept(ada) == before


@pytest.mark.parametrize("action", [action for action in DEEDS if action != "give_role"])
def test_other_staff_are_for_owners(sam: Player, action: str) -> None:
    client, eve = sit_down(enrol("sue", role=Role.SUPPORT)), enrol("eve", role=Role.AUDITOR)
    Caller(eve)
    before = kept(eve)
    answer = act(client, action, eve, **WHY, **DEEDS[action])
    assert told(answer) == [f"{eve}: 운영진은 소유자만 다룰 수 있습니다"]
    assert kept(eve) == before


@pytest.mark.parametrize("action", ["switch_off", "give_role", "ban"])
def test_nobody_does_it_to_the_own_account(sam: Player, action: str) -> None:
    client, before = sit_down(sam), kept(sam)
    answer = act(client, action, sam, **WHY, **DEEDS[action])
    assert told(answer) == [f"{sam}: 자신의 계정에는 수행할 수 없는 작업입니다"]
    assert kept(sam) == before


@pytest.mark.parametrize("role", STAFF)
def test_no_form_changes_an_account(sam: Player, ada: Player, role: Role) -> None:
    client, before = sit_down(enrol("eve", role=role)), kept(ada)
    page = f"{LIST}{ada.pk}/change/"
    shown = client.get(page)
    assert shown.status_code == 200
    assert list(shown.context["adminform"].form.fields) == []
    wanted = {"is_staff": "on", "role": "owner", "rank": "VIP", "is_active": "", "is_superuser": "on", **WHY}
    assert client.post(page, wanted).status_code == 403
    assert client.post(LIST, {"form-0-role": "owner", "form-0-id": ada.pk, "_save": "1"}).status_code in (200, 302)
    assert kept(ada) == before
