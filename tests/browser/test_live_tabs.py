"""Many tabs of one player before a real server: one connection, every tab up to date when it is seen."""

from __future__ import annotations

from playwright.sync_api import Page, WebSocket, expect

from tests.browser.coming_back import choose, spin
from tests.browser.conftest import Visit
from tests.browser.stream_house import Begin, hide, pill_says, see

TABS = 12
ROWS = "[data-component=recent] > li"


class Sockets:
    """The sockets of a browser that are open."""

    def __init__(self, club: Visit) -> None:
        self.open: dict[WebSocket, Page] = {}
        club.context.on("page", lambda page: page.on("websocket", lambda socket: self.add(page, socket)))

    def add(self, page: Page, socket: WebSocket) -> None:
        """One more, until it closes."""
        self.open[socket] = page
        socket.on("close", self.remove)

    def remove(self, socket: WebSocket) -> None:
        """It closed."""
        del self.open[socket]

    def come_to(self, number: int, page: Page) -> None:
        """Waits until so many are open."""
        for _ in range(300):
            if len(self.open) == number:
                return
            page.wait_for_timeout(100)
        assert len(self.open) == number


def shows(page: Page, club: Visit, rounds: int) -> None:
    """The page tells of each round once, and of the gold the server tells of."""
    expect(page.locator(ROWS)).to_have_count(rounds)
    balance = page.request.get(f"{club.url}/api/users/balance").json()["gold_balance"]
    expect(page.get_by_test_id("gold-quick")).to_have_text(f"{balance:,}G")


def test_two_windows_side_by_side_tell_of_a_spin_once(visit: Begin) -> None:
    club = visit()
    first = club.sign_up("/")
    second = club.page("/")
    sockets_open(first, second)
    spin(first, club)
    for page in (first, second):
        shows(page, club, 1)


def sockets_open(*pages: Page) -> None:
    """Waits until the streams of these pages are open."""
    for page in pages:
        page.wait_for_function("() => sessionStorage.getItem('club:stream')")


def test_twelve_tabs_hold_one_connection_and_miss_nothing(visit: Begin) -> None:
    club = visit()
    club.context.clock.install()
    sockets = Sockets(club)
    tabs = [club.sign_up("/")]
    for _ in range(TABS - 1):
        hide(tabs[-1])
        tabs.append(club.page("/"))
        sockets_open(tabs[-1])
    last = tabs[-1]
    spin(last, club)
    shows(last, club, 1)
    for tab in tabs:
        tab.clock.run_for(31_000)
    sockets.come_to(1, last)
    spin(last, club)
    for tab in tabs[:2]:
        hide(last)
        see(tab)
        shows(tab, club, 2)
        pill_says(tab, "live")
        last = tab


def test_a_seen_tab_that_finds_no_room_gets_it_from_the_hidden_ones(visit: Begin) -> None:
    club = visit()
    sockets = Sockets(club)
    tabs = [club.sign_up("/terms")]
    for _ in range(TABS - 1):
        tabs.append(club.page("/notifications"))
        if len(tabs) <= 10:
            sockets_open(tabs[-1])
        for tab in tabs[:-1]:
            hide(tab)
    sockets_open(tabs[-1])
    assert tabs[-1] in sockets.open.values()


def test_a_ledger_that_missed_more_than_a_page_begins_anew(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/profile")
    sockets_open(page)
    hide(page)
    page.evaluate("() => document.dispatchEvent(new Event('freeze'))")
    spin(page, club, times=12)
    see(page)
    entries = page.request.get(f"{club.url}/api/users/ledger?limit=10").json()["items"]
    rows = page.locator("[data-component=ledger] tbody tr")
    expect(rows.first).to_have_attribute("data-key", str(entries[0]["id"]))
    assert rows.evaluate_all("rows => rows.map(row => row.dataset.key)") == [str(entry["id"]) for entry in entries]


def test_what_is_pressed_offline_is_refused_in_words_and_happens_once(visit: Begin) -> None:
    club = visit()
    choose(club, motion="off")
    page = club.sign_up("/games/slot")
    sockets_open(page)
    club.context.set_offline(True)
    page.get_by_test_id("slot-spin").click()
    expect(page.get_by_test_id("network-error")).to_contain_text("다시 시도해도 한 번만 처리됩니다")
    pill_says(page, "offline")
    club.context.set_offline(False)
    pill_says(page, "live")
    page.get_by_test_id("slot-retry").click()
    expect(page.locator(".recent__item")).to_have_count(1)
    assert page.request.get(f"{club.url}/api/games/stats/me").json()["stats"]["total_games_played"] == 1
    club.faults[:] = [fault for fault in club.faults if "ERR_INTERNET_DISCONNECTED" not in fault]
