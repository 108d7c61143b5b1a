"""Gold by hand in a real browser: the form is kept shut until it makes sense, and a retry gives once."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, Visit

Begin = Callable[..., Visit]


def enter(page: Page) -> None:
    page.get_by_test_id("admin-guard-banner").get_by_role("link").click()
    page.locator("input[name=username]").fill("admin")
    page.locator("input[name=password]").fill("123456")
    page.get_by_role("main").locator("form [type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"/admin/points/$"))


def test_gold_is_given_once_though_the_answer_was_lost(visit: Begin) -> None:
    club = visit()
    guest = club.sign_up()
    number = guest.evaluate("document.body.dataset.player")
    office = visit(viewport=PHONE)
    page = office.page("/admin/points/")
    enter(page)
    expect(page.get_by_test_id("admin-guard-banner")).to_have_count(0)
    player, amount, submit = (page.get_by_test_id(f"admin-points-{name}") for name in ("user-id", "amount", "submit"))
    expect(page.get_by_test_id("admin-points-memo")).to_have_value("admin:gold-grant")
    for given, is_open in (("", False), ("0", False), ("-5", False), ("1.5", False), ("five", False), ("250", True)):
        player.fill(number)
        amount.fill(given)
        expect(submit).to_be_enabled(enabled=is_open)
    player.fill("me")
    expect(submit).to_be_disabled()
    player.fill(number)
    keys: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.fulfill(status=503, json={"error": {"code": "SERVICE_UNAVAILABLE", "message": "later"}})
        else:
            route.continue_()

    page.route("**/gold/grant", lose_the_first_answer)
    submit.click()
    expect(page.get_by_test_id("toast")).to_have_text(re.compile(r"^골드 250 지급 완료 \(영수증: [0-9a-f]{12}\)$"))
    expect(guest.get_by_test_id("gold-quick")).to_have_text("1,250G")
    assert (len(keys), len(set(keys))) == (2, 1)
    office.faults.clear()  # the browser logs the lost answer as an error of its own
