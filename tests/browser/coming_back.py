"""What the screens of streaks, missions, events and notices are tried with."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit

TOASTS = """() => {
  const toast = document.querySelector("[data-testid=toast]");
  window.toasts = [];
  const keep = () => toast.textContent && window.toasts.push(toast.textContent);
  new MutationObserver(keep).observe(toast, { childList: true });
}"""


def choose(club: Visit, **choices: str) -> None:
    """Theme, motion, sound as the visitor's cookies say them."""
    for name, value in choices.items():
        club.context.add_cookies([{"name": name, "value": value, "url": club.url}])


def call(page: Page, club: Visit, path: str, data: dict[str, Any] | None = None, method: str = "POST") -> Any:
    """Calls the API with this browser's session; the answer."""
    token = next(cookie["value"] for cookie in club.context.cookies() if cookie["name"] == "csrftoken")
    answer = page.request.fetch(
        club.url + path, method=method, data=data or {}, headers={"X-CSRFToken": token, "Referer": club.url}
    )
    assert answer.ok, answer.text()
    return answer.json()


def spin(page: Page, club: Visit, times: int = 1) -> None:
    """Spins over the API."""
    for _ in range(times):
        call(page, club, "/api/games/slot/spin", {"bet_amount": 10, "lines": 1})


def live(page: Page) -> Page:
    """The page, once its stream is."""
    expect(page.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    return page


def count_toasts(page: Page) -> None:
    """Keeps every toast from now on."""
    page.evaluate(TOASTS)


def toasts(page: Page) -> list[str]:
    """Every toast since they are kept, once there is one."""
    page.wait_for_function("() => window.toasts.length > 0")
    found: list[str] = page.evaluate("() => window.toasts")
    return found


def gold(page: Page) -> Locator:
    """The gold in the bar."""
    return page.get_by_test_id("gold-quick")


def mission(page: Page, title: str) -> Locator:
    """The mission of this title."""
    return page.locator(f'[data-mission][data-title="{title}"]')


def event(page: Page, title: str) -> Locator:
    """The event of this title."""
    return page.locator(f'[data-event][data-title="{title}"]')
