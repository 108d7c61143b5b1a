"""Rock-paper-scissors: what the page asks, how both hands open, and that its arithmetic is the payer's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from games import tables
from games.engine import returns
from tests.browser.conftest import PHONE, Visit

Begin = Callable[..., Visit]
PLAY = "**/api/games/rps/play"
SEED_HASH = "9f2c" + "ab" * 28 + "41e7"


def answer(choice: str, house: str, result: str, *, win: int, nonce: int = 41, bet: int = 100) -> dict[str, Any]:
    """A duel as the server would tell it."""
    return {
        "success": True, "round_id": f"00000000-0000-4000-8000-{nonce:012d}", "game_type": "rps", "message": "",
        "bet_amount": bet, "win_amount": win, "net_change": win - bet, "balance": 1000 + win - bet,
        "fair": {"server_seed_hash": SEED_HASH, "client_seed": "moonlight", "nonce": nonce},
        "config_version": 1, "idempotent_reuse": False,
        "player_choice": choice, "computer_choice": house, "result": result, "multiplier": round(win / bet, 2),
    }  # fmt: skip


def refusal(status: int, code: str, message: str) -> dict[str, Any]:
    """An error in the club's envelope, as `fulfill` takes it."""
    error = {"code": code, "message": message, "details": None, "request_id": "0" * 12}
    body = {"detail": message, "error": error}
    return {"status": status, "content_type": "application/json", "body": json.dumps(body)}


def answers_with(page: Page, *told: dict[str, Any]) -> list[dict[str, Any]]:
    """Plays the house, one answer after the other; returns what is asked of it."""
    asked: list[dict[str, Any]] = []

    def tell(route: Route) -> None:
        asked.append(route.request.post_data_json or {})
        route.fulfill(content_type="application/json", body=json.dumps(told[min(len(asked), len(told)) - 1]))

    page.route(PLAY, tell)
    return asked


def ready(page: Page) -> Page:
    """Waits until the table's script listens."""
    expect(page.locator("[data-component=rps][data-ready]")).to_be_attached()
    return page


def part(page: Page, name: str) -> Any:
    return page.locator(f"[data-part={name}]").first


def expect_failed_loads(club: Visit) -> None:
    """The browser notes every refused request in its console: those of this test were meant."""
    club.faults[:] = [fault for fault in club.faults if "Failed to load resource" not in fault]


@pytest.fixture
def still(visit: Begin) -> Visit:
    """A visit that shows results at once."""
    club = visit()
    club.context.add_cookies([{"name": "motion", "value": "off", "url": club.url}])
    return club


@pytest.fixture
def table(still: Visit) -> Page:
    return ready(still.sign_up("/games/rps"))


def test_the_page_s_arithmetic_is_the_payer_s(table: Page) -> None:
    duel = tables.parse_rps(tables.FIRST_VERSIONS["rps"])
    stakes = [10, 11, 19, 20, 21, 37, 99, 100, 101, 999, 9_999, 10_000]
    told = table.evaluate(
        """async (stakes) => {
          const { returnAfterCutting } = await import("/static/js/rps/returns.js");
          const table = JSON.parse(document.querySelector("#rps-table").textContent);
          return stakes.map((stake) => {
            const { numerator, denominator } = returnAfterCutting(table, stake);
            return `${numerator}/${denominator}`;
          });
        }""",
        stakes,
    )
    exact = [returns.rps_return_after_cutting(duel, stake=stake) for stake in stakes]
    assert told == [f"{share.numerator}/{share.denominator}" for share in exact]


