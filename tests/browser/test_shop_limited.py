"""Limited packages and promo codes in a browser: held while one decides, priced by the server, sold once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.test_screens import CUT_OFF, HANGUL, SPOKEN, serious, small_targets
from tests.browser.test_shop import by_gateway, gold, hold_settling, pay, purchases, ready
from tests.browser.test_slot import body_of, expect_failed_loads

Begin = Callable[..., Visit]
Staff = Callable[[str, dict[str, Any]], None]
BUY, HOLD = "**/api/shop/limited/buy", "**/api/shop/limited/hold"
NIGHT, LAST = "NIGHT", "LAST"


@pytest.fixture
def staff(club_url: str) -> Staff:
    """Posts to the staff's API as the owner."""

    def post(path: str, body: dict[str, Any], token: str = "") -> Any:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        with urlopen(Request(club_url + path, json.dumps(body).encode(), headers), timeout=30) as answer:
            return json.load(answer)

    token = post("/api/auth/login", {"site_id": "admin", "password": "123456"})["access_token"]
    return lambda path, body: post(path, body, token)


def shelve(staff: Staff, **facts: Any) -> None:
    """Puts the package of these tests on the shelf as `facts` say, with nothing special otherwise."""
    usual = {"name": "Night Pack", "price": 999, "gold": 7000, "per_user_limit": 3, "stock_total": 10_000}
    body = {"package_id": NIGHT, "is_active": True, "emergency_disabled": False, **usual, **facts}
    staff("/api/admin/limited-packages/upsert", body)


def promise(staff: Staff, code: str, **facts: Any) -> None:
    """Makes a promo code, or changes it."""
    staff("/api/admin/promo-codes/upsert", {"code": code, "is_active": True, **facts})


@pytest.fixture
def club(visit: Begin, staff: Staff) -> Iterator[Visit]:
    shelve(staff)
    promise(staff, "MOON20", discount_type="percent", value=20)
    promise(staff, "LASTYEAR", discount_type="percent", value=20, ends_at="2020-01-01T00:00:00Z")
    made = visit()
    made.context.add_cookies([{"name": "motion", "value": "off", "url": made.url}])
    yield made
    shelve(staff, is_active=False)


@pytest.fixture
def shop(club: Visit) -> Page:
    return ready(club.sign_up("/shop"))


def package(page: Page, code: str = NIGHT) -> Locator:
    return page.locator(f"[data-package={code}]")


def ask(page: Page, code: str = NIGHT) -> Locator:
    """Opens the sheet of the package and waits for its hold."""
    package(page, code).locator("[data-buy]").click()
    sheet = page.locator("#confirm")
    expect(sheet.locator("[data-holding=kept]")).to_be_visible()
    return sheet


def apply_code(page: Page, code: str) -> Locator:
    """Types a code and asks the server; what is said of it."""
    page.get_by_label("프로모션 코드").fill(code)
    page.get_by_role("button", name="적용").click()
    return page.get_by_test_id("promo-why")


def seconds(timer: Locator) -> int:
    """What a countdown shows."""
    minutes, rest = timer.inner_text().split(":")
    return int(minutes) * 60 + int(rest)


def test_a_package_is_held_priced_with_a_promo_and_bought(club: Visit, shop: Page) -> None:
    sheet = ask(shop)
    expect(shop.get_by_test_id("confirm-hold")).to_contain_text("1개를 내 몫으로 잡아 둠")
    assert 90 < seconds(sheet.locator("[data-part=hold-left]")) <= 120
    expect(apply_code(shop, "moon20")).to_have_text("$2.00 할인: $9.99 → $7.99")
    sheet.get_by_role("button", name="수량 늘리기").click()
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$15.98")
    expect(sheet.locator("[data-part=promo-off]")).to_have_text("−$4.00")
    expect(shop.get_by_test_id("confirm-hold")).to_contain_text("나머지는 남은 수량에서")
    hold = package(shop).get_attribute("data-hold")
    with shop.expect_request(BUY) as sent:
        pay(shop)
    assert sent.value.post_data_json == {
        "package_id": NIGHT, "quantity": 2, "expected_price": 799, "promo_code": "MOON20", "hold_id": hold,
    }  # fmt: skip
    expect(sheet.get_by_text("+14,000G")).to_be_visible()
    made = purchases(shop, club)
    assert [(each["kind"], each["amount"], each["promo_code"]) for each in made] == [("limited", 1598, "MOON20")]
    expect(sheet.get_by_test_id("receipt-code")).to_have_text(made[0]["receipt_code"])
    expect(package(shop)).to_contain_text("1인 3개 중 2개 구매")
    assert gold(shop, club) == 15_000


