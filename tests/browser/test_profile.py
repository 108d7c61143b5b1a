"""The profile page: history by pages, live numbers, devices, names and passwords, leaving."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, PHONE, Visit

Begin = Callable[..., Visit]


def spin(page: Page, club: Visit, times: int = 1) -> None:
    """Spins over the API with this browser's session."""
    token = next(cookie["value"] for cookie in club.context.cookies() if cookie["name"] == "csrftoken")
    for _ in range(times):
        answer = page.request.post(
            f"{club.url}/api/games/slot/spin",
            data={"bet_amount": 10, "lines": 1},
            headers={"X-CSRFToken": token, "Referer": club.url},
        )
        assert answer.status == 200


def test_the_history_is_turned_page_by_page(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    spin(page, club, times=12)
    page.goto(f"{club.url}/profile")
    rows = page.get_by_test_id("action-history-list").locator("> div[data-key]")
    expect(rows).to_have_count(10)
    first = rows.first.get_attribute("data-key")
    expect(page.get_by_test_id("action-prev")).to_be_disabled()
    page.get_by_test_id("action-next").click()
    expect(rows).to_have_count(2)
    expect(page.get_by_text("페이지 2")).to_be_visible()
    expect(page.get_by_test_id("action-next")).to_be_disabled()
    page.get_by_test_id("action-prev").click()
    expect(rows.first).to_have_attribute("data-key", str(first))
    keys = [row.get_attribute("data-key") for row in rows.all()]
    assert len(keys) == len(set(keys)) == 10


def test_numbers_and_lists_follow_what_happens_elsewhere(visit: Begin) -> None:
    club = visit(viewport=PHONE)
    page = club.sign_up("/profile")
    expect(page.get_by_test_id("stats-total-games")).to_have_text("0")
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    spin(page, club, times=2)
    expect(page.get_by_test_id("stats-total-games")).to_have_text("2")
    stats = page.request.get(f"{club.url}/api/games/stats/me").json()["stats"]
    expect(page.get_by_test_id("stats-total-wins")).to_have_text(str(stats["total_wins"]))
    expect(page.get_by_test_id("stats-win-streak")).to_have_text(str(stats["current_win_streak"]))
    expect(page.get_by_test_id("action-history-list").locator("> div")).to_have_count(2)
    kinds = page.locator("#ledger tbody tr td:first-child")
    expect(kinds.last).to_have_text("가입 축하 골드")
    expect(kinds.get_by_text("슬롯 베팅")).to_have_count(2)


def test_another_device_is_logged_out_from_here(visit: Begin) -> None:
    club, elsewhere = visit(), visit()
    page = club.sign_up("/terms")
    there = elsewhere.page("/login")
    there.locator("#nickname").fill(club.nickname)
    there.locator("#password").fill(PASSWORD)
    there.get_by_role("button", name="로그인").click()
    expect(there.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    page.goto(f"{club.url}/profile")
    page.locator("[data-revoke]").click()
    expect(page.get_by_test_id("toast")).to_have_text("그 기기에서 로그아웃했습니다.")
    expect(page.locator("[data-revoke]")).to_have_count(0)
    expect(there.get_by_test_id("session-expired-banner")).to_be_visible()
    there.reload()
    expect(there.get_by_test_id("gold-quick")).to_have_count(0)


def test_a_new_name_is_shown_and_a_taken_one_refused_at_its_field(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/profile")
    field = page.locator("#newNickname")
    field.fill("user001")
    page.get_by_role("button", name="닉네임 바꾸기").click()
    expect(page.locator("#newNickname-hint")).to_have_text("이미 존재하는 닉네임입니다")
    field.fill(f"{club.nickname}2")
    page.get_by_role("button", name="닉네임 바꾸기").click()
    expect(page.locator("[data-nickname]")).to_have_text(f"{club.nickname}2")
    club.faults.clear()  # the browser logs the refusal as an error of its own


def test_a_new_password_needs_the_old_one(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/profile")
    page.locator("#currentPassword").fill("not mine at all")
    page.locator("#newPassword").fill("battery staple")
    page.get_by_role("button", name="비밀번호 바꾸기").click()
    expect(page.locator("#currentPassword-hint")).to_have_text("현재 비밀번호가 올바르지 않습니다")
    page.locator("#currentPassword").fill(PASSWORD)
    page.get_by_role("button", name="비밀번호 바꾸기").click()
    expect(page.get_by_test_id("toast")).to_have_text("비밀번호를 바꿨습니다.")
    expect(page.get_by_test_id("session-expired-banner")).to_be_hidden()
    club.faults.clear()  # the browser logs the refusal as an error of its own


def test_leaving_for_good_asks_for_the_password_and_closes_the_account(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/profile")
    page.get_by_role("button", name="계정 지우기").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#leavePassword").fill(PASSWORD)
    dialog.get_by_role("button", name="계정 지우기").click()
    expect(page).to_have_url(f"{club.url}/")
    expect(page.get_by_role("link", name=re.compile("가입하고"))).to_be_visible()
