"""The server's end of the stream, played for a page: its sockets, its replies over HTTP, and the eyes on the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.conftest import Visit

Begin = Callable[..., Visit]
EPOCH = "feedfeedfeedfeed"
PING = '{"type":"ping"}'
SEEN = """is_seen => {
  Object.defineProperty(document, "hidden", { get: () => !is_seen, configurable: true });
  const state = is_seen ? "visible" : "hidden";
  Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
LISTEN = """async kind => {
  const club = document.querySelector('script[type=module][src*="/club."]').src;
  const [, name] = (await (await fetch(club)).text()).match(/from "(\\.\\/live\\.[^"]+)"/);
  const { live } = await import(new URL(name, club));
  window.heard = [];
  live.on(kind, message => window.heard.push(message.seq ?? message));
}"""


@dataclass
class House:
    """Plays the server's end of every socket the page opens; what is stored is replayed, or told over HTTP."""

    sockets: list[WebSocketRoute] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    polls: list[dict[str, str]] = field(default_factory=list)
    stored: list[dict[str, Any]] = field(default_factory=list)
    closes: list[int | None] = field(default_factory=list)
    """The codes of the sockets the page closed."""
    refuse_with: int | None = None
    is_answering: bool = True
    is_recovered: bool = True
    pings: int = 0
    latest: int = 0
    gold: int = 1000

    def receive(self, socket: WebSocketRoute) -> None:
        """A page connects."""
        self.sockets.append(socket)
        self.queries.append({name: values[0] for name, values in parse_qs(urlsplit(socket.url).query).items()})
        socket.on_message(lambda text: self.hear(socket, str(text)))
        socket.on_close(lambda code, _reason: self.closes.append(code))
        if self.refuse_with is not None:
            socket.close(code=self.refuse_with)
        elif self.is_answering:
            self.open()

    def open(self) -> None:
        """The first messages, and what was missed."""
        since = self.queries[-1].get("since")
        is_resumed = since is not None and self.queries[-1].get("epoch") == EPOCH
        self.say("sync_connected", {"epoch": EPOCH, "latest_seq": self.latest, "heartbeat_seconds": 30})
        opening = {
            "profile": {},
            "balance": {"gold_balance": self.gold},
            "pending_purchases": [],
            "as_of_seq": self.latest,
            "recovered": True if is_resumed else None,
        }
        self.say("initial_state", opening)
        for message in self.stored:
            if is_resumed and message["seq"] > int(since or 0):
                self.sockets[-1].send(json.dumps(message))

    def hear(self, socket: WebSocketRoute, text: str) -> None:
        """A page asks whether anybody is there."""
        assert text == PING
        self.pings += 1
        if self.is_answering:
            socket.send(json.dumps({"type": "pong", "user_id": 1, "seq": None, "timestamp": 0.0, "data": {}}))

    def tell_page(self, route: Route) -> None:
        """GET /api/realtime/events."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(route.request.url).query).items()}
        self.polls.append(asked)
        left = [message for message in self.stored if message["seq"] > int(asked["after"])]
        items = left[: int(asked["limit"])] if self.is_recovered else []
        body = {"epoch": EPOCH, "latest_seq": self.latest, "oldest_seq": 1, "recovered": self.is_recovered}
        self.is_recovered = True  # whoever was told of the loss begins anew
        route.fulfill(json={**body, "items": items, "has_more": len(items) < len(left)})

    def say(self, kind: str, data: dict[str, Any], seq: int | None = None) -> None:
        """Sends one message on the newest socket."""
        self.sockets[-1].send(json.dumps(_message(kind, data, seq)))

    def store(self, gold: int) -> None:
        """A new balance that nobody is told of yet."""
        self.latest, self.gold = self.latest + 1, gold
        self.stored.append(_message("profile_update", _paid(gold), self.latest))

    def pay(self, seq: int, gold: int) -> None:
        """Tells of a new balance."""
        self.say("profile_update", _paid(gold), seq)

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


def _message(kind: str, data: dict[str, Any], seq: int | None) -> dict[str, Any]:
    return {"type": kind, "user_id": 1, "seq": seq, "timestamp": 0.0, "data": data}


def _paid(gold: int) -> dict[str, Any]:
    return {"changes": {"gold_balance": gold}, "reason": "slot_win", "ref": None}


def lobby_of(visit: Begin, house: House) -> Page:
    """The lobby of a new player whose socket is the house's, with a clock the test can move."""
    club = visit()
    club.sign_up("/terms").close()
    club.context.route_web_socket("**/api/realtime/sync*", house.receive)
    club.context.clock.install()
    page = club.page("/")
    page.wait_for_function("() => document.querySelector('[data-component~=pill]')")
    return page


def shows_gold(page: Page, text: str) -> None:
    """The gold of the bar, once it has rolled."""
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


def pass_time(page: Page, seconds: int) -> None:
    """Lets time pass as it does: what is asked meanwhile is answered meanwhile."""
    for _ in range(seconds):
        page.clock.run_for(1000)
        page.wait_for_function("() => true")


def hide(page: Page) -> None:
    """Another tab, or another program, is in front."""
    page.evaluate(SEEN, False)


def see(page: Page) -> None:
    """The page is in front again."""
    page.evaluate(SEEN, True)


def listen(page: Page, kind: str) -> None:
    """Keeps the numbers of every message of a kind from now on, or the whole of those without one."""
    page.evaluate(LISTEN, kind)


def heard(page: Page) -> list[Any]:
    """What was kept."""
    found: list[Any] = page.evaluate("() => window.heard")
    return found


def pill_says(page: Page, state: str) -> None:
    """The pill's state, and that exactly its word is read."""
    pill = page.get_by_test_id("connection-pill")
    expect(pill).to_have_attribute("data-state", state)
    words = {"live": "실시간", "catching": "따라잡는 중", "polling": "3초마다 갱신", "offline": "오프라인"}
    expect(pill).to_have_text(words[state], use_inner_text=True)
