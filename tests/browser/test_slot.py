"""The slot screen: what it asks the server, how it shows the answer, and that its arithmetic is the payer's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from games import tables
from games.engine import returns
from tests.browser.conftest import PHONE, Visit

Begin = Callable[..., Visit]
SPIN = "**/api/games/slot/spin"
NEXT_FRAME = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
"""Whatever was waiting in the page has been done."""
FAIR = {"server_seed_hash": "9f2c" + "ab" * 28 + "41e7", "client_seed": "moonlight", "nonce": 41}
REELS = [["💎", "🍋", "7️⃣"], ["🍇", "💎", "🍊"], ["🍒", "🍒", "💎"]]
DIAMONDS = {"line": 4, "positions": [[0, 0], [1, 1], [2, 2]], "symbol": "💎", "count": 3}
CHERRIES = {"line": 3, "positions": [[2, 0], [2, 1], [2, 2]], "symbol": "🍒", "count": 2}


def answer(bet: int, wins: list[dict[str, Any]], balance: int) -> dict[str, Any]:
    """A spin as the server would tell it."""
    win = sum(line["amount"] for line in wins)
    return {
        "success": True, "round_id": f"00000000-0000-4000-8000-{balance:012d}", "game_type": "slot", "message": "",
        "bet_amount": bet, "win_amount": win, "net_change": win - bet, "balance": balance, "fair": FAIR,
        "config_version": 1, "idempotent_reuse": False, "lines": 5, "reels": REELS, "win_lines": wins,
        "multiplier": round(win / bet, 2), "is_jackpot": False,
    }  # fmt: skip


def refusal(status: int, code: str, message: str) -> dict[str, Any]:
    """An error in the club's envelope, as `fulfill` takes it."""
    body = {
        "detail": message,
        "error": {"code": code, "message": message, "details": None, "request_id": "0" * 12},
    }
    return {"status": status, "content_type": "application/json", "body": json.dumps(body)}


def body_of(request: Request) -> dict[str, Any]:
    """What a request says, as JSON."""
    body: dict[str, Any] = request.post_data_json or {}
    return body


