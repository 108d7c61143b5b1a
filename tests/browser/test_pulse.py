"""The club's pulse on home and landing page: heard at once, followed live, let go while nobody looks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.coming_back import spin
from tests.browser.conftest import PHONE, Visit

Begin = Callable[..., Visit]
STREAM, NUMBERS = "**/api/metrics/stream*", "**/api/metrics/global"
WATCH_STREAMS = """
  window.streams = [];
  window.EventSource = class extends EventSource {
    constructor(...all) { super(...all); window.streams.push(this); }
  };
"""
OPEN_STREAMS = "() => window.streams.filter((each) => each.readyState !== EventSource.CLOSED).length"
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
PLACES = """() => ["", " > *", " .asof"].map((part) => `[data-testid=pulse]${part}`)
  .flatMap((each) => [...document.querySelectorAll(each)]).concat(document.querySelector("h1"))
  .map((each) => each.getBoundingClientRect()).map(({ x, y, height }) => [x, y, height].map(Math.round))"""
COUNTED = (
    "online_users", "spins_last_hour", "big_wins_last_hour", "total_plays_today", "unique_payers_last_24h",
    "active_events_count",
)  # fmt: skip


@dataclass
class Teller:
    """Plays the server's end of the stream and of the numbers; whatever it counts is `online` of it."""

    online: int = 7
    heard: list[str] = field(default_factory=list)
    stream: str = "refused"
    numbers: str = "told"

    def told(self) -> dict[str, Any]:
        return {**dict.fromkeys(COUNTED, self.online), "generated_at": "2026-01-31T12:00:00.000Z"}

    def answer_stream(self, route: Route) -> None:
        """Refused, one message and the end, or the server's word that it has no numbers."""
        self.heard.append("stream")
        if self.stream == "refused":
            route.fulfill(status=503, json={"error": {"code": "SERVICE_UNAVAILABLE"}})
        else:
            name, data = ("metrics", self.told()) if self.stream == "once" else ("error", {"code": "INTERNAL_ERROR"})
            body = f"retry: 1\nevent: {name}\ndata: {json.dumps(data)}\n\n"
            route.fulfill(status=200, headers={"Content-Type": "text/event-stream"}, body=body)

    def answer_numbers(self, route: Route) -> None:
        """The numbers, or none."""
        self.heard.append("numbers")
        route.fulfill(json=self.told()) if self.numbers == "told" else route.abort()


@pytest.fixture
def teller() -> Teller:
    return Teller()


@pytest.fixture
def landing(visit: Begin, teller: Teller) -> Callable[[], Page]:
    """Opens the landing page whose numbers are the teller's; time stands still unless the test moves it."""

    def open_landing() -> Page:
        club = visit()
        club.context.route(STREAM, teller.answer_stream)
        club.context.route(NUMBERS, teller.answer_numbers)
        club.context.clock.install()
        page = club.page("/")
        page.once("close", lambda _page: club.faults.clear())  # the browser logs refusals as errors of its own
        return page

    return open_landing


def pulse(page: Page) -> Locator:
    return page.get_by_test_id("pulse")


def number(page: Page, name: str = "online_users") -> Locator:
    return pulse(page).locator(f"[data-pulse={name}]")


def waits_until(page: Page, is_so: Callable[[], bool]) -> None:
    """Lets the page work until the teller has heard it."""
    for _ in range(3000):
        if is_so():
            return
        page.wait_for_timeout(10)
    pytest.fail("it never came")


def test_a_visitor_sees_the_first_numbers_at_once(visit: Begin) -> None:
    club = visit()
    asked: list[str] = []
    club.context.on("request", lambda request: asked.append(request.url) if "/api/metrics/" in request.url else None)
    club.context.clock.install()  # no timer of the page ever rings
    page = club.page("/")
    expect(pulse(page)).to_have_attribute("data-state", "live")
    expect(number(page)).to_have_text(re.compile(r"^\d+$"))  # others may be about
    expect(pulse(page).locator(".asof__at")).to_be_visible()
    expect(pulse(page).locator("time")).not_to_have_text("00:00")
    assert [each.removeprefix(club.url) for each in asked] == ["/api/metrics/stream?interval=5"]


def test_a_play_elsewhere_moves_the_card_without_a_reload(visit: Begin) -> None:
    ada, bob = visit(), visit()
    page, elsewhere = ada.sign_up("/"), bob.sign_up("/terms")
    expect(pulse(page)).to_have_attribute("data-state", "live")
    before = int(number(page, "spins_last_hour").inner_text())
    page.evaluate("() => { window.sameDocument = true; }")
    spin(elsewhere, bob, times=3)
    expect(number(page, "spins_last_hour")).to_have_text(str(before + 3))
    assert page.evaluate("() => window.sameDocument") is True