def test_a_win_by_the_keyboard_alone(table: Page) -> None:
    asked = answers_with(table, answer("paper", "rock", "win", win=195))
    table.keyboard.press("2")
    expect(part(table, "word")).to_have_text("승리")
    expect(part(table, "net")).to_have_text("+95G")
    expect(part(table, "net")).to_have_class("duel__net gain")
    expect(part(table, "detail")).to_have_text("100G를 걸고 195G를 돌려받았습니다")
    expect(part(table, "mine-name")).to_have_text("보")
    expect(part(table, "house-name")).to_have_text("바위")
    expect(part(table, "duel")).to_have_attribute("data-mood", "won")
    expect(table.locator("[data-chosen]")).to_have_attribute("data-choice", "paper")
    expect(table.get_by_test_id("announcer")).to_have_text(
        "나 보, 하우스 바위. 승리. 100G를 걸고 195G를 돌려받았습니다. 순이익 95골드"
    )
    assert [(body["choice"], body["bet_amount"]) for body in asked] == [("paper", 100)]


def test_a_draw_is_stated_plainly_and_a_loss_too(table: Page) -> None:
    answers_with(
        table, answer("rock", "rock", "draw", win=100, nonce=1), answer("rock", "paper", "lose", win=0, nonce=2)
    )
    table.get_by_test_id("rps-rock").click()
    expect(part(table, "word")).to_have_text("무승부")
    expect(part(table, "net")).to_have_text("0G")
    expect(part(table, "net")).to_have_class("duel__net soft")
    expect(part(table, "detail")).to_have_text("베팅 100G를 그대로 돌려받았습니다")
    expect(part(table, "duel")).to_have_attribute("data-mood", "returned")
    table.get_by_test_id("rps-rock").click()
    expect(part(table, "word")).to_have_text("패배")
    expect(part(table, "net")).to_have_text("−100G")
    expect(part(table, "detail")).to_have_text("베팅 100G를 잃었습니다")
    expect(table.locator(".recent__item .recent__net")).to_have_text(["−100", "0"])
    expect(part(table, "tally")).to_have_text("승 0 · 무 1 · 패 1")
    expect(part(table, "sum")).to_have_text("−100")
    expect(table.locator("[data-lean=rock] [data-part=lean-count]")).to_have_text("2판 · 100%")
    expect(table.locator("[data-lean=paper] [data-part=lean-count]")).to_have_text("0판 · 0%")


def test_the_hand_is_sealed_before_and_proved_after(table: Page) -> None:
    sealed = part(table, "seed").get_attribute("title")
    nonce = part(table, "nonce").inner_text()
    expect(part(table, "house-name")).to_have_text("봉인됨")
    table.get_by_test_id("rps-scissors").click()
    row = table.locator(".recent__item")
    expect(row).to_have_count(1)
    row.locator("summary").click()
    expect(row.locator("[data-fill=hash]")).to_have_text(sealed or "-")
    expect(row.locator("[data-fill=nonce]")).to_have_text(nonce)
    expect(row.locator("[data-fill=id]")).to_have_attribute("href", f"/rounds/{row.get_attribute('data-round')}")
    expect(part(table, "nonce")).to_have_text("1")
    live = row.evaluate("row => row.textContent.replace(/\\s+/g, ' ')")
    table.reload()
    assert table.locator(".recent__item").first.evaluate("row => row.textContent.replace(/\\s+/g, ' ')") == live


