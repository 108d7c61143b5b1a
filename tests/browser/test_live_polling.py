"""Where sockets are refused the page asks over HTTP, and misses nothing either."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.coming_back import spin
from tests.browser.conftest import Visit
from tests.browser.stream_house import (
    EPOCH,
    Begin,
    House,
    connected,
    heard,
    hide,
    listen,
    lobby_of,
    pass_time,
    pill_says,
    see,
    shows_gold,
)

EVENTS = "**/api/realtime/events*"
POLL_SECONDS = 3
BOTH_TRUTHS = """async () => {
  const imported = async (from, name) => {
    const text = await (await fetch(from)).text();
    return new URL(text.match(new RegExp(`from "(\\\\./${name}[^"]+)"`))[1], from);
  };
  const club = document.querySelector('script[type=module][src*="/club."]').src;
  const { openingState } = await import(await imported(await imported(club, "live\\\\."), "live/truth\\\\."));
  const socket = new WebSocket(`ws://${location.host}/api/realtime/sync`);
  const opened = await new Promise(done => socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "initial_state") done(message.data);
  }));
  socket.close();
  return [await openingState(), opened];
}"""


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def lobby(visit: Begin, house: House) -> Page:
    """A lobby that was connected, and whose sockets are refused from now on."""
    page = lobby_of(visit, house)
    page.route(EVENTS, house.tell_page)
    connected(page, house)
    listen(page, "profile_update")
    house.pay(1, 1001)
    shows_gold(page, "1,001G")
    house.latest = 1
    house.refuse_with = 4403
    return page


def cut(page: Page, house: House) -> None:
    """The socket goes, and its successors are refused, until the page polls."""
    house.sockets[-1].close(code=1012)
    for _ in range(20):
        if house.polls:
            return
        pass_time(page, 1)
    pytest.fail("the page does not poll")


def test_what_is_polled_comes_whole_and_in_order(lobby: Page, house: House) -> None:
    for gold in range(2000, 2250):
        house.store(gold)
    cut(lobby, house)
    lobby.wait_for_function("() => window.heard.length >= 251")
    assert heard(lobby) == list(range(1, 252))
    assert [poll["after"] for poll in house.polls[:3]] == ["1", "101", "201"]
    assert {poll["epoch"] for poll in house.polls} == {EPOCH}
    shows_gold(lobby, "2,249G")


def test_the_pill_says_how_often_it_asks_and_sockets_are_tried_on(lobby: Page, house: House) -> None:
    cut(lobby, house)
    pass_time(lobby, 6)
    pill_says(lobby, "polling")
    house.refuse_with = None
    connected(lobby, house, times=len(house.sockets) + 1)
    pill_says(lobby, "live")
    polls = len(house.polls)
    pass_time(lobby, 3 * POLL_SECONDS)
    assert len(house.polls) == polls


def test_nobody_asks_while_nobody_looks(lobby: Page, house: House) -> None:
    cut(lobby, house)
    hide(lobby)
    pass_time(lobby, 2)
    polls = len(house.polls)
    pass_time(lobby, 3 * POLL_SECONDS)
    assert len(house.polls) == polls
    house.store(1500)
    see(lobby)
    lobby.wait_for_function("() => window.heard.length === 2")
    shows_gold(lobby, "1,500G")


def test_what_the_player_did_is_asked_for_at_once(lobby: Page, house: House) -> None:
    cut(lobby, house)
    lobby.clock.pause_at(lobby.evaluate("() => Date.now() + 1000"))
    polls = len(house.polls)
    lobby.evaluate("() => document.dispatchEvent(new CustomEvent('club:wrote'))")
    for _ in range(20):
        lobby.clock.run_for(20)
        lobby.wait_for_function("() => true")
    assert len(house.polls) > polls


def answer(page: Page, path: str, body: dict[str, Any]) -> None:
    page.route(path, lambda route: route.fulfill(json=body))


def test_when_events_are_lost_every_part_of_the_page_is_asked_for_anew(lobby: Page, house: House) -> None:
    answer(lobby, "**/api/streak/preview", {"claimed_today": True})
    answer(lobby, "**/api/notifications/unread-count", {"unread": 4})
    answer(lobby, "**/api/games/stats/me", {"success": True, "stats": {"total_games_played": 33}})
    waiting = [{"receipt_code": f"{number:012x}"} for number in range(2)]
    answer(lobby, "**/api/shop/transactions?*", {"items": waiting, "next_cursor": None})
    club = Visit(lobby.context, lobby.url.rstrip("/"))
    spin(lobby, club)
    house.is_recovered, house.latest = False, 40
    cut(lobby, house)
    expect(lobby.locator("[data-stat=total_games_played]")).to_have_text("33")
    expect(lobby.locator("[data-component=bell]")).to_have_attribute("data-count", "4")
    expect(lobby.get_by_test_id("nav-shop").locator("[data-number]")).to_have_text("2")
    expect(lobby.locator("#daily [data-part=told]")).to_have_text(re.compile("이미 받으셨어요"))
    expect(lobby.locator("[data-component=recent] > li")).to_have_count(1)
    balance = lobby.request.get(f"{club.url}/api/users/balance").json()["gold_balance"]
    shows_gold(lobby, f"{balance:,}G")
    house.store(1234)
    pass_time(lobby, POLL_SECONDS + 1)
    shows_gold(lobby, "1,234G")
    assert heard(lobby) == [1, 41]


def test_a_refused_page_hears_of_a_real_spin(visit: Begin) -> None:
    club = visit()
    club.sign_up("/terms").close()
    club.context.route_web_socket("**/api/realtime/sync*", lambda socket: socket.close(code=4403))
    page = club.page("/")
    with page.expect_response(EVENTS):
        pass
    spin(page, club)
    expect(page.locator("[data-component=recent] > li")).to_have_count(1)
    expect(page.locator("[data-stat=total_games_played]")).to_have_text("1")
    balance = page.request.get(f"{club.url}/api/users/balance").json()["gold_balance"]
    expect(page.get_by_test_id("gold-quick")).to_have_text(f"{balance:,}G")
    pill_says(page, "polling")


def test_the_truth_over_http_is_what_a_socket_opens_with(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/terms")
    spin(page, club)
    over_http, on_socket = page.evaluate(BOTH_TRUTHS)
    place = {key: on_socket.pop(key) for key in ("as_of_seq", "recovered")}
    assert place["recovered"] is None
    for each in (over_http, on_socket):
        each["streak"].pop("ttl_seconds")
    assert over_http == on_socket