def test_numbers_are_written_as_the_language_writes_them_and_read_out_by_nobody(
    landing: Callable[[], Page], teller: Teller
) -> None:
    teller.online = 1_234_567
    page = landing()
    expect(number(page)).to_have_text("1,234,567")
    assert pulse(page).locator("xpath=ancestor-or-self::*[@aria-live or @role]").count() == 0


def test_a_hidden_page_gives_its_connection_back_and_takes_it_again(visit: Begin) -> None:
    club = visit()
    club.context.add_init_script(WATCH_STREAMS)
    page = club.page("/")
    expect(pulse(page)).to_have_attribute("data-state", "live")
    assert page.evaluate(OPEN_STREAMS) == 1
    page.evaluate(HIDE, True)
    assert page.evaluate(OPEN_STREAMS) == 0
    number(page).evaluate("each => { each.dataset.value = ''; each.textContent = 'old'; }")
    page.evaluate(HIDE, False)
    expect(number(page)).not_to_have_text("old")
    assert page.evaluate(OPEN_STREAMS) == 1
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert page.evaluate(OPEN_STREAMS) == 0
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert page.evaluate(OPEN_STREAMS) == 1


def test_where_the_stream_is_refused_it_is_asked_for_and_tried_again_later(
    landing: Callable[[], Page], teller: Teller
) -> None:
    page = landing()
    expect(number(page)).to_have_text("7")
    assert teller.heard == ["stream", "numbers"]
    teller.online = 8
    page.clock.run_for(29_000)
    expect(number(page)).to_have_text("7")
    page.clock.run_for(1_000)
    expect(number(page)).to_have_text("8")
    assert teller.heard == ["stream", "numbers", "numbers"]
    for asked in range(3, 11):
        page.clock.run_for(30_000)
        waits_until(page, lambda asked=asked: teller.heard.count("numbers") >= asked)  # type: ignore[misc]
    assert teller.heard.count("stream") == 1
    teller.online = 9
    page.clock.run_for(30_000)
    waits_until(page, lambda: teller.heard.count("stream") == 2)
    page.close()


def test_a_server_that_only_answers_is_asked_every_half_minute(landing: Callable[[], Page], teller: Teller) -> None:
    teller.stream = "once"
    page = landing()
    waits_until(page, lambda: "numbers" in teller.heard)
    assert teller.heard == ["stream", "stream", "numbers"]
    teller.online = 8
    page.clock.run_for(30_000)
    expect(number(page)).to_have_text("8")
    assert teller.heard == ["stream", "stream", "numbers", "numbers"]
    page.close()


def test_a_hidden_page_asks_for_nothing(landing: Callable[[], Page], teller: Teller) -> None:
    page = landing()
    expect(number(page)).to_have_text("7")
    page.evaluate(HIDE, True)
    page.clock.run_for(600_000)
    assert teller.heard == ["stream", "numbers"]
    page.close()


@pytest.mark.parametrize("stream", ["refused", "trouble"])
def test_where_nothing_can_be_had_the_page_says_so_until_something_comes(
    landing: Callable[[], Page], teller: Teller, stream: str
) -> None:
    teller.stream, teller.numbers = stream, "none"
    page = landing()
    expect(pulse(page)).to_have_attribute("data-state", "lost")
    expect(pulse(page).locator(".asof__lost")).to_be_visible()
    expect(pulse(page).locator(".asof__at")).to_be_hidden()
    expect(number(page)).to_have_text("–")
    waits_until(page, lambda: "numbers" in teller.heard)
    teller.numbers = "told"
    page.clock.run_for(30_000)
    expect(number(page)).to_have_text("7")
    expect(pulse(page).locator(".asof__at")).to_be_visible()
    page.close()


def test_old_numbers_stay_under_the_word_that_they_are_old(landing: Callable[[], Page], teller: Teller) -> None:
    page = landing()
    expect(number(page)).to_have_text("7")
    teller.numbers = "none"
    page.clock.run_for(44_000)
    expect(pulse(page)).to_have_attribute("data-state", "live")
    page.clock.run_for(1_000)
    expect(pulse(page)).to_have_attribute("data-state", "lost")
    expect(number(page)).to_have_text("7")
    page.close()


@pytest.mark.parametrize("path", ["/", "/signup"], ids=["landing", "home"])
def test_nothing_moves_when_the_numbers_come_or_go(visit: Begin, teller: Teller, path: str) -> None:
    club = visit(viewport=PHONE)
    if path == "/signup":
        club.sign_up("/terms").close()
    teller.numbers = "none"
    club.context.route(STREAM, teller.answer_stream)
    club.context.route(NUMBERS, teller.answer_numbers)
    club.context.clock.install()
    page = club.page("/")
    expect(pulse(page)).to_have_attribute("data-state", "lost")
    lost = page.evaluate(PLACES)
    waits_until(page, lambda: "numbers" in teller.heard)
    teller.numbers = "told"
    page.clock.run_for(30_000)
    expect(pulse(page)).to_have_attribute("data-state", "live")
    assert page.evaluate(PLACES) == lost
    club.faults.clear()  # the refusals
