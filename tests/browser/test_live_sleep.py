"""Pages nobody looks at, machines that slept, networks that went: the stream goes on where it stood."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

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

A_MINUTE = 60_000
AN_HOUR = 3_600_000


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def lobby(visit: Begin, house: House) -> Page:
    page = lobby_of(visit, house)
    connected(page, house)
    pill_says(page, "live")
    return page


def let_go(page: Page, house: House, times: int = 1) -> None:
    """Hides the page until it has hung up."""
    hide(page)
    page.clock.run_for(31_000)
    page.wait_for_function("() => true")
    assert house.closes == [1000] * times


def keep_states(page: Page) -> None:
    """Keeps every state the pill shows from now on."""
    page.evaluate(
        """() => {
          const pill = document.querySelector("[data-component=pill]");
          window.states = [];
          new MutationObserver(() => window.states.push(pill.dataset.state)).observe(pill, { attributes: true });
        }"""
    )


def states(page: Page) -> list[str]:
    found: list[str] = page.evaluate("() => window.states")
    return found


def test_a_page_looked_away_from_for_a_moment_keeps_its_socket(lobby: Page, house: House) -> None:
    hide(lobby)
    pass_time(lobby, 20)
    house.pay(1, 1100)
    see(lobby)
    pass_time(lobby, 40)
    shows_gold(lobby, "1,100G")
    assert (len(house.sockets), house.closes) == (1, [])


def test_a_hidden_page_lets_go_and_comes_back_without_missing_or_doubling(lobby: Page, house: House) -> None:
    house.store(1100)
    house.pay(1, 1100)
    listen(lobby, "profile_update")
    let_go(lobby, house)
    for gold in range(2000, 2100):
        house.store(gold)
    lobby.clock.run_for(AN_HOUR)
    assert len(house.sockets) == 1
    see(lobby)
    connected(lobby, house, times=2)
    assert house.queries[1] == {"since": "1", "epoch": EPOCH}
    shows_gold(lobby, "2,099G")
    assert heard(lobby) == list(range(2, 102))


def test_a_page_seen_again_never_flashes_another_state(lobby: Page, house: House) -> None:
    keep_states(lobby)
    let_go(lobby, house)
    lobby.clock.run_for(AN_HOUR)
    see(lobby)
    connected(lobby, house, times=2)
    lobby.clock.run_for(6000)
    assert states(lobby) == []


def test_a_page_seen_again_without_a_server_says_so_after_five_seconds(lobby: Page, house: House) -> None:
    let_go(lobby, house)
    house.is_answering = False
    lobby.clock.run_for(AN_HOUR)
    see(lobby)
    lobby.clock.run_for(4500)
    pill_says(lobby, "live")
    lobby.clock.run_for(1000)
    pill_says(lobby, "catching")


def test_a_page_opened_behind_others_connects_when_it_is_seen(visit: Begin, house: House) -> None:
    club = visit()
    club.sign_up("/terms").close()
    club.context.route_web_socket("**/api/realtime/sync*", house.receive)
    club.context.add_init_script(
        'Object.defineProperty(document, "hidden", { get: () => true, configurable: true });'
        'Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });'
    )
    club.context.clock.install()
    page = club.page("/notifications")
    page.clock.run_for(A_MINUTE)
    assert house.sockets == []
    see(page)
    connected(page, house)


def test_a_machine_that_slept_asks_whether_its_socket_is_alive(lobby: Page, house: House) -> None:
    assert house.pings == 0
    lobby.clock.fast_forward(AN_HOUR)
    lobby.clock.run_for(5000)
    assert (house.pings, len(house.sockets)) == (1, 1)


def test_a_socket_that_died_in_its_sleep_is_replaced_before_anybody_is_told(lobby: Page, house: House) -> None:
    house.is_answering = False
    keep_states(lobby)
    for gold in (1200, 1300):
        house.store(gold)
    lobby.clock.fast_forward(AN_HOUR)
    house_answers_the_next(house)
    pass_time(lobby, 5)
    assert house.queries[1:] == [{"since": "0", "epoch": EPOCH}]
    shows_gold(lobby, "1,300G")
    lobby.clock.run_for(6000)
    assert states(lobby) == []


def house_answers_the_next(house: House) -> None:
    """The old socket stays dead; a new one is opened as usual."""
    dead = house.sockets[-1]
    hear = house.hear

    def heed(socket: object, text: str) -> None:
        if socket is not dead:
            hear(socket, text)  # type: ignore[arg-type]

    house.hear = heed  # type: ignore[method-assign]
    house.is_answering = True


def test_a_silent_socket_is_replaced_within_a_minute(lobby: Page, house: House) -> None:
    house_answers_the_next(house)
    lobby.clock.run_for(50_000)
    connected(lobby, house, times=2)
    pill_says(lobby, "live")


def test_a_connection_that_never_opens_is_not_waited_for(visit: Begin) -> None:
    house = House(is_answering=False)
    page = lobby_of(visit, house)
    page.route("**/api/realtime/events*", house.tell_page)
    connected(page, house, times=2)
    page.clock.run_for(12_000)
    page.wait_for_function("() => true")
    assert house.polls


def test_offline_is_told_after_five_seconds_and_over_at_once(lobby: Page, house: House) -> None:
    pass_time(lobby, 3)
    lobby.wait_for_load_state("networkidle")  # what the opening state asked for has been answered
    lobby.context.set_offline(True)
    lobby.clock.run_for(4000)
    pill_says(lobby, "live")
    lobby.clock.run_for(2000)
    pill_says(lobby, "offline")
    expect(lobby.get_by_test_id("announcer")).to_have_text("오프라인")
    assert len(house.sockets) == 1
    house.store(1700)
    lobby.context.set_offline(False)
    lobby.wait_for_function("() => navigator.onLine")
    connected(lobby, house, times=2)
    pill_says(lobby, "live")
    shows_gold(lobby, "1,700G")


def test_going_to_another_page_hangs_up(lobby: Page, house: House) -> None:
    lobby.goto(lobby.url.rstrip("/") + "/notifications")
    connected(lobby, house, times=2)
    assert len(house.closes) == 1
