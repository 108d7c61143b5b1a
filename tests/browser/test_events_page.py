"""The screen of events and missions: joined, reached and claimed in place, with its errors and its waiting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.coming_back import call, choose, count_toasts, event, gold, live, mission, spin, toasts
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.test_screens import CUT_OFF, serious, small_targets

Begin = Callable[..., Visit]
WEEKEND = "주말 보너스 이벤트"


def id_of(page: Page, title: str) -> str:
    found = event(page, title).get_attribute("data-event")
    assert found is not None
    return found


def balance(page: Page, club: Visit) -> int:
    amount: int = call(page, club, "/api/users/balance", method="GET")["gold_balance"]
    return amount


def test_an_event_is_joined_reached_and_claimed_while_another_tab_follows(visit: Begin) -> None:
    club = visit()
    first, second = live(club.sign_up("/events")), live(club.page("/events"))
    expect(first.get_by_test_id("events-title")).to_have_text("이벤트와 미션")
    here = f"event-{id_of(first, WEEKEND)}"
    expect(first.get_by_test_id(f"{here}-status-badge")).to_have_text("진행 중")
    first.get_by_test_id(f"{here}-join-btn").click()
    expect(first.get_by_test_id(f"{here}-joined-badge")).to_have_text("참여 중")
    expect(first.get_by_test_id(f"{here}-join-btn")).to_have_count(0)
    spin(first, club, times=5)
    for page in (first, second):
        expect(event(page, WEEKEND).locator("[data-part=number]")).to_have_text("5 / 5")
        expect(page.get_by_test_id(f"{here}-claim-btn")).to_be_visible()
    before = balance(first, club)
    count_toasts(first)
    first.get_by_test_id(f"{here}-claim-btn").click()
    for page in (first, second):
        expect(page.get_by_test_id(f"{here}-claimed-badge")).to_have_text("수령 완료")
        expect(page.get_by_test_id(f"{here}-claim-btn")).to_have_count(0)
        expect(gold(page)).to_have_text(f"{before + 1000:,}G")
    assert toasts(first) == ["보상을 성공적으로 수령했습니다! +1,000G"]
    first.reload()
    expect(first.get_by_test_id(f"{here}-claimed-badge")).to_be_visible()


def test_all_rewards_are_taken_with_one_press(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/events"))
    everything = page.get_by_test_id("claim-all")
    expect(everything).to_be_hidden()
    event(page, WEEKEND).get_by_role("button", name="참여하기").click()
    expect(event(page, WEEKEND).get_by_text("참여 중")).to_be_visible()
    spin(page, club, times=5)
    expect(mission(page, "슬롯 마스터").get_by_role("button")).to_be_visible()
    ready = page.locator("[data-standing=ready]")
    expect(everything).to_contain_text(str(ready.count()))
    waiting, before = ready.count(), balance(page, club)
    assert waiting >= 3  # the event, five spins, the first game; three wins are luck
    everything.click()
    expect(ready).to_have_count(0)
    expect(everything).to_be_hidden()
    wins = 1000 if waiting == 4 else 0
    expect(gold(page)).to_have_text(f"{before + 1000 + 500 + 100 + wins:,}G")
    expect(page.get_by_test_id("toast")).to_have_text(f"보상 {waiting}개를 받았습니다.")


def test_an_unanswered_claim_is_retried_with_its_key_and_paid_once(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/events"))
    spin(page, club)
    target = mission(page, "첫 게임 플레이")
    expect(target.get_by_role("button", name="받기")).to_be_visible()
    before, keys = balance(page, club), []

    def refuse(route: Route, request: Request) -> None:
        keys.append(request.headers["idempotency-key"])
        route.fulfill(
            status=503, json={"detail": "x", "error": {"code": "SERVICE_UNAVAILABLE", "message": "잠시 멈췄습니다"}}
        )

    page.route("**/api/missions/*/claim", refuse)
    target.get_by_role("button", name="받기").click()
    problem = page.get_by_test_id("progress-problem")
    expect(problem).to_contain_text("잠시 멈췄습니다")
    expect(problem).to_contain_text("SERVICE_UNAVAILABLE · 503")
    expect(page.get_by_role("alert")).to_have_count(1)
    page.unroute("**/api/missions/*/claim")
    with page.expect_request("**/api/missions/*/claim") as again:
        page.get_by_test_id("progress-retry").click()
    expect(target.get_by_text("받음")).to_be_visible()
    expect(problem).to_have_count(0)
    assert {*keys, again.value.headers["idempotency-key"]} == {keys[0]}
    assert balance(page, club) == before + 100
    club.faults.clear()  # the browser logs each refusal as an error of its own


def test_a_reward_taken_in_another_tab_is_no_trouble_here(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/events"))
    spin(page, club)
    target = mission(page, "첫 게임 플레이")
    button = target.get_by_role("button", name="받기")
    expect(button).to_be_visible()
    number = target.get_attribute("data-mission")
    with page.expect_response(f"**/api/missions/{number}/claim"):
        call(page, club, f"/api/missions/{number}/claim")
        page.evaluate(f"() => document.querySelector('[data-mission=\"{number}\"] [data-act=claim]').click()")
    expect(target.get_by_text("받음")).to_be_visible()
    expect(button).to_be_hidden()
    expect(page.get_by_test_id("progress-problem")).to_have_count(0)
    club.faults.clear()


def test_refreshing_waits_in_skeletons_and_an_error_says_its_code(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/events"))
    held: list[Route] = []
    page.route("**/events", lambda route: held.append(route))  # noqa: PLW0108 - the other argument is not kept
    page.get_by_test_id("events-refresh").click()
    expect(page.locator(".goals .skeleton").first).to_be_visible()
    expect(page.locator(".goals")).to_have_attribute("aria-busy", "")
    held[0].fulfill(status=503, body="")
    expect(page.get_by_test_id("events-error")).to_contain_text("HTTP_503")
    assert serious(page) == []
    page.unroute("**/events")
    page.get_by_test_id("events-error").get_by_role("button", name="다시 시도").click()
    expect(mission(page, "첫 게임 플레이")).to_be_visible()
    expect(page.get_by_test_id("events-refresh")).to_be_enabled()
    club.faults.clear()


def test_the_keyboard_alone_joins_and_claims(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/events"))
    here = f"event-{id_of(page, WEEKEND)}"
    page.get_by_test_id(f"{here}-join-btn").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id(f"{here}-joined-badge")).to_be_visible()
    expect(event(page, WEEKEND)).to_be_focused()
    spin(page, club, times=5)
    page.get_by_test_id(f"{here}-claim-btn").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id(f"{here}-claimed-badge")).to_be_visible()
    expect(page.locator("[data-standing=ready] [data-act=claim]").first).to_be_focused()


def test_a_page_older_than_an_event_is_not_put_in_its_place(visit: Begin) -> None:
    club = visit()
    page = live(club.sign_up("/events"))
    old = page.request.get(f"{club.url}/events").text()
    page.route("**/events", lambda route: route.fulfill(body=old, content_type="text/html"), times=1)
    spin(page, club, times=2)
    number = mission(page, "슬롯 마스터").locator("[data-part=number]")
    expect(number).to_have_text("2 / 5")
    with page.expect_response("**/events") as stale:
        page.get_by_test_id("events-refresh").click()
    assert stale.value.text() == old
    with page.expect_response("**/events"):
        pass  # it asks again by itself
    expect(number).to_have_text("2 / 5")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_events_in_use_are_accessible_and_fit(visit: Begin, viewport: dict[str, int], theme: str) -> None:
    club = visit(viewport=viewport)
    choose(club, theme=theme, motion="off")
    page = live(club.sign_up("/events"))
    event(page, WEEKEND).get_by_role("button", name="참여하기").click()
    expect(event(page, WEEKEND).get_by_text("참여 중")).to_be_visible()  # what is played before does not count
    spin(page, club, times=5)
    expect(event(page, WEEKEND).get_by_role("button", name="보상 받기")).to_be_visible()
    expect(page.get_by_test_id("toast")).to_be_hidden()
    assert serious(page) == []
    assert small_targets(page) == []
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