def test_hands_of_another_tab_join_the_list(still: Visit, table: Page) -> None:
    second = still.page("/games/rps")
    expect(second.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    table.get_by_test_id("rps-paper").click()
    expect(second.locator(".recent__item")).to_have_count(1)
    expect(second.locator("[data-lean=paper] [data-part=lean-count]")).to_have_text("1판 · 100%")


def test_both_hands_stay_closed_until_the_server_answers_and_open_together(visit: Begin) -> None:
    page = ready(visit().sign_up("/games/rps"))
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    page.keyboard.press("3")
    expect(part(page, "duel")).to_have_attribute("data-state", "asking")
    fists = [part(page, name).get_attribute("href") for name in ("mine", "house")]
    assert all(fist.endswith("#hand-rock") for fist in fists)
    expect(page.get_by_test_id("gold-quick")).to_have_text("1,000G")
    expect(part(page, "duel")).to_have_attribute("data-state", "open")
    expect(part(page, "mine")).to_have_attribute("href", re.compile("#hand-scissors$"))
    net = int(page.locator(".recent__item").get_attribute("data-net") or "")
    expect(page.get_by_test_id("gold-quick")).to_have_text(f"{1000 + net:,}G")


def test_a_lost_answer_is_asked_for_again_with_the_same_key(still: Visit, table: Page) -> None:
    sent: list[tuple[str | None, Any]] = []

    def lose(route: Route) -> None:
        sent.append((route.request.header_value("Idempotency-Key"), route.request.post_data_json))
        route.abort()

    table.route(PLAY, lose)
    table.get_by_test_id("rps-rock").click()
    expect(table.get_by_test_id("network-error")).to_contain_text("100G 베팅의 결과를 받지 못했습니다")
    expect(part(table, "duel")).to_have_attribute("data-state", "sealed")
    table.unroute(PLAY)
    with table.expect_request(PLAY) as again:
        table.get_by_test_id("rps-retry").click()
    assert {(again.value.header_value("Idempotency-Key"), str(again.value.post_data_json))} == {
        (key, str(body)) for key, body in sent
    }
    expect(table.get_by_test_id("network-error")).to_have_count(0)
    expect(table.locator(".recent__item")).to_have_count(1)
    with table.expect_request(PLAY) as fresh:
        table.keyboard.press("2")
    assert fresh.value.header_value("Idempotency-Key") != again.value.header_value("Idempotency-Key")
    expect_failed_loads(still)


def test_too_little_gold_leads_to_the_shop_and_opens_nothing(still: Visit, table: Page) -> None:
    table.route(PLAY, lambda route: route.fulfill(**refusal(400, "INSUFFICIENT_GOLD", "골드가 부족합니다")))
    table.get_by_test_id("rps-paper").click()
    note = table.get_by_test_id("rps-refusal")
    expect(note).to_contain_text("골드가 부족합니다")
    expect(note.get_by_role("link")).to_have_attribute("href", "/shop")
    expect(table.locator("[role=alert]:visible")).to_have_count(1)
    expect(part(table, "duel")).to_have_attribute("data-state", "sealed")
    expect(table.locator("[data-chosen]")).to_have_count(0)
    expect(table.locator(".recent__item")).to_have_count(0)
    expect_failed_loads(still)


@pytest.mark.parametrize("typed", ["", "9", "10001", "12.5"])
def test_a_stake_that_cannot_be_played_is_not_sent(table: Page, typed: str) -> None:
    asked = answers_with(table, answer("rock", "paper", "lose", win=0))
    part(table, "stake").fill(typed)
    table.get_by_test_id("rps-rock").click()
    expect(table.get_by_test_id("rps-refusal")).to_contain_text("베팅 금액은 10~10,000 사이여야 합니다")
    expect(part(table, "stake")).to_be_focused()
    assert asked == []


def test_digits_typed_into_the_stake_throw_no_hand(table: Page) -> None:
    asked = answers_with(table, answer("rock", "paper", "lose", win=0))
    part(table, "stake").fill("")
    part(table, "stake").press_sequentially("123")
    expect(part(table, "price")).to_have_text("123G")
    table.get_by_role("button", name="규칙과 확률").click()
    table.keyboard.press("1")
    assert asked == []
    table.keyboard.press("Escape")
    table.get_by_test_id("rps-scissors").focus()
    table.keyboard.press("1")  # a hand with the focus still hears the keys of all three
    expect(part(table, "word")).to_have_text("패배")
    assert [(body["choice"], body["bet_amount"]) for body in asked] == [("rock", 123)]


def test_a_stake_that_loses_to_cutting_shows_it_and_offers_the_whole_one(table: Page) -> None:
    part(table, "stake").fill("13")
    duel = tables.parse_rps(tables.FIRST_VERSIONS["rps"])
    shown = float(table.get_by_test_id("rps-stake-return").inner_text().removesuffix("%"))
    assert 0 <= float(returns.rps_return_after_cutting(duel, stake=13)) * 100 - shown < 0.001
    assert shown < 98.333
    expect(table.locator(".pays [data-pays='195']")).to_have_text("25G")
    expect(part(table, "snap")).to_have_text("20G로 맞추기")
    part(table, "snap").click()
    expect(table.get_by_test_id("rps-stake-return")).to_have_text("98.333%")
    expect(table.locator(".pays [data-pays='195']")).to_have_text("39G")
    expect(part(table, "snap")).to_be_hidden()


def test_a_stake_that_cannot_be_read_leaves_no_payout_of_another(table: Page) -> None:
    for pays in (table.locator("[data-pays]").first, table.locator("[data-nets]").first):
        expect(pays).to_have_text(re.compile(r"\d"))
    part(table, "stake").fill("abc")
    for pays in (table.locator("[data-pays]").first, table.locator("[data-nets]").first):
        expect(pays).to_have_text("–")


def test_the_focus_goes_on_after_the_whole_stake_and_after_a_retry(still: Visit, table: Page) -> None:
    part(table, "stake").fill("13")
    part(table, "snap").press("Enter")
    expect(part(table, "stake")).to_be_focused()
    table.route(PLAY, lambda route: route.abort())
    table.get_by_test_id("rps-paper").click()
    expect(table.get_by_test_id("rps-retry")).to_be_visible()
    table.unroute(PLAY)
    table.get_by_test_id("rps-retry").press("Enter")
    expect(table.get_by_test_id("rps-paper")).to_be_focused()
    expect_failed_loads(still)


def test_a_refusal_is_seen_by_who_has_scrolled_to_the_hands(visit: Begin) -> None:
    page = ready(visit(viewport={"width": 360, "height": 560}).sign_up("/games/rps"))
    page.evaluate("scrollTo(0, document.querySelector('[data-part=choices]').getBoundingClientRect().top - 90)")
    part(page, "stake").evaluate(
        "input => { input.value = '1'; input.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    page.evaluate("document.querySelector('[data-choice=rock]').click()")
    top = page.get_by_test_id("rps-refusal").bounding_box()
    bar = page.locator(".bar").first.bounding_box()
    assert top is not None
    assert bar is not None
    assert top["y"] >= bar["y"] + bar["height"]


def test_visitors_see_everything_and_a_hand_leads_to_the_door(visit: Begin) -> None:
    page = ready(visit(viewport=PHONE).page("/games/rps"))
    expect(page.get_by_test_id("rps-rtp")).to_have_text("98.333%")
    expect(page.get_by_test_id("rps-signin")).to_be_visible()
    page.locator("[data-step=double]").click()
    expect(part(page, "price")).to_have_text("200G")
    page.get_by_test_id("rps-paper").click()
    expect(page).to_have_url(re.compile(r"/login\?next=/games/rps$"))


def test_the_hands_are_in_the_first_view_of_a_phone_and_nothing_overflows(visit: Begin) -> None:
    page = visit(viewport=PHONE).sign_up("/games/rps")
    box = page.get_by_test_id("rps-scissors").bounding_box()
    rail = page.get_by_test_id("bottom-navigation").bounding_box()
    assert box is not None
    assert rail is not None
    assert box["y"] + box["height"] <= rail["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_an_english_duel_is_english(visit: Begin) -> None:
    club = visit(language="en-US")
    club.context.add_cookies([{"name": "motion", "value": "off", "url": club.url}])
    page = ready(club.sign_up("/games/rps"))
    answers_with(page, answer("rock", "scissors", "win", win=195))
    page.keyboard.press("1")
    expect(part(page, "word")).to_have_text("Win")
    expect(page.get_by_test_id("announcer")).to_contain_text("You Rock, house Scissors. Win")
    page.locator(".recent__item summary").click()
    assert not re.search("[가-힣]", page.locator("main").inner_text())
    page.get_by_role("button", name="Rules and odds").click()
    assert not re.search("[가-힣]", page.locator("#rules").inner_text())
