"""A week of a player's life in the browser: the club's clock is moved, and what brings the player back follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.coming_back import call, event, gold, mission, spin
from tests.browser.conftest import DESKTOP, PATIENCE_MS, Visit, serving

MONDAY = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
DAILY, WEEKLY = "첫 게임 플레이", "주간 챌린지"


@dataclass
class Club:
    """A club by a clock of its own."""

    url: str
    clock: Path

    def is_at(self, moment: datetime) -> None:
        """Moves the clock there."""
        self.clock.write_text(str((moment - datetime.now(UTC)).total_seconds()))


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Club]:
    club = Club("", tmp_path / "ahead")
    club.is_at(MONDAY)
    with serving(tmp_path, "tests.browser.moved_club", is_seeded=False, CLOCK_FILE=str(club.clock)) as club.url:
        yield club


@pytest.fixture
def visitor(browser: Browser, moved: Club) -> Iterator[Visit]:
    context = browser.new_context(viewport=DESKTOP, locale="ko-KR")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context, moved.url)
    yield visit
    context.close()
    assert visit.faults == []


def claims_attendance(page: Page, gold_paid: str) -> None:
    page.get_by_test_id("open-daily-reward").click()
    expect(page.get_by_role("dialog")).to_contain_text(gold_paid)
    page.get_by_role("dialog").get_by_role("button", name="보상 받기!").click()
    expect(page.get_by_test_id("claim-daily-reward")).to_have_text("이미 수령됨")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def stands_at(page: Page, days: int) -> None:
    expect(page.locator("[data-part=count]").first).to_have_text(f"{days}일째")


def claims(page: Page, title: str) -> None:
    mission(page, title).get_by_role("button").click()
    expect(mission(page, title).get_by_role("button")).to_have_count(0)


def test_a_week_of_a_players_life(moved: Club, visitor: Visit) -> None:
    page = visitor.sign_up("/")
    # Monday: attendance, a spin, its mission.
    claims_attendance(page, "1,000")
    stands_at(page, 1)
    spin(page, visitor)
    claims(page, DAILY)
    after_monday = call(page, visitor, "/api/users/balance", method="GET")["gold_balance"]
    expect(gold(page)).to_have_text(f"{after_monday:,}G")

    # Tuesday, a second after midnight: a new day to claim, the mission begins anew, the week's goes on.
    moved.is_at((MONDAY + timedelta(days=1)).replace(hour=0, minute=0, second=1))
    page.reload()
    expect(mission(page, DAILY)).to_contain_text("0 / 1")
    expect(mission(page, WEEKLY)).to_contain_text("1 / 20")
    claims_attendance(page, "1,200")
    stands_at(page, 2)

    # Wednesday is missed: on Thursday the days in a row begin anew.
    moved.is_at(MONDAY + timedelta(days=3))
    page.reload()
    stands_at(page, 0)
    claims_attendance(page, "1,000")
    stands_at(page, 1)
    marked = page.locator(".month__day--done")
    expect(marked).to_have_text([re.compile(f"^{day}\\b") for day in (1, 2, 4)])

    # Friday and Saturday: enough games for the week and for an event joined meanwhile.
    moved.is_at(MONDAY + timedelta(days=4))
    page.goto(f"{moved.url}/events")
    event(page, "신규 유저 환영 이벤트").get_by_role("button").click()
    expect(event(page, "신규 유저 환영 이벤트").get_by_text("참여 중")).to_be_visible()
    moved.is_at(MONDAY + timedelta(days=5))
    spin(page, visitor, 19)
    page.reload()
    claims(page, WEEKLY)
    event(page, "신규 유저 환영 이벤트").get_by_role("button", name="보상 받기").click()
    expect(event(page, "신규 유저 환영 이벤트").get_by_text("수령 완료")).to_be_visible()

    # Sunday, the last second of the week; then Monday, when the week's mission begins anew.
    moved.is_at((MONDAY + timedelta(days=6)).replace(hour=23, minute=59, second=30))
    page.goto(moved.url)
    expect(mission(page, WEEKLY)).to_contain_text("20 / 20")
    moved.is_at(MONDAY + timedelta(days=7))
    page.reload()
    expect(mission(page, WEEKLY)).to_contain_text("0 / 20")
    stands_at(page, 0)

    # What was paid stands under the bell and adds up.
    page.goto(f"{moved.url}/notifications")
    expect(page.get_by_text("목표 달성")).not_to_have_count(0)
    books = call(page, visitor, "/api/users/ledger?limit=200", method="GET")["items"]
    paid = [line["amount"] for line in books if line["kind"] in ("streak_reward", "mission_reward", "event_reward")]
    assert sorted(paid) == [100, 1000, 1000, 1200, 5000, 5000]
    balance = call(page, visitor, "/api/users/balance", method="GET")["gold_balance"]
    assert balance == sum(line["amount"] for line in books)
    expect(gold(page)).to_have_text(f"{balance:,}G")
