"""The page's side of the stream, against a socket the test itself plays: order, resume, refusal, silence."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stream_house import EPOCH, Begin, House, connected, lobby_of, shows_gold


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def lobby(visit: Begin, house: House) -> Page:
    return lobby_of(visit, house)


def test_gold_shows_the_servers_last_word_in_every_place(lobby: Page, house: House) -> None:
    connected(lobby, house)
    house.pay(1, 1940)
    shows_gold(lobby, "1,940G")
    assert lobby.locator(".lobby__gold [data-gold]").inner_text() == "1,940"


def test_a_repeated_or_older_event_changes_nothing(lobby: Page, house: House) -> None:
    connected(lobby, house)
    house.pay(1, 1940)
    house.pay(2, 1500)
    shows_gold(lobby, "1,500G")
    house.pay(1, 1940)
    house.pay(2, 9999)
    shows_gold(lobby, "1,500G")


def test_a_hole_is_never_accepted_but_filled_by_reconnecting(lobby: Page, house: House) -> None:
    connected(lobby, house)
    house.pay(1, 1100)
    shows_gold(lobby, "1,100G")
    house.latest, house.gold = 3, 1300
    house.pay(3, 9999)
    connected(lobby, house, times=2)
    assert house.queries[1] == {"since": "1", "epoch": EPOCH}
    house.pay(2, 1200)
    house.pay(3, 1300)
    shows_gold(lobby, "1,300G")


def test_replayed_events_are_told_but_do_not_overwrite_the_opening_state(lobby: Page, house: House) -> None:
    connected(lobby, house)
    house.pay(1, 1000)
    shows_gold(lobby, "1,000G")
    house.latest, house.gold = 3, 5000
    house.sockets[-1].close(code=1012)
    connected(lobby, house, times=2)
    house.tell_purchase(2, "success")
    house.pay(3, 777)
    expect(lobby.get_by_test_id("toast")).to_have_text("상품 X 결제가 완료되었습니다 (금액: 199).")
    shows_gold(lobby, "5,000G")


def test_a_notice_is_shown_once_replaced_by_the_next_and_leaves(lobby: Page, house: House) -> None:
    connected(lobby, house)
    toast = lobby.get_by_test_id("toast")
    house.tell_purchase(1, "pending")
    expect(toast).to_have_text("상품 X 결제가 진행 중입니다...")
    house.tell_purchase(2, "failed", reason_code="PAYMENT_DECLINED")
    expect(toast).to_have_text("상품 X 결제가 실패했습니다 (PAYMENT_DECLINED).")
    lobby.clock.run_for(3400)
    expect(toast).to_be_visible()
    lobby.clock.run_for(200)
    expect(toast).to_be_hidden()
    expect(toast).to_have_text("")


def test_the_same_receipt_and_status_within_a_moment_is_one_notice(lobby: Page, house: House) -> None:
    connected(lobby, house)
    toast = lobby.get_by_test_id("toast")
    house.tell_purchase(1, "success")
    expect(toast).to_be_visible()
    lobby.clock.run_for(1400)
    house.tell_purchase(2, "success")
    house.pay(3, 2000)
    shows_gold(lobby, "2,000G")
    lobby.clock.run_for(1300)
    expect(toast).to_be_hidden()


def test_the_badge_counts_waiting_purchases(lobby: Page, house: House) -> None:
    connected(lobby, house)
    badge = lobby.get_by_test_id("nav-shop").locator("[data-number]")
    for seq in range(1, 11):
        house.tell_purchase(seq, "pending", receipt=f"{seq:012x}")
    expect(badge).to_have_text("9+")
    for seq in range(1, 10):
        house.tell_purchase(10 + seq, "success", receipt=f"{seq:012x}")
    expect(badge).to_have_text("1")
    house.tell_purchase(20, "voided", receipt=f"{10:012x}")
    expect(badge).to_be_hidden()


def test_short_breaks_stay_silent_and_long_ones_are_told(lobby: Page, house: House) -> None:
    connected(lobby, house)
    pill = lobby.get_by_test_id("connection-pill")
    house.refuse_with = 1012
    house.sockets[-1].close(code=1012)
    lobby.clock.run_for(4500)
    expect(pill).to_have_attribute("data-state", "live")
    lobby.clock.run_for(1500)
    expect(pill).not_to_have_attribute("data-state", "live")
    house.refuse_with = None
    connected(lobby, house, times=len(house.sockets) + 1)
    expect(pill).to_have_attribute("data-state", "live")


def test_without_socket_and_answers_the_pill_says_offline_until_news_comes(lobby: Page, house: House) -> None:
    connected(lobby, house)
    pill = lobby.get_by_test_id("connection-pill")
    lobby.route("**/api/realtime/events*", lambda route: route.fulfill(status=200, body=""))
    house.refuse_with = 4403
    house.sockets[-1].close(code=1012)
    lobby.clock.run_for(20_000)
    expect(pill).to_have_attribute("data-state", "offline")
    house.refuse_with = None
    connected(lobby, house, times=len(house.sockets) + 1)
    expect(pill).to_have_attribute("data-state", "live")
    lobby.unroute("**/api/realtime/events*")


def test_a_session_that_ended_is_told_and_not_tried_again(lobby: Page, house: House) -> None:
    connected(lobby, house)
    banner = lobby.get_by_test_id("session-expired-banner")
    expect(banner).to_be_hidden()
    house.sockets[-1].close(code=4401)
    expect(banner).to_be_visible()
    expect(banner.get_by_role("link")).to_have_attribute("href", "/login?next=/")
    lobby.clock.run_for(120_000)
    assert len(house.sockets) == 1


def test_a_new_epoch_voids_the_old_numbers(lobby: Page, house: House) -> None:
    connected(lobby, house)
    house.pay(1, 1100)
    shows_gold(lobby, "1,100G")
    assert house.queries[0]["epoch"] != EPOCH
    house.latest, house.gold = 0, 1000
    house.sockets[-1].close(code=1012)
    connected(lobby, house, times=2)
    shows_gold(lobby, "1,000G")


def test_each_new_round_appears_on_top_once(lobby: Page, house: House) -> None:
    connected(lobby, house)
    rows = lobby.locator("[data-component=recent] > li")
    expect(rows).to_have_count(0)
    event = {"subtype": "slot_spin", "game_type": "slot", "status": "settled", "win_lines": [], "is_jackpot": False}
    event |= {"reels": [["🍒", "🍋", "🍊"], ["💎", "🍋", "🍊"], ["🍒", "🍋", "🍊"]], "bet": 100, "balance_after": 940}
    house.say("game_event", {**event, "round_id": "r-1", "win": 40, "net_change": -60}, 1)
    house.say("game_event", {**event, "round_id": "r-2", "win": 300, "net_change": 200}, 2)
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("100 걸고 300 받음")
    expect(rows.first.locator(".gain")).to_have_text("+200")
    expect(rows.last).to_contain_text("100 중 40 돌려받음")
    expect(rows.last.locator("b.soft")).to_have_text("−60")