def test_a_refused_code_says_why_and_the_price_stays(club: Visit, shop: Page) -> None:
    ask(shop)
    why = apply_code(shop, "lastyear")
    expect(why).to_contain_text("기간이 끝난 프로모션 코드입니다. 가격은 그대로입니다.")
    expect(why).to_contain_text("PROMO_EXPIRED")
    field = shop.get_by_label("프로모션 코드")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$9.99")
    expect(apply_code(shop, "NEVER")).to_contain_text("PROMO_NOT_FOUND")
    expect(apply_code(shop, " ")).to_have_text("코드를 입력해주세요")
    assert purchases(shop, club) == []


def test_a_code_that_nobody_judged_is_judged_before_anything_is_paid(club: Visit, shop: Page) -> None:
    ask(shop)
    shop.get_by_label("프로모션 코드").fill("moon20")
    pay(shop)
    expect(shop.get_by_test_id("confirm-pay")).to_have_text("$7.99 결제하기")
    assert purchases(shop, club) == []
    shop.get_by_role("button", name="빼기").click()
    expect(shop.get_by_test_id("confirm-pay")).to_have_text("$9.99 결제하기")
    expect(shop.get_by_label("프로모션 코드")).to_have_value("")


def test_a_code_that_ends_before_the_payment_is_told_in_place(club: Visit, shop: Page, staff: Staff) -> None:
    promise(staff, "SHORT", discount_type="flat", value=500)
    sheet = ask(shop)
    expect(apply_code(shop, "short")).to_contain_text("$9.99 → $4.99")
    promise(staff, "SHORT", discount_type="flat", value=500, is_active=False)
    pay(shop)
    expect(shop.get_by_test_id("promo-why")).to_contain_text("PROMO_INACTIVE")
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$9.99")
    expect(sheet.locator("[data-view=order]")).to_be_visible()
    assert purchases(shop, club) == []
    expect_failed_loads(club)


def test_a_promo_is_for_packs_and_not_for_gold(club: Visit, shop: Page) -> None:
    shop.locator("[data-product=GOLD_PACK_BIG] [data-buy]").click()
    expect(apply_code(shop, "moon20")).to_contain_text("$9.89 → $7.91")
    pay(shop)
    expect(shop.get_by_text("+13,500G")).to_be_visible()
    assert [each["amount"] for each in purchases(shop, club)] == [791]
    shop.get_by_role("button", name="확인", exact=True).click()
    shop.locator("[data-product=GOLD_PACK_WHALE] [data-buy]").click()
    pay(shop)
    expect(shop.get_by_text("+30,000G")).to_be_visible()
    shop.get_by_role("button", name="확인", exact=True).click()
    shop.locator("[data-product=attendance_link] [data-buy]").click()
    expect(shop.get_by_test_id("confirm-total")).to_have_text("20,000G")
    expect(shop.get_by_label("프로모션 코드")).to_be_hidden()


def test_a_reload_finds_the_hold_with_its_end_and_it_can_be_given_back(club: Visit, shop: Page) -> None:
    ask(shop)
    ends = shop.locator("[data-part=hold-left]").get_attribute("data-ends")
    shop.keyboard.press("Escape")
    expect(shop.get_by_test_id("toast")).to_contain_text("잡아 둔 수량은")
    ready_again(shop)
    timer = package(shop).locator("[data-kind=hold]")
    expect(timer).to_have_attribute("data-ends", ends or "")
    assert 60 < seconds(timer) <= 120
    shown = timer.inner_text()
    expect(timer).not_to_have_text(shown)
    asked: list[str] = []
    shop.on("request", lambda request: asked.append(request.url) if request.url.endswith("/limited/hold") else None)
    package(shop).locator("[data-buy]").click()
    expect(shop.get_by_test_id("confirm-hold")).to_contain_text("1개를 내 몫으로 잡아 둠")
    assert asked == []
    shop.keyboard.press("Escape")
    package(shop).get_by_role("button", name="놓아주기").click()
    expect(package(shop)).to_have_attribute("data-state", "open")
    expect(package(shop).locator("[data-buy]")).to_be_focused()


