"""Campaigns: planned and called off by support, sent to every target at most once, whatever happens on the way."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ledger import OpenWallet
from accounts.models import Audit, AuthSession, Notification, Player, Rank, Role, Wallet
from adminpanel import campaigns
from adminpanel.models import Campaign
from adminpanel.tests.sending import (
    DAY,
    HOUR,
    NOON,
    PATH,
    WORDS,
    Json,
    check_each_told_once,
    crowd,
    pks,
    plan,
    send,
    told,
)
from casino import worker
from casino.lib import days
from games.tests.plays import statements
from realtime.models import StreamEvent
from shop.defaults import seed_products
from tests.cast import Caller, enrol

# --- planned --------------------------------------------------------------------------------------------


def test_a_planned_campaign_is_listed_with_every_published_field(sam: Player) -> None:
    Player.objects.update(created_at=NOON - DAY)
    with time_machine.travel(NOON, tick=False):
        as_sam = Caller(sam)
        answer = as_sam.post(PATH, {"title": "Hi", "message": "There"})
        campaign = Campaign.objects.get()
        assert (answer.status_code, answer.json()) == (200, {"success": True, "id": campaign.pk})
        later = {"scheduled_at": "2026-02-01T00:00:00Z", "targeting_type": "user_ids", "user_ids": [sam.pk, sam.pk]}
        second = as_sam.post(PATH, {"title": "Later", "message": "There", **later}).json()["id"]
        assert send() == 1
        whole = as_sam.get(PATH).json()
    assert whole == {
        "items": [
            {
                "id": second, "title": "Later", "message": "There", "targeting_type": "user_ids",
                "status": "scheduled", "scheduled_at": "2026-02-01T00:00:00.000Z", "sent_at": None,
                "target_count": None,
            },
            {
                "id": campaign.pk, "title": "Hi", "message": "There", "targeting_type": "all", "status": "sent",
                "scheduled_at": "2026-01-31T12:00:00.000Z", "sent_at": "2026-01-31T12:00:00.000Z", "target_count": 1,
            },
        ],
        "total": 2,
    }  # fmt: skip
    assert Campaign.objects.get(pk=second).user_ids == [sam.pk]
    audits = Audit.objects.filter(action="CAMPAIGN_CREATE").order_by("id")
    assert [(row.actor, row.target_type, row.target_id, row.severity) for row in audits] == [
        (sam, "campaign", str(campaign.pk), "info"), (sam, "campaign", str(second), "info"),
    ]  # fmt: skip
    assert [row.details for row in audits] == [
        {"title": "Hi", "targeting_type": "all", "segment": ""},
        {"title": "Later", "targeting_type": "user_ids", "segment": "", "targets": 1},
    ]


def test_the_list_is_filtered_and_paged(sam: Player, as_sam: Caller) -> None:
    numbers = [plan(sam, scheduled_at=NOON + 9999 * DAY).pk for _ in range(3)]
    campaigns.cancel(by=sam, campaign_id=numbers[1])

    def listed(**query: Any) -> tuple[list[int], int]:
        page = as_sam.get(PATH, **query).json()
        return [item["id"] for item in page["items"]], page["total"]

    assert listed() == (numbers[::-1], 3)
    assert listed(limit=1, offset=1) == ([numbers[1]], 3)
    assert listed(status="cancelled") == ([numbers[1]], 1)
    assert listed(status="sent") == ([], 0)
    for query in ({"status": "x"}, {"limit": 0}, {"limit": 101}, {"offset": -1}, {"offset": "x"}):
        assert as_sam.get(PATH, **query).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        *({"title": text} for text in (None, "", " ", "x" * 101, 5)),
        *({"message": text} for text in (None, "", "x" * 1001, 5)),
        *({"targeting_type": kind} for kind in ("nobody", None, 5)),
        *({"targeting_type": "segment", "target_segment": name} for name in ("rank:GOLD", "", None, 5)),
        {"targeting_type": "segment"},
        {"targeting_type": "user_ids"},
        *({"targeting_type": "user_ids", "user_ids": ids} for ids in ([], None, "1", ["1"], [0], [True], [10**9])),
        {"targeting_type": "user_ids", "user_ids": list(range(1, 10_002))},
        {"scheduled_at": "soon"},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_plan_that_makes_no_sense_is_refused(as_sam: Caller, changes: Json) -> None:
    answer = as_sam.post(PATH, {**WORDS, **changes})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert not Campaign.objects.exists()
    assert not Audit.objects.filter(action="CAMPAIGN_CREATE").exists()


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("shop", 403), ("economy", 403), ("support", 200)])
def test_campaigns_are_for_support(sam: Player, role: str, status: int) -> None:
    staff = Caller(enrol(role, role=Role(role)))
    assert staff.get(PATH).status_code == 200
    assert staff.post(PATH, WORDS).status_code == status
    waiting = plan(sam, scheduled_at=NOON + 9999 * DAY)
    assert staff.post(f"{PATH}/{waiting.pk}/cancel").status_code == status


def test_players_have_no_campaigns(as_ada: Caller) -> None:
    for answer in (as_ada.get(PATH), as_ada.post(PATH, WORDS), as_ada.post(f"{PATH}/1/cancel")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "STAFF_ONLY")


# --- called off -----------------------------------------------------------------------------------------


def test_a_campaign_called_off_is_never_sent(ada: Player, sam: Player, as_sam: Caller) -> None:
    campaign = plan(sam)
    answer = as_sam.post(f"{PATH}/{campaign.pk}/cancel")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    audit = Audit.objects.get(action="CAMPAIGN_CANCEL")
    assert (audit.actor, audit.target_id, audit.details) == (
        sam, str(campaign.pk), {"title": WORDS["title"], "targeting_type": "all", "segment": ""},
    )  # fmt: skip
    assert (send(), told(campaign)) == (0, [])
    assert Campaign.objects.get().status == "cancelled"


def test_only_what_has_not_begun_is_called_off(ada: Player, sam: Player, as_sam: Caller) -> None:
    campaign = plan(sam)
    for status in ("sending", "sent", "cancelled"):
        facts = {"status": status, "sent_at": NOON if status == "sent" else None}
        Campaign.objects.filter(pk=campaign.pk).update(**facts)
        answer = as_sam.post(f"{PATH}/{campaign.pk}/cancel")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "CAMPAIGN_NOT_SCHEDULED")
        assert Campaign.objects.get().status == status
    answer = as_sam.post(f"{PATH}/999999/cancel")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert not Audit.objects.filter(action="CAMPAIGN_CANCEL").exists()


# --- sent -----------------------------------------------------------------------------------------------


def test_a_target_gets_one_notice_and_one_event_as_staff_wrote_it(ada: Player, bob: Player, sam: Player) -> None:
    Player.objects.update(created_at=NOON - DAY)
    with time_machine.travel(NOON, tick=False):
        campaign = plan(sam, targeting_type="user_ids", user_ids=[bob.pk])
        assert (send(NOON), send(NOON)) == (1, 0)
        assert Caller(bob).get("/api/notifications").json()["unread"] == 1
    notice = Notification.objects.get()
    assert (notice.player, notice.kind, notice.shown_title, notice.shown_message, notice.key) == (
        bob, "campaign", WORDS["title"], WORDS["message"], f"campaign:{campaign.pk}",
    )  # fmt: skip
    event = StreamEvent.objects.get(type="notification")
    assert (event.player_id, event.data) == (
        bob.pk,
        {
            "id": notice.pk, "kind": "campaign", "title": WORDS["title"], "message": WORDS["message"], "link": None,
            "created_at": "2026-01-31T12:00:00.000Z", "unread": 1,
        },
    )  # fmt: skip


def test_nothing_is_sent_before_its_time(ada: Player, sam: Player) -> None:
    campaign = plan(sam, scheduled_at=NOON + HOUR)
    assert send(NOON + HOUR - timedelta(microseconds=1)) == 0
    assert Campaign.objects.get().status == "scheduled"
    with time_machine.travel(NOON + 9999 * DAY, tick=False):
        assert send(NOON + HOUR) == 0  # nobody had joined by then
    assert (told(campaign), Campaign.objects.get().target_count) == ([], 0)


def test_all_are_told_but_those_who_may_not_enter(ada: Player, bob: Player, vip: Player, sam: Player) -> None:
    now = days.now()
    out, gone, back = (enrol(name) for name in ("out", "gone", "back"))
    Player.objects.filter(pk=out.pk).update(is_banned=True)
    Player.objects.filter(pk=back.pk).update(is_banned=True, banned_until=now)
    Player.objects.filter(pk=bob.pk).update(is_banned=True, banned_until=now + HOUR)
    Player.objects.filter(pk=gone.pk).update(is_active=False)
    campaign = plan(sam)
    assert send() == 4
    assert told(campaign) == pks(ada, vip, sam, back)
    assert Campaign.objects.get().target_count == 4


def test_who_is_banned_while_it_is_sent_is_left_out(ada: Player, bob: Player, sam: Player) -> None:
    campaign = plan(sam)
    notify = OpenWallet.notify

    def notify_and_ban(wallet: OpenWallet, *texts: Any, **facts: Any) -> None:
        notify(wallet, *texts, **facts)
        Player.objects.filter(pk=bob.pk).update(is_banned=True)

    with patch.object(OpenWallet, "notify", notify_and_ban):
        send()
    assert told(campaign) == pks(ada, sam)


def test_who_joins_while_it_is_sent_is_left_out(ada: Player, sam: Player) -> None:
    campaign = plan(sam)
    with patch.object(campaigns, "_send", return_value=0):
        send()
    enrol("late")
    send()
    assert told(campaign) == pks(ada, sam)


@pytest.fixture
def segments(db: None) -> dict[str, Player]:
    """Somebody of every kind, as of NOON."""
    with time_machine.travel(NOON - 30 * DAY, tick=False):
        seed_products(NOON)
        people = {rank.value: enrol(rank.value, rank=rank) for rank in Rank}
        people |= {name: enrol(name) for name in ("seen", "buyer", "refunded", "golden")}
        for name, product in (("buyer", "1001"), ("refunded", "1001")):
            assert Caller(people[name]).post("/api/shop/buy", {"product_id": product}).json()["success"] is True
        people["refunded"].purchases.update(status="refunded")
    with time_machine.travel(NOON - 7 * DAY, tick=False):
        people["week"] = enrol("week")
        Caller(people["golden"])
    with time_machine.travel(NOON - 7 * DAY + timedelta(seconds=1), tick=False):
        people["new"] = enrol("new")
        Caller(people["seen"])
    return people


@pytest.mark.parametrize(
    ("segment", "names"),
    [
        ("rank:STANDARD", "STANDARD seen buyer refunded golden week new"),
        ("rank:PREMIUM", "PREMIUM"),
        ("rank:VIP", "VIP"),
        ("new_7d", "new"),
        ("inactive_7d", "STANDARD PREMIUM VIP buyer refunded golden week"),
        ("payers", "buyer"),
    ],
)
def test_a_segment_is_exactly_its_players(segments: dict[str, Player], segment: str, names: str) -> None:
    with time_machine.travel(NOON, tick=False):
        campaign = plan(segments["new"], targeting_type="segment", target_segment=segment)
        send()
    assert told(campaign) == pks(*(segments[name] for name in names.split()))


def test_campaigns_are_sent_in_the_order_of_their_times(ada: Player, sam: Player) -> None:
    later, sooner = plan(sam, title="later"), plan(sam, title="sooner", scheduled_at=NOON - 9999 * DAY)
    assert send() == 4
    assert list(ada.notifications.order_by("id").values_list("title", flat=True)) == ["sooner", "later"]
    assert {campaign.status for campaign in (later, sooner)} == {"scheduled"}  # as they were planned


def test_a_target_costs_five_statements(sam: Player) -> None:
    def cost(number: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            plan(sam, targeting_type="user_ids", user_ids=pks(*players[:number]))
            send()
        return len(statements(captured))

    players = crowd(60)
    one = cost(1)
    assert cost(51) - one == 50 * 5  # wallet, still a target?; notice, wallet, event


def test_no_campaign_costs_the_worker_one_statement(db: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert campaigns.dispatch(now=NOON) == 0
    assert len(captured) == 1


def test_a_turn_ends_and_the_next_goes_on(sam: Player) -> None:
    players = [*crowd(5), sam]
    campaign = plan(sam)
    turns = 0
    while Campaign.objects.get().status != "sent":
        turns += 1
        assert campaigns.dispatch(now=days.now(), turn=timedelta(0)) <= 1
    assert turns > len(players)
    check_each_told_once(campaign, players)


def test_the_worker_and_the_command_send(ada: Player, sam: Player) -> None:
    first = plan(sam)
    assert "dispatch_campaigns" in [job.name for job in worker.JOBS]
    (job,) = (job for job in worker.JOBS if job.name == "dispatch_campaigns")
    job.run(now=days.now())
    assert told(first) == pks(ada, sam)
    second, out = plan(sam), io.StringIO()
    call_command("dispatch_campaigns", stdout=out)
    call_command("dispatch_campaigns", stdout=out)
    assert (told(second), out.getvalue()) == (pks(ada, sam), "told 2\nnothing\n")


def test_sessions_tell_who_was_seen_not_sign_ins(sam: Player) -> None:
    """A session that goes on counts as being there, however long ago its sign-in was."""
    with time_machine.travel(NOON - 30 * DAY, tick=False):
        ada = enrol("ada")
        Caller(ada)
    AuthSession.objects.filter(player=ada).update(last_seen_at=NOON - DAY)
    with time_machine.travel(NOON, tick=False):
        campaign = plan(sam, targeting_type="segment", target_segment="inactive_7d")
        send()
    assert told(campaign) == []


def test_clean_takes_campaigns_and_their_notices_along(db: None) -> None:
    call_command("seed", stdout=io.StringIO())
    plan(Player.objects.get(site_id="admin"))
    assert send() == 5
    call_command("clean", "--yes", stdout=io.StringIO())
    assert (Campaign.objects.count(), Notification.objects.count()) == (0, 0)
    assert set(Wallet.objects.values_list("unread", flat=True)) == {0}
