"""Staff in a real browser: through their door, over today's numbers, to a player who must go."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.test_screens import serious

Begin = Callable[..., Visit]


def enter(visit: Visit) -> Page:
    """The first page of the admin, entered as the seeded owner."""
    page = visit.page("/admin/")
    expect(page).to_have_url(re.compile("/admin/login/"))
    page.locator("#id_username").fill("admin")
    page.locator("#id_password").fill("123456")
    page.locator("#login-form button.button--paper").click()
    expect(page).to_have_url(f"{visit.url}/admin/")
    return page


def test_staff_see_today_as_it_happens(visit: Begin) -> None:
    player = visit().sign_up("/profile")
    expect(player.get_by_test_id("profile-screen")).to_be_visible()
    page = enter(visit())
    expect(page.get_by_test_id("online")).to_have_text(re.compile(r"[1-9]"))
    expect(page.get_by_test_id("revenue-today")).to_have_text(re.compile(r"\$\d"))
    expect(page.locator(".truths li").first).to_be_visible()
    expect(page.locator(".truths .loss")).to_have_count(0)
    expect(page.locator("svg.chart rect")).to_have_count(14)


def test_a_ban_takes_effect_in_the_players_open_tab(visit: Begin) -> None:
    guest = visit()
    tab = guest.sign_up("/profile")
    page = enter(visit())
    page.goto(f"{guest.url}/admin/accounts/player/?q={guest.nickname}")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("ban")
    page.locator("button[name=index]").click()
    page.locator("#id_reason").fill("two accounts")
    page.locator("input[type=submit].default").click()
    expect(page.locator(".messagelist")).to_be_visible()
    expect(page.locator("#result_list .field-state")).to_have_text("영구 정지")
    expect(tab.get_by_test_id("session-expired-banner")).to_be_visible()
    guest.faults.clear()  # the browser reports the refused reads of the ended session


def test_history_offers_nothing_to_save(visit: Begin) -> None:
    page = enter(visit())
    page.goto(page.url + "accounts/entry/")
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator(".readonly").first).to_be_visible()
    expect(page.locator(".submit-row input[type=submit]")).to_have_count(0)


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/player/"])
def test_admin_pages_have_no_serious_finding_and_fit_a_phone(visit: Begin, path: str) -> None:
    made = visit(viewport=PHONE)
    page = enter(made)
    page.goto(made.url + path)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