def answers_with(page: Page, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Plays the server's end of the lever; returns what is asked of it."""
    asked: list[dict[str, Any]] = []

    def tell(route: Route) -> None:
        asked.append(body_of(route.request))
        route.fulfill(content_type="application/json", body=json.dumps(told))

    page.route(SPIN, tell)
    return asked


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
def machine(still: Visit) -> Page:
    return ready(still.sign_up("/games/slot"))


def ready(page: Page) -> Page:
    """Waits until the machine's script listens."""
    expect(page.locator("[data-component=slot][data-ready]")).to_be_attached()
    return page


def part(page: Page, name: str) -> Any:
    return page.locator(f"[data-part={name}]").first


def test_the_page_s_arithmetic_is_the_payer_s(machine: Page) -> None:
    slot = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
    stakes = [10, 11, 12, 13, 37, 99, 100, 101, 999, 1000, 9_999, 10_000]
    asked = [[stake, lines] for stake in stakes for lines in range(1, 6)]
    told = machine.evaluate(
        """async (asked) => {
          const { returnAfterCutting } = await import("/static/js/slot/returns.js");
          const table = JSON.parse(document.querySelector("#slot-table").textContent);
          return asked.map(([stake, lines]) => {
            const { numerator, denominator } = returnAfterCutting(table, stake, lines);
            return `${numerator}/${denominator}`;
          });
        }""",
        asked,
    )
    exact = [returns.slot_return_after_cutting(slot, stake=stake, lines=lines) for stake, lines in asked]
    assert told == [f"{share.numerator}/{share.denominator}" for share in exact]


def test_a_win_is_shown_net_first_and_line_by_line(machine: Page) -> None:
    asked = answers_with(machine, answer(100, [CHERRIES | {"multiplier": 2, "amount": 40},
                                               DIAMONDS | {"multiplier": 100, "amount": 2000}], 2940))  # fmt: skip
    machine.get_by_test_id("slot-spin").click()
    expect(part(machine, "net")).to_have_text("+1,940G")
    expect(part(machine, "detail")).to_have_text("100G를 걸고 2,040G를 돌려받았습니다")
    expect(machine.locator(".machine__wins li")).to_have_text(["3번 라인 ×2+40", "4번 라인 ×100+2,000"])
    expect(machine.locator(".reels__path")).to_have_count(2)
    expect(machine.locator(".reel__cell[data-won]")).to_have_count(5)
    expect(machine.locator(".machine__tag[data-won]")).to_have_text(["3", "4"])
    expect(machine.get_by_test_id("announcer")).to_have_text(
        "100G를 걸고 2,040G를 돌려받았습니다. 순이익 1,940골드. 3번 라인 체리 2개 40골드. 4번 라인 다이아 3개 2,000골드"
    )
    assert [{key: body[key] for key in ("bet_amount", "lines")} for body in asked] == [{"bet_amount": 100, "lines": 5}]


@pytest.mark.parametrize(("amount", "net"), [(40, "−60G"), (100, "0G")])
def test_a_return_at_or_below_the_stake_is_told_and_not_celebrated(machine: Page, amount: int, net: str) -> None:
    answers_with(machine, answer(100, [CHERRIES | {"multiplier": 2, "amount": amount}], 940))
    machine.get_by_test_id("slot-spin").click()
    expect(part(machine, "detail")).to_have_text(f"100 중 {amount} 돌려받음")
    expect(part(machine, "net")).to_have_text(net)
    expect(part(machine, "net")).to_have_class("machine__net soft")
    expect(part(machine, "machine")).to_have_attribute("data-mood", "returned")
    expect(part(machine, "reels")).to_have_attribute("data-state", "returned")
    expect(machine.locator(".recent__item .recent__net").first).to_have_class("recent__net soft")


def test_a_spin_joins_the_list_with_what_proves_it(machine: Page) -> None:
    machine.get_by_test_id("slot-spin").click()
    rows = machine.locator(".recent__item")
    expect(rows).to_have_count(1)
    round_id = rows.first.get_attribute("data-round")
    rows.first.locator("summary").click()
    told = machine.request.get(f"{machine.url.removesuffix('/games/slot')}/api/games/rounds/{round_id}").json()
    for name, field in (("hash", "server_seed_hash"), ("client", "client_seed"), ("nonce", "nonce")):
        expect(rows.first.locator(f"[data-fill={name}]")).to_have_text(str(told["fair"][field]))
    expect(part(machine, "nonce")).to_have_text("1")
    live = rows.first.evaluate("row => row.textContent.replace(/\\s+/g, ' ')")
    machine.reload()
    assert machine.locator(".recent__item").first.evaluate("row => row.textContent.replace(/\\s+/g, ' ')") == live


def test_spins_of_another_tab_join_the_list(still: Visit, machine: Page) -> None:
    second = still.page("/games/slot")
    expect(second.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    machine.get_by_test_id("slot-spin").click()
    expect(second.locator(".recent__item")).to_have_count(1)
    expect(second.get_by_test_id("gold-quick")).to_have_text(machine.get_by_test_id("gold-quick").inner_text())


def test_a_lost_answer_is_asked_for_again_with_the_same_key(still: Visit, machine: Page) -> None:
    sent: list[tuple[str | None, Any]] = []

    def lose(route: Route) -> None:
        sent.append((route.request.header_value("Idempotency-Key"), route.request.post_data_json))
        route.abort()

    machine.route(SPIN, lose)
    machine.get_by_test_id("slot-spin").click()
    expect(machine.get_by_test_id("network-error")).to_contain_text("100G 베팅의 결과를 받지 못했습니다")
    expect(machine.get_by_test_id("network-error")).to_contain_text("NETWORK")
    part(machine, "stake").fill("50")
    machine.unroute(SPIN)
    with machine.expect_request(SPIN) as again:
        machine.get_by_test_id("slot-retry").click()
    assert {(again.value.header_value("Idempotency-Key"), str(again.value.post_data_json))} == {
        (key, str(body)) for key, body in sent
    }
    expect(machine.get_by_test_id("network-error")).to_have_count(0)
    expect(machine.locator(".recent__item")).to_have_count(1)
    with machine.expect_request(SPIN) as fresh:
        machine.get_by_test_id("slot-spin").click()
    assert fresh.value.header_value("Idempotency-Key") != again.value.header_value("Idempotency-Key")
    assert body_of(fresh.value)["bet_amount"] == 50
    expect_failed_loads(still)


def test_too_little_gold_leads_to_the_shop(still: Visit, machine: Page) -> None:
    machine.route(SPIN, lambda route: route.fulfill(**refusal(400, "INSUFFICIENT_GOLD", "골드가 부족합니다")))
    machine.get_by_test_id("slot-spin").click()
    note = machine.get_by_test_id("slot-refusal")
    expect(note).to_contain_text("골드가 부족합니다")
    expect(note.get_by_role("link")).to_have_attribute("href", "/shop")
    expect(machine.locator("[role=alert]:visible")).to_have_count(1)
    expect_failed_loads(still)


def test_the_stake_moves_in_steps_of_the_lines_played(machine: Page) -> None:
    stake = part(machine, "stake")

    def press(kind: str) -> str:
        machine.locator(f"[data-step={kind}]").click()
        return str(stake.input_value())

    assert stake.input_value() == "100"
    assert [press(kind) for kind in ("up", "down", "half", "double", "min", "down", "half")] == [
        "105", "100", "50", "100", "10", "10", "10",
    ]  # fmt: skip
    assert press("max") == "1000"  # all a new player has
    machine.get_by_role("radio", name="3").check(force=True)
    assert stake.input_value() == "999"
    machine.get_by_role("radio", name="5").check(force=True)
    assert stake.input_value() == "1000"
    machine.get_by_role("radio", name="3").check(force=True)
    assert [press(kind) for kind in ("min", "up", "double")] == ["12", "15", "30"]
    expect(part(machine, "per-line")).to_have_text("라인당 10")
    expect(part(machine, "spin-price")).to_have_text("30G")


def test_an_uneven_stake_shows_what_cutting_takes_and_offers_the_even_one(machine: Page) -> None:
    part(machine, "stake").fill("13")
    slot = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
    cut = returns.slot_return_after_cutting(slot, stake=13, lines=5)
    expect(machine.get_by_test_id("slot-stake-return")).not_to_have_text("96.342%")
    shown = float(machine.get_by_test_id("slot-stake-return").inner_text().removesuffix("%"))
    assert shown < 96.342
    assert 0 <= float(cut) * 100 - shown < 0.001
    snap = part(machine, "snap")
    expect(snap).to_have_text("10G로 맞추기")
    snap.click()
    expect(part(machine, "stake")).to_have_value("10")
    expect(machine.get_by_test_id("slot-stake-return")).to_have_text("96.342%")
    expect(snap).to_be_hidden()


@pytest.mark.parametrize("typed", ["", "9", "10001", "1e3", "-50", "12.5", "오십"])
def test_a_stake_that_cannot_be_played_is_not_sent(machine: Page, typed: str) -> None:
    asked = answers_with(machine, answer(100, [], 900))
    part(machine, "stake").fill(typed)
    expect(part(machine, "stake")).to_have_attribute("aria-invalid", "true")
    machine.get_by_test_id("slot-spin").click()
    expect(machine.get_by_test_id("slot-refusal")).to_contain_text("베팅 금액은 10~10,000 사이여야 합니다")
    expect(part(machine, "stake")).to_be_focused()
    assert asked == []


def test_space_spins_but_not_while_typing_or_reading_the_paytable(machine: Page) -> None:
    asked = answers_with(machine, answer(100, [], 900))
    part(machine, "stake").focus()
    machine.keyboard.press("Space")
    machine.get_by_role("button", name="배당표").click()
    expect(machine.get_by_role("dialog")).to_be_visible()
    machine.keyboard.press("Space")  # presses the button that has the focus: the drawer closes
    expect(machine.get_by_role("dialog")).to_be_hidden()
    assert asked == []
    machine.evaluate("document.activeElement.blur()")
    machine.keyboard.press("Space")
    expect(part(machine, "detail")).to_have_text("적중 없음")
    assert len(asked) == 1


def test_the_keyboard_alone_chooses_lines_and_spins(machine: Page) -> None:
    asked = answers_with(machine, answer(40, [], 960))
    machine.get_by_role("radio", name="5").focus()
    machine.keyboard.press("ArrowLeft")
    expect(machine.get_by_role("radio", name="4")).to_be_checked()
    machine.keyboard.press("Tab")
    machine.keyboard.press("Tab")
    expect(part(machine, "stake")).to_be_focused()
    machine.keyboard.press("Control+a")
    machine.keyboard.type("40")
    machine.keyboard.press("Enter")
    expect(part(machine, "detail")).to_have_text("적중 없음")
    assert [(body["bet_amount"], body["lines"]) for body in asked] == [(40, 4)]


def test_reels_roll_until_the_answer_and_the_gold_waits_for_them(visit: Begin) -> None:
    page = ready(visit().sign_up("/games/slot"))
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    page.get_by_test_id("slot-spin").click()
    expect(part(page, "reels")).to_have_attribute("data-state", "rolling")
    expect(page.get_by_test_id("gold-quick")).to_have_text("1,000G")
    expect(part(page, "net")).to_have_text(re.compile("G$"))
    net = int(page.locator(".recent__item").get_attribute("data-net") or "")
    expect(page.get_by_test_id("gold-quick")).to_have_text(f"{1000 + net:,}G")  # a net of 0 happens, too
    assert page.locator(".reel__cell").count() == 9


def test_a_second_press_shows_the_answer_at_once_and_asks_for_nothing(visit: Begin) -> None:
    page = ready(visit().sign_up("/games/slot"))
    asked = answers_with(page, answer(100, [], 900))
    page.get_by_test_id("slot-spin").click()
    expect(page.locator(".reel__cell").nth(40)).to_be_attached()
    page.get_by_test_id("slot-spin").click()
    expect(part(page, "detail")).to_have_text("적중 없음", timeout=900)
    assert len(asked) == 1


def test_a_press_while_lines_are_traced_is_one_spin_and_leaves_none_of_the_old_lines(visit: Begin) -> None:
    page = ready(visit().sign_up("/games/slot"))
    wins = [line | {"multiplier": 2, "amount": 40} for line in (CHERRIES, DIAMONDS, CHERRIES, DIAMONDS)]
    asked: list[Route] = []

    def tell(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.fulfill(content_type="application/json", body=json.dumps(answer(100, wins, 1060)))

    page.route(SPIN, tell)
    page.get_by_test_id("slot-spin").click()
    expect(page.locator(".machine__wins li")).to_have_count(1)
    with page.expect_request(SPIN):
        page.get_by_test_id("slot-spin").click()
    page.evaluate(NEXT_FRAME)  # the old spin ends behind the new one
    page.get_by_test_id("slot-spin").click()
    page.evaluate(NEXT_FRAME)
    expect(page.get_by_test_id("slot-spin")).to_have_attribute("data-busy", "")
    expect(page.locator(".machine__wins li, .reels__path, [data-won], [data-lit]")).to_have_count(0)
    asked[1].fulfill(content_type="application/json", body=json.dumps(answer(100, [], 960)))
    expect(page.locator(".recent__item")).to_have_count(2)
    expect(page.get_by_test_id("slot-spin")).not_to_have_attribute("data-busy", "")
    assert len(asked) == 2


def test_a_stake_that_cannot_be_read_leaves_no_payout_of_another(machine: Page) -> None:
    pays = machine.locator("#paytable [data-pays]").first
    expect(pays).to_have_text(re.compile("G$"))
    part(machine, "stake").fill("abc")
    expect(pays).to_have_text("–")
    part(machine, "stake").fill("50")
    expect(pays).to_have_text(re.compile("G$"))


def test_the_focus_goes_on_after_the_even_stake_and_after_a_retry(still: Visit, machine: Page) -> None:
    part(machine, "stake").fill("13")
    part(machine, "snap").press("Enter")
    expect(part(machine, "stake")).to_be_focused()
    machine.route(SPIN, lambda route: route.abort())
    machine.get_by_test_id("slot-spin").click()
    expect(machine.get_by_test_id("slot-retry")).to_be_visible()
    machine.unroute(SPIN)
    machine.get_by_test_id("slot-retry").press("Enter")
    expect(machine.get_by_test_id("slot-spin")).to_be_focused()
    expect_failed_loads(still)


def test_the_paytable_opens_pays_in_the_chosen_stake_and_gives_the_focus_back(machine: Page) -> None:
    part(machine, "stake").fill("50")
    button = machine.get_by_role("button", name="배당표")
    button.press("Enter")
    drawer = machine.get_by_role("dialog", name="배당표")
    expect(drawer).to_be_visible()
    expect(drawer.get_by_test_id("slot-rtp-exact")).to_have_text("48171/50000")
    best = drawer.locator("tbody tr").first
    expect(best).to_contain_text("×1,000")
    expect(best.locator("[data-pays]").last).to_have_text("10,000G")
    machine.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(button).to_be_focused()


def test_visitors_see_everything_and_the_lever_leads_to_the_door(visit: Begin) -> None:
    page = ready(visit(viewport=PHONE).page("/games/slot"))
    expect(page.get_by_test_id("slot-rtp")).to_have_text("96.342%")
    page.locator("[data-step=double]").click()
    expect(part(page, "stake")).to_have_value("200")
    page.get_by_test_id("slot-spin").click()
    expect(page).to_have_url(re.compile(r"/login\?next=/games/slot$"))


def test_the_lever_is_in_the_first_view_of_a_phone(visit: Begin) -> None:
    page = visit(viewport=PHONE).sign_up("/games/slot")
    box = page.get_by_test_id("slot-spin").bounding_box()
    rail = page.get_by_test_id("bottom-navigation").bounding_box()
    assert box is not None
    assert rail is not None
    assert box["y"] + box["height"] <= rail["y"]
