"""The pages of events, missions and notices, and what the profile tells of them; without a browser."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.ledger import open_wallet
from accounts.models import Goal, Notification, Player
from accounts.progress import attendance
from accounts.progress.defaults import seed_progress
from accounts.screens import notices, rewards
from accounts.screens.attendance import runs
from accounts.screens.goals import goals_of
from accounts.tests.test_pages import Reader, sign_in
from casino.lib import days
from tests.cast import Caller


def event(title: str, *, starts_in: int = -1, lasts: int = 2, **facts: Any) -> Goal:
    """An event that begins so many days from now."""
    now = days.now()
    starts_at = now + timedelta(days=starts_in)
    facts = {"requirements": {"slot_spins": 2}, "rewards": {"gold": 500, "exp": 20}} | facts
    return Goal.objects.create(
        kind=Goal.Kind.EVENT, title=title, starts_at=starts_at, ends_at=starts_at + timedelta(days=lasts),
        created_at=now, updated_at=now, **facts,
    )  # fmt: skip


def notify(player: Player, number: int, **facts: Any) -> None:
    """So many notices, one by one."""
    for place in range(number):
        with transaction.atomic(), open_wallet(player.pk) as wallet:
            wallet.notify(Notification.Kind.CAMPAIGN, f"소식 {place}", "내용", **facts)


def spin(caller: Caller, times: int) -> None:
    for _ in range(times):
        assert caller.post("/api/games/slot/spin", {"bet_amount": 10, "lines": 1}).status_code == 200


def ids_of(html: str, goal: Goal) -> set[str]:
    """What the page offers of an event, by the contract's ids."""
    return set(re.findall(rf'data-testid="event-{goal.pk}-([a-z-]+)"', html))


@pytest.mark.parametrize("path", ["/events", "/notifications"])
def test_visitors_are_asked_to_sign_in_and_returned(db: None, path: str) -> None:
    html = Client().get(path).content.decode()
    assert f'href="/login?next={path}"' in html
    assert "로그인하면 볼 수 있습니다." in html


def test_an_event_is_open_joined_reached_and_claimed(ada: Player, as_ada: Caller) -> None:
    goal, browser = event("달빛 릴"), sign_in(ada)[0]

    def shown() -> set[str]:
        return ids_of(browser.get("/events").content.decode(), goal)

    assert shown() == {"status-badge", "join-btn"}
    assert as_ada.post("/api/events/join", {"event_id": goal.pk}).status_code == 200
    assert shown() == {"status-badge", "joined-badge"}
    spin(as_ada, 2)
    assert shown() == {"status-badge", "joined-badge", "claim-btn"}
    assert as_ada.post(f"/api/events/claim/{goal.pk}").status_code == 200
    assert shown() == {"status-badge", "claimed-badge"}


def test_events_stand_in_their_state_and_off_or_deleted_ones_nowhere(ada: Player) -> None:
    active, upcoming = event("active"), event("upcoming", starts_in=1)
    ended, _long_ago = event("ended", starts_in=-4), event("long ago", starts_in=-60)
    event("off", is_active=False)
    event("deleted", deleted_at=days.now())
    found = goals_of(ada.pk, now=days.now())
    assert [[card.id for card in group] for group in (found.active, found.upcoming, found.ended)] == [
        [active.pk],
        [upcoming.pk],
        [ended.pk],
    ]
    html = sign_in(ada)[0].get("/events").content.decode()
    assert ids_of(html, upcoming) == ids_of(html, ended) == {"status-badge"}


def test_a_reached_event_waits_for_its_claim_after_its_window(ada: Player, as_ada: Caller) -> None:
    goal = event("달빛 릴")
    as_ada.post("/api/events/join", {"event_id": goal.pk})
    spin(as_ada, 2)
    later = days.now() + timedelta(days=40)
    card = goals_of(ada.pk, now=later).events[0]
    assert (card.state, card.standing, card.is_running) == ("active", "ready", False)


def test_rules_and_reward_are_told_before_joining(ada: Player) -> None:
    event("달빛 릴", requirements={"slot_spins": 50, "gold_won": 1000}, rewards={"gold": 3000, "exp": 70, "badge": 1})
    html = sign_in(ada)[0].get("/events").content.decode()
    assert re.findall(r'<li data-key="(\w+)"', html) == ["slot_spins", "gold_won"]
    for words in ("0 / 50", "0 / 1,000", "+3,000G", "+70 XP", "badge 1", "참여한 뒤 기간 안의 활동을 서버가 셉니다."):
        assert words in html, words