def ready_again(page: Page) -> None:
    page.reload()
    ready(page)


def test_the_countdown_is_the_server_s_and_not_the_visitor_s(club: Visit, shop: Page) -> None:
    ask(shop)
    shop.keyboard.press("Escape")
    shop.clock.install(time="2001-01-01T00:00:00Z")
    ready_again(shop)
    assert 60 < seconds(package(shop).locator("[data-kind=hold]")) <= 120


def test_a_hold_that_has_ended_is_taken_again_before_paying(club: Visit, shop: Page) -> None:
    shop.clock.install()
    ready_again(shop)
    sheet = ask(shop)
    shop.get_by_label("프로모션 코드").fill("MOON20")
    shop.clock.fast_forward(125_000)
    expect(sheet.locator("[data-holding=over]")).to_contain_text("잡아 둔 시간이 끝났습니다")
    expect(shop.get_by_test_id("confirm-pay")).to_have_text("다시 잡아 두기")
    # Only this page's time went on: the server's hold still runs, and the shelf it sends sets the clock right again.
    expect(package(shop).locator("[data-kind=hold]")).not_to_have_text("00:00")
    with shop.expect_request(HOLD):
        pay(shop)
    shop.clock.run_for(2_000)
    expect(sheet.locator("[data-holding=kept]")).to_be_visible()
    expect(shop.get_by_label("프로모션 코드")).to_have_value("MOON20")
    assert purchases(shop, club) == []


def test_the_last_one_goes_to_whoever_holds_it(club: Visit, shop: Page, visit: Begin, staff: Staff) -> None:
    # A package of its own: the holds that other tests left on theirs end whenever they end.
    shelve(staff, package_id=LAST, stock_total=1)
    expect(package(shop, LAST)).to_contain_text("1개 남음")
    other = visit()
    second = ready(other.sign_up("/shop"))
    ask(second, LAST)
    package(shop, LAST).locator("[data-buy]").click()
    expect(shop.get_by_test_id("purchase-reason")).to_have_text("방금 품절되었습니다")
    expect(package(shop, LAST)).to_have_attribute("data-state", "out_of_stock")
    pay(second)
    expect(second.get_by_text("+7,000G")).to_be_visible()
    assert purchases(shop, club) == []
    expect_failed_loads(club)


