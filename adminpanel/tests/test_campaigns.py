"""Campaigns: planned and called off by support, sent to every target at most once, whatever happens on the way."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Audit, AuthSession, Notification, Player, PlayerName, Rank, Role, Wallet
from accounts.truths import ledger_truths
from adminpanel import campaigns
from adminpanel.models import Campaign
from casino import worker
from casino.lib import days
from casino.lib.errors import Refusal
from games.tests.plays import statements
from realtime.models import StreamEvent
from realtime.tests.house import database_url
from shop.defaults import seed_products
from tests import servers
from tests.cast import Caller, enrol
from tests.race import row_locks_off, together

Json = dict[str, Any]
PATH = "/api/admin/campaigns"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WORDS: Json = {"title": "소식 100 %", "message": "모두에게 %(all)s"}


def crowd(number: int) -> list[Player]:
    """Players by the hundred: with wallets and names, without passwords and without gold."""
    players = [
        Player(site_id=f"player{each}", nickname=f"Player{each}", password="!", created_at=NOON)
        for each in range(number)
    ]  # fmt: skip
    made = Player.objects.bulk_create(players)
    Wallet.objects.bulk_create([Wallet(player=player) for player in made])
    PlayerName.objects.bulk_create([PlayerName(player=player, key=player.site_id) for player in made])
    return made


def plan(by: Player, **facts: Any) -> Campaign:
    return campaigns.plan(by=by, **{**WORDS, **facts})


def send(at: datetime | None = None) -> int:
    return campaigns.dispatch(now=at or days.now(), turn=None)


def told(campaign: Campaign) -> list[int]:
    """Who has its notice, with repetitions."""
    rows = Notification.objects.filter(key=campaign.key).order_by("player_id")
    return list(rows.values_list("player_id", flat=True))


def pks(*players: Player) -> list[int]:
    return sorted(player.pk for player in players)


def check_each_told_once(campaign: Campaign, players: Sequence[Player]) -> None:
    """Notices, events and counts of all players tell the same: once."""
    assert told(campaign) == pks(*players)
    events = StreamEvent.objects.filter(type="notification").order_by("player_id")
    assert list(events.values_list("player_id", flat=True)) == pks(*players)
    assert set(Wallet.objects.filter(player__in=players).values_list("unread", flat=True)) == {1}
    fresh = Campaign.objects.get(pk=campaign.pk)
    assert (fresh.status, fresh.target_count) == ("sent", len(players))
    assert [truth.first for truth in ledger_truths() if not truth.holds] == []


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


# --- broken off, and many at once -----------------------------------------------------------------------


@pytest.mark.parametrize("after", ["notice", "commit"])
def test_what_broke_off_goes_on_without_repeating_itself(sam: Player, after: str) -> None:
    players = [*crowd(10), sam]
    campaign = plan(sam)
    close, number = OpenWallet.close, iter(range(100))

    def fail(wallet: OpenWallet) -> None:
        if after == "notice":
            close(wallet)
        if next(number) == 5:
            raise KeyboardInterrupt
        if after == "commit":
            close(wallet)

    with patch.object(OpenWallet, "close", fail), pytest.raises(KeyboardInterrupt):
        send()
    assert len(told(campaign)) == 5
    assert Campaign.objects.get().status == "sending"
    assert send() == 6
    check_each_told_once(campaign, players)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_killed_sender_is_succeeded_by_another(tmp_path: Path) -> None:
    sam = enrol("sam", role=Role.OWNER)
    players = [*crowd(400), sam]
    campaign = plan(sam)
    connection.close()
    environment = {**os.environ, "CLUB_ENV": "test", "DATABASE_URL": database_url()}
    with (tmp_path / "sender.log").open("ab") as log:
        sender = subprocess.Popen(
            [sys.executable, "manage.py", "dispatch_campaigns"],
            env=environment, stdout=log, stderr=log, cwd=settings.BASE_DIR,
            preexec_fn=servers.die_with_parent,  # noqa: PLW1509  (one system call, no lock is touched)
        )  # fmt: skip
        while sender.poll() is None and len(told(campaign)) < 20:
            pass
        sender.kill()
        sender.wait()
    log_text = (tmp_path / "sender.log").read_text()
    done = len(told(campaign))
    assert 20 <= done < len(players), log_text
    assert Campaign.objects.get().status == "sending"
    assert send() == len(players) - done
    check_each_told_once(campaign, players)


def send_at_once(campaign: Campaign, senders: int) -> None:
    now = days.now()
    answers = together(*[partial(campaigns.dispatch, now=now, turn=None)] * senders)
    assert [answer for answer in answers if not isinstance(answer, int)] == []
    assert sum(answer for answer in answers if isinstance(answer, int)) == len(told(campaign))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("senders", [2, 6])
def test_senders_at_once_tell_each_player_once(senders: int) -> None:
    sam = enrol("sam", role=Role.OWNER)
    players = [*crowd(40), sam]
    campaign = plan(sam)
    send_at_once(campaign, senders)
    check_each_told_once(campaign, players)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_row_locks_senders_collide() -> None:
    sam = enrol("sam", role=Role.OWNER)
    players = [*crowd(40), sam]
    campaign = plan(sam)
    with row_locks_off(), pytest.raises((AssertionError, DatabaseError)):
        send_at_once(campaign, 6)
    assert len(set(told(campaign))) == len(told(campaign))  # the database keeps the last word
    send()
    assert set(told(campaign)) == set(pks(*players))


def tell_without_looking(campaign: Campaign, player_id: int) -> bool:
    """What a careless sender would do."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        wallet.notify(Notification.Kind.CAMPAIGN, campaign.title, campaign.message, key=campaign.key)
    return True


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_a_look_under_the_lock_senders_repeat_each_other() -> None:
    sam = enrol("sam", role=Role.OWNER)
    crowd(40)
    campaign = plan(sam)
    with patch.object(campaigns, "_tell", tell_without_looking), pytest.raises(AssertionError):
        send_at_once(campaign, 6)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_campaign_is_either_sent_or_called_off() -> None:
    sam = enrol("sam", role=Role.OWNER)
    players = [*crowd(3), sam]
    for _ in range(10):
        campaign = plan(sam)
        call_off = partial(campaigns.cancel, by=sam, campaign_id=campaign.pk)
        number, refusal = together(partial(send), call_off)
        fresh = Campaign.objects.get(pk=campaign.pk)
        if refusal is None:
            assert (number, fresh.status, told(campaign)) == (0, "cancelled", [])
        else:
            assert isinstance(refusal, Refusal)
            assert (refusal.code, number, fresh.status) == ("CAMPAIGN_NOT_SCHEDULED", len(players), "sent")
            assert told(campaign) == pks(*players)


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
