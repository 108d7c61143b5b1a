"""The screen of notices and the bell: new ones on top, read one by one or all at once, in every tab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser.coming_back import call, choose, live, spin
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.test_screens import CUT_OFF, serious, small_targets

Begin = Callable[..., Visit]


def notices(page: Page) -> Locator:
    return page.locator("[data-notice]")


def unread(page: Page) -> Locator:
    return page.locator(".notice--unread")


def test_a_notice_comes_on_top_with_its_toast_and_the_bell_counts(visit: Begin) -> None:
    club = visit()
    page, elsewhere = live(club.sign_up("/notifications")), live(club.page("/terms"))
    expect(page.get_by_text("아직 알림이 없습니다")).to_be_visible()
    expect(page.get_by_test_id("bell-count")).to_be_hidden()
    spin(page, club)
    words = "‘첫 게임 플레이’ 목표를 달성했어요. 보상을 받으세요!"
    expect(notices(page)).to_have_count(1)
    expect(notices(page)).to_contain_text(words)
    expect(page.get_by_role("heading", name="오늘")).to_be_visible()
    expect(page.get_by_text("아직 알림이 없습니다")).to_be_hidden()
    for tab in (page, elsewhere):
        expect(tab.get_by_test_id("toast")).to_have_text(words)
        expect(tab.get_by_test_id("bell-count")).to_have_text("1")
    call(page, club, "/api/streak/claim")
    expect(notices(page).first).to_contain_text("출석 보상")
    page.reload()
    expect(notices(page)).to_have_count(2)
    expect(notices(page).first).to_contain_text("출석 보상")


def test_one_is_read_here_and_all_there(visit: Begin) -> None:
    club = visit()
    first = live(club.sign_up("/notifications"))
    spin(first, club)
    call(first, club, "/api/streak/claim")
    second = live(club.page("/notifications"))
    expect(unread(second)).to_have_count(2)
    notices(first).last.get_by_role("button", name="읽음으로 표시").click()
    for page in (first, second):
        expect(unread(page)).to_have_count(1)
        expect(notices(page).first).to_contain_text("읽지 않음")
        expect(page.get_by_test_id("bell-count")).to_have_text("1")
        expect(page.get_by_test_id("unread-count")).to_have_text("1")
    second.get_by_test_id("read-all").click()
    for page in (first, second):
        expect(unread(page)).to_have_count(0)
        expect(page.get_by_test_id("bell-count")).to_be_hidden()
        expect(page.get_by_test_id("read-all")).to_be_disabled()
        expect(page.get_by_text("모두 읽었습니다.")).to_be_visible()


def test_a_link_leads_on_and_marks_what_led_there(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/notifications"))
    spin(page, club)
    with page.expect_request("**/api/notifications/*/read"):  # its answer may come when the page is left
        page.get_by_role("link", name="목표 달성").click()
    expect(page).to_have_url(f"{club.url}/events")
    expect(page.get_by_test_id("bell-count")).to_be_hidden()
    page.go_back()
    expect(unread(page)).to_have_count(0)


def told(number: int, created_at: str) -> dict[str, Any]:
    """A notice as the API tells it."""
    facts = {"kind": "campaign", "title": f"소식 {number}", "message": "내용", "link": None, "read_at": None}
    return {**facts, "id": number, "is_read": number % 2 == 0, "created_at": created_at}


def test_older_ones_are_loaded_on_asking_under_the_readers_own_days(visit: Begin) -> None:
    club = visit(timezone_id="Asia/Seoul")
    club.context.clock.set_fixed_time("2026-12-02T03:00:00Z")
    page = club.sign_up("/notifications")
    moments = ("2026-12-01T16:00", "2026-12-01T14:00", "2026-11-30T16:00", "2026-11-30T14:00")
    items = [told(4 - place, f"{moment}:00.000Z") for place, moment in enumerate(moments)]
    answers = [
        {"items": items[:2], "total": 4, "unread": 2, "next_cursor": "b"},
        {"items": items[2:], "total": 4, "unread": 2, "next_cursor": None},
    ]
    asked: list[str] = []

    def answer(route: Route, request: Request) -> None:
        asked.append(request.url)
        route.fulfill(json=answers[len(asked) - 1])

    page.route("**/api/notifications?*", answer)
    page.evaluate("() => { document.querySelector('[data-act=more]').hidden = false; }")
    page.get_by_test_id("notifications-more").click()
    expect(notices(page)).to_have_count(2)
    page.get_by_test_id("notifications-more").click()
    expect(notices(page)).to_have_count(4)
    expect(page.get_by_test_id("notifications-more")).to_be_hidden()
    assert asked[1].endswith("&cursor=b")
    expect(page.locator(".notices__date")).to_have_text(["오늘", "어제", "11월 30일"])
    expect(page.locator(".notices__day").nth(1).locator("[data-notice]")).to_have_count(2)
    expect(unread(page)).to_have_count(2)


def test_the_keyboard_alone_reads(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/notifications"))
    spin(page, club)
    call(page, club, "/api/streak/claim")
    expect(notices(page)).to_have_count(2)
    notices(page).first.get_by_role("button", name="읽음으로 표시").focus()
    page.keyboard.press("Enter")
    expect(unread(page)).to_have_count(1)
    expect(notices(page).first.get_by_role("link")).to_be_focused()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_notices_are_accessible_and_fit(visit: Begin, viewport: dict[str, int], theme: str) -> None:
    club = visit(viewport=viewport)
    choose(club, theme=theme, motion="off")
    page = live(club.sign_up("/notifications"))
    spin(page, club)
    call(page, club, "/api/streak/claim")
    expect(notices(page)).to_have_count(2)
    expect(page.get_by_test_id("toast")).to_be_hidden()
    assert serious(page) == []
    assert small_targets(page) == []
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_profile_follows_streaks_and_rewards(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/profile"))
    expect(page.get_by_test_id("daily-streak")).to_have_text("0")
    call(page, club, "/api/streak/claim")
    expect(page.get_by_test_id("daily-streak")).to_have_text("1")
    rewards = page.get_by_test_id("rewards-list").locator("> li")
    expect(rewards).to_have_count(1)
    expect(rewards).to_contain_text("+1,000")
    expect(page.locator("#ledger tbody tr").first).to_contain_text("출석 보상")
    spin(page, club)
    expect(page.locator('[data-run="SLOT_SPIN"] [data-part=count]')).to_have_text("1")
    page.reload()
    expect(rewards).to_have_count(1)
    expect(page.get_by_test_id("daily-streak")).to_have_text("1")
