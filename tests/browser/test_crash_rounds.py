"""Crash from end to end: a real Chromium, a real server, rounds whose crash point the test has looked up."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from games import tables
from games.engine import crash as engine
from games.engine.fairness import Dice
from tests.browser.conftest import Visit
from tests.browser.crash_house import bet_button, multiplier, opened, out_button, part

CURVE = tables.parse_crash(tables.FIRST_VERSIONS["crash"])
ENDS_WITHIN_MS = 15_000
FATES = {"soon": (102, 110), "late": (5_000, 9_999), "at once": (100, 100)}


@pytest.fixture
def fate(club_url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Visit, str], int]:
    """Gives a visit's player seeds whose next round crashes in a known range; answers with the point, in hundredths."""
    (book,) = {found.resolve() for found in tmp_path_factory.getbasetemp().glob("club*/club.sqlite3")}

    def arrange(club: Visit, kind: str) -> int:
        low, high = FATES[kind]
        server_seed, nonce, point = secrets.token_hex(32), -1, 0
        while not low <= point <= high:
            nonce += 1
            point = engine.point(CURVE, Dice(server_seed=server_seed, client_seed="club", nonce=nonce, game="crash"))
        _write(book, club.nickname, server_seed, nonce)
        return point

    return arrange


def _write(book: Path, nickname: str, server_seed: str, nonce: int) -> None:
    with closing(sqlite3.connect(book, timeout=20)) as database, database:
        written = database.execute(
            "UPDATE accounts_wallet SET server_seed = ?, client_seed = 'club', nonce = ? "
            "WHERE player_id = (SELECT id FROM accounts_player WHERE nickname = ?)",
            (server_seed, nonce, nickname),
        )
        assert written.rowcount == 1


def balance(page: Page) -> int:
    """The player's gold by the server."""
    gold: int = page.request.get("/api/users/balance").json()["gold_balance"]
    return gold


@pytest.fixture
def club(visit: Callable[..., Visit], club_url: str) -> Visit:
    return visit(base_url=club_url)


def test_a_round_is_bet_watched_and_cashed_out_at_the_server_s_multiplier(
    club: Visit, fate: Callable[[Visit, str], int]
) -> None:
    page = opened(club.sign_up("/games/crash"))
    point = fate(club, "late")
    bet_button(page).click()
    expect(out_button(page)).to_be_visible()
    expect(page.get_by_test_id("gold-quick")).to_have_text("900G")
    expect(part(page, "multi")).not_to_have_text("1.00")
    with page.expect_response("**/api/games/crash/cashout") as told:
        out_button(page).click()
    answer = told.value.json()
    assert answer["status"] == "cashed_out"
    shown = round(answer["cashout_multiplier"] * 100)
    assert answer["win_amount"] == engine.payout(100, shown)
    expect(part(page, "multi")).to_have_text(f"{shown / 100:.2f}")
    expect(page.get_by_test_id("gold-quick")).to_have_text(f"{900 + answer['win_amount']:,}G")
    assert balance(page) == 900 + answer["win_amount"]
    expect(part(page, "sub")).to_have_text(f"크래시는 {point / 100:.2f}x")
    rows = page.locator("[data-part=recent] tr")
    expect(rows).to_have_count(1)
    live = rows.first.locator("[data-fill=left]").inner_text()
    page.reload()
    expect(opened(page).locator("[data-part=recent] tr [data-fill=left]")).to_have_text(live)


def test_a_round_that_nobody_leaves_crashes_and_everybody_hears_it(
    club: Visit, fate: Callable[[Visit, str], int]
) -> None:
    page = opened(club.sign_up("/games/crash"))
    second = opened(club.page("/games/crash"))
    expect(second.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    point = fate(club, "soon")
    bet_button(page).click()
    for tab in (page, second):
        expect(tab.get_by_test_id("crash-state")).to_have_text("크래시", timeout=ENDS_WITHIN_MS)
        expect(part(tab, "multi")).to_have_text(f"{point / 100:.2f}")
        expect(tab.get_by_test_id("crash-now")).to_have_text("−100")
        expect(tab.locator("[data-part=recent] tr")).to_have_count(1)
        expect(tab.get_by_test_id("crash-past").locator("li")).to_have_text([f"{point / 100:.2f}x 낮음"])
    assert balance(page) == 900


def test_a_crash_at_once_is_told_by_the_bet_itself(club: Visit, fate: Callable[[Visit, str], int]) -> None:
    page = opened(club.sign_up("/games/crash"))
    fate(club, "at once")
    bet_button(page).click()
    expect(page.get_by_test_id("crash-state")).to_have_text("크래시")
    expect(part(page, "multi")).to_have_text("1.00")
    expect(bet_button(page)).to_be_visible()
    assert balance(page) == 900


def test_the_target_pays_exactly_itself(club: Visit, fate: Callable[[Visit, str], int]) -> None:
    page = opened(club.sign_up("/games/crash"))
    fate(club, "late")
    part(page, "target").fill("1.05")
    bet_button(page).click()
    expect(page.get_by_test_id("crash-state")).to_have_text("자동으로 캐시아웃했습니다", timeout=ENDS_WITHIN_MS)
    expect(part(page, "multi")).to_have_text("1.05")
    expect(page.get_by_test_id("crash-now")).to_have_text("+5")
    expect(page.locator("[data-part=recent] [data-fill=left]")).to_have_text("자동 1.05x")
    assert balance(page) == 1005


def test_a_reload_and_a_late_tab_show_the_true_open_round(club: Visit, fate: Callable[[Visit, str], int]) -> None:
    page = opened(club.sign_up("/games/crash"))
    fate(club, "late")
    bet_button(page).click()
    expect(out_button(page)).to_be_visible()
    before = multiplier(page)
    first_html = page.request.get("/games/crash").text()
    assert 'data-state="flying"' in first_html
    page.reload()
    expect(out_button(opened(page))).to_be_visible()
    assert multiplier(page) >= before
    late = opened(club.page("/games/crash"))
    expect(out_button(late)).to_be_visible()
    assert abs(multiplier(late) - multiplier(page)) < 0.1
    out_button(late).click()
    for tab in (late, page):
        expect(tab.get_by_test_id("crash-state")).to_have_text("캐시아웃했습니다")
        expect(bet_button(tab)).to_be_visible()
    assert late.get_by_test_id("crash-now").inner_text() == page.get_by_test_id("crash-now").inner_text()
