"""Campaigns in the admin: written once, looked at before they are sent, called off for a reason, never edited."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Notification, Player, Rank, Role
from accounts.tests.staffed import ROLES, audits_of, costs_the_same, staff_of_every_role, told
from adminpanel import campaigns
from adminpanel.models import Campaign
from casino.lib import days
from tests.cast import enrol
from tests.desk import sit_down

LIST = "/admin/adminpanel/campaign/"
ADD = f"{LIST}add/"
NEW = {"title": "봄 소식", "message": "모두 환영합니다", "targeting_type": "all"}
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
def staff(db: None) -> dict[Role, Player]:
    return staff_of_every_role()


@pytest.fixture
def desk(staff: dict[Role, Player]) -> Client:
    """The browser of somebody who talks to players."""
    return sit_down(staff[Role.SUPPORT])


def errors(page: Any) -> dict[str, list[str]]:
    """What the form says is wrong."""
    assert page.status_code == 200
    return dict(page.context["form"].errors)


def seen(client: Client, sent: dict[str, Any]) -> dict[str, Any]:
    """What is sent after the preview of `sent` was looked at."""
    page = client.post(ADD, sent | {"_preview": "1"})
    name = re.search(r'name="seen" value="(\w+)"', page.content.decode())
    assert name is not None
    return sent | {"seen": name[1], "_send": "1"}


def planned(staff: dict[Role, Player], **facts: Any) -> Campaign:
    """A campaign as the operation plans it, for tomorrow."""
    tomorrow = days.now() + timedelta(days=1)
    return campaigns.plan(
        by=staff[Role.OWNER], title="소식", message="내용", **{"scheduled_at": tomorrow, **facts}
    )  # fmt: skip


def test_a_campaign_is_looked_at_and_then_planned(desk: Client, staff: dict[Role, Player]) -> None:
    page = desk.post(ADD, NEW | {"_preview": "1"})
    assert page.context["reach"] == Player.objects.count() == 5
    assert "지금 보내면 5명이 받습니다" in page.content.decode()
    assert (Campaign.objects.count(), audits_of("campaign")) == (0, [])
    answer = desk.post(ADD, seen(desk, NEW))
    made = Campaign.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}{made.pk}/change/")
    assert (made.title, made.message, made.targeting_type, made.status, made.created_by) == (
        "봄 소식", "모두 환영합니다", "all", "scheduled", staff[Role.SUPPORT],
    )  # fmt: skip
    assert [(audit.action, audit.target_id, audit.actor_name) for audit in audits_of("campaign")] == [
        ("CAMPAIGN_CREATE", str(made.pk), "staffsupport")
    ]
    assert campaigns.dispatch(now=days.now(), turn=None) == 5
    assert Notification.objects.filter(kind="campaign").count() == 5
    shown = desk.get(LIST).content.decode()
    assert re.findall(r'field-target_count">([^<]*)<', shown) == ["5"]
    assert "발송 완료" in shown


@pytest.mark.parametrize(
    ("facts", "reach"),
    [
        ({"targeting_type": "segment", "target_segment": "rank:VIP"}, 1),
        ({"targeting_type": "segment", "target_segment": "inactive_7d"}, 0),
        ({"targeting_type": "user_ids", "user_ids": "ADA, VIP\nADA"}, 2),
    ],
)
def test_the_preview_says_how_many_it_reaches(desk: Client, facts: dict[str, str], reach: int) -> None:
    ada, vip = enrol("ada"), enrol("vip", rank=Rank.VIP)
    named = facts.get("user_ids", "").replace("ADA", str(ada.pk)).replace("VIP", str(vip.pk))
    page = desk.post(ADD, NEW | facts | ({"user_ids": named} if named else {}) | {"_preview": "1"})
    assert (errors(page), page.context["reach"]) == ({}, reach)
    assert Campaign.objects.count() == 0


@pytest.mark.parametrize(
    "other",
    [{"title": "다른 소식"}, {"message": "달라짐"}, {"scheduled_at_0": "2099-01-01", "scheduled_at_1": "00:00"}],
)
def test_what_is_sent_is_what_was_seen(desk: Client, other: dict[str, str]) -> None:
    page = desk.post(ADD, seen(desk, NEW) | other)
    assert page.context["preview"] is not None
    assert (Campaign.objects.count(), audits_of("campaign")) == (0, [])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"), ({"title": "x" * 101}, "title"), ({"message": ""}, "message"),
        ({"message": "x" * 1001}, "message"), ({"targeting_type": "some"}, "targeting_type"),
        ({"targeting_type": "segment"}, "target_segment"), ({"target_segment": "payers"}, "target_segment"),
        ({"targeting_type": "segment", "target_segment": "rank:GOD"}, "target_segment"),
        ({"targeting_type": "user_ids"}, "user_ids"), ({"user_ids": "5"}, "user_ids"),
        ({"targeting_type": "user_ids", "user_ids": "ada"}, "user_ids"),
        ({"targeting_type": "user_ids", "user_ids": "1 -2"}, "user_ids"),
        ({"targeting_type": "user_ids", "user_ids": "9" * 19}, "user_ids"),
        ({"targeting_type": "user_ids", "user_ids": " ".join(map(str, range(10_001)))}, "user_ids"),
        ({"scheduled_at_0": "tomorrow", "scheduled_at_1": "00:00"}, "scheduled_at"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_told_in_the_form(desk: Client, wrong: dict[str, str], field: str) -> None:
    for button in ("_preview", "_send"):
        assert list(errors(desk.post(ADD, NEW | wrong | {button: "1"}))) == [field]
    assert (Campaign.objects.count(), audits_of("campaign")) == (0, [])


def test_players_who_do_not_exist_are_told_beside_their_numbers(desk: Client) -> None:
    sent = NEW | {"targeting_type": "user_ids", "user_ids": "987654"}
    assert errors(desk.post(ADD, seen(desk, sent))) == {"user_ids": ["없는 플레이어가 있습니다"]}
    assert Campaign.objects.count() == 0


def test_a_campaign_is_called_off_for_a_reason_before_it_begins(desk: Client, staff: dict[Role, Player]) -> None:
    campaign = planned(staff)
    page = f"{LIST}{campaign.pk}/"
    assert desk.post(f"{page}cancel/", {"reason": ""}).status_code == 200
    assert Campaign.objects.get().status == "scheduled"
    assert desk.post(f"{page}cancel/", {"reason": "wrong day"}).status_code == 302
    assert Campaign.objects.get().status == "cancelled"
    again = desk.post(f"{page}cancel/", {"reason": "once more"})
    assert again.context["form"].errors == {"__all__": ["예약 상태인 소식만 취소할 수 있습니다"]}
    assert [told(audit) for audit in audits_of("campaign")[1:]] == [
        {
            "action": "CAMPAIGN_CANCEL",
            "target": str(campaign.pk),
            "by": "staffsupport",
            "title": "소식",
            "targeting_type": "all",
            "segment": "",
            "reason": "wrong day",
        }
    ]
    assert campaigns.dispatch(now=days.now() + timedelta(days=2), turn=None) == 0


def test_what_was_sent_is_neither_called_off_nor_edited(desk: Client, staff: dict[Role, Player]) -> None:
    campaign = planned(staff, scheduled_at=days.now())
    campaigns.dispatch(now=days.now(), turn=None)
    before = Campaign.objects.values().get()
    page = f"{LIST}{campaign.pk}/"
    assert desk.post(f"{page}cancel/", {"reason": "too late"}).context["form"].errors == {
        "__all__": ["예약 상태인 소식만 취소할 수 있습니다"]
    }
    assert desk.post(f"{page}change/", {"title": "Another", "message": "Another"}).status_code == 403
    assert desk.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert "cancel/" not in desk.get(f"{page}change/").content.decode()
    assert Campaign.objects.values().get() == before


@pytest.mark.parametrize("role", ROLES)
def test_only_support_and_owners_tell_many_players(staff: dict[Role, Player], role: Role) -> None:
    campaign = planned(staff)
    client, may = sit_down(staff[role]), role in (Role.SUPPORT, Role.OWNER)
    page = f"{LIST}{campaign.pk}/"
    assert [client.get(LIST).status_code, client.get(f"{page}change/").status_code] == [200, 200]
    assert client.post(f"{page}change/", {"title": "Another"}).status_code == 403
    assert client.get(ADD).status_code == (200 if may else 403)
    assert client.post(ADD, NEW | {"_preview": "1"}).status_code == (200 if may else 403)
    assert client.post(f"{page}cancel/", {"reason": "wrong day"}).status_code == (302 if may else 403)
    assert Campaign.objects.get().status == ("cancelled" if may else "scheduled")
    assert len(audits_of("campaign")) == (2 if may else 1)


def test_a_list_costs_the_same_for_few_campaigns_and_many(desk: Client, staff: dict[Role, Player]) -> None:
    planned(staff)
    named = [player.pk for player in staff.values()]

    def more() -> None:
        for _number in range(5):
            planned(staff, targeting_type="user_ids", user_ids=named)

    assert costs_the_same(desk, LIST, more) <= 12


def test_what_staff_typed_is_inert(desk: Client) -> None:
    sent = NEW | {"title": XSS, "message": f"{XSS} 100 % %(all)s"}
    preview = desk.post(ADD, sent | {"_preview": "1"}).content.decode()
    assert desk.post(ADD, seen(desk, sent)).status_code == 302
    pages = (LIST, f"{LIST}{Campaign.objects.get().pk}/change/", f"{LIST}{Campaign.objects.get().pk}/cancel/")
    for text in (preview, *(desk.get(path).content.decode() for path in pages)):
        assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt; 100 % %(all)s" in preview
