"""Staff in a real browser: the door, the day's numbers, a purchase of a player followed to its row."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

Begin = Callable[..., Visit]
ROOMS = (
    "accounts/player",
    "accounts/wallet",
    "accounts/entry",
    "accounts/authsession",
    "games/round",
    "shop/product",
    "shop/purchase",
    "realtime/streamevent",
)


@pytest.fixture
def office(visit: Begin) -> Page:
    """The staff's index, entered through the staff's door."""
    page = visit().page("/admin/")
    page.locator("input[name=username]").fill("admin")
    page.locator("input[name=password]").fill("123456")
    page.get_by_role("main").locator("form [type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"/admin/$"))
    return page


def test_every_room_opens_without_a_fault(office: Page) -> None:
    index = office.url
    for room in ROOMS:
        answer = office.goto(f"{index}{room}/")
        assert answer is not None
        assert (room, answer.status) == (room, 200)


def test_a_players_purchase_stands_in_the_books_at_once(office: Page, visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/shop")
    page.locator("[data-product=GOLD_PACK_SMALL] [data-buy]").click()
    page.get_by_test_id("confirm-pay").click()
    told = page.get_by_test_id("receipt-code")
    expect(told).to_have_text(re.compile(r"^[0-9a-f]{12}$"))
    receipt = told.inner_text()
    office.goto(f"{office.url}shop/purchase/?q={receipt}")
    expect(office.get_by_role("table").get_by_text(receipt)).to_be_visible()


def test_players_find_no_way_in(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    page.goto(f"{club.url}/admin/")
    expect(page).to_have_url(f"{club.url}/admin/login/?next=/admin/")
