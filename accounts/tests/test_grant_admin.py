"""Gold given from the admin: by the action of the list and of the player's page, and by the form that calls the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Audit, Player, Role
from accounts.tests.staffed import staff_of_every_role
from tests.cast import enrol, gold_of
from tests.desk import sit_down

LIST = "/admin/accounts/player/"
FORM = "/admin/points/"
KEY = "0123456789abcdef" * 2


@pytest.fixture
def staff(db: None) -> dict[Role, Player]:
    return staff_of_every_role()


def act(client: Client, *players: Player, **given: str) -> Any:
    """The action of the list for these players: its form, or with a reason the deed."""
    sent = {"action": "grant_gold", "_selected_action": [str(player.pk) for player in players], **given}
    return client.post(LIST, sent, follow=True)


def gift(**changes: str) -> dict[str, str]:
    return {"amount": "500", "reason": "for the delay", "key": KEY, **changes}


def test_economy_gives_to_the_chosen_players_by_the_operation_of_the_api(staff: dict[Role, Player]) -> None:
    ada, bob, client = enrol("ada"), enrol("bob"), sit_down(staff[Role.ECONOMY])
    asked = act(client, ada, bob).content.decode()
    assert [name for name in ("amount", "reason", "key") if f'name="{name}"' not in asked] == []
    assert "2명에게 적용했습니다" in act(client, ada, bob, **gift()).content.decode()
    assert (gold_of(ada), gold_of(bob)) == (1500, 1500)
    audits = Audit.objects.filter(action="ADMIN_GRANT_GOLD", actor=staff[Role.ECONOMY])
    told = {(audit.target_id, audit.details["amount"], audit.details["reason"]) for audit in audits}
    assert told == {(str(player.pk), 500, "for the delay") for player in (ada, bob)}


def test_a_form_sent_twice_gives_once_and_every_form_has_a_key_of_its_own(staff: dict[Role, Player]) -> None:
    ada, client = enrol("ada"), sit_down(staff[Role.OWNER])
    keys = {re.findall(r'name="key" value="([0-9a-f]{32})"', act(client, ada).content.decode())[0] for _ in range(2)}
    assert len(keys) == 2
    for _ in range(2):
        act(client, ada, **gift())
    assert gold_of(ada) == 1500


@pytest.mark.parametrize(
    "changes", [{"amount": "0"}, {"amount": "-5"}, {"amount": "1.5"}, {"amount": ""}, {"amount": "1000000001"},
                {"reason": "x"}, {"reason": "x" * 121}, {"key": "mine"}, {"key": ""}],
    ids=str,
)  # fmt: skip
def test_a_form_that_is_wrong_gives_nothing(staff: dict[Role, Player], changes: dict[str, str]) -> None:
    ada = enrol("ada")
    assert act(sit_down(staff[Role.OWNER]), ada, **gift(**changes)).status_code == 200
    assert (gold_of(ada), Audit.objects.filter(action="ADMIN_GRANT_GOLD").count()) == (1000, 0)


def test_who_gives_no_gold_finds_no_way_to(staff: dict[Role, Player]) -> None:
    ada = enrol("ada")
    for role in (Role.AUDITOR, Role.SUPPORT, Role.SHOP):
        client = sit_down(staff[role])
        act(client, ada, **gift())
        pages = [client.get(path).content.decode() for path in (LIST, f"{LIST}{ada.pk}/change/")]
        assert [page for page in pages if "grant_gold" in page or FORM in page] == []
    assert gold_of(ada) == 1000


def test_nobody_gives_to_the_own_account_and_owners_alone_to_other_staff(staff: dict[Role, Player]) -> None:
    economy, owner, auditor = staff[Role.ECONOMY], staff[Role.OWNER], staff[Role.AUDITOR]
    assert "자신의 계정에는" in act(sit_down(owner), owner, **gift()).content.decode()
    act(sit_down(economy), auditor, owner, economy, **gift())
    assert [gold_of(each) for each in (economy, owner, auditor)] == [1000, 1000, 1000]
    act(sit_down(owner), auditor, **gift())
    assert gold_of(auditor) == 1500


def test_a_players_page_offers_what_the_list_offers(staff: dict[Role, Player]) -> None:
    ada = enrol("ada")
    page = sit_down(staff[Role.OWNER]).get(f"{LIST}{ada.pk}/change/").content.decode()
    offered = re.findall(r'name="action" value="(\w+)"', page)
    assert {"grant_gold", "ban", "unban", "log_out"} <= set(offered)
    assert "export_csv" not in offered
    assert f'name="_selected_action" value="{ada.pk}"' in page


# --- the form at /admin/points/ ---------------------------------------------------------------------------


def test_the_form_is_shown_to_all_and_guards_those_who_are_not_staff(staff: dict[Role, Player]) -> None:
    guarded = [Client(), sit_down(enrol("ada"))]
    for client in [*guarded, *(sit_down(each) for each in staff.values())]:
        answer = client.get(FORM)
        page = answer.content.decode()
        assert (answer.status_code, 'data-testid="admin-guard-banner"' in page) == (200, client in guarded)
        for name in ("user-id", "amount", "memo", "submit"):
            assert page.count(f'data-testid="admin-points-{name}"') == 1
        assert (page.count('role="status"'), page.count('role="alert"')) == (1, 1)
        assert '<html lang="ko"' in page
        assert " style=" not in page
        assert "no-store" in answer.headers["Cache-Control"]


def test_the_form_may_be_opened_for_one_player(db: None) -> None:
    assert 'id="user_id" data-testid="admin-points-user-id" name="user_id" type="text" value="7"' in (
        Client().get(FORM, {"user_id": "7"}).content.decode()
    )
    for wrong in ("seven", "-7", "７", '"><script>'):
        assert 'name="user_id" type="text" value=""' in Client().get(FORM, {"user_id": wrong}).content.decode()


def test_the_menu_leads_there_who_may_give(staff: dict[Role, Player]) -> None:
    menus = {role: sit_down(each).get("/admin/").content.decode() for role, each in staff.items()}
    assert {role for role, menu in menus.items() if f'<a href="{FORM}"' in menu} == {Role.ECONOMY, Role.OWNER}
