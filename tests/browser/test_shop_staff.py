"""Staff at the shelf in a real browser: stock by three fewer, a new price, a package stopped, on desk and phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.test_admin import enter
from tests.browser.test_screens import serious

Begin = Callable[..., Visit]
PRODUCT = "/admin/shop/product/1002"
PAGES = (
    "/admin/shop/product/",
    f"{PRODUCT}/change/",
    f"{PRODUCT}/stock/",
    f"{PRODUCT}/remove/",
    "/admin/shop/limitedpackage/",
    "/admin/shop/limitedpackage/1/change/",
    "/admin/shop/limitedpackage/1/stop/",
    "/admin/shop/promocode/",
    "/admin/shop/promocode/add/",
    "/admin/shop/hold/",
    "/admin/shop/webhookevent/",
)


def counted(page: Page, number: str) -> int:
    """Total, sold, held or free, as the panel tells it."""
    return int(page.get_by_test_id(f"units-{number}").inner_text().replace(",", ""))


def give_stock(page: Page, way: str, units: str, reason: str) -> None:
    """Sends the stock page."""
    page.locator(f"input[name=way][value={way}]").check()
    page.locator("#id_units").fill(units)
    page.locator("#id_reason").fill(reason)
    page.locator("input[type=submit].default").click()


def test_staff_take_three_units_away_and_say_why(visit: Begin) -> None:
    club = visit()
    page = enter(club)
    page.goto(f"{club.url}{PRODUCT}/change/")
    page.locator("[data-deed=stock]").click()
    give_stock(page, "set", "10", "counted")
    expect(page.locator(".messagelist")).to_contain_text("수량을 바꿨습니다")
    free = counted(page, "free")
    page.locator("[data-deed=stock]").click()
    give_stock(page, "change", "-3", "three broke")
    expect(page).to_have_url(re.compile(f"{PRODUCT}/change/"))
    assert (free, counted(page, "free")) == (10, 7)
    expect(page.locator(".units__free")).to_have_count(1)
    page.locator(".historylink").click()
    expect(page.locator("#result_list tbody tr").first).to_contain_text("PRODUCT_UPDATE")


def test_stock_that_cannot_be_is_refused_beside_its_field(visit: Begin) -> None:
    club = visit()
    page = enter(club)
    page.goto(f"{club.url}/admin/shop/limitedpackage/1/stock/")
    give_stock(page, "change", "-100000", "far too many")
    expect(page.locator(".form-row.errors .errorlist")).to_have_count(1)
    expect(page.locator(".form-row.errors #id_units")).to_have_value("-100000")


def test_a_new_price_is_looked_at_and_then_set(visit: Begin) -> None:
    club = visit()
    page = enter(club)
    page.goto(f"{club.url}{PRODUCT}/change/")
    page.locator("#id_price").fill("1000")
    page.locator("#id_discount").fill("20")
    page.locator("[name=_preview]").click()
    expect(page.locator("[data-rank=STANDARD] td").first).to_have_text("$8.00 $10.00")
    page.locator("[name=_save]").click()
    expect(page.locator(".errorlist")).to_have_text("사유를 입력하세요")
    page.locator("#id_reason").fill("summer")
    page.locator("[name=_save]").click()
    expect(page.locator("#result_list")).to_contain_text("$8.00 $10.00")


def test_a_package_is_stopped_and_the_stop_is_lifted(visit: Begin) -> None:
    club = visit()
    page = enter(club)
    page.goto(f"{club.url}/admin/shop/limitedpackage/?q=WEEKEND_STARTER")
    page.locator(".deed--danger").click()
    page.locator("#id_reason").fill("wrong price")
    page.locator("input[type=submit].grave").click()
    expect(page.locator(".field-state .badge--loss")).to_have_text("긴급 중지")
    shop = f"{club.url}/api/shop/limited-packages"
    assert "WEEKEND_STARTER" not in club.context.request.get(shop).text()
    page.locator("[data-deed=resume]").click()
    page.locator("#id_reason").fill("price mended")
    page.locator("input[type=submit].default").click()
    expect(page.locator(".field-state .badge--gain")).to_have_text("판매 중")
    assert "WEEKEND_STARTER" in club.context.request.get(shop).text()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_of_the_shelf_has_a_serious_finding_or_is_wider_than_the_screen(
    visit: Begin, viewport: dict[str, int], theme: str
) -> None:
    club = visit(viewport=viewport)
    club.context.add_cookies([{"name": "theme", "value": theme, "url": club.url}])
    page = enter(club)
    for path in PAGES:
        answer = page.goto(club.url + path)
        assert answer is not None
        assert (path, answer.status) == (path, 200)
        assert (path, serious(page)) == (path, [])
        wide = page.evaluate("Math.max(document.body.scrollWidth, document.querySelector('#container').scrollWidth)")
        assert (path, wide <= viewport["width"]) == (path, True)
