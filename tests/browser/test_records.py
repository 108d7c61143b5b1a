"""The pages around rounds: history with and without scripts, rounds played again, live rows, the leaderboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.test_screens import CUT_OFF, HANGUL, serious, small_targets

Begin = Callable[..., Visit]


def play(page: Page, club: Visit, path: str, **body: Any) -> dict[str, Any]:
    """A play over the API with this browser's session."""
    token = next(cookie["value"] for cookie in club.context.cookies() if cookie["name"] == "csrftoken")
    answer = page.request.post(
        f"{club.url}/api/games/{path}", data=body, headers={"X-CSRFToken": token, "Referer": club.url}
    )
    assert answer.status == 200, answer.text()
    told: dict[str, Any] = answer.json()
    return told


def spin(page: Page, club: Visit, times: int = 1) -> None:
    for _ in range(times):
        play(page, club, "slot/spin", bet_amount=10, lines=1)


def fly(page: Page, club: Visit) -> str:
    """A crash round left at once, or crashed before that; its number."""
    told = play(page, club, "crash/bet", bet_amount=10, auto_cashout_multiplier=1.01)
    page.evaluate("async () => { while ((await (await fetch('/api/games/crash/active')).json()).active); }")
    return str(told["round_id"])


def play_state(page: Page, club: Visit) -> dict[str, Any]:
    told: dict[str, Any] = page.request.get(f"{club.url}/api/games/crash/active").json()
    return told


def rows(page: Page) -> Any:
    return page.get_by_test_id("action-history-list").locator("> div[data-key]")


def test_history_is_turned_in_place_and_the_address_says_where(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    spin(page, club, times=12)
    page.goto(f"{club.url}/history")
    expect(rows(page)).to_have_count(10)
    page.get_by_role("button", name="다음").click()
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_text("페이지 2")).to_be_visible()
    expect(page.get_by_test_id("announcer")).to_have_text("기록 2쪽")
    expect(page).to_have_url(f"{club.url}/history?page=2")
    page.reload()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="이전").click()
    expect(rows(page)).to_have_count(10)
    expect(page).to_have_url(f"{club.url}/history")


def test_history_rows_of_the_api_look_like_those_of_the_server(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    play(page, club, "gacha/pull", pull_count=1)
    play(page, club, "rps/play", choice="paper", bet_amount=10)
    spin(page, club)
    fly(page, club)
    page.goto(f"{club.url}/history")
    served = [row.inner_html() for row in rows(page).all()]
    assert len(served) == 4
    with page.expect_response("**/api/games/history*"):
        spin(page, club)
    expect(rows(page)).to_have_count(5)
    drawn = [row.inner_html() for row in rows(page).all()][1:]

    def plain(html: str) -> str:
        return re.sub(r'\s+|datetime="[^"]*"|data-component="moment"|/static/', "", html).replace('"">', '">')

    assert [plain(html) for html in drawn] == [plain(html) for html in served]


def test_history_is_sifted_by_links_and_days(visit: Begin) -> None:
    club = visit(viewport=PHONE)
    page = club.sign_up("/terms")
    spin(page, club, times=2)
    duel = play(page, club, "rps/play", choice="rock", bet_amount=10)
    page.goto(f"{club.url}/history")
    page.get_by_role("link", name="가위바위보", exact=True).click()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("link", name="가위바위보", exact=True)).to_have_attribute("aria-current", "true")
    page.get_by_label("첫날").fill("2999-01-01")
    page.get_by_role("button", name="적용").click()
    expect(page).to_have_url(re.compile(r"game=rps&since=2999-01-01"))
    expect(page.get_by_text("이 조건에 맞는 판이 없습니다")).to_be_visible()
    page.get_by_role("link", name="모두 지우기").first.click()
    expect(rows(page)).to_have_count(3)
    rows(page).first.click()
    expect(page).to_have_url(f"{club.url}/rounds/{duel['round_id']}")


def test_history_and_rounds_need_no_scripts(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    spin(page, club, times=11)
    plain = visit(java_script_enabled=False)
    plain.context.add_cookies(club.context.cookies())  # type: ignore[arg-type]
    page = plain.page("/history")
    expect(rows(page)).to_have_count(10)
    page.get_by_role("button", name="다음").click()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text("페이지 2")).to_be_visible()
    rows(page).first.get_by_role("link").click()
    expect(page.get_by_test_id("round-net")).to_be_visible()
    expect(page.get_by_test_id("round-verify")).to_be_visible()


