"""The shop screen: the exact price before, the truth after, and one purchase however often it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.test_slot import body_of, expect_failed_loads

Begin = Callable[..., Visit]
BUY = "**/api/shop/buy/*"
PACK = "GOLD_PACK_BIG"
REASONS = [
    *("INSUFFICIENT_FUNDS", "ITEM_PURCHASE_FAILED", "PAYMENT_DECLINED", "PAYMENT_PENDING", "PAYMENT_FAILED"),
    *("PACKAGE_NOT_FOUND", "PROMO_NOT_FOUND", "PROMO_INACTIVE", "PROMO_NOT_STARTED", "PROMO_EXPIRED"),
    *("PROMO_ALREADY_USED", "PROMO_WRONG_PRODUCT", "PROMO_NOT_APPLICABLE"),
    *("GRANT_FAILED", "ALREADY_OWNED", "OUT_OF_STOCK", "NOT_ON_SALE", "RANK_MAX", "RATE_LIMIT", "IDEMPOTENT_HIT"),
    *("PROCESSING", "NOT_FOUND", "WINDOW_CLOSED", "USER_LIMIT", "PROMO_EXHAUSTED", "PROMO_INVALID", "FRAUD_BLOCK"),
    "STALE_AUTO_VOID",
]


@pytest.fixture
def club(visit: Begin) -> Visit:
    made = visit()
    made.context.add_cookies([{"name": "motion", "value": "off", "url": made.url}])
    return made


@pytest.fixture
def shop(club: Visit) -> Page:
    return ready(club.sign_up("/shop"))


def ready(page: Page) -> Page:
    """Waits until the shop's script listens."""
    expect(page.locator("[data-component=shop][data-ready]")).to_be_attached()
    return page


def card(page: Page, product: str) -> Locator:
    return page.locator(f"[data-product={product}]")


def ask(page: Page, product: str = PACK) -> Locator:
    """Opens the confirm sheet of a product."""
    card(page, product).locator("[data-buy]").click()
    sheet = page.locator("#confirm")
    expect(sheet).to_be_visible()
    return sheet


def pay(page: Page) -> None:
    page.get_by_test_id("confirm-pay").click()


def by_gateway(mode: str) -> Callable[[Route], None]:
    """Sends purchases on to the sandbox in this mode."""

    def send(route: Route) -> None:
        body = {**body_of(route.request), "gateway_mode": mode}
        route.continue_(post_data=json.dumps(body))

    return send


def hold_settling(page: Page) -> list[Route]:
    """Keeps every question about a payment waiting, so that it stays pending on the page."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/settle", hold)
    return held


def purchases(page: Page, club: Visit) -> list[dict[str, Any]]:
    """The player's purchases as the server has them."""
    items: list[dict[str, Any]] = page.request.get(f"{club.url}/api/shop/transactions").json()["items"]
    return items


def gold(page: Page, club: Visit) -> int:
    amount: int = page.request.get(f"{club.url}/api/users/balance").json()["gold_balance"]
    return amount


def test_the_sheet_shows_exactly_what_is_charged(club: Visit, shop: Page) -> None:
    sheet = ask(shop)
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$9.89")
    sheet.get_by_role("button", name="수량 늘리기").click()
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$19.78")
    expect(shop.get_by_test_id("confirm-pay")).to_have_text("$19.78 결제하기")
    expect(sheet.locator("[data-part=gives]")).to_have_text("27,000G")
    with shop.expect_request(BUY) as sent:
        pay(shop)
    assert sent.value.post_data_json == {"quantity": 2, "expected_price": 989}
    assert sent.value.header_value("Idempotency-Key")
    expect(sheet.get_by_text("+27,000G")).to_be_visible()
    made = purchases(shop, club)
    assert [(each["amount"], each["quantity"], each["gold_granted"]) for each in made] == [(1978, 2, 27_000)]
    expect(sheet.get_by_test_id("receipt-code")).to_have_text(made[0]["receipt_code"])
    expect(shop.get_by_test_id("gold-quick")).to_have_text("28,000G")


