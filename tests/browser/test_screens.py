"""Screens by themselves: accessible, in both languages, in both themes, and alive without a socket."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, WebSocketRoute, expect

from tests.browser.conftest import DESKTOP, PHONE, Visit

Begin = Callable[..., Visit]
HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
GAMES = ["/games", "/games/slot", "/games/rps", "/games/gacha", "/games/crash"]
TRUST = ["/fairness", "/odds"]
VISITORS = [
    "/",
    "/login",
    "/signup",
    "/shop",
    "/shop/history",
    *GAMES,
    *TRUST,
    "/profile",
    "/events",
    "/notifications",
    "/terms",
    "/privacy",
    "/offline",
    "/asyncapi",
]
MEMBERS = ["/", "/shop", "/shop/history", "/history", *GAMES, *TRUST, "/profile", "/events", "/notifications"]


TARGETS = """() => {
  // A small button may reach further than it looks: its ::after stretches the place one can press.
  const reach = (each) => {
    const more = getComputedStyle(each, "::after");
    return more.position === "absolute" ? -2 * (parseFloat(more.top) || 0) : 0;
  };
  return [...document.querySelectorAll("button, .button, .rail__link, input:not([type=hidden]):not(.unseen)")]
    .filter((each) => each.checkVisibility() && !each.closest("label"))
    .map((each) => [each, each.getBoundingClientRect()])
    .filter(([each, box]) => box.height + reach(each) < 44)
    .map(([each, box]) => `${each.tagName} ${each.className} ${box.width}x${box.height}`);
}"""
CUT_OFF = """() => {
  const aside = "[aria-hidden=true], .scroll, .unseen, .reels";
  const beyond = (box) => box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
  return [...document.querySelectorAll("main *, header *, footer *")]
    .filter((each) => each.checkVisibility() && each.childNodes.length && !each.closest(aside))
    .filter((each) => beyond(each.getBoundingClientRect()))
    .map((each) => `${each.tagName} ${each.className}`);
}"""
LINES = "each => Math.round(each.offsetHeight / parseFloat(getComputedStyle(each).lineHeight))"
RUN_OUT = """drawer => [...drawer.querySelectorAll("table, code, dl")]
  .filter((each) => each.getBoundingClientRect().right > each.parentElement.getBoundingClientRect().right + 1)
  .map((each) => `${each.tagName} ${each.className}`)"""
SPOKEN = """() => [...document.querySelectorAll("[aria-label], [title], [placeholder]")]
  .flatMap((each) => ["aria-label", "title", "placeholder"].map((name) => each.getAttribute(name))).join(" ")"""


def serious(page: Page) -> list[str]:
    """What axe finds that would stop somebody."""
    # axe would fetch the style sheets anew and follow their @import from the wrong folder: errors the page never had.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def small_targets(page: Page) -> list[str]:
    """Buttons, links and fields that are harder to hit than 44 by 44, unless they stand in a line of text."""
    found: list[str] = page.evaluate(TARGETS)
    return found


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_screen_has_a_serious_finding_or_is_cut_off(visit: Begin, viewport: dict[str, int], theme: str) -> None:
    visitor, member = visit(viewport=viewport), visit(viewport=viewport)
    for club, paths in ((visitor, VISITORS), (member, MEMBERS)):
        club.context.add_cookies(
            [{"name": "theme", "value": theme, "url": club.url}, {"name": "motion", "value": "off", "url": club.url}]
        )
        page = club.sign_up("/terms") if club is member else club.page("/terms")
        for path in paths:
            page.goto(club.url + path)
            assert (path, serious(page)) == (path, [])
            assert (path, small_targets(page)) == (path, [])
            assert (path, page.evaluate(CUT_OFF)) == (path, [])


@pytest.mark.parametrize("path", VISITORS)
def test_pages_in_english_are_english(visit: Begin, path: str) -> None:
    page = visit(language="en-US", viewport=PHONE).page(path)
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate(CUT_OFF) == []
    text = page.title() + page.locator("body").inner_text() + page.evaluate(SPOKEN)
    assert HANGUL.findall(text) == []


def test_a_member_in_english_sees_no_hangul_but_the_own_name(visit: Begin) -> None:
    club = visit(language="en-US", viewport=PHONE)
    page = club.sign_up("/terms")
    for path in MEMBERS:
        page.goto(club.url + path)
        text = page.locator("body").inner_text().replace(club.nickname, "")
        assert (path, HANGUL.findall(text)) == (path, [])
        assert (path, page.evaluate(CUT_OFF)) == (path, [])


def test_heads_and_drawers_of_the_games_fit_a_phone_in_english(visit: Begin) -> None:
    page = visit(language="en-US", viewport=PHONE).page("/games")
    for game, drawer in (("slot", "paytable"), ("rps", "rules"), ("gacha", "odds"), ("crash", "rules")):
        page.goto(page.url.rsplit("/games")[0] + f"/games/{game}")
        assert (game, page.locator("h1").evaluate(LINES)) == (game, 1)
        page.locator(f"[data-opens={drawer}]").click()
        expect(page.locator(f"#{drawer}")).to_be_visible()
        assert (game, page.locator(f"#{drawer}").evaluate(RUN_OUT)) == (game, [])
    page.keyboard.press("Escape")
    page.get_by_test_id("crash-plain").click()
    assert page.evaluate(CUT_OFF) == []


def test_the_language_switch_turns_the_page_and_back(visit: Begin) -> None:
    club = visit()
    page = club.page("/terms")
    page.get_by_role("button", name="English").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Terms of use")
    expect(page).to_have_url(f"{club.url}/terms")
    page.get_by_role("button", name="Korean").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("이용약관")


def test_theme_motion_and_sound_are_kept_for_the_next_page(visit: Begin) -> None:
    club = visit()
    page = club.page("/games")
    for name in ("밝은 화면", "움직임 줄이기", "소리 켜기"):
        page.get_by_role("banner").get_by_role("button", name=name).click()
    page.goto(f"{club.url}/terms")
    root = page.locator("html")
    for name, value in (("theme", "light"), ("motion", "off"), ("sound", "on")):
        expect(root).to_have_attribute(f"data-{name}", value)


def test_without_a_socket_the_page_polls(visit: Begin) -> None:
    club = visit()
    club.context.route_web_socket("**/api/realtime/sync*", refuse)
    page = club.sign_up("/")
    other = visit()
    other.context.add_cookies(club.context.cookies())  # type: ignore[arg-type]
    desk = other.page("/terms")
    token = next(cookie["value"] for cookie in other.context.cookies() if cookie["name"] == "csrftoken")
    answer = desk.request.post(
        f"{club.url}/api/games/slot/spin",
        data={"bet_amount": 100, "lines": 5},
        headers={"X-CSRFToken": token, "Referer": club.url},
    )
    assert answer.status == 200
    expect(page.get_by_test_id("gold-quick")).to_have_text(f"{answer.json()['balance']:,}G", timeout=15_000)
    expect(page.locator("[data-component=recent] > li")).to_have_count(1)


def refuse(socket: WebSocketRoute) -> None:
    socket.close(code=4403)


def test_the_door_counts_a_lock_down_and_keeps_what_was_typed(visit: Begin) -> None:
    club = visit()
    page = club.page("/login")
    for _ in range(6):
        page.locator("#nickname").fill("nobody-here")
        page.locator("#password").fill("wrong password")
        page.get_by_role("button", name="로그인").click()
        expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[data-countdown]")).to_have_text(re.compile(r"^(09:\d\d|10:00)$"))
    expect(page.get_by_role("button", name="로그인")).to_be_disabled()
    expect(page.locator("#nickname")).to_have_value("nobody-here")
    club.faults.clear()  # the browser logs each refusal as an error of its own


def test_sign_up_checks_format_and_invite_while_typing(visit: Begin) -> None:
    page = visit().page("/signup")
    page.locator("#userId").fill("a b")
    page.locator("#inviteCode").fill("NOPE")
    page.locator("#inviteCode").press("Tab")
    expect(page.locator("#userId-hint")).to_have_text("영문, 숫자, _ . - 로 3–50자여야 합니다")
    expect(page.locator("#inviteCode-hint")).to_contain_text("유효하지 않은 초대코드입니다")
    page.locator("#inviteCode").fill("5858")
    page.locator("#inviteCode").press("Tab")
    expect(page.locator("#inviteCode-hint")).to_have_text("쓸 수 있는 초대코드입니다")


def test_the_keyboard_alone_signs_in(visit: Begin) -> None:
    club = visit()
    page = club.page("/login")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.locator("#nickname").focus()
    page.keyboard.type("user001")
    page.keyboard.press("Tab")
    page.keyboard.type("123455")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{club.url}/")
    expect(page.get_by_test_id("gold-quick")).to_be_visible()


def test_a_page_of_scripts_stays_light(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    sizes: list[int] = []

    def weigh(answer: Response) -> None:
        if answer.request.resource_type == "script":
            sizes.append(int(answer.headers.get("content-length", 0)))

    page.on("response", weigh)
    for path in MEMBERS:
        sizes.clear()
        page.goto(club.url + path)
        assert 0 < sum(sizes) <= 60_000, path
