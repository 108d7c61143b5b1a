"""Facts in words: rounds without cheer, returns as exact as they are, devices by their own names."""

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
    ("stake", "payout", "words", "tone"),
    [
        (100, 0, "100 걸고 적중 없음", "loss"),
        (100, 40, "100 중 40 돌려받음", "soft"),
        (100, 100, "100 중 100 돌려받음", "soft"),
        (1000, 2040, "1,000 걸고 2,040 받음", "gain"),
    ],
)
def test_a_round_is_told_by_what_came_back(stake: int, payout: int, words: str, tone: str) -> None:
    assert (cards.round_words(stake, payout), cards.round_tone(stake, payout)) == (words, tone)


def test_a_round_is_drawn_by_its_winning_symbol_else_by_the_middle() -> None:
    reels = [["🍒", "🍋", "🍊"], ["💎", "🍇", "🍊"], ["🍒", "🍋", "🍊"]]
    assert cards.round_mark({"reels": reels, "win_lines": [{"symbol": "7️⃣"}]}) == "sym-seven"
    assert cards.round_mark({"reels": reels, "win_lines": []}) == "sym-grapes"
    assert cards.round_mark({}) == "icon-games"


@pytest.mark.parametrize(("share", "shown"), [(0.96342, "96.342"), (0.9833, "98.33"), (0.97, "97"), (1 / 3, "33.3333")])
def test_a_return_is_shown_as_exact_as_it_is(share: float, shown: str) -> None:
    assert cards.percent(share) == shown


def test_games_that_are_not_open_show_no_number() -> None:
    tiles = cards.game_tiles([{"id": "slot", "rtp": 0.96342}])
    assert [(tile["id"], tile["open"], tile["rtp"]) for tile in tiles] == [
        ("slot", True, "96.342"),
        ("rps", False, None),
        ("gacha", False, None),
        ("crash", False, None),
    ]


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
