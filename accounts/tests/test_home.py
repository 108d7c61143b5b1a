"""The home page: what it tells of attendance, missions and events, and what it costs."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Goal, Player, Streak, Wallet
from accounts.progress import attendance, vip
from accounts.progress.defaults import seed_progress
from accounts.screens.attendance import attendance_card, vip_card
from accounts.screens.goals import goals_of
from accounts.tests.test_pages import Reader, sign_in
from casino.lib import days
from tests.cast import Caller, enrol

MOST_STATEMENTS = 12
MOST_SECONDS = 0.06
WEDNESDAY = datetime(2026, 1, 14, 9, 30, tzinfo=UTC)


@pytest.fixture
def goals(db: None) -> None:
    list(seed_progress(days.now()))


def spin(caller: Caller, times: int = 1) -> None:
    for _ in range(times):
        assert caller.post("/api/games/slot/spin", {"bet_amount": 10, "lines": 1}).status_code == 200


def text_of(html: str, testid: str) -> str:
    found = re.search(rf'data-testid="{testid}"[^>]*>(.*?)</button>', html, re.DOTALL)
    assert found is not None, testid
    return re.sub(r"<[^>]+>", "", found[1]).strip()


@pytest.mark.usefixtures("goals")
@pytest.mark.parametrize("is_claimed", [False, True], ids=["before the claim", "after it"])
def test_home_costs_few_statements_however_much_has_happened(ada: Player, as_ada: Caller, *, is_claimed: bool) -> None:
    spin(as_ada, times=6)
    event = Goal.objects.events()[0]
    assert as_ada.post("/api/events/join", {"event_id": event.pk}).status_code == 200
    if is_claimed:
        attendance.claim(player=ada, action_type="DAILY_LOGIN", key=None)
    browser, _ = sign_in(ada)
    browser.get("/")
    with CaptureQueriesContext(connection) as seen:
        assert browser.get("/").status_code == 200
    expected = 11 if is_claimed else 10  # what was paid is read from the reward itself
    assert len(seen.captured_queries) == expected <= MOST_STATEMENTS


@pytest.mark.usefixtures("goals")
def test_home_is_made_quickly(ada: Player) -> None:
    browser, _ = sign_in(ada)
    browser.get("/")

    def seconds() -> float:
        began = time.process_time()
        browser.get("/")
        return time.process_time() - began

    assert min(seconds() for _ in range(5)) <= MOST_SECONDS


def test_visitors_see_what_attendance_pays_and_are_asked_to_sign_in(db: None) -> None:
    html = Client().get("/").content.decode()
    assert "연속 보상" in html
    assert "🔐 로그인 후 오늘의 출석 보상을 받을 수 있어요! 먼저 로그인해주세요 😊" in html
    assert text_of(html, "open-daily-reward") == "보상 보기"
    assert re.findall(r"<b>([\d,]+)</b></li>", html) == ["1,000", "1,200", "1,400", "1,600", "1,800", "2,000", "2,200"]
    assert "claim-daily-reward" not in html


@pytest.mark.usefixtures("goals")
def test_a_member_finds_every_card_of_the_contract(ada: Player) -> None:
    html = sign_in(ada)[0].get("/").content.decode()
    for title in ("연속 보상", "빠른 액션", "최근 액션", "핫 이벤트", "다음 미션", "클럽의 지금"):
        assert len(re.findall(rf"<h2[^>]*>{title}</h2>", html)) == 1, title
    page = Reader(html)
    assert len(page.having(href="/leaderboard")) == 1
    assert page.having(data_testid="open-daily-reward") == ["button"]
    assert len(re.findall(r"data-mission=", html)) == 4
    assert len(re.findall(r'data-event="', html)) == 2


def test_the_dialog_shows_the_numbers_of_the_preview_and_one_button(ada: Player, as_ada: Caller) -> None:
    browser, _ = sign_in(ada)
    for is_claimed in (False, True):
        if is_claimed:
            assert as_ada.post("/api/streak/claim").status_code == 200
        preview = as_ada.get("/api/streak/preview").json()
        html = browser.get("/").content.decode()
        dialog = html[html.index("<dialog") : html.index("</dialog>")]
        assert "일일 보상!" in dialog
        assert f"연속 {preview['streak_count']}일 접속 보너스를 받으세요!" in dialog
        numbers = re.findall(r'data-part="(?:gold|xp|next-gold|next-xp)">([\d,]+)<', dialog)
        names = ("today_reward_gold", "today_reward_xp", "next_day_reward_gold", "next_day_reward_xp")
        assert numbers == [f"{preview[name]:,}" for name in names]
        assert dialog.count("<button") == 1
        assert text_of(dialog, "claim-daily-reward") == ("이미 수령됨" if is_claimed else "보상 받기!")
        assert (re.search(r"claim-daily-reward\" disabled", dialog) is not None) is is_claimed


def test_the_week_shows_days_ticked_missed_and_to_come(ada: Player) -> None:
    with time_machine.travel(WEDNESDAY - timedelta(days=2), tick=False):
        attendance.claim(player=ada, action_type="DAILY_LOGIN", key=None)
    wallet, streak = Wallet.objects.get(pk=ada.pk), Streak.objects.get(player=ada)
    card = attendance_card(wallet, streak, now=WEDNESDAY)
    assert [(day.is_ticked, day.is_today, day.gold) for day in card.week] == [
        (True, False, None),
        (False, False, None),
        (False, True, 1000),
        (False, False, 1200),
        (False, False, 1400),
        (False, False, 1600),
        (False, False, 1800),
    ]
    assert (card.count, card.preview.count, card.preview.is_claimed) == (0, 1, False)
    assert card.resets_at == "2026-01-15T00:00:00.000Z"
    assert [sum(day is not None for day in week) for week in card.month] == [4, 7, 7, 7, 6]
    assert [day.day.day for week in card.month for day in week if day and day.is_ticked] == [12]


def test_after_the_claim_tomorrow_goes_on_from_what_was_counted(ada: Player) -> None:
    with time_machine.travel(WEDNESDAY, tick=False):
        attendance.claim(player=ada, action_type="DAILY_LOGIN", key=None)
    card = attendance_card(Wallet.objects.get(pk=ada.pk), Streak.objects.get(player=ada), now=WEDNESDAY)
    assert (card.count, card.preview.today, card.preview.next_day) == (1, (1000, 50), (1200, 75))
    assert [day.gold for day in card.week] == [None, None, 1000, 1200, 1400, 1600, 1800]
    assert (card.tokens, card.is_protected, card.days_to_token) == (0, False, 6)


def test_the_vip_card_counts_to_the_next_rank(ada: Player) -> None:
    before = vip_card(Wallet.objects.get(pk=ada.pk), ada.rank, now=days.now())
    assert (before.points, before.is_claimed, before.next_rank, before.missing) == (0, False, "PREMIUM", 1500)
    vip.claim(player=ada, key=None)
    after = vip_card(Wallet.objects.get(pk=ada.pk), ada.rank, now=days.now())
    assert (after.points, after.is_claimed, after.next_rank, after.missing) == (50, True, "PREMIUM", 1450)
    assert vip_card(Wallet.objects.get(pk=ada.pk), "VIP", now=days.now()).next_rank == ""


@pytest.mark.usefixtures("goals")
def test_missions_to_claim_come_first_and_done_ones_last(ada: Player, as_ada: Caller) -> None:
    spin(as_ada, times=2)
    found = goals_of(ada.pk, now=days.now())
    assert found.next_quests[0].goal.title == "첫 게임 플레이"
    first = found.next_quests[0]
    assert (first.standing, found.ready) == ("ready", 1)
    assert as_ada.post(f"/api/missions/{first.id}/claim").status_code == 200
    again = goals_of(ada.pk, now=days.now())
    assert (again.next_quests[-1].id, again.next_quests[-1].standing, again.ready) == (first.id, "claimed", 0)


@pytest.mark.usefixtures("goals")
def test_what_another_player_does_shows_nowhere(ada: Player, as_ada: Caller) -> None:
    spin(as_ada, times=2)
    bob = enrol("bob")
    shown = goals_of(bob.pk, now=days.now())
    assert [quest.target.value for quest in shown.quests] == [0, 0, 0, 0]
    assert [event.standing for event in shown.events] == ["open", "open"]


@pytest.mark.usefixtures("goals")
def test_a_new_day_begins_the_missions_anew(ada: Player, as_ada: Caller) -> None:
    spin(as_ada, times=2)
    tomorrow = days.midnight(days.day_of(days.now()), after_days=1)
    by_title = {quest.goal.title: quest.target.value for quest in goals_of(ada.pk, now=tomorrow).quests}
    week = 0 if tomorrow.weekday() == 0 else 2
    assert by_title == {"첫 게임 플레이": 0, "슬롯 마스터": 0, "승리의 기쁨": 0, "주간 챌린지": week}


def test_a_round_that_is_over_is_settled_before_home_tells_of_it(ada: Player, as_ada: Caller) -> None:
    assert as_ada.post("/api/games/crash/bet", {"bet_amount": 10}).status_code == 200
    Wallet.objects.filter(pk=ada.pk).update(open_round_due_at=days.now() - timedelta(seconds=1))
    browser: Any = sign_in(ada)[0]
    html = browser.get("/").content.decode()
    assert Wallet.objects.get(pk=ada.pk).open_round_due_at is None
    assert len(re.findall(r'class="list__line"', html)) == 1