def test_a_page_that_does_not_come_keeps_the_list_and_can_be_asked_for_again(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    spin(page, club, times=11)
    page.goto(f"{club.url}/history")

    def fail(route: Route) -> None:
        route.fulfill(status=503, json={"detail": "away", "error": {"code": "SERVICE_UNAVAILABLE", "message": "away"}})

    page.route("**/api/games/history*", fail)
    page.get_by_test_id("action-next").click()
    expect(page.locator("[data-failed] [data-code]")).to_have_text("SERVICE_UNAVAILABLE")
    expect(rows(page)).to_have_count(10)
    page.unroute("**/api/games/history*")
    page.get_by_role("button", name="다시 시도").click()
    expect(rows(page)).to_have_count(1)
    expect(page.locator("[data-failed]")).to_be_hidden()
    club.faults.clear()  # the browser logs the refusals as errors of its own


def test_the_lobby_tells_live_rounds_as_the_server_does(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/")
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    recent = page.locator("[data-component=recent] > li")
    play(page, club, "gacha/pull", pull_count=1)
    expect(recent).to_have_count(1)
    play(page, club, "rps/play", choice="scissors", bet_amount=10)
    expect(recent).to_have_count(2)
    number = fly(page, club)
    expect(recent).to_have_count(3)
    expect(recent.first).to_have_attribute("data-key", number)
    words = [each.locator(".small").inner_text() for each in recent.all()]
    page.reload()
    assert [each.locator(".small").inner_text() for each in recent.all()] == words


# A flight may end before one looks: whether the badge was ever shown is noted as it happens.
SEEN_OPEN = """badge => new MutationObserver(() => { window.seenOpen ||= !badge.hidden; })
  .observe(badge, { attributes: true })"""


def test_tiles_follow_the_rounds(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/games")
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    slot, flight = page.get_by_test_id("game-slot"), page.get_by_test_id("game-crash")
    expect(slot.locator("[data-last]")).to_be_hidden()
    net = play(page, club, "slot/spin", bet_amount=10, lines=1)["net_change"]
    expect(slot.locator("[data-net]")).to_contain_text(f"{net:+,}".replace("-", "\u2212") if net else "0")
    flight.locator("[data-live]").evaluate(SEEN_OPEN)
    told = play(page, club, "crash/bet", bet_amount=10, auto_cashout_multiplier=1.2)
    while told["status"] != "active":
        told = play(page, club, "crash/bet", bet_amount=10, auto_cashout_multiplier=1.2)
    expect(flight.locator("[data-net]")).to_be_visible(timeout=15_000)
    expect(flight.get_by_text("진행 중")).to_be_hidden()
    assert page.evaluate("window.seenOpen") is True


def test_a_bet_in_the_air_is_no_result_and_its_end_takes_its_place(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/")
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    recent = page.locator("[data-component=recent] > li")
    told = play(page, club, "crash/bet", bet_amount=10)
    while told["status"] != "active":
        told = play(page, club, "crash/bet", bet_amount=10)
    spin(page, club)
    expect(recent.first).to_contain_text("슬롯")
    shown = recent.locator(f"[href='/rounds/{told['round_id']}']").count()
    assert shown == 0 or not play_state(page, club)["active"]
    page.reload()
    row = page.locator(f"[data-component=recent] > li[data-key='{told['round_id']}']")
    if play_state(page, club)["active"]:
        expect(row.locator(".live")).to_have_text("진행 중")
        page.request.post(f"{club.url}/api/games/crash/cashout", data={}, headers=_csrf(club))
    expect(row.locator(".live")).to_have_count(0, timeout=90_000)
    expect(row).to_have_count(1)


def _csrf(club: Visit) -> dict[str, str]:
    token = next(cookie["value"] for cookie in club.context.cookies() if cookie["name"] == "csrftoken")
    return {"X-CSRFToken": token, "Referer": club.url}


GAMES = ["slot", "rps", "gacha", "crash"]


def one_of_each(page: Page, club: Visit) -> dict[str, str]:
    """The numbers of one settled round of every game."""
    return {
        "slot": str(play(page, club, "slot/spin", bet_amount=50, lines=5)["round_id"]),
        "rps": str(play(page, club, "rps/play", choice="rock", bet_amount=10)["round_id"]),
        "gacha": str(play(page, club, "gacha/pull", pull_count=1)["round_id"]),
        "crash": fly(page, club),
    }


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_around_rounds_have_no_serious_finding_and_nothing_is_cut_off(
    visit: Begin, viewport: dict[str, int], theme: str
) -> None:
    club = visit(viewport=viewport)
    page = club.sign_up("/terms")
    club.context.add_cookies(
        [{"name": "theme", "value": theme, "url": club.url}, {"name": "motion", "value": "off", "url": club.url}]
    )
    rounds = [f"/rounds/{number}" for number in one_of_each(page, club).values()]
    for path in [*rounds, "/history", "/leaderboard", "/profile", "/games"]:
        page.goto(club.url + path)
        assert (path, serious(page)) == (path, [])
        assert (path, small_targets(page)) == (path, [])
        assert (path, page.evaluate(CUT_OFF)) == (path, [])
        expect(page.get_by_role("button", name="다시 보기")).to_be_hidden()


def test_rounds_in_english_are_english(visit: Begin) -> None:
    club = visit(viewport=PHONE, language="en-US")
    page = club.sign_up("/terms")
    rounds = one_of_each(page, club)
    for path in [*(f"/rounds/{number}" for number in rounds.values()), "/history", "/leaderboard", "/profile", "/"]:
        page.goto(club.url + path)
        text = page.title() + re.sub(r"손님[0-9a-f]{8}", "", page.locator("body").inner_text())
        assert (path, HANGUL.findall(text)) == (path, [])
        assert (path, page.evaluate(CUT_OFF)) == (path, [])


WATCH = """each => {
  window.moved = 0;
  const watching = new MutationObserver(() => { window.moved += 1; });
  watching.observe(each, { attributes: true, childList: true, characterData: true, subtree: true });
}"""


def test_a_round_is_played_again_and_comes_to_the_same(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    for game, number in one_of_each(page, club).items():
        page.goto(f"{club.url}/rounds/{number}")
        scene = page.get_by_test_id("round-scene")
        told, height = scene.inner_text(), scene.evaluate("each => each.offsetHeight")
        scene.evaluate(WATCH)
        page.get_by_role("button", name="다시 보기").click()
        page.wait_for_function("window.moved > 0")
        assert scene.evaluate("each => each.offsetHeight") == height
        if game in ("slot", "crash"):  # hands and cards are moved by the sheet, which keeps the mark
            expect(page.locator(".is-rolling, [data-replaying]")).to_have_count(0)
        expect(scene).to_have_js_property("innerText", told)


def test_values_and_the_link_are_copied(visit: Begin) -> None:
    club = visit()
    club.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = club.sign_up("/terms")
    told = play(page, club, "slot/spin", bet_amount=10, lines=1)
    page.goto(f"{club.url}/rounds/{told['round_id']}?from=list")
    page.get_by_role("button", name="클라이언트 시드 복사").click()
    expect(page.get_by_test_id("toast")).to_have_text("복사했습니다.")
    assert page.evaluate("navigator.clipboard.readText()") == told["fair"]["client_seed"]
    page.get_by_role("button", name="링크 복사").click()
    expect(page.get_by_test_id("toast")).to_have_text("링크를 복사했습니다.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{club.url}/rounds/{told['round_id']}"


def test_an_open_round_turns_into_its_end_while_it_is_looked_at(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    told = play(page, club, "crash/bet", bet_amount=10, auto_cashout_multiplier=1.2)
    while told["status"] != "active":
        told = play(page, club, "crash/bet", bet_amount=10, auto_cashout_multiplier=1.2)
    page.goto(f"{club.url}/rounds/{told['round_id']}")
    expect(page.get_by_test_id("round-net")).to_be_visible(timeout=15_000)
    expect(page.locator(".rise__plot")).to_be_visible()


def test_the_board_is_chosen_by_tabs_and_shows_the_own_place(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    spin(page, club)
    page.goto(f"{club.url}/leaderboard")
    page.get_by_role("link", name="슬롯").click()
    page.get_by_role("link", name="오늘").click()
    expect(page).to_have_url(f"{club.url}/leaderboard?game=slot&period=day")
    expect(page.get_by_test_id("leaderboard-own")).to_contain_text(club.nickname)
    page.get_by_role("link", name="크래시").click()
    expect(page.get_by_test_id("leaderboard-own")).to_have_count(0)


def test_the_desktop_rail_leads_to_the_history_and_the_phone_keeps_its_five(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/")
    page.get_by_test_id("nav-history").click()
    expect(page).to_have_url(f"{club.url}/history")
    expect(page.get_by_test_id("nav-history")).to_have_attribute("aria-current", "page")
    page.set_viewport_size({"width": 360, "height": 800})
    expect(page.get_by_test_id("nav-history")).to_be_hidden()
    expect(page.get_by_test_id("bottom-navigation").locator("a:visible")).to_have_count(5)


def test_live_cards_are_named_in_the_language_of_the_page(visit: Begin) -> None:
    club = visit(language="en-US")
    page = club.sign_up("/")
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    play(page, club, "gacha/pull", pull_count=1)
    row = page.locator("[data-component=recent] > li")
    expect(row).to_have_count(1)
    assert HANGUL.findall(row.inner_text()) == []
    told = row.locator(".small").inner_text()
    page.reload()
    assert row.locator(".small").inner_text() == told