def test_a_purchase_is_noticed_once_in_every_tab_and_the_focus_comes_back(club: Visit, shop: Page) -> None:
    second = ready(club.page("/shop"))
    expect(second.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    ask(shop)
    pay(shop)
    words = "상품 GOLD_PACK_BIG 결제가 완료되었습니다 (금액: 989)."
    for page in (shop, second):
        expect(page.get_by_test_id("toast")).to_have_text(words)
        expect(page.get_by_test_id("gold-quick")).to_have_text("14,500G")
    shop.get_by_role("button", name="확인", exact=True).click()
    expect(shop.locator("#confirm")).to_be_hidden()
    expect(card(shop, PACK).locator("[data-buy]")).to_be_focused()
    for page in (shop, second):
        expect(page.get_by_test_id("toast")).to_be_hidden()


def test_a_declined_payment_says_why_and_the_next_try_is_a_new_purchase(club: Visit, shop: Page) -> None:
    shop.route(BUY, by_gateway("always_fail"))
    ask(shop)
    with shop.expect_request(BUY) as first:
        pay(shop)
    expect(shop.get_by_test_id("purchase-reason")).to_have_text("결제가 거절되었습니다. 청구된 금액은 없습니다.")
    shop.locator("[data-part=again]").click()
    shop.unroute(BUY)
    with shop.expect_request(BUY) as second:
        pay(shop)
    assert first.value.header_value("Idempotency-Key") != second.value.header_value("Idempotency-Key")
    expect(shop.get_by_text("+13,500G")).to_be_visible()
    assert [each["status"] for each in purchases(shop, club)] == ["success", "failed"]
    assert gold(shop, club) == 14_500


def test_a_pending_payment_is_waited_for_on_the_card_and_in_the_sheet(club: Visit, shop: Page) -> None:
    shop.route(BUY, by_gateway("pending_then_success"))
    held = hold_settling(shop)
    sheet = ask(shop)
    pay(shop)
    expect(sheet.locator("[data-view=pending]")).to_be_visible()
    receipt = purchases(shop, club)[0]["receipt_code"]
    expect(card(shop, PACK)).to_have_attribute("data-receipt", receipt)
    expect(card(shop, PACK)).to_contain_text(f"결제 확인 중 · 영수증 {receipt}")
    expect(shop.get_by_test_id("nav-shop").locator("[data-number]")).to_have_text("1")
    shop.unroute("**/settle")
    for each in held:
        each.continue_()
    expect(sheet.get_by_text("+13,500G")).to_be_visible(timeout=20_000)
    expect(card(shop, PACK)).to_have_attribute("data-state", "open")
    assert [(each["status"], each["receipt_code"]) for each in purchases(shop, club)] == [("success", receipt)]
    expect(shop.get_by_test_id("gold-quick")).to_have_text("14,500G")


def test_a_pending_payment_survives_a_reload(club: Visit, shop: Page) -> None:
    shop.route(BUY, by_gateway("pending_then_success"))
    hold_settling(shop)
    ask(shop)
    pay(shop)
    expect(shop.locator("[data-view=pending]")).to_be_visible()
    shop.reload()
    expect(card(shop, PACK)).to_contain_text("결제 확인 중")
    shop.unroute("**/settle")
    ready(shop)
    card(shop, PACK).locator("[data-settle]").click()
    expect(card(shop, PACK)).to_have_attribute("data-state", "open", timeout=20_000)
    assert gold(shop, club) == 14_500


def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_charged_once(club: Visit, shop: Page) -> None:
    keys: list[str | None] = []

    def lose(route: Route) -> None:
        keys.append(route.request.header_value("Idempotency-Key"))
        route.fetch()
        route.abort()

    shop.route(BUY, lose)
    sheet = ask(shop)
    pay(shop)
    expect(sheet.get_by_role("alert")).to_contain_text("다시 시도해도 한 번만 결제됩니다")
    expect(shop.get_by_test_id("confirm-pay")).to_have_text("다시 시도")
    shop.unroute(BUY)
    with shop.expect_request(BUY) as again:
        pay(shop)
    assert {again.value.header_value("Idempotency-Key")} == set(keys)
    expect(sheet.get_by_text("+13,500G")).to_be_visible()
    assert len(purchases(shop, club)) == 1
    assert gold(shop, club) == 14_500
    expect_failed_loads(club)


def test_a_price_that_moved_is_shown_and_confirmed_anew(club: Visit, shop: Page) -> None:
    card(shop, PACK).evaluate("card => { card.dataset.final = '899'; }")  # the page is older than the price
    sheet = ask(shop)
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$8.99")
    pay(shop)
    expect(sheet.get_by_role("alert")).to_contain_text("가격이 $8.99에서 $9.89(으)로 바뀌었습니다")
    expect(shop.get_by_test_id("confirm-total")).to_have_text("$9.89")
    assert purchases(shop, club) == []
    with shop.expect_request(BUY) as sent:
        pay(shop)
    assert body_of(sent.value)["expected_price"] == 989
    expect(sheet.get_by_text("+13,500G")).to_be_visible()
    assert [each["amount"] for each in purchases(shop, club)] == [989]
    expect_failed_loads(club)


def test_every_reason_has_a_sentence_of_its_own(shop: Page) -> None:
    sentences = shop.evaluate(
        """async (codes) => {
          const { sentenceFor } = await import("/static/js/shop/reasons.js");
          return [...codes, "NEVER_HEARD_OF"].map((code) => sentenceFor(code));
        }""",
        REASONS,
    )
    *known, unknown = sentences
    assert all(re.search("[가-힣]", sentence) for sentence in known)
    assert unknown not in known
    assert unknown == "구매를 마치지 못했습니다"


def test_eight_cards_stand_in_while_the_shelf_loads_and_a_failure_shows_its_code(club: Visit, shop: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.resource_type == "fetch":
            held.append(route)
        else:
            route.continue_()

    shop.route("**/shop", hold)
    ask(shop)
    pay(shop)
    expect(shop.get_by_text("+13,500G")).to_be_visible()
    expect(shop.locator(".good--blank")).to_have_count(8)
    held[-1].fulfill(status=503, body="")
    shop.keyboard.press("Escape")
    expect(shop.get_by_test_id("shop-error")).to_contain_text("HTTP 503")
    shop.unroute("**/shop")
    shop.get_by_role("button", name="다시 시도").click()
    expect(card(shop, PACK)).to_be_visible()
    expect(shop.get_by_test_id("shop-error")).to_have_count(0)
    expect_failed_loads(club)


def test_cards_in_gold_follow_the_balance(club: Visit, shop: Page) -> None:
    cheap = card(shop, "attendance_link")
    expect(cheap).to_contain_text("부족한 골드 19,000G")
    expect(cheap.locator("[data-buy]")).to_be_hidden()
    ask(shop, "GOLD_PACK_WHALE")
    pay(shop)
    expect(shop.get_by_text("+30,000G")).to_be_visible()
    shop.keyboard.press("Escape")
    expect(cheap.locator("[data-buy]")).to_be_visible()
    sheet = ask(shop, "attendance_link")
    expect(shop.get_by_test_id("confirm-total")).to_have_text("20,000G")
    expect(sheet.locator("[data-gold]")).to_have_text("31,000G")
    pay(shop)
    expect(sheet.get_by_text("교환을 마쳤습니다")).to_be_visible()
    expect(shop.get_by_test_id("gold-quick")).to_have_text("11,000G")
    expect(cheap.locator("[data-buy]")).to_be_hidden()
    assert [(each["kind"], each["gold_spent"]) for each in purchases(shop, club)] == [("item", 20_000), ("gold", None)]


def test_a_visitor_s_purchase_leads_to_the_door_and_back(visit: Begin) -> None:
    page = visit(viewport=PHONE).page("/shop")
    card(page, PACK).get_by_role("link", name="로그인 후 구매").click()
    expect(page).to_have_url(re.compile(r"/login\?next=/shop$"))


def test_the_menu_s_models_open_the_shop_at_the_vouchers(club: Visit) -> None:
    page = club.sign_up("/games")
    page.get_by_test_id("nav-models").click()
    expect(page).to_have_url(re.compile(r"/shop#models$"))
    expect(page.get_by_role("heading", name="모델 포인트", exact=True)).to_be_in_viewport()


def test_the_keyboard_alone_buys(club: Visit, shop: Page) -> None:
    card(shop, "GOLD_PACK_SMALL").locator("[data-buy]").focus()
    shop.keyboard.press("Enter")
    expect(shop.get_by_test_id("confirm-pay")).to_be_focused()
    shop.keyboard.press("Enter")
    expect(shop.get_by_text("+2,600G")).to_be_visible()
    shop.keyboard.press("Enter")
    expect(shop.locator("#confirm")).to_be_hidden()
    assert gold(shop, club) == 3_600
