"""Facts in words: devices by their own names, numbers as the pages write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts import cards, sessions
from accounts.models import AuthSession, Player
from casino.lib.days import now
from casino.templatetags import club

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "name"),
    [(CHROME, "Chrome · Windows"), (SAFARI, "Safari · iPhone"), ("curl/8.5.0", "curl"), ("", "알 수 없는 기기")],
)
def test_a_device_is_called_by_its_program(agent: str, name: str) -> None:
    assert cards.device_name(agent) == name


def test_this_device_stands_first_and_ended_ones_are_gone(ada: Player) -> None:
    moment = now()
    opened = [
        sessions.begin(
            player=ada,
            kind=AuthSession.Kind.BROWSER,
            client=sessions.Client("127.0.0.1", agent),
            now=moment + timedelta(seconds=order),
        ).session
        for order, agent in enumerate((CHROME, SAFARI, "curl/8.5.0"))
    ]
    sessions.end(opened[2], reason="logout", now=moment)
    shown = cards.devices(ada, opened[0], now=moment + timedelta(minutes=1))
    assert [(row["name"], row["current"]) for row in shown] == [("Chrome · Windows", True), ("Safari · iPhone", False)]


def test_numbers_are_grouped_signed_and_priced() -> None:
    assert [club.grouped(number) for number in (0, 128450, -60, None)] == ["0", "128,450", "−60", ""]
    assert [club.signed(number) for number in (1940, 0, -100)] == ["+1,940", "0", "−100"]
    assert [club.tone(number) for number in (1, 0, -1)] == ["gain", "soft", "loss"]
    assert [club.dollars(cents) for cents in (199, 474, 5099, 100000)] == ["$1.99", "$4.74", "$50.99", "$1,000.00"]
    assert [club.capped(count) for count in (1, 9, 10)] == ["1", "9", "9+"]
    assert [club.name_parts(name) for name in ("Casino-Club F2P", "Club")] == [("Casino-Club", "F2P"), ("Club", "")]
