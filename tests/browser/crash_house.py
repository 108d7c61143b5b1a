"""The server's end of crash, played for a page: rounds by a clock of its own, and what is asked of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.test_slot import body_of

BET, CASH_OUT, ACTIVE = (f"**/api/games/crash/{name}" for name in ("bet", "cashout", "active"))
FAIR: dict[str, Any] = {"server_seed_hash": "9f2c" + "ab" * 28 + "41e7", "client_seed": "moonlight", "nonce": 41}
THREE_HOURS = 3 * 3600


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class House:
    """Plays the server's end by a clock of its own, three hours ahead of the visitor's."""

    page: Page
    started: float = 0.0
    round: dict[str, Any] = field(default_factory=dict)
    bets: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)
    outs: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)
    looks: int = 0
    flown_already: float = 0.0

    def now(self) -> float:
        return time.time() + THREE_HOURS

    def opens(self, *, bet: int = 100, target: float | None = None) -> dict[str, Any]:
        """A round that has flown for a while."""
        self.started = self.now() - self.flown_already
        self.round = {
            "round_id": f"00000000-0000-4000-8000-{len(self.bets):012d}", "bet_amount": bet, "status": "active",
            "auto_cashout_multiplier": target, "started_at": stamp(self.started), "growth_rate": 0.00006,
            "cashout_multiplier": None, "crash_point": None, "win_amount": 0, "settled_at": None,
        }  # fmt: skip
        return self.told()

    def ends(self, status: str, *, cashout: float | None, crash: float, win: int) -> None:
        self.round |= {"status": status, "cashout_multiplier": cashout, "crash_point": crash, "win_amount": win}

    def told(self) -> dict[str, Any]:
        return self.round | {"server_time": stamp(self.now()), "elapsed_ms": int((self.now() - self.started) * 1000)}

    def played(self) -> dict[str, Any]:
        """The round as a play answers it."""
        return self.told() | {"success": True, "balance": 5_000, "fair": FAIR, "idempotent_reuse": False}

    def take_bet(self, route: Route) -> None:
        body = body_of(route.request)
        self.bets.append((route.request.header_value("Idempotency-Key"), body))
        self.opens(bet=body["bet_amount"], target=body["auto_cashout_multiplier"])
        route.fulfill(json=self.played())

    def take_cash_out(self, route: Route) -> None:
        self.outs.append((route.request.header_value("Idempotency-Key"), body_of(route.request)))
        route.fulfill(json=self.played())

    def look(self, route: Route) -> None:
        self.looks += 1
        is_open = self.round.get("status") == "active"
        told = self.told() if self.round else None
        route.fulfill(
            json={"active": is_open, "round": told if is_open else None, "last_round": None if is_open else told}
        )


def opened(page: Page) -> Page:
    """Waits until the screen's script listens."""
    expect(page.locator("[data-component=crash][data-ready]")).to_be_attached()
    return page


def played_by(page: Page) -> House:
    """Puts a played server behind the page."""
    house = House(page)
    page.route(BET, house.take_bet)
    page.route(CASH_OUT, house.take_cash_out)
    page.route(ACTIVE, house.look)
    page.route("**/api/games/rounds/*", lambda route: route.fulfill(json=house.played()))
    return house


def part(page: Page, name: str) -> Locator:
    return page.locator(f"[data-part={name}]").first


def multiplier(page: Page) -> float:
    return float(part(page, "multi").inner_text())


def bet_button(page: Page) -> Locator:
    """The way in."""
    return page.get_by_test_id("crash-bet")


def out_button(page: Page) -> Locator:
    """The way out."""
    return page.get_by_test_id("crash-cashout")
