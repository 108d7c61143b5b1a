"""The crash screen itself: bet and left by keyboard alone, stake, target, text mode, still pictures, screens."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from games import tables
from games.engine import returns
from games.screens.shown import percent
from tests.browser.conftest import PHONE, Visit
from tests.browser.crash_house import House, bet_button, multiplier, opened, out_button, part, played_by
from tests.browser.test_screens import serious, small_targets

Begin = Callable[..., Visit]
CURVE = tables.parse_crash(tables.FIRST_VERSIONS["crash"])


@pytest.fixture
def crash(visit: Begin) -> Page:
    return opened(visit().sign_up("/games/crash"))


@pytest.fixture
def house(crash: Page) -> House:
    return played_by(crash)


def test_the_keyboard_alone_bets_and_cashes_out(crash: Page, house: House) -> None:
    part(crash, "stake").focus()
    crash.keyboard.press("Control+a")
    crash.keyboard.type("40")
    crash.keyboard.press("Enter")
    expect(out_button(crash)).to_be_focused()
    house.ends("cashed_out", cashout=1.5, crash=2.0, win=60)
    crash.keyboard.press("Space")
    expect(crash.get_by_test_id("crash-now")).to_have_text("+20")
    expect(bet_button(crash)).to_be_focused()
    assert [body["bet_amount"] for _, body in house.bets] == [40]
    expect(bet_button(crash)).to_have_attribute("aria-disabled", "false")
    crash.evaluate("document.activeElement.blur()")
    crash.keyboard.press("Enter")
    expect(out_button(crash)).to_be_visible()
    house.ends("cashed_out", cashout=1.5, crash=2.0, win=60)
    crash.keyboard.press("Space")
    expect(bet_button(crash)).to_be_visible()
    assert (len(house.bets), len(house.outs)) == (2, 2)


def test_a_press_meant_for_the_last_round_is_not_a_new_bet(crash: Page, house: House) -> None:
    bet_button(crash).click()
    expect(out_button(crash)).to_be_visible()
    house.ends("cashed_out", cashout=1.5, crash=2.0, win=150)
    crash.evaluate("document.activeElement.blur()")
    crash.keyboard.press("Space")
    expect(bet_button(crash)).to_have_text(re.compile("라운드가 끝났습니다"))
    crash.keyboard.press("Space")
    bet_button(crash).click(force=True)
    expect(bet_button(crash)).to_have_text(re.compile("베팅"))
    assert len(house.bets) == 1


def test_a_double_press_and_a_held_key_bet_once_and_do_not_cash_out(crash: Page, house: House) -> None:
    bet_button(crash).dblclick()
    expect(out_button(crash)).to_be_visible()
    expect(crash.get_by_test_id("crash-state")).to_have_text("라운드 진행 중")
    out_button(crash).focus()
    held = crash.evaluate(
        """() => ["Enter", " "].map((key) => document.querySelector("[data-part=cashout]").dispatchEvent(
          new KeyboardEvent("keydown", { key, repeat: true, bubbles: true, cancelable: true })))"""
    )
    assert held == [False, False]  # nothing becomes of them
    assert (len(house.bets), len(house.outs)) == (1, 0)


def test_enter_in_a_field_during_a_round_does_not_cash_out(crash: Page, house: House) -> None:
    bet_button(crash).click()
    expect(out_button(crash)).to_be_visible()
    part(crash, "stake").fill("70")
    part(crash, "stake").press("Enter")
    part(crash, "target").press("Enter")
    expect(out_button(crash)).to_be_visible()
    assert (len(house.bets), len(house.outs)) == (1, 0)


def test_the_target_says_its_chance_and_what_it_would_pay(crash: Page, house: House) -> None:
    odds = crash.get_by_test_id("crash-odds")
    expect(odds).to_have_text("끄면 직접 캐시아웃합니다 · 100.0x에서 끝납니다")
    crash.get_by_test_id("crash-auto").check()
    expect(odds).to_have_text("도달 확률 48.5% · 성공하면 +100G · 환수율 97%")
    part(crash, "target").fill("1.15")
    part(crash, "stake").fill("333")
    cut = returns.crash_return_after_cutting(CURVE, stake=333, target=115)
    expect(odds).to_have_text(f"도달 확률 84.347% · 성공하면 +49G · 환수율 {percent(cut)}%")
    bet_button(crash).click()
    expect(out_button(crash)).to_be_visible()
    assert house.bets[0][1] == {"bet_amount": 333, "auto_cashout_multiplier": 1.15}


def test_the_target_moves_in_steps_that_grow(crash: Page) -> None:
    target = part(crash, "target")

    def press(way: str) -> str:
        crash.locator(f"[data-target={way}]").click()
        return str(target.input_value())

    target.fill("1.85")
    assert [press("up") for _ in range(4)] == ["1.90", "2.00", "2.20", "2.40"]
    target.fill("9.9")
    assert [press(way) for way in ("up", "up", "down", "down")] == ["10.00", "11.00", "10.00", "9.50"]
    target.fill("1.05")
    assert [press("down"), press("up")] == ["1.01", "1.10"]
    target.fill("96")
    assert [press("up"), press("up")] == ["100.00", "100.00"]
    expect(crash.get_by_test_id("crash-auto")).to_be_checked()


@pytest.mark.parametrize("typed", ["", "1", "1.005", "100.01", "두 배", "-2", "1e1"])
def test_a_target_that_cannot_be_asked_for_is_not_sent(crash: Page, house: House, typed: str) -> None:
    part(crash, "target").fill(typed)
    expect(part(crash, "target")).to_have_attribute("aria-invalid", "true")
    bet_button(crash).click()
    expect(crash.get_by_test_id("crash-refusal")).to_contain_text("자동 캐시아웃 배수는 1.01~100.0 사이여야 합니다")
    expect(part(crash, "target")).to_be_focused()
    assert house.bets == []


def test_the_stake_is_typed_halved_doubled_and_kept_in_bounds(crash: Page, house: House) -> None:
    stake = part(crash, "stake")

    def press(kind: str) -> str:
        crash.locator(f"[data-step={kind}]").click()
        return str(stake.input_value())

    assert [press(kind) for kind in ("up", "down", "half", "double", "min", "down", "max")] == [
        "110", "100", "50", "100", "10", "10", "1000",
    ]  # fmt: skip
    stake.fill("9")
    bet_button(crash).click()
    expect(crash.get_by_test_id("crash-refusal")).to_contain_text("베팅 금액은 10~100,000 사이여야 합니다")
    expect(stake).to_be_focused()
    assert house.bets == []


def test_the_text_mode_shows_no_picture_and_is_remembered(crash: Page, house: House) -> None:
    crash.get_by_test_id("crash-plain").click()
    expect(part(crash, "plot")).to_be_hidden()
    crash.reload()
    opened(crash)
    expect(crash.get_by_test_id("crash-plain")).to_have_attribute("aria-pressed", "true")
    expect(part(crash, "plot")).to_be_hidden()
    house.flown_already = 12.0
    bet_button(crash).click()
    expect(part(crash, "multi")).not_to_have_text("1.00")
    assert multiplier(crash) >= 2.0
    crash.get_by_test_id("crash-plain").click()
    expect(part(crash, "plot")).to_be_visible()


def test_reduced_motion_moves_the_number_in_steps(visit: Begin) -> None:
    page = opened(visit(reduced_motion="reduce").sign_up("/games/crash"))
    house = played_by(page)
    house.flown_already = 20.0
    bet_button(page).click()
    changes = page.evaluate(
        """() => new Promise((done) => {
          const seen = [];
          new MutationObserver(() => { if (seen.push(performance.now()) === 4) done(seen); })
            .observe(document.querySelector("[data-part=multi]"), { childList: true });
        })"""
    )
    assert min(later - earlier for earlier, later in pairwise(changes)) > 300


def test_the_curve_is_drawn_for_this_screen_in_this_theme(visit: Begin) -> None:
    club = visit(device_scale_factor=2)
    page = opened(club.sign_up("/games/crash"))
    plot = part(page, "plot")
    size = "canvas => [canvas.width, canvas.height, canvas.clientWidth, canvas.clientHeight]"
    wide, high, css_wide, css_high = plot.evaluate(size)
    assert abs(wide - css_wide * 2) <= 1
    assert abs(high - css_high * 2) <= 1
    drawn = "canvas => canvas.toDataURL()"
    dark = plot.evaluate(drawn)
    page.get_by_role("banner").get_by_role("button", name="밝은 화면").click()
    assert plot.evaluate(drawn) != dark
    page.set_viewport_size({"width": 700, "height": 800})
    expect(plot).not_to_have_attribute("width", str(wide))
    narrow = plot.evaluate(size)
    assert abs(narrow[0] - narrow[2] * 2) <= 1


def test_the_rules_say_whose_clock_counts_and_give_the_focus_back(crash: Page) -> None:
    expect(crash.get_by_text("누른 순간이 아니라 서버에 닿은 순간의 배수로 지급됩니다.")).to_be_visible()
    button = crash.get_by_role("button", name="규칙과 확률")
    button.press("Enter")
    drawer = crash.get_by_role("dialog", name="규칙과 확률")
    expect(drawer.get_by_test_id("crash-rtp-exact")).to_have_text("97/100")
    expect(drawer.locator("tbody tr").nth(2).locator("td")).to_have_text(["48.5%", "11.6초", "97%", "96.517%"])
    crash.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(button).to_be_focused()


def test_visitors_see_everything_and_the_button_leads_to_the_door(visit: Begin) -> None:
    page = opened(visit(viewport=PHONE).page("/games/crash"))
    expect(page.get_by_test_id("crash-rtp")).to_have_text("97%")
    page.locator("[data-step=double]").click()
    expect(part(page, "price")).to_have_text("200")
    bet_button(page).click()
    expect(page).to_have_url(re.compile(r"/login\?next=/games/crash$"))


def test_the_button_and_the_number_are_in_the_first_view_of_a_phone(visit: Begin) -> None:
    page = opened(visit(viewport=PHONE).sign_up("/games/crash"))
    played_by(page)
    rail = page.get_by_test_id("bottom-navigation").bounding_box()
    for button in (bet_button(page), out_button(page)):
        expect(button).to_be_visible()
        box, number = button.bounding_box(), part(page, "multi").bounding_box()
        assert rail
        assert box
        assert number
        assert number["y"] > 0
        assert box["y"] + box["height"] <= rail["y"]
        button.click()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_round_and_its_ends_have_no_serious_finding(visit: Begin, theme: str) -> None:
    club = visit(viewport=PHONE)
    still = {"theme": theme, "motion": "off"}
    club.context.add_cookies([{"name": name, "value": value, "url": club.url} for name, value in still.items()])
    page = opened(club.sign_up("/games/crash"))
    house = played_by(page)
    for status, cashout, win in (("cashed_out", 1.85, 185), ("cashed_out", 1.0, 100), ("crashed", None, 0)):
        expect(bet_button(page)).not_to_have_attribute("aria-disabled", "true")
        bet_button(page).click()
        expect(out_button(page)).to_be_visible()
        assert (serious(page), small_targets(page)) == ([], [])
        house.ends(status, cashout=cashout, crash=3.61, win=win)
        out_button(page).click()
        expect(bet_button(page)).to_be_visible()
        assert (status, serious(page), small_targets(page)) == (status, [], [])
