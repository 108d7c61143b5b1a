"""The page's side of the stream, against a socket the test itself plays: order, resume, refusal, silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Visit

Begin = Callable[..., Visit]
EPOCH = "feedfeedfeedfeed"


@dataclass
class House:
    """Plays the server's end of every socket the page opens."""

    sockets: list[WebSocketRoute] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    refuse_with: int | None = None
    latest: int = 0
    gold: int = 1000

    def receive(self, socket: WebSocketRoute) -> None:
        """A page connects."""
        self.sockets.append(socket)
        self.queries.append({name: values[0] for name, values in parse_qs(urlsplit(socket.url).query).items()})
        if self.refuse_with is not None:
            socket.close(code=self.refuse_with)
            return
        since = self.queries[-1].get("since")
        self.say("sync_connected", {"epoch": EPOCH, "latest_seq": self.latest, "heartbeat_seconds": 30})
        opening = {
            "profile": {},
            "balance": {"gold_balance": self.gold},
            "pending_purchases": [],
            "as_of_seq": self.latest,
            "recovered": None if since is None or self.queries[-1].get("epoch") != EPOCH else True,
        }
        self.say("initial_state", opening)

    def say(self, kind: str, data: dict[str, Any], seq: int | None = None) -> None:
        """Sends one message on the newest socket."""
        message = {"type": kind, "user_id": 1, "seq": seq, "timestamp": 0.0, "data": data}
        self.sockets[-1].send(json.dumps(message))

    def pay(self, seq: int, gold: int) -> None:
        """Tells of a new balance."""
        self.say("profile_update", {"changes": {"gold_balance": gold}, "reason": "slot_win", "ref": None}, seq)

    def tell_purchase(self, seq: int, status: str, receipt: str = "a1b2c3d4e5f6", **more: Any) -> None:
        """Tells of a purchase."""
        data = {
            "status": status,
            "product_id": "X",
            "receipt_code": receipt,
            "amount": 199,
            "reason_code": None,
            **more,
        }
        self.say("purchase_update", data, seq)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def lobby(visit: Begin, house: House) -> Page:
    """The lobby of a new player whose socket is the house's; time stands still unless the test moves it."""
    club = visit()
    club.sign_up("/terms").close()
    club.context.route_web_socket("**/api/realtime/sync*", house.receive)
    club.context.clock.install()
    page = club.page("/")
    page.wait_for_function("() => document.querySelector('[data-component~=pill]')")
    return page


def shows_gold(page: Page, text: str) -> None:
    page.clock.run_for(1000)
    expect(page.get_by_test_id("gold-quick")).to_have_text(text)


def connected(page: Page, house: House, times: int = 1) -> None:
    """Waits until the page opened its n-th socket."""
    for _ in range(100):
        if len(house.sockets) >= times:
            return
        page.clock.run_for(500)
        page.wait_for_function("() => true")
    pytest.fail(f"{len(house.sockets)} sockets instead of {times}")


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
