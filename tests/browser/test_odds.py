"""The odds page in the browser: found while typing, a stake's return as it is typed, to take along."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from games import tables
from games.engine import returns
from games.screens.shown import percent
from tests.browser.conftest import DESKTOP, PHONE, Visit

Begin = Callable[..., Visit]


def shown_rows(page: Page) -> int:
    rows = "[...document.querySelectorAll('[data-find]')]"
    count: int = page.evaluate(f"{rows}.filter((row) => row.checkVisibility()).length")
    return count


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_rows_are_found_while_typing_and_the_address_keeps_the_search(visit: Begin, viewport: dict[str, int]) -> None:
    club = visit(viewport=viewport)
    page = club.page("/odds")
    every = shown_rows(page)
    assert every > 30
    page.get_by_role("searchbox").fill("나비")
    expect(page.locator("[data-part=section]:visible")).to_have_count(1)
    assert shown_rows(page) == 1
    expect(page.locator("main thead:visible")).to_have_count(1)
    expect(page.get_by_test_id("announcer")).to_have_text("1개 찾음")
    page.reload()
    assert shown_rows(page) == 1
    page.get_by_role("searchbox").fill("없는 것")
    expect(page.get_by_text("찾은 것이 없습니다")).to_be_visible()
    page.get_by_role("link", name="모두 보기").press("Enter")
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert shown_rows(page) == every
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", ["ko-KR", "en-US"])
def test_the_search_stands_beside_the_head(visit: Begin, language: str) -> None:
    page = visit(language=language).page("/odds")
    find = page.get_by_role("searchbox").bounding_box()
    head = page.locator("header.head").bounding_box()
    assert find is not None
    assert head is not None
    assert find["height"] * 2 > head["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_stake_is_told_its_exact_return_as_it_is_typed(visit: Begin) -> None:
    page = visit().page("/odds")
    machine = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
    page.get_by_label("총 베팅").fill("37")
    page.get_by_label("슬롯 라인").select_option("3")
    exact = returns.slot_return_after_cutting(machine, stake=37, lines=3)
    expect(page.get_by_test_id("cut-slot")).to_have_text(f"{percent(exact)}%{exact.numerator} / {exact.denominator}")
    page.get_by_label("총 베팅").fill("3")
    expect(page.get_by_test_id("cut-slot")).to_have_text("받지 않는 베팅")
    page.get_by_label("총 베팅").fill("37")
    expect(page.get_by_test_id("cut-slot")).to_contain_text("%")
    page.get_by_label("총 베팅").fill("-3")
    expect(page.get_by_label("총 베팅")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#cut-stake-hint")).to_have_text("1 이상의 정수여야 합니다")
    for name in ("cut-slot", "cut-rps"):
        expect(page.get_by_test_id(name)).to_have_text("–")


def test_a_late_answer_does_not_tell_of_a_stake_that_is_gone(visit: Begin) -> None:
    page = visit().page("/odds")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/odds?*", hold)
    with page.expect_request("**/api/odds?*"):
        page.get_by_label("총 베팅").fill("37")
    page.get_by_label("총 베팅").fill("abc")
    expect(page.get_by_label("총 베팅")).to_have_attribute("aria-invalid", "true")
    with page.expect_response("**/api/odds?*"):
        held[0].continue_()
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    expect(page.get_by_test_id("cut-slot")).to_have_text("–")


def test_when_the_server_cannot_be_reached_it_is_said(visit: Begin) -> None:
    club = visit()
    page = club.page("/odds")
    page.route("**/api/odds*", lambda route: route.abort())
    page.get_by_label("총 베팅").fill("50")
    expect(page.get_by_test_id("toast")).to_have_text("연결이 끊겼습니다. 다시 시도해 주세요.", timeout=15_000)
    expect(page.get_by_label("총 베팅")).to_have_value("50")
    club.faults.clear()  # the browser logs the broken connection as an error of its own


def test_the_numbers_can_be_taken_along(visit: Begin, tmp_path: Path) -> None:
    club = visit()
    page = club.page("/odds?stake=50&lines=5")
    with page.expect_download() as caught:
        page.get_by_role("link", name="CSV").click()
    caught.value.save_as(tmp_path / "odds.csv")
    lines = list(csv.DictReader((tmp_path / "odds.csv").read_text(encoding="utf-8").splitlines()))
    cut = next(line for line in lines if (line["game"], line["what"]) == ("slot", "rtp_after_cutting"))
    assert (cut["numerator"], cut["denominator"]) == ("48171", "50000")
    address = page.get_by_role("link", name="JSON").get_attribute("href")
    answer = page.request.get(f"{club.url}{address}")
    assert set(answer.json()["games"]) == set(tables.FIRST_VERSIONS)
