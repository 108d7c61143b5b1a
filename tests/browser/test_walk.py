"""The walk of a new player: sign up, spin, see it in a second tab, buy, read one notice, reload."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visit

Begin = Callable[..., Visit]


def expect_gold(page: Page, amount: int) -> None:
    expect(page.get_by_test_id("gold-quick")).to_have_text(f"{amount:,}G")


def balance(page: Page, club: Visit) -> int:
    """What the server says."""
    amount: int = page.request.get(f"{club.url}/api/users/balance").json()["gold_balance"]
    return amount


def no_sideways_scroll(page: Page) -> bool:
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return fits


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_new_player_spins_and_buys_and_every_tab_follows(visit: Begin, viewport: dict[str, int]) -> None:
    club = visit(viewport=viewport)
    first = club.sign_up("/games/slot")
    expect_gold(first, 1000)
    second = club.page("/")
    expect(second.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")

    first.get_by_test_id("slot-spin").click()
    expect(second.locator("[data-component=recent] > li")).to_have_count(1)
    after_spin = balance(first, club)
    expect_gold(second, after_spin)
    expect_gold(first, after_spin)
    expect(second.locator("[data-stat=total_games_played]").first).to_have_text("1")

    first.goto(f"{club.url}/shop")
    first.locator("[data-product=GOLD_PACK_SMALL] [data-buy]").click()
    first.get_by_test_id("confirm-pay").click()
    words = "상품 GOLD_PACK_SMALL 결제가 완료되었습니다 (금액: 199)."
    expect(first.get_by_test_id("toast")).to_have_text(words)
    expect(second.get_by_test_id("toast")).to_have_text(words)
    expect_gold(first, after_spin + 2600)
    expect_gold(second, after_spin + 2600)
    expect(second.get_by_test_id("toast")).to_be_hidden()

    second.reload()
    expect_gold(second, after_spin + 2600)
    expect(second.get_by_test_id("toast")).to_be_hidden()
    assert no_sideways_scroll(first)
    assert no_sideways_scroll(second)