def test_what_staff_wrote_is_shown_as_they_wrote_it(ada: Player) -> None:
    goal = event("<b>달빛</b>", description="<script>alert(1)</script>", requirements={"<i>": 1})
    html = sign_in(ada)[0].get("/events").content.decode()
    assert Reader(html).inline_scripts == []
    assert "&lt;b&gt;달빛&lt;/b&gt;" in html
    assert f'id="event-{goal.pk}"' in html


def test_the_page_of_events_says_when_there_is_nothing(ada: Player) -> None:
    html = sign_in(ada)[0].get("/events").content.decode()
    assert "지금은 열린 미션이 없습니다." in html
    assert "지금은 진행 중인 이벤트가 없습니다." in html
    page = Reader(html)
    assert page.having(data_testid="events-title") == ["h1"]
    assert page.having(data_testid="events-refresh") == ["button"]


def test_missions_are_shown_by_period_with_their_reset(ada: Player) -> None:
    list(seed_progress(days.now()))
    found = goals_of(ada.pk, now=days.now())
    midnight = days.midnight(days.day_of(days.now()), after_days=1)
    assert [(group.period, len(group.quests)) for group in found.groups] == [("daily", 3), ("weekly", 1)]
    assert found.groups[0].resets_at == days.stamp(midnight)
    assert found.groups[1].resets_at == days.stamp(days.start_of("week", days.now()) + timedelta(days=7))


@pytest.mark.parametrize(("path", "most"), [("/events", 6), ("/notifications", 6)])
def test_a_page_costs_the_same_however_much_there_is(ada: Player, path: str, most: int) -> None:
    for number in range(12):
        event(f"event {number}")
    notify(ada, 12)
    browser = sign_in(ada)[0]
    browser.get(path)
    with CaptureQueriesContext(connection) as seen:
        browser.get(path)
    assert len(seen.captured_queries) <= most


def test_notices_are_newest_first_a_page_at_a_time(ada: Player, as_ada: Caller) -> None:
    notify(ada, 25)
    shown = notices.newest(ada.pk)
    titles = [row.notice.title for day in shown.days for row in day.rows]
    assert titles == [f"소식 {place}" for place in range(24, 4, -1)]
    following = as_ada.get("/api/notifications", limit=20, cursor=shown.cursor).json()
    assert [notice["title"] for notice in following["items"]] == [f"소식 {place}" for place in range(4, -1, -1)]
    html = sign_in(ada)[0].get("/notifications").content.decode()
    assert len(re.findall(r'data-notice="', html)) == 20
    # Signing in put a notice of its own there: a new device.
    assert re.findall(r'data-testid="unread-count">(\d+)<', html) == [str(Notification.objects.count())]


def test_a_notice_leads_only_into_the_house(ada: Player) -> None:
    notify(ada, 1, link="/events")
    notify(ada, 1, link="//evil.example")
    links = [row.link for day in notices.newest(ada.pk).days for row in day.rows]
    assert links == ["", "/events"]


def test_the_bell_counts_up_to_nine(ada: Player) -> None:
    browser = sign_in(ada)[0]
    notify(ada, 12)
    html = browser.get("/events").content.decode()
    assert re.findall(r'data-testid="bell-count">([^<]*)<', html) == ["9+"]


def test_the_profile_tells_streaks_and_rewards(ada: Player, as_ada: Caller) -> None:
    attendance.claim(player=ada, action_type="DAILY_LOGIN", key=None)
    spin(as_ada, 1)
    counts = {run.action_type: (run.count, run.is_today) for run in runs(ada.pk, now=days.now())}
    assert counts == {
        "DAILY_LOGIN": (1, True),
        "SLOT_SPIN": (1, True),
        "RPS_PLAY": (0, False),
        "GACHA_PULL": (0, False),
        "CRASH_BET": (0, False),
    }
    (paid,) = rewards.newest(ada.pk, 10)
    assert (paid.key, paid.reward.gold, paid.reward.xp) == (f"streak_daily:{days.now():%Y-%m-%d}", 1000, 50)
    html = sign_in(ada)[0].get("/profile").content.decode()
    assert re.findall(r'data-testid="daily-streak">(\d+)<', html) == ["1"]
    assert "출석 보상" in html


def test_a_notice_is_read_in_the_readers_language_with_the_title_it_names(ada: Player, as_ada: Caller) -> None:
    list(seed_progress(days.now()))
    spin(as_ada, 1)
    browser = sign_in(ada)[0]
    for language, words in (("ko", "‘첫 게임 플레이’ 목표를 달성했어요."), ("en", "First game of the day")):
        html = browser.get("/notifications", headers={"accept-language": language}).content.decode()
        assert words in html