def test_what_staff_change_reaches_an_open_sheet_and_its_input_stays(club: Visit, shop: Page, staff: Staff) -> None:
    expect(shop.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    sheet = ask(shop)
    sheet.locator("#quantity").fill("2")
    apply_code(shop, "moon20")
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$15.98")
    shelve(staff, price=899)
    expect(sheet.get_by_role("alert")).to_contain_text("가격이 $9.99에서 $8.99(으)로 바뀌었습니다")
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$14.38")
    expect(sheet.locator("#quantity")).to_have_value("2")
    shelve(staff, is_active=False)
    expect(sheet.get_by_role("alert")).to_contain_text("판매 기간이 끝났습니다")
    expect(shop.get_by_test_id("confirm-pay")).to_have_attribute("aria-disabled", "true")
    shelve(staff, price=899)
    expect(sheet.locator("[data-part=problem]")).to_be_empty()
    expect(shop.get_by_label("프로모션 코드")).to_have_value("MOON20")
    pay(shop)
    expect(sheet.get_by_text("+14,000G")).to_be_visible()
    assert [each["amount"] for each in purchases(shop, club)] == [1438]


def test_a_pending_package_is_waited_for(club: Visit, shop: Page) -> None:
    shop.route(BUY, by_gateway("pending_then_success"))
    held = hold_settling(shop)
    sheet = ask(shop)
    pay(shop)
    expect(sheet.locator("[data-view=pending]")).to_be_visible()
    expect(package(shop)).to_have_attribute("data-state", "pending")
    expect(shop.get_by_test_id("shop-history-link")).to_contain_text("대기 1")
    shop.unroute("**/settle")
    for each in held:
        each.continue_()
    expect(sheet.get_by_text("+7,000G")).to_be_visible(timeout=30_000)
    assert gold(shop, club) == 8_000


def test_a_declined_package_is_held_and_bought_anew(club: Visit, shop: Page) -> None:
    shop.route(BUY, by_gateway("always_fail"))
    ask(shop)
    with shop.expect_request(BUY) as first:
        pay(shop)
    expect(shop.get_by_test_id("purchase-reason")).to_contain_text("청구된 금액은 없습니다")
    shop.unroute(BUY)
    with shop.expect_request(HOLD):
        shop.locator("[data-part=again]").click()
    expect(shop.locator("[data-holding=kept]")).to_be_visible()
    with shop.expect_request(BUY) as second:
        pay(shop)
    expect(shop.get_by_text("+7,000G")).to_be_visible()
    keys = {sent.value.header_value("Idempotency-Key") for sent in (first, second)}
    assert len(keys) == 2
    assert body_of(first.value)["hold_id"] != body_of(second.value)["hold_id"]
    assert [each["status"] for each in purchases(shop, club)] == ["success", "failed"]


def test_a_lost_answer_is_asked_for_as_it_was_even_after_the_sheet_was_closed(club: Visit, shop: Page) -> None:
    bodies: list[tuple[str | None, dict[str, Any]]] = []

    def lose(route: Route) -> None:
        bodies.append((route.request.header_value("Idempotency-Key"), body_of(route.request)))
        route.fetch()
        route.abort()

    shop.route(BUY, lose)
    sheet = ask(shop)
    apply_code(shop, "moon20")
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$7.99")
    pay(shop)
    expect(sheet.get_by_role("alert")).to_contain_text("다시 시도해도 한 번만 결제됩니다")
    shop.keyboard.press("Escape")
    shop.unroute(BUY)
    package(shop).locator("[data-buy]").click()
    expect(shop.get_by_test_id("confirm-pay")).to_have_text("다시 시도")
    expect(sheet.locator("#quantity")).to_have_attribute("readonly", "")
    with shop.expect_request(BUY) as again:
        pay(shop)
    bodies.append((again.value.header_value("Idempotency-Key"), body_of(again.value)))
    assert all(each == bodies[0] for each in bodies)
    expect(sheet.get_by_text("+7,000G")).to_be_visible()
    assert [each["amount"] for each in purchases(shop, club)] == [799]
    expect_failed_loads(club)


def test_the_keyboard_alone_holds_applies_a_code_and_buys(club: Visit, shop: Page) -> None:
    package(shop).locator("[data-buy]").focus()
    shop.keyboard.press("Enter")
    expect(shop.locator("[data-holding=kept]")).to_be_visible()
    expect(shop.get_by_test_id("confirm-pay")).to_be_focused()
    for _ in range(3):
        shop.keyboard.press("Shift+Tab")
    expect(shop.get_by_label("프로모션 코드")).to_be_focused()
    shop.keyboard.type("moon20")
    shop.keyboard.press("Enter")
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$7.99")
    expect(shop.locator("#confirm [data-testid=announcer]")).to_have_text("$2.00 할인: $9.99 → $7.99")
    for _ in range(3):
        shop.keyboard.press("Tab")
    shop.keyboard.press("Enter")
    expect(shop.get_by_text("+7,000G")).to_be_visible()
    shop.keyboard.press("Enter")
    expect(shop.locator("#confirm")).to_be_hidden()
    assert gold(shop, club) == 8_000


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("language", ["ko-KR", "en-US"])
def test_the_sheet_and_a_held_card_are_accessible_on_a_phone(
    club: Visit, visit: Begin, theme: str, language: str
) -> None:
    phone = visit(viewport=PHONE, language=language)
    phone.context.add_cookies(
        [{"name": "theme", "value": theme, "url": phone.url}, {"name": "motion", "value": "off", "url": phone.url}]
    )
    page = ready(phone.sign_up("/shop"))
    ask(page)
    page.locator("#promo-code").fill("lastyear")
    page.locator("[data-part=promo-apply]").click()
    expect(page.get_by_test_id("promo-why")).to_contain_text("PROMO_EXPIRED")
    assert (serious(page), small_targets(page), page.evaluate(CUT_OFF)) == ([], [], [])
    if language == "en-US":
        text = page.locator("body").inner_text().replace(phone.nickname, "") + page.evaluate(SPOKEN)
        assert HANGUL.findall(text) == []
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("toast")).to_have_text(re.compile("Night Pack"))
    expect(package(page)).to_have_attribute("data-state", "held")
    assert (serious(page), small_targets(page), page.evaluate(CUT_OFF)) == ([], [], [])
