"""The lobby: attendance claimed once whichever tab does it, missions and points claimed in place, all of it live."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser.coming_back import call, choose, count_toasts, event, gold, live, mission, spin, toasts
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.stream_house import House, connected
from tests.browser.test_screens import CUT_OFF, serious, small_targets

Begin = Callable[..., Visit]
PAID = "🎁 1일째 출석! +1,000G / +50XP 획득! 내일 더 커집니다!"
ALREADY = "오늘 출석 보상은 이미 받으셨어요 😎 내일 또 방문하면 더 많은 보너스가 기다립니다!"
FITS = "document.documentElement.scrollWidth <= innerWidth"


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def opened(page: Page) -> Page:
    """The page with the dialog of today's reward, filled by the server."""
    with page.expect_response("**/api/streak/preview"):
        page.get_by_test_id("open-daily-reward").click()
    expect(dialog(page)).to_be_visible()
    return page


def expect_taken(page: Page, words: str) -> None:
    button = page.get_by_test_id("claim-daily-reward")
    expect(button).to_have_text("이미 수령됨")
    expect(button).to_be_disabled()
    expect(page.get_by_test_id("daily-told")).to_have_text(words)


def test_the_reward_is_claimed_in_one_tab_and_the_other_follows(visit: Begin) -> None:
    club = visit()
    first = opened(live(club.sign_up("/")))
    second = opened(live(club.page("/")))
    expect(dialog(first).get_by_role("heading")).to_have_text("일일 보상!")
    expect(dialog(first)).to_contain_text("연속 1일 접속 보너스를 받으세요!")
    expect(dialog(first).get_by_role("button")).to_have_count(1)
    for page in (first, second):
        count_toasts(page)
    dialog(first).get_by_role("button", name="보상 받기!").click()
    expect_taken(first, PAID)
    expect_taken(second, ALREADY)
    for page in (first, second):
        expect(gold(page)).to_have_text("2,000G")
        expect(page.locator("[data-part=count]").first).to_have_text("1일째")
        expect(page.locator(".lobby__level [data-xp]")).to_have_text("50")
        expect(page.get_by_test_id("bell-count")).to_have_text("1")
        assert toasts(page) == [PAID]
    first.reload()
    opened(first)
    expect_taken(first, ALREADY)


def test_two_tabs_claim_at_once_and_one_is_told_it_was_paid(visit: Begin) -> None:
    club = visit()
    pages = [opened(live(club.sign_up("/"))), opened(live(club.page("/")))]
    for page in pages:
        count_toasts(page)
        page.evaluate("() => { document.querySelector('[data-testid=claim-daily-reward]').click(); }")
    for page in pages:
        expect(page.get_by_test_id("claim-daily-reward")).to_have_text("이미 수령됨")
        expect(page.get_by_test_id("claim-daily-reward")).not_to_have_attribute("aria-busy", "true")
        expect(gold(page)).to_have_text("2,000G")
    assert [toasts(page) for page in pages] == [[PAID], [PAID]]
    assert sorted(page.get_by_test_id("daily-told").inner_text() for page in pages) == sorted([PAID, ALREADY])
    club.faults.clear()  # the browser logs the refusal as an error of its own


