"""The purchase history: an open payment is followed to its end, in this tab or another, and told once."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.test_screens import HANGUL, serious, small_targets
from tests.browser.test_slot import expect_failed_loads

Begin = Callable[..., Visit]
HISTORY = "**/shop/history*"
SETTLE = "**/api/shop/transactions/*/settle"
PACK, ITEM = "GOLD_PACK_SMALL", "attendance_link"


@pytest.fixture
def club(visit: Begin) -> Visit:
    made = visit()
    made.context.add_cookies([{"name": "motion", "value": "off", "url": made.url}])
    return made


@pytest.fixture
def start(club: Visit) -> Page:
    """A new player who has bought nothing."""
    return club.sign_up("/terms")


def ready(page: Page) -> Page:
    """Waits until the page's script listens and the stream is live."""
    expect(page.locator("[data-component=purchases][data-ready]")).to_be_attached()
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    return page


def look(page: Page, club: Visit, query: str = "") -> Page:
    page.goto(f"{club.url}/shop/history{query}")
    return ready(page)


def token(page: Page) -> dict[str, str]:
    """What a write of this browser carries."""
    found = next(cookie for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    return {"X-CSRFToken": found["value"], "Referer": page.url}


def buy(page: Page, club: Visit, mode: str = "always_success", product: str = PACK) -> str:
    """A purchase of the page's player, made elsewhere; its receipt."""
    answer = page.request.post(
        f"{club.url}/api/shop/buy/{product}",
        data=json.dumps({"gateway_mode": mode, "payment_method": "card"}),
        headers={**token(page), "Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)},
    )
    assert answer.ok, answer.text()
    receipt: str = answer.json()["receipt_code"]
    return receipt


def settle(page: Page, club: Visit, receipt: str) -> str:
    """Asks about a payment once the sandbox knows; how it stands then."""
    when_due(page, club, receipt)
    answer = page.request.post(f"{club.url}/api/shop/transactions/{receipt}/settle", headers=token(page))
    status: str = answer.json()["status"]
    return status


def when_due(page: Page, club: Visit, receipt: str) -> None:
    """Waits until the sandbox calls a pending payment paid: PAYMENT_PENDING_DELAY_SECONDS after it began."""
    began = page.request.get(f"{club.url}/api/shop/transactions/{receipt}").json()["created_at"]
    page.wait_for_function("began => Date.now() > Date.parse(began) + 1000", arg=began)


def purchases(page: Page, club: Visit) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = page.request.get(f"{club.url}/api/shop/transactions?limit=100").json()["items"]
    return items


def row(page: Page, receipt: str) -> Locator:
    return page.locator(f"[data-receipt='{receipt}']")


def rows(page: Page) -> Locator:
    return page.locator("[data-receipt]")


def steps(page: Page, receipt: str) -> list[str]:
    found: list[str] = row(page, receipt).locator("[data-step]").evaluate_all("all => all.map(one => one.dataset.step)")
    return found


def group(page: Page, receipt: str) -> str | None:
    """In which part of the list a purchase stands."""
    return row(page, receipt).locator("xpath=ancestor::section").get_attribute("data-group")


def keep_announcements(page: Page) -> None:
    """Keeps everything the announcer says."""
    page.evaluate(
        """() => {
            window.said = [];
            const place = document.querySelector("[data-testid=announcer]");
            const hear = () => place.textContent && said.push(place.textContent);
            new MutationObserver(hear).observe(place, { childList: true });
        }"""
    )


def test_an_open_payment_is_asked_about_until_its_way_ends_in_a_grant(club: Visit, start: Page) -> None:
    receipt = buy(start, club, "pending_then_success")
    page = look(start, club, f"?receipt={receipt}")
    assert group(page, receipt) == "pending"
    assert steps(page, receipt) == ["created", "priced", "gateway_called", "pending"]
    expect(row(page, receipt).locator("[aria-current=step]")).to_contain_text("결제 대기")
    expect(page.get_by_test_id("nav-shop").locator("[data-number]")).to_have_text("1")
    keep_announcements(page)
    button = row(page, receipt).get_by_role("button", name="지금 확인")
    when_due(page, club, receipt)
    with page.expect_request(SETTLE) as asked:
        button.click()
    assert asked.value.header_value("Idempotency-Key")
    expect(row(page, receipt)).to_have_attribute("data-status", "success")
    assert group(page, receipt) == "done"
    assert steps(page, receipt)[-2:] == ["settled", "granted"]
    expect(row(page, receipt).locator("details")).to_have_attribute("open", "")
    expect(row(page, receipt).locator(".slip__sum")).to_have_text("+2,600G")
    expect(button).to_have_count(0)
    expect(page.get_by_test_id("nav-shop").locator("[data-component=pending]")).to_be_hidden()
    expect(page.get_by_test_id("gold-quick")).to_have_text("3,600G")
    said = page.evaluate("said")
    assert said.count(f"Gold x2,600 구매 완료. 영수증 {receipt}") == 1
    assert [(each["receipt_code"], each["status"]) for each in purchases(page, club)] == [(receipt, "success")]


def test_what_happens_elsewhere_arrives_without_a_reload_and_is_told_once(club: Visit, start: Page) -> None:
    page = look(start, club)
    expect(page.get_by_text("아직 구매가 없습니다")).to_be_visible()
    page.evaluate("window.here = true")
    keep_announcements(page)
    receipt = buy(page, club, "pending_then_success")
    expect(row(page, receipt)).to_be_visible()
    expect(page.get_by_text("아직 구매가 없습니다")).to_be_hidden()
    assert group(page, receipt) == "pending"
    row(page, receipt).locator("summary").click()
    row(page, receipt).locator("summary").focus()
    assert settle(page, club, receipt) == "success"
    expect(row(page, receipt)).to_have_attribute("data-status", "success")
    expect(rows(page)).to_have_count(1)
    expect(row(page, receipt).locator("details")).to_have_attribute("open", "")
    expect(row(page, receipt).locator("summary")).to_be_focused()
    assert page.evaluate("window.here")
    words = f"Gold x2,600 구매 완료. 영수증 {receipt}"
    page.wait_for_function("words => said.includes(words)", arg=words)
    assert page.evaluate("words => said.filter((each) => each === words).length", words) == 1


def test_a_row_that_did_not_change_stays_the_element_it_was(club: Visit, start: Page) -> None:
    first = buy(start, club)
    page = look(start, club)
    row(page, first).evaluate("each => { each.mark = 'kept'; }")
    second = buy(page, club, product=PACK)
    expect(row(page, second)).to_be_visible()
    assert row(page, first).evaluate("each => each.mark") == "kept"
    assert rows(page).evaluate_all("all => all.map(one => one.dataset.receipt)") == [second, first]


def test_what_was_missed_while_away_is_read_when_the_socket_is_back(club: Visit, start: Page) -> None:
    sockets: list[WebSocketRoute] = []
    lines = {"open": True}

    def join(socket: WebSocketRoute) -> None:
        if lines["open"]:
            socket.connect_to_server()
            sockets.append(socket)
        else:
            socket.close()

    start.route_web_socket(re.compile("/api/realtime/sync"), join)
    start.route("**/api/realtime/events*", lambda route: route.abort())
    page = look(start, club)
    lines["open"] = False
    sockets[-1].close()
    expect(page.get_by_test_id("connection-pill")).not_to_have_attribute("data-state", "live")
    receipt = buy(page, club)
    assert row(page, receipt).count() == 0
    lines["open"] = True
    expect(row(page, receipt)).to_have_count(1, timeout=30_000)
    expect(rows(page)).to_have_count(1)
    expect_failed_loads(club)


def test_a_question_without_an_answer_is_repeated_with_its_key(club: Visit, start: Page) -> None:
    receipt = buy(start, club, "external")
    page = look(start, club, f"?receipt={receipt}")
    keys: list[str | None] = []

    def lose(route: Route) -> None:
        keys.append(route.request.header_value("Idempotency-Key"))
        route.abort()

    page.route(SETTLE, lose)
    button = row(page, receipt).get_by_role("button", name="지금 확인")
    button.click()
    problem = row(page, receipt).locator("[data-part=problem]")
    expect(problem).to_contain_text("연결이 끊겨 확인하지 못했습니다. 다시 눌러도 한 번만 처리됩니다. NETWORK")
    page.unroute(SETTLE)
    with page.expect_request(SETTLE) as again:
        button.click()
    assert {*keys, again.value.header_value("Idempotency-Key")} == {keys[0]}
    expect(problem).to_contain_text("아직 승인되지 않았습니다.")
    with page.expect_request(SETTLE) as fresh:
        button.click()
    assert fresh.value.header_value("Idempotency-Key") != keys[0]
    expect_failed_loads(club)


def test_a_page_that_does_not_come_says_its_code_and_comes_when_asked_again(club: Visit, start: Page) -> None:
    receipt = buy(start, club)
    page = look(start, club)
    page.route(HISTORY, lambda route: route.fulfill(status=503, body="away"))
    second = buy(page, club)
    failed = page.get_by_test_id("purchases-error")
    expect(failed).to_contain_text("구매 내역을 불러오지 못했습니다. HTTP 503")
    expect(row(page, receipt)).to_be_visible()
    page.unroute(HISTORY)
    held: list[Route] = []
    page.route(HISTORY, lambda route: held.append(route))  # noqa: PLW0108 - a method of a list is no handler
    failed.get_by_role("button", name="다시 시도").click()
    expect(page.locator(".slip--blank")).to_have_count(4)
    expect(row(page, receipt)).to_be_hidden()
    held[0].continue_()
    expect(row(page, second)).to_be_visible()
    expect(page.locator(".slip--blank")).to_have_count(0)
    expect(failed).to_be_hidden()
    expect_failed_loads(club)


def two_pages(page: Page) -> None:
    """Whatever is read from now on has a second page: the same purchases under receipts spelt backwards."""

    def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            return route.continue_()
        fetched = route.fetch(url=route.request.url.split("?")[0])
        body = fetched.text()
        if "after=" in route.request.url:
            body = re.sub(r"(?<=receipt-|eceipt=\")[0-9a-f]{12}", lambda found: found.group()[::-1], body)
        else:
            more = '<a href="/shop/history?after=MQ" data-part="more" data-testid="purchases-more">더 보기</a>'
            body = re.sub(r'data-part="foot" hidden>', f'data-part="foot">{more}', body)
        return route.fulfill(response=fetched, body=body)

    page.route(HISTORY, answer)


def test_older_purchases_come_below_and_stay_when_something_moves(club: Visit, start: Page) -> None:
    page = look(start, club)
    two_pages(page)
    old = [buy(page, club), buy(page, club)][::-1]
    expect(rows(page)).to_have_count(2)
    page.get_by_test_id("purchases-more").click()
    expect(rows(page)).to_have_count(4)
    expect(row(page, old[0][::-1]).locator("summary")).to_be_focused()
    expect(page.get_by_test_id("purchases-more")).to_have_count(0)
    new = [buy(page, club), *old]
    expect(row(page, new[0])).to_be_visible()
    expect(rows(page)).to_have_count(6)
    shown = rows(page).evaluate_all("all => all.map(one => one.dataset.receipt)")
    assert shown == [*new, *(receipt[::-1] for receipt in new)]


def test_everything_but_asking_works_without_scripts(visit: Begin, club: Visit, start: Page) -> None:
    receipt = buy(start, club, "external")
    declined = buy(start, club, "always_fail")
    plain = visit(java_script_enabled=False)
    plain.context.add_cookies(club.context.cookies())  # type: ignore[arg-type]
    page = plain.page("/shop/history")
    assert rows(page).evaluate_all("all => all.map(one => one.dataset.receipt)") == [receipt, declined]
    row(page, declined).locator("summary").click()
    expect(row(page, declined).get_by_test_id("purchase-timeline")).to_be_visible()
    expect(row(page, receipt).get_by_test_id("purchase-timeline")).to_be_hidden()
    expect(page.get_by_role("button", name="지금 확인")).to_have_count(0)
    page.get_by_role("link", name="실패").click()
    expect(rows(page)).to_have_count(1)
    page.goto(f"{club.url}/shop/history?receipt={receipt}")
    expect(row(page, receipt).get_by_test_id("purchase-timeline")).to_be_visible()
    row(page, declined).locator("summary").click()
    row(page, declined).get_by_role("link", name="다시 구매").click()
    expect(page).to_have_url(re.compile(r"/shop#product-\d+$"))


def test_the_keyboard_opens_a_receipt_copies_its_code_and_asks(club: Visit, start: Page) -> None:
    receipt = buy(start, club, "external")
    club.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = look(start, club)
    row(page, receipt).locator("summary").focus()
    page.keyboard.press("Enter")
    expect(row(page, receipt).get_by_test_id("purchase-timeline")).to_be_visible()
    page.keyboard.press("Tab")
    expect(row(page, receipt).get_by_role("button", name=f"영수증 {receipt} 복사")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("toast")).to_have_text("복사했습니다.")
    assert page.evaluate("navigator.clipboard.readText()") == receipt
    page.keyboard.press("Tab")
    with page.expect_request(SETTLE):
        page.keyboard.press("Enter")
    expect(row(page, receipt).locator("[data-part=problem]")).to_contain_text("아직 승인되지 않았습니다.")
    expect(row(page, receipt).get_by_role("button", name="지금 확인")).to_be_focused()


def test_an_address_opens_its_receipt_wherever_it_is(club: Visit, start: Page) -> None:
    receipt, other = buy(start, club), buy(start, club)
    page = look(start, club, f"#receipt-{receipt}")
    expect(row(page, receipt).locator("details")).to_have_attribute("open", "")
    expect(row(page, other).locator("details")).not_to_have_attribute("open", "")
    page.goto(f"{club.url}/shop/history?status=refunded#receipt-{receipt}")
    expect(page).to_have_url(f"{club.url}/shop/history?receipt={receipt}")
    expect(row(page, receipt).get_by_test_id("purchase-timeline")).to_be_visible()


def test_home_tells_of_open_payments_as_they_come_and_go(club: Visit, start: Page) -> None:
    page = club.page("/")
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    note = page.get_by_test_id("home-pending")
    expect(note).to_be_hidden()
    receipt = buy(page, club, "pending_then_success")
    expect(note).to_contain_text("결제 확인 중 1건")
    assert settle(page, club, receipt) == "success"
    expect(note).to_be_hidden()
    page.goto(f"{club.url}/profile")
    page.get_by_role("link", name="구매 내역").click()
    expect(row(page, receipt)).to_be_visible()


def test_the_shop_s_receipt_leads_to_its_purchase(club: Visit, start: Page) -> None:
    start.goto(f"{club.url}/shop")
    expect(start.locator("[data-component=shop][data-ready]")).to_be_attached()
    start.locator(f"[data-product={PACK}] [data-buy]").click()
    start.get_by_test_id("confirm-pay").click()
    start.get_by_test_id("receipt-code").click()
    receipt = purchases(start, club)[0]["receipt_code"]
    expect(start).to_have_url(f"{club.url}/shop/history?receipt={receipt}")
    expect(row(start, receipt).get_by_test_id("purchase-timeline")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_open_receipts_have_no_serious_finding_and_fit_the_phone(visit: Begin, theme: str) -> None:
    club = visit(viewport=PHONE)
    club.context.add_cookies([{"name": name, "value": value, "url": club.url} for name, value in
                              (("motion", "off"), ("theme", theme))])  # fmt: skip
    page = club.sign_up("/terms")
    for mode in ("external", "always_fail", "always_success"):
        buy(page, club, mode)
    look(page, club)
    for summary in page.locator("[data-receipt] summary").all():
        summary.click()
    expect(page.get_by_test_id("purchase-timeline").locator("visible=true")).to_have_count(3)
    assert serious(page) == []
    assert small_targets(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_english_page_has_no_korean_left(visit: Begin) -> None:
    club = visit(language="en-US")
    page = club.sign_up("/terms")
    for mode in ("external", "always_fail", "always_success"):
        buy(page, club, mode)
    look(page, club)
    for summary in page.locator("[data-receipt] summary").all():
        summary.click()
    row(page, purchases(page, club)[-1]["receipt_code"]).locator("[data-settle]").click()
    expect(page.locator("[data-part=problem]:visible")).to_contain_text("Not approved yet.")
    assert HANGUL.findall(page.locator("main").inner_text()) == []
