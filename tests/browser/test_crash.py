"""The crash screen against a played server: whose clock counts, what is asked, how every end is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from games import tables
from games.engine import crash as engine
from tests.browser.conftest import Visit
from tests.browser.crash_house import (
    BET,
    CASH_OUT,
    FAIR,
    House,
    bet_button,
    multiplier,
    opened,
    out_button,
    part,
    played_by,
)
from tests.browser.test_slot import body_of, expect_failed_loads, refusal

Begin = Callable[..., Visit]
CURVE = tables.parse_crash(tables.FIRST_VERSIONS["crash"])


@pytest.fixture
def club(visit: Begin) -> Visit:
    return visit()


@pytest.fixture
def crash(club: Visit) -> Page:
    return opened(club.sign_up("/games/crash"))


@pytest.fixture
def house(crash: Page) -> House:
    return played_by(crash)


def test_the_page_s_arithmetic_is_the_engine_s(crash: Page) -> None:
    moments = [*range(0, 80_000, 7), 76_752, 76_753, 76_754, 10**6, 10**9]
    told = crash.evaluate(
        """async (moments) => {
          const { multiplierAt, timeOf, payout } = await import("/static/js/crash/curve.js");
          const table = JSON.parse(document.querySelector("#crash-table").textContent);
          const points = Array.from({ length: table.top - 99 }, (_, at) => at + 100);
          const times = points.map((point) => timeOf(table, point));
          const pays = points.map((point) => payout(12_347, point));
          return { shown: moments.map((ms) => multiplierAt(table, ms)), times, pays };
        }""",
        moments,
    )
    points = range(100, CURVE.top + 1)
    assert told["shown"] == [engine.multiplier_at(CURVE, ms) for ms in moments]
    assert told["times"] == [engine.time_of(CURVE, point) for point in points]
    assert told["pays"] == [engine.payout(12_347, point) for point in points]


def test_the_number_follows_the_server_s_start_and_never_the_visitor_s_clock(crash: Page, house: House) -> None:
    house.flown_already = 11.6
    bet_button(crash).click()
    expect(out_button(crash)).to_be_visible()
    first = multiplier(crash)
    assert 2.0 <= first < 2.6
    expect(part(crash, "multi")).not_to_have_text(f"{first:.2f}")
    assert multiplier(crash) > first
    both = """() => ["multi", "amount"].map((name) => document.querySelector(`[data-part=${name}]`).textContent)"""
    shown = crash.evaluate(both)
    assert int(shown[1]) == engine.payout(100, round(float(shown[0]) * 100))
    assert house.bets[0][1] == {"bet_amount": 100, "auto_cashout_multiplier": None}


def test_the_multiplier_that_counts_is_the_server_s(crash: Page, house: House) -> None:
    house.flown_already = 16.0
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    crash.route(CASH_OUT, hold)
    bet_button(crash).click()
    out_button(crash).click()
    expect(out_button(crash)).to_contain_text("보냄")
    expect(out_button(crash)).to_have_attribute("aria-disabled", "true")
    out_button(crash).click(force=True)
    expect(crash.get_by_test_id("crash-state")).to_have_text("라운드 진행 중")
    house.ends("cashed_out", cashout=2.31, crash=18.4, win=231)
    assert len(held) == 1
    assert body_of(held[0].request)["game_id"] == house.round["round_id"]
    held[0].fulfill(json=house.played())
    expect(part(crash, "multi")).to_have_text("2.31")
    expect(crash.get_by_test_id("crash-flight")).to_have_attribute("data-state", "won")
    expect(crash.get_by_test_id("crash-now")).to_have_text("+131")
    expect(part(crash, "now-facts")).to_have_text("100G를 걸고 231G를 돌려받았습니다")
    expect(part(crash, "sub")).to_have_text("크래시는 18.40x")
    expect(crash.get_by_test_id("announcer")).to_have_text("2.31x에서 캐시아웃. 100G를 걸고 231G를 돌려받았습니다")
    expect(crash.get_by_test_id("gold-quick")).to_be_visible()


def test_an_end_joins_chips_and_results_with_what_proves_it(crash: Page, house: House) -> None:
    bet_button(crash).click()
    expect(out_button(crash)).to_be_visible()
    house.ends("cashed_out", cashout=1.85, crash=3.61, win=185)
    out_button(crash).click()
    row = crash.locator("[data-part=recent] tr").first
    for name, words in (("bet", "100"), ("left", "1.85x"), ("crash", "3.61x"), ("net", "+85")):
        expect(row.locator(f"[data-fill={name}]")).to_have_text(words)
    expect(crash.get_by_test_id("crash-past").locator("li")).to_have_text(["3.61x 보통"])
    row.get_by_role("button", name="검증 정보").click()
    proof = crash.locator("[popover]:popover-open")
    expect(proof).to_contain_text(FAIR["server_seed_hash"])
    expect(proof.get_by_role("link")).to_have_attribute("href", f"/rounds/{house.round['round_id']}")
    crash.keyboard.press("Escape")
    expect(proof).to_have_count(0)
    expect(part(crash, "nonce")).to_have_text("42")


@pytest.mark.parametrize(("cashout", "win"), [(1.0, 100), (1.0, 99)])
def test_a_return_at_or_below_the_stake_is_told_and_not_celebrated(
    crash: Page, house: House, cashout: float, win: int
) -> None:
    bet_button(crash).click()
    expect(out_button(crash)).to_be_visible()
    house.ends("cashed_out", cashout=cashout, crash=3.61, win=win)
    out_button(crash).click()
    expect(crash.get_by_test_id("crash-flight")).to_have_attribute("data-state", "returned")
    expect(part(crash, "now-facts")).to_have_text(f"100 중 {win} 돌려받음")
    expect(crash.get_by_test_id("crash-now")).to_have_class("soft")
    expect(part(crash, "box")).to_have_attribute("data-mood", "returned")
    expect(crash.locator("[data-part=recent] .recent__net").first).to_have_class("recent__net soft")


def test_too_late_is_said_plainly_with_where_it_crashed(club: Visit, crash: Page, house: House) -> None:
    bet_button(crash).click()
    expect(out_button(crash)).to_be_visible()

    def too_late(route: Route) -> None:
        house.ends("crashed", cashout=None, crash=1.07, win=0)
        route.fulfill(**refusal(400, "ROUND_CRASHED", "이미 크래시가 발생했습니다"))

    crash.route(CASH_OUT, too_late)
    out_button(crash).click()
    expect(crash.get_by_test_id("crash-refusal")).to_contain_text("이미 크래시가 발생했습니다")
    expect(crash.get_by_test_id("crash-flight")).to_have_attribute("data-state", "crashed")
    expect(part(crash, "multi")).to_have_text("1.07")
    expect(crash.get_by_test_id("crash-now")).to_have_text("−100")
    expect(crash.get_by_test_id("announcer")).to_have_text("1.07x에서 크래시. 100골드를 잃었습니다")
    expect_failed_loads(club)


def test_without_a_socket_the_end_is_found_by_asking(visit: Begin) -> None:
    club = visit()
    club.context.route_web_socket("**/api/realtime/sync*", lambda socket: socket.close(code=4429, reason=""))
    page = opened(club.sign_up("/games/crash"))
    house = played_by(page)
    bet_button(page).click()
    expect(out_button(page)).to_be_visible()
    house.ends("crashed", cashout=None, crash=1.02, win=0)
    expect(page.get_by_test_id("crash-state")).to_have_text("크래시")
    expect(part(page, "multi")).to_have_text("1.02")
    expect_failed_loads(club)


def test_the_socket_tells_the_end_and_nothing_is_asked(visit: Begin) -> None:
    club = visit()
    sockets: list[WebSocketRoute] = []
    club.context.route_web_socket("**/api/realtime/sync*", lambda socket: greet(socket, sockets))
    page = opened(club.sign_up("/games/crash"))
    house = played_by(page)
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    bet_button(page).click()
    expect(out_button(page)).to_be_visible()
    facts = {"round_id": house.round["round_id"], "status": "crashed", "bet": 100, "win": 0, "net_change": -100}
    tell(sockets[-1], "game_event", facts | {"subtype": "crash_result", "cashout_multiplier": None, "crash_point": 1.2})
    expect(page.get_by_test_id("crash-state")).to_have_text("크래시")
    expect(part(page, "multi")).to_have_text("1.20")
    expect(page.locator("[data-part=recent] tr")).to_have_count(1)
    assert house.looks == 0


def greet(socket: WebSocketRoute, sockets: list[WebSocketRoute]) -> None:
    """Opens a stream that stands where the page stands."""
    found = re.search(r"since=(\d+)&epoch=([^&]+)", socket.url)
    assert found
    sockets.append(socket)
    socket.send(json.dumps({"type": "sync_connected", "seq": None, "data": {"epoch": found[2]}}))
    state = {
        "as_of_seq": int(found[1]),
        "recovered": True,
        "balance": {"gold_balance": 1000},
        "stats": {},
        "profile": {},
    }
    socket.send(json.dumps({"type": "initial_state", "seq": None, "data": state}))


def tell(socket: WebSocketRoute, kind: str, data: dict[str, Any]) -> None:
    """One more message of the stream."""
    found = re.search(r"since=(\d+)", socket.url)
    assert found
    socket.send(json.dumps({"type": kind, "seq": int(found[1]) + 1, "user_id": 0, "timestamp": 0, "data": data}))


def test_a_round_opened_elsewhere_is_joined_where_it_is(club: Visit, crash: Page, house: House) -> None:
    house.flown_already = 30.0
    house.opens(bet=250, target=50.0)
    crash.route(BET, lambda route: route.fulfill(**refusal(409, "ROUND_OPEN", "이미 진행 중인 라운드가 있습니다")))
    bet_button(crash).click()
    expect(out_button(crash)).to_be_visible()
    assert 6.0 <= multiplier(crash) < 8.0
    expect(crash.get_by_test_id("crash-now")).to_have_text("250")
    expect(crash.get_by_test_id("crash-refusal")).to_contain_text("이미 진행 중인 라운드가 있습니다")
    expect_failed_loads(club)


def test_a_lost_bet_is_asked_for_again_with_the_same_key(club: Visit, crash: Page, house: House) -> None:
    page = crash
    sent: set[tuple[str | None, str]] = set()

    def lose(route: Route) -> None:
        sent.add((route.request.header_value("Idempotency-Key"), json.dumps(body_of(route.request))))
        route.abort()

    page.route(BET, lose)
    bet_button(page).click()
    expect(page.get_by_test_id("network-error")).to_contain_text("100G 베팅의 결과를 받지 못했습니다")
    part(page, "stake").fill("50")
    page.unroute(BET, lose)
    page.get_by_test_id("crash-retry").press("Enter")
    expect(out_button(page)).to_be_focused()
    expect(page.get_by_test_id("network-error")).to_have_count(0)
    assert {(key, json.dumps(body)) for key, body in house.bets} == sent
    assert len(sent) == 1
    expect_failed_loads(club)


def test_a_bet_whose_answer_was_lost_flies_as_soon_as_the_server_tells_of_it(
    club: Visit, crash: Page, house: House
) -> None:
    page = crash

    def lose(route: Route) -> None:
        house.opens()
        route.abort()

    page.route(BET, lose)
    bet_button(page).click()
    expect(out_button(page)).to_be_visible()
    expect(page.get_by_test_id("network-error")).to_have_count(0)
    expect_failed_loads(club)


def test_a_lost_cash_out_is_asked_for_again_with_the_same_key(club: Visit, crash: Page, house: House) -> None:
    page = crash
    sent: set[str | None] = set()

    def lose(route: Route) -> None:
        sent.add(route.request.header_value("Idempotency-Key"))
        route.abort()

    bet_button(page).click()
    page.route(CASH_OUT, lose)
    out_button(page).click()
    expect(page.get_by_test_id("network-error")).to_contain_text("캐시아웃의 결과를 받지 못했습니다")
    expect(out_button(page)).to_be_enabled()
    page.unroute(CASH_OUT, lose)
    house.ends("cashed_out", cashout=1.5, crash=2.0, win=150)
    page.get_by_test_id("crash-retry").click()
    expect(page.get_by_test_id("crash-now")).to_have_text("+50")
    expect(page.get_by_test_id("network-error")).to_have_count(0)
    assert {key for key, _ in house.outs} == sent
    assert len(sent) == 1
    expect(bet_button(page)).to_have_attribute("aria-disabled", "false")
    bet_button(page).click()
    expect(out_button(page)).to_be_visible()
    house.ends("cashed_out", cashout=1.5, crash=2.0, win=150)
    out_button(page).click()
    expect(bet_button(page)).to_be_visible()
    assert {key for key, _ in house.outs} != sent
    expect_failed_loads(club)


def test_a_cash_out_without_an_answer_does_not_stand_in_the_way_of_the_next(crash: Page, house: House) -> None:
    page = crash
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    bet_button(page).click()
    page.route(CASH_OUT, hold, times=1)
    out_button(page).click()
    expect(out_button(page)).to_have_attribute("aria-disabled", "true")
    house.ends("crashed", cashout=None, crash=2.0, win=0)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(bet_button(page)).to_have_attribute("aria-disabled", "false")
    bet_button(page).click()
    expect(out_button(page)).to_have_attribute("aria-disabled", "false")
    house.ends("cashed_out", cashout=1.5, crash=2.0, win=150)
    out_button(page).click()
    expect(page.get_by_test_id("crash-now")).to_have_text("+50")
    held[0].fulfill(json=house.played())
    assert len(house.outs) == 1


def test_too_little_gold_leads_to_the_shop(club: Visit, crash: Page) -> None:
    page = crash
    page.route(BET, lambda route: route.fulfill(**refusal(400, "INSUFFICIENT_GOLD", "골드가 부족합니다")))
    bet_button(page).click()
    note = page.get_by_test_id("crash-refusal")
    expect(note).to_contain_text("골드가 부족합니다")
    expect(note.get_by_role("link")).to_have_attribute("href", "/shop")
    expect(bet_button(page)).to_be_visible()
    expect_failed_loads(club)


def test_the_number_stops_at_the_target_and_the_server_is_asked(crash: Page, house: House) -> None:
    house.flown_already = 11.5
    part(crash, "target").fill("2.01")
    bet_button(crash).click()
    expect(part(crash, "multi")).to_have_text("2.01")
    expect(part(crash, "sub")).to_have_text("서버의 결과를 기다리는 중")
    assert multiplier(crash) == 2.01
    house.ends("auto_cashed", cashout=2.01, crash=9.9, win=201)
    expect(crash.get_by_test_id("crash-state")).to_have_text("자동으로 캐시아웃했습니다")
    expect(crash.get_by_test_id("crash-now")).to_have_text("+101")
    assert house.looks >= 1