def test_an_unanswered_claim_is_sent_again_with_its_key_and_paid_once(visit: Begin) -> None:
    club = visit()
    page = opened(live(club.sign_up("/")))
    keys: list[str] = []

    def lose_the_answer(route: Route, request: Request) -> None:
        keys.append(request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    page.route("**/api/streak/claim", lose_the_answer)
    # The stream would tell of it: here only the answer can.
    page.evaluate("() => document.dispatchEvent(new Event('club:expired'))")
    page.get_by_test_id("claim-daily-reward").click()
    words = "🌐 연결이 잠시 불안정합니다. 인터넷 상태 확인 후 다시 시도해주세요."
    expect(page.get_by_test_id("daily-problem")).to_have_text(words)
    assert len(keys) == 4
    page.unroute("**/api/streak/claim")
    with page.expect_request("**/api/streak/claim") as again:
        page.get_by_test_id("claim-daily-reward").click()
    expect_taken(page, PAID)
    assert {*keys, again.value.headers["idempotency-key"]} == {keys[0]}
    assert call(page, club, "/api/users/balance", method="GET")["gold_balance"] == 2000
    club.faults.clear()  # the lost answers


def test_visitors_are_asked_to_sign_in(visit: Begin) -> None:
    page = visit().page("/")
    page.get_by_test_id("open-daily-reward").click()
    words = "🔐 로그인 후 오늘의 출석 보상을 받을 수 있어요! 먼저 로그인해주세요 😊"
    expect(dialog(page)).to_contain_text(words)
    expect(dialog(page)).to_contain_text("+1,000")
    expect(dialog(page).get_by_role("link", name="로그인")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()


def test_a_mission_reached_by_playing_is_claimed_in_place(visit: Begin) -> None:
    club = visit()
    first, second = live(club.sign_up("/")), live(club.page("/"))
    target = mission(first, "슬롯 마스터")
    expect(target.locator("[data-part=number]")).to_have_text("0 / 5")
    spin(first, club, times=5)
    for page in (first, second):
        expect(mission(page, "슬롯 마스터").locator("[data-part=number]")).to_have_text("5 / 5")
        expect(page.locator("[data-component=recent] > li")).to_have_count(5)
    expect(first.get_by_test_id("toast")).to_contain_text("목표를 달성했어요")
    balance = call(first, club, "/api/users/balance", method="GET")["gold_balance"]
    count_toasts(first)
    target.get_by_role("button", name="받기").click()
    for page in (first, second):
        expect(mission(page, "슬롯 마스터").get_by_text("받음")).to_be_visible()
        expect(mission(page, "슬롯 마스터").get_by_role("button")).to_be_hidden()
        expect(gold(page)).to_have_text(f"{balance + 500:,}G")
    assert toasts(first) == ["미션 보상을 성공적으로 수령했습니다! +500G · +50 XP"]


def test_an_event_is_joined_on_the_home_page(visit: Begin) -> None:
    club = visit()
    first, second = live(club.sign_up("/")), live(club.page("/"))
    event(first, "주말 보너스 이벤트").get_by_role("button", name="참여하기").click()
    expect(event(first, "주말 보너스 이벤트").get_by_text("참여 중")).to_be_visible()
    spin(first, club)
    for page in (first, second):
        expect(event(page, "주말 보너스 이벤트").locator("[data-part=number]")).to_have_text("1 / 5")
        expect(event(page, "주말 보너스 이벤트").get_by_text("참여 중")).to_be_visible()


def test_the_days_points_come_once_and_every_tab_knows(visit: Begin) -> None:
    club = visit()
    first, second = live(club.sign_up("/")), live(club.page("/"))
    first.get_by_test_id("claim-vip-points").click()
    for page in (first, second):
        expect(page.get_by_test_id("claim-vip-points")).to_have_text("오늘 포인트 받음")
        expect(page.get_by_test_id("claim-vip-points")).to_be_disabled()
        expect(page.locator(".vip [data-part=points]")).to_have_text("50")
        expect(page.locator(".vip [data-part=missing]")).to_have_text("1,450")
    first.reload()
    expect(first.get_by_test_id("claim-vip-points")).to_be_disabled()


def test_protection_is_switched_in_every_tab_and_stays(visit: Begin) -> None:
    club = visit()
    first, second = live(club.sign_up("/")), live(club.page("/"))
    first.get_by_test_id("streak-protection").click()
    for page in (first, second):
        expect(page.get_by_role("switch", name="빠진 날 보호")).to_be_checked()
    second.reload()
    second.get_by_test_id("streak-protection").click()
    for page in (first, second):
        expect(page.get_by_role("switch", name="빠진 날 보호")).not_to_be_checked()


def test_the_calendar_shows_days_ticked_and_turns_back(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/"))
    call(page, club, "/api/streak/tick")
    calendar = page.get_by_test_id("attendance-calendar")
    calendar.locator("summary").click()
    today = datetime.now(UTC)
    ticked = calendar.locator("td.month__day--done")
    expect(ticked).to_have_text(re.compile(rf"^{today.day}\s*출석함$"))
    expect(calendar.get_by_role("button", name="다음 달")).to_be_disabled()
    calendar.get_by_role("button", name="이전 달").click()
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    expect(calendar.locator("[data-part=month]")).to_have_text(f"{year}년 {month}월")
    expect(ticked).to_have_count(0)
    calendar.get_by_role("button", name="다음 달").click()
    expect(ticked).to_have_count(1)


def test_the_clock_to_the_reset_is_the_servers(visit: Begin) -> None:
    club = visit(timezone_id="Asia/Seoul")
    # A visitor whose clock is a day behind still counts to the club's midnight.
    club.context.add_init_script("const now = Date.now; Date.now = () => now() - 86400000 + 1234567;")
    page = club.sign_up("/")
    left = page.locator("#attendance [data-ends]")
    expect(left).to_have_text(re.compile(r"^(\d\d:)?\d\d:\d\d$"))
    parts = [int(part) for part in left.inner_text().split(":")]
    shown = sum(part * 60**place for place, part in enumerate(reversed(parts)))
    now = datetime.now(UTC)
    assert abs(86_400 - (now.hour * 3600 + now.minute * 60 + now.second) - shown) <= 3


def test_after_a_reconnect_the_page_asks_for_its_parts_again(visit: Begin) -> None:
    club, house = visit(), House()
    club.sign_up("/terms").close()
    club.context.route_web_socket("**/api/realtime/sync*", house.receive)
    club.context.clock.install()
    page = club.page("/")
    connected(page, house)
    other = club.page("/terms")
    spin(other, club, times=2)
    target = mission(page, "슬롯 마스터").locator("[data-part=number]")
    expect(target).to_have_text("0 / 5")
    house.sockets[0].close(code=1012)
    connected(page, house, times=len(house.sockets) + 1)
    page.clock.run_for(1000)
    expect(target).to_have_text("2 / 5")


def test_the_keyboard_alone_claims(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/"))
    page.get_by_test_id("open-daily-reward").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("claim-daily-reward")).to_be_focused()
    page.keyboard.press("Enter")
    expect_taken(page, PAID)
    expect(page.get_by_test_id("daily-told")).to_be_focused()
    expect(dialog(page).get_by_test_id("announcer")).to_have_text(PAID)
    page.keyboard.press("Tab")
    expect(dialog(page).get_by_role("link", name="닫기")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("open-daily-reward")).to_be_focused()
    expect(page.locator("body > [data-testid=announcer]")).to_have_count(1)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_home_in_use_is_accessible_and_fits(visit: Begin, viewport: dict[str, int], theme: str) -> None:
    club = visit(viewport=viewport)
    choose(club, theme=theme, motion="off")
    page = live(club.sign_up("/"))
    spin(page, club, times=3)
    page.get_by_test_id("attendance-calendar").locator("summary").click()
    expect(mission(page, "첫 게임 플레이").get_by_role("button")).to_be_visible()
    for _ in range(2):
        assert serious(page) == []
        assert small_targets(page) == []
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(FITS)
        if not dialog(page).is_visible():
            opened(page)
    page.get_by_test_id("claim-daily-reward").click()
    expect_taken(page, PAID)
    expect(page.get_by_test_id("toast")).to_be_hidden()
    assert serious(page) == []
