"""Pages around rounds: the history with its filters, a single round for own, staff and others, the leaderboard."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Player, Wallet
from casino.lib import days
from games import seeds
from games.engine import crash as engine
from games.engine.fairness import Dice
from games.models import GameStats, Round
from games.play import crash, gacha, rps, slots
from games.screens.scenes import crash_scene
from games.tables import FIRST_VERSIONS
from games.tables import crash as crash_table
from tests.cast import Caller, enrol, set_gold


def visitor(name: str = "") -> Client:
    """A browser, signed in when named."""
    client = Client()
    if name:
        assert client.post("/login", {"nickname": name, "password": "correct horse"}).status_code == 302
    return client


def page(client: Client, path: str, **query: Any) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def keys(html: str) -> list[str]:
    """The rounds listed."""
    return re.findall(r'class="history__row" data-key="([0-9a-f-]{36})"', html)


def stored(player: Player, **facts: Any) -> Round:
    """A round as it stands in the database, played on the 18th unless told otherwise."""
    at = facts.pop("at", datetime(2026, 11, 18, 12, tzinfo=UTC))
    settled: dict[str, Any] = {"settled_at": at, "outcome": {"reels": [["🍒"] * 3] * 3, "win_lines": [], "lines": 1}}
    given = {"game": "slot", "stake": 10, "payout": 0, **settled, **facts}
    return Round.objects.create(
        player=player, balance_after=0, config_version=1, server_seed_hash=uuid.uuid4().hex, client_seed="c", nonce=0,
        created_at=at, **given,
    )  # fmt: skip


# the history


@pytest.mark.django_db
def test_a_visitor_is_asked_to_sign_in_and_comes_back() -> None:
    html = page(visitor(), "/history", game="slot")
    assert 'href="/login?next=/history%3Fgame%3Dslot"' in html
    assert "action-history-list" not in html


def test_the_history_comes_ten_a_page_and_every_row_leads_to_its_round(ada: Player) -> None:
    rounds = [str(stored(ada).round_id) for _ in range(12)][::-1]
    client = visitor("ada")
    first, second = page(client, "/history"), page(client, "/history", page=2)
    assert (keys(first), keys(second)) == (rounds[:10], rounds[10:])
    assert all(f'href="/rounds/{key}"' in first for key in rounds[:10])
    assert re.findall(r'value="(\d+)" data-testid="action-(\w+)"( disabled)?', first) == [
        ("0", "prev", " disabled"), ("2", "next", ""),
    ]  # fmt: skip
    assert re.findall(r'value="(\d+)" data-testid="action-(\w+)"( disabled)?', second) == [
        ("1", "prev", ""), ("3", "next", " disabled"),
    ]  # fmt: skip
    assert "페이지 2" in second


def test_the_history_is_sifted_by_game_result_and_whole_utc_days(ada: Player, bob: Player) -> None:
    early, late = datetime(2026, 11, 17, 0, 0, tzinfo=UTC), datetime(2026, 11, 17, 23, 59, 59, 999_000, tzinfo=UTC)
    won = stored(ada, payout=30, at=early)
    lost = stored(ada, at=late)
    hands = {"player_choice": "rock", "computer_choice": "rock", "result": "draw", "multiplier": 1.0}
    tied = stored(ada, game="rps", payout=10, outcome=hands)
    stored(bob)
    client = visitor("ada")

    def found(**query: Any) -> list[str]:
        return keys(page(client, "/history", **query))

    assert found() == [str(each.round_id) for each in (tied, lost, won)]
    assert found(game="rps") == found(result="tie") == found(since="2026-11-18") == [str(tied.round_id)]
    assert found(since="2026-11-17", until="2026-11-17") == [str(lost.round_id), str(won.round_id)]
    assert found(game="slot", result="win") == [str(won.round_id)]
    assert found(until="2026-11-16") == []


def totals(client: Client, **query: Any) -> list[int]:
    """Settled rounds, gold in, gold out, largest payout, net."""
    names = "total_games_played|total_wagered|total_won|overall_max_win|total_profit"
    told = re.findall(rf'data-stat="(?:{names})"[^>]*>([^<]*)<', page(client, "/history", **query))
    return [int(number.replace(",", "").replace("\u2212", "-")) for number in told]


def test_totals_are_those_of_the_rounds_asked_for(ada: Player) -> None:
    stored(ada, payout=30)
    stored(ada, stake=100, payout=40)
    stored(ada, stake=7, game="crash", status="active", settled_at=None, outcome={"auto_cashout_multiplier": None})
    client = visitor("ada")
    assert totals(client, since="2026-11-18") == [2, 110, 70, 40, -40]
    assert totals(client, result="win") == [1, 10, 30, 30, 20]
    assert totals(client, result="open") == [0, 0, 0, 0, 0]


def test_totals_of_everything_are_the_statistics(ada: Player) -> None:
    set_gold(ada, 10_000)
    for _ in range(3):
        slots.spin(player=ada, stake=50, lines=5, key=None)
    rps.play(player=ada, stake=100, choice="rock", key=None)
    client = visitor("ada")
    for query in ({}, {"game": "slot"}, {"game": "crash"}):
        assert totals(client, **query) == totals(client, since="2000-01-01", **query)
    assert totals(client)[:2] == [4, 250]


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"}, {"page": "-1"}, {"page": "99999999999999999999"}, {"page": "２"}, {"page": "one"},
        {"game": "poker"}, {"result": "draw' OR 1=1"}, {"since": "0001-01-01"}, {"until": "9999-12-31"},
        {"since": "2026-02-30"}, {"until": "２０２６-01-01"}, {"since": "\x00"}, {"game": "<script>"},
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_counts_as_none(ada: Player, query: dict[str, str]) -> None:
    number = str(stored(ada).round_id)
    html = page(visitor("ada"), "/history", **query)
    assert keys(html) == [number]
    assert "<script>" not in html.replace('<script id="', "")
    assert "페이지 1" in html


def test_a_page_beyond_the_last_is_the_last(ada: Player) -> None:
    rounds = [str(stored(ada).round_id) for _ in range(11)]
    assert keys(page(visitor("ada"), "/history", page=7)) == rounds[:1]


def test_the_scripts_ask_the_api_for_the_same_rounds(ada: Player, as_ada: Caller) -> None:
    stored(ada)
    html = page(visitor("ada"), "/history", game="slot", result="loss", since="2026-11-18", until="2026-11-18")
    found = re.search(r'data-query="([^"]*)"', html)
    assert found
    query = found.group(1).replace("&amp;", "&")
    answer = as_ada.client.get(f"/api/games/history?{query}&limit=10", headers=as_ada.headers)
    assert [item["round_id"] for item in answer.json()["items"]] == keys(html)


def test_an_empty_history_offers_what_to_do(ada: Player) -> None:
    client = visitor("ada")
    assert "아직 라운드가 없습니다" in page(client, "/history")
    stored(ada)
    assert "이 조건에 맞는 판이 없습니다" in page(client, "/history", game="rps")


# one round


def play_all(player: Player) -> dict[str, Round]:
    """One settled round of every game."""
    set_gold(player, 100_000)
    played = {
        "slot": slots.spin(player=player, stake=50, lines=5, key=None).round,
        "rps": rps.play(player=player, stake=100, choice="rock", key=None).round,
        "gacha": gacha.pull(player=player, count=10, banner=None, key=None).round,
    }
    flown = {"auto_cashout_multiplier": 2.0, "cashout_multiplier": 2.0, "crash_point": 3.61}
    return played | {"crash": stored(player, game="crash", payout=20, status="auto_cashed", outcome=flown)}


@pytest.mark.parametrize("game", ["slot", "rps", "gacha", "crash"])
def test_a_round_is_shown_with_outcome_and_proof(ada: Player, bob: Player, sam: Player, game: str) -> None:
    played = play_all(ada)[game]
    Player.objects.filter(pk=ada.pk).update(nickname="숨은이름")  # no token of a page is spelled like this
    path = f"/rounds/{played.round_id}"
    own = page(visitor("ada"), path)
    assert played.server_seed_hash in own
    assert f'data-copy="{played.client_seed}"' in own
    assert f'href="/fairness?round={played.round_id}"' in own
    assert f'data-game="{game}" data-mood="{_mood(played)}"' in own
    assert ('data-testid="round-ledger"' in own) == (game != "crash")  # the crash round of this test is only a row
    for other in (visitor("bob"), visitor()):
        html = page(other, path)
        assert played.server_seed_hash in html
        assert 'data-testid="round-ledger"' not in html
        assert "숨은이름" not in html
        assert "시드는 플레이어가 바꿀 때 공개됩니다" in html
    assert f"플레이어 번호 {ada.pk}" in page(visitor("sam"), path)


def _mood(played: Round) -> str:
    return "won" if played.payout > played.stake else "returned" if played.payout else "lost"


def test_the_seed_is_shown_once_it_is_revealed_and_never_before(ada: Player) -> None:
    played = play_all(ada)["slot"]
    secret = Wallet.objects.get(pk=ada.pk).server_seed
    path, clients = f"/rounds/{played.round_id}", [visitor("ada"), visitor()]
    assert all(secret not in page(client, path) for client in clients)
    seeds.rotate(player_id=ada.pk, client_seed=None)
    assert all(f'data-copy="{secret}"' in page(client, path) for client in clients)


def test_an_open_round_is_its_players_and_staffs_alone_and_tells_nothing(ada: Player, bob: Player, sam: Player) -> None:
    wallet = Wallet.objects.get(pk=ada.pk)
    Wallet.objects.filter(pk=ada.pk).update(nonce=_long_flight(wallet))
    flown = crash.bet(player=ada, stake=10, target=None, key=None)
    path = f"/rounds/{flown.round.round_id}"
    for client in (visitor("ada"), visitor("sam")):
        html = page(client, path)
        assert 'data-mood="open"' in html
        assert "round-scene" in html
        assert "round-verify" not in html
        assert wallet.server_seed not in html
        assert not re.search(r"crash_point|크래시 지점", html)
    for client in (visitor("bob"), visitor()):
        assert client.get(path).status_code == 404


def _long_flight(wallet: Wallet) -> int:
    """A nonce whose round stays in the air for more than half a minute."""
    curve = crash_table.parse_crash(FIRST_VERSIONS["crash"])
    seeds_of = {"server_seed": wallet.server_seed, "client_seed": wallet.client_seed, "game": "crash"}
    return next(nonce for nonce in count() if engine.point(curve, Dice(nonce=nonce, **seeds_of)) > 1_000)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "number",
    ["1", "x" * 300, str(uuid.UUID(int=7)), "%00", "..%2f..%2fetc", "<b>", "{7}", "%F0%9F%8D%92", "' OR 1=1 --"],
)
def test_a_round_that_is_none_is_the_404_page(number: str) -> None:
    answer = visitor().get(f"/rounds/{number}")
    assert answer.status_code == 404
    assert "페이지를 찾을 수 없습니다" in answer.content.decode()


def test_a_round_of_an_older_table_is_shown_by_that_table(ada: Player) -> None:
    stranger = [["🔔", "🍋", "🍊"], ["🍒", "🍒", "🍊"], ["🍋", "🍊", "🍇"]]
    played = stored(ada, outcome={"reels": stranger, "win_lines": [], "lines": 3})
    html = page(visitor(), f"/rounds/{played.round_id}")
    assert "🔔" in html


def test_a_flight_is_drawn_to_the_exit_and_a_little_beyond() -> None:
    curve = crash_table.parse_crash(FIRST_VERSIONS["crash"])
    left = crash_scene(curve, {"auto_cashout_multiplier": None, "cashout_multiplier": 1.4, "crash_point": 36.64})
    crashed = crash_scene(curve, {"auto_cashout_multiplier": 2.0, "cashout_multiplier": None, "crash_point": 1.5})
    at_once = crash_scene(curve, {"auto_cashout_multiplier": None, "cashout_multiplier": None, "crash_point": 1.0})
    assert (left.shown, left.end_told, left.target_told) == ("1.40", "36.64x", "")
    assert 500 < float(left.tip.x) < 600
    assert (crashed.shown, crashed.tip.x, crashed.tip.y, crashed.target_told) == ("1.50", "640.0", "0.0", "2.00x")
    assert crashed.script["elapsed_ms"] == engine.time_of(curve, 150)
    assert (at_once.shown, at_once.tip.x, at_once.script["replay_ms"]) == ("1.00", "0", 0)


# the leaderboard


def score(player: Player, net: int, game: str = "slot") -> None:
    """A player whose settled rounds of a game came to this, in every period that runs."""
    now = days.now()
    GameStats.objects.create(
        player=player, game_id=game, rounds=1, wins=int(net > 0), losses=int(net < 0), ties=int(net == 0),
        wagered=1000, won=1000 + net, day_net=net, week_net=net, month_net=net, scored_at=now, updated_at=now,
    )  # fmt: skip


def places(html: str) -> list[tuple[str, str]]:
    """Rank and score of every line."""
    return re.findall(r'board__rank[^>]*>([\d,]+)<.*?class="end strong \w+">([^<]*)<', html)


def test_the_board_is_for_everybody_and_marks_the_own_row(ada: Player, bob: Player) -> None:
    score(ada, 50)
    score(bob, -20)
    own, other = page(visitor("bob"), "/leaderboard"), page(visitor(), "/leaderboard")
    assert places(own) == places(other) == [("1", "+50"), ("2", "\u221220")]
    assert own.count('data-testid="leaderboard-own"') == 1
    assert "leaderboard-own" not in other
    assert 'href="/login?next=/leaderboard"' in other


def test_a_place_too_far_down_is_pinned_under_the_board(ada: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("games.screens.leaderboard.SHOWN", 2)
    for at, name in enumerate(("one", "two", "three")):
        score(enrol(name), 100 - at)
    score(ada, 5)
    html = page(visitor("ada"), "/leaderboard")
    assert places(html) == [("1", "+100"), ("2", "+99"), ("4", "+5")]
    assert html.index("<tfoot>") < html.index('data-testid="leaderboard-own"')


def test_the_board_is_chosen_by_its_address(ada: Player) -> None:
    score(ada, 50, "rps")
    client = visitor()
    assert places(page(client, "/leaderboard", game="rps", period="all")) == [("1", "+50")]
    assert "아직 아무도 없습니다" in page(client, "/leaderboard", game="slot")
    assert 'href="/leaderboard?game=rps&amp;period=day"' in page(client, "/leaderboard", game="rps", period="month")
    for query in ({"game": "poker"}, {"period": "<script>"}, {"period": "year"}):
        assert places(page(client, "/leaderboard", **query)) == [("1", "+50")]


@pytest.mark.parametrize(("path", "budget"), [("/history", 10), ("/rounds/{}", 9), ("/leaderboard", 9)])
def test_the_pages_cost_few_statements(ada: Player, path: str, budget: int) -> None:
    played = play_all(ada)["slot"]
    client = visitor("ada")
    address = path.format(played.round_id)
    page(client, address)
    with CaptureQueriesContext(connection) as captured:
        page(client, address)
    assert len(captured) == budget, [query["sql"] for query in captured.captured_queries]
