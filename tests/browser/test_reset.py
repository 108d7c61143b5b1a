"""A lost password in a real browser: support makes a code, the player types it in and is back."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visit

Begin = Callable[..., Visit]
NEW = "battery staple"


def code_for(nickname: str, office: Page) -> str:
    """What staff read on the player's page, once."""
    office.locator("input[name=username]").fill("admin")
    office.locator("input[name=password]").fill("123456")
    office.get_by_role("main").locator("form [type=submit]").first.click()
    expect(office).to_have_url(re.compile(r"/admin/$"))
    office.goto(f"{office.url}accounts/player/?q={nickname}")
    office.locator("#result_list .field-site_id a").click()
    office.locator("button[value=reset_code]").click()
    office.locator("input[name=reason]").fill("lost the password")
    office.locator("input[type=submit].default").click()
    told = office.get_by_test_id("reset-code")
    expect(told).to_have_text(re.compile(r"^(?:[A-Z2-9]{4}-){2}[A-Z2-9]{4}$"))
    return told.inner_text()


def fill(page: Page, nickname: str, code: str, password: str, again: str) -> None:
    page.locator("#siteId").fill(nickname)
    page.locator("#code").fill(code)
    page.locator("#password").fill(password)
    page.locator("#confirmPassword").fill(again)
    page.locator("form#reset [data-go]").click()


def test_a_player_comes_back_by_a_code_from_support(visit: Begin) -> None:
    club = visit(viewport=PHONE)
    page = club.sign_up()
    elsewhere = visit(viewport=PHONE)
    code = code_for(club.nickname, visit().page("/admin/login/?next=/admin/"))
    lost = elsewhere.page("/login")
    lost.locator('a[href="/reset"]').click()
    expect(lost).to_have_url(f"{club.url}/reset")
    fill(lost, club.nickname, code, NEW, "battery stable")
    expect(lost.locator("[data-field=confirm_password]")).to_have_class(re.compile("field--bad"))
    lost.locator("#confirmPassword").fill(NEW)
    lost.locator("form#reset [data-go]").click()
    expect(lost).to_have_url(f"{club.url}/reset?done=1")
    lost.get_by_role("main").get_by_role("link").click()
    lost.locator("#nickname").fill(club.nickname)
    lost.locator("#password").fill(NEW)
    lost.locator("form#enter [data-go]").click()
    expect(lost.get_by_test_id("gold-quick")).to_have_text("1,000G")
    page.goto(f"{club.url}/profile")
    expect(page.get_by_test_id("gold-quick")).to_have_count(0)


def test_an_empty_form_says_so_and_asks_nobody(visit: Begin) -> None:
    page = visit(viewport=PHONE).page("/reset")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    page.locator("form#reset [data-go]").click()
    expect(page.get_by_role("alert")).to_contain_text("모든 필드를 입력해주세요.")
    assert asked == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
