"""The crash page: chances printed from the table that pays, the open round where it is, every end with its proof."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Player, Wallet
from casino.lib import days
from games import tables
from games.engine import returns
from games.engine.fairness import commitment
from games.models import Game, Round
from games.pages import crash as crash_page
from games.play import crash as crash_play
from games.screens.crash import FlownRow
from games.screens.shown import percent
from games.tests.conftest import golden_rounds
from games.tests.plays import at, parsed_already, put_in_force, seed
from tests.cast import Caller

CRASH = "/games/crash"
FAR = golden_rounds("crash")["target far below the point, amount cut"]  # point 30.50
NEAR = golden_rounds("crash")["no target, crashed"]  # point 3.33
TWO_TIMES = timedelta(milliseconds=11_553)  # the first millisecond that shows 2.00


@pytest.fixture
def signed_in(ada: Player) -> Client:
    client = Client()
    assert client.post("/login", {"nickname": "ada", "password": "correct horse"}).status_code == 302
    return client


def page(client: Client) -> str:
    answer = client.get(CRASH)
    assert answer.status_code == 200
    return str(answer.content.decode())


def shown(html: str, testid: str) -> str:
    """The text of the element with this test id, without the elements in it."""
    found = re.search(rf'data-testid="{testid}"[^>]*>(.*?)</(?:p|b|span|small|dd)>', html, re.DOTALL)
    assert found, testid
    return re.sub(r"<[^>]+>", "", found.group(1)).strip()


def embedded(html: str, name: str) -> dict[str, Any]:
    """A script's JSON."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found.group(1))
    return told


def look_at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Sets the page's clock."""
    monkeypatch.setattr(crash_page, "days", SimpleNamespace(now=lambda: moment, stamp=days.stamp))


def bet(player: Player, vector: dict[str, Any], *, stake: int = 100, target: int | None = None) -> Round:
    """An open round whose crash point is published."""
    seed(player, vector)
    return crash_play.bet(player=player, stake=stake, target=target, key=None).round


def leave(monkeypatch: pytest.MonkeyPatch, player: Player, after: timedelta) -> Round:
    """Cashes the player's open round out when it has flown so long."""
    flying = Round.objects.of(player.pk)[0]
    with monkeypatch.context() as patch:
        at(patch, crash_play, flying.created_at + after)
        return crash_play.cash_out(player=player, round_id=None, key=None).round


@pytest.mark.django_db
def test_visitors_see_the_whole_game_and_the_way_in() -> None:
    html = page(Client())
    assert "style=" not in html
    assert 'data-testid="crash-bet" href="/login?next=/games/crash"' in html
    assert 'data-testid="crash-cashout"' not in html
    assert shown(html, "crash-rtp") == "97%"
    assert shown(html, "crash-rtp-exact") == "97/100"
    assert shown(html, "crash-multiplier") == "1.00"
    assert "0.97 / m" in html
    assert "e^(0.00006·t)" in html
    assert "3.96" in html
    assert embedded(html, "crash-opening")["round"] is None


@pytest.mark.django_db
def test_the_drawer_lists_the_exact_chances_and_both_returns() -> None:
    html = page(Client())
    curve = tables.parse_crash(tables.FIRST_VERSIONS["crash"])
    cell = r"<td[^>]*>([\d.]+)(?:%|초)</td>"
    rows = re.findall(r'<th scope="row">([\d.]+)x</th>' + cell * 4, html)
    assert [row[0] for row in rows] == ["1.01", "1.50", "2.00", "3.00", "5.00", "10.00", "20.00", "50.00", "100.00"]
    assert rows[2] == ("2.00", "48.5", "11.6", "97", "96.517")
    for times, chance, _, by_target, by_hand in rows:
        multiplier = round(float(times) * 100)
        assert chance == percent(Fraction(97, multiplier))
        assert by_target == "97"
        assert by_hand == percent(returns.crash_manual_return(curve, multiplier))


@pytest.mark.django_db
def test_a_changed_table_changes_every_printed_number() -> None:
    put_in_force("crash", return_hundredths=95, growth_millionths=80, top=5_000, target_max=4_000, stake_min=20)
    html = page(Client())
    assert shown(html, "crash-rtp") == "95%"
    assert shown(html, "crash-rtp-exact") == "19/20"
    assert "0.95 / m" in html
    assert "e^(0.00008·t)" in html
    assert re.findall(r'<th scope="row">([\d.]+)x</th>', html)[-1] == "20.00"
    assert "97" not in re.sub(r"<script.*?</script>", "", html[html.index('id="rules"') :], flags=re.DOTALL)
    table = embedded(html, "crash-table")
    assert (table["return_hundredths"], table["growth_millionths"], table["top"]) == (95, 80, 5_000)
    assert (table["target_min"], table["target_max"], table["min_bet"], table["config_version"]) == (101, 4_000, 20, 2)


def test_an_open_round_stands_where_it_is_in_the_first_html(
    signed_in: Client, ada: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    flying = bet(ada, FAR, stake=150, target=400)
    look_at(monkeypatch, flying.created_at + TWO_TIMES)
    html = page(signed_in)
    assert shown(html, "crash-multiplier") == "2.00"
    assert shown(html, "crash-now") == "150"
    assert re.search(r'data-part="amount">300<', html)
    assert re.search(r'data-testid="crash-bet" hidden', html)
    assert not re.search(r'data-testid="crash-cashout" hidden', html)
    told = embedded(html, "crash-opening")
    assert told["server_time"] == days.stamp(flying.created_at + TWO_TIMES)
    assert told["round"]["round_id"] == str(flying.round_id)
    assert told["round"]["started_at"] == days.stamp(flying.created_at)
    assert (told["round"]["elapsed_ms"], told["round"]["growth_rate"]) == (11_553, 0.00006)
    assert told["round"]["auto_cashout_multiplier"] == 4.0


def test_the_page_tells_of_an_open_round_what_the_api_tells(signed_in: Client, as_ada: Caller, ada: Player) -> None:
    bet(ada, FAR)
    told = embedded(page(signed_in), "crash-opening")["round"]
    active = as_ada.get("/api/games/crash/active").json()["round"]
    moving = {"server_time", "elapsed_ms", "current_multiplier"}
    assert {name: told[name] for name in told.keys() - moving} == {
        name: active[name] for name in active.keys() - moving
    }


def test_the_page_holds_nothing_that_tells_the_point(signed_in: Client, ada: Player) -> None:
    bet(ada, FAR)
    html = page(signed_in)
    assert embedded(html, "crash-opening")["round"]["crash_point"] is None
    assert "30.5" not in html
    wallet = Wallet.objects.get(pk=ada.pk)
    assert wallet.server_seed not in html
    assert wallet.next_server_seed not in html
    assert commitment(wallet.server_seed) in html


def test_a_round_that_is_over_by_the_clock_is_shown_as_over(
    signed_in: Client, ada: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    flying = bet(ada, NEAR)
    look_at(monkeypatch, flying.created_at + timedelta(minutes=2))
    html = page(signed_in)
    assert embedded(html, "crash-opening")["round"] is None
    assert Round.objects.get(pk=flying.pk).status == "crashed"
    assert re.findall(r'data-round="([0-9a-f-]{36})" data-net="(-?\d+)"', html) == [(str(flying.round_id), "-100")]


def test_the_last_rounds_are_listed_with_their_proof(
    signed_in: Client, ada: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    bet(ada, FAR)
    by_hand = leave(monkeypatch, ada, TWO_TIMES)
    bet(ada, golden_rounds("crash")["at the top without a target"])
    at_once = leave(monkeypatch, ada, timedelta(0))
    html = page(signed_in)
    assert re.findall(r'data-round="([0-9a-f-]{36})" data-net="(-?\d+)"', html) == [
        (str(at_once.round_id), "0"),
        (str(by_hand.round_id), "100"),
    ]
    assert re.findall(r'data-fill="left">([^<]+)<', html)[:2] == ["1.00x", "2.00x"]
    assert re.findall(r'class="past past--(\w+)">([\d.]+x) <span>(\S+)</span>', html) == [
        ("high", "100.00x", "높음"),
        ("high", "30.50x", "높음"),
    ]
    for played in (by_hand, at_once):
        assert f'href="/rounds/{played.round_id}"' in html
        assert played.server_seed_hash in html


def test_an_automatic_end_and_a_crash_are_told_apart(
    signed_in: Client, ada: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    bet(ada, FAR, target=150)
    look_at(monkeypatch, days.now() + timedelta(minutes=2))
    page(signed_in)
    lost = bet(ada, NEAR)
    look_at(monkeypatch, lost.created_at + timedelta(minutes=2))
    html = page(signed_in)
    assert re.findall(r'data-status="(\w+)"', html)[:2] == ["crashed", "auto_cashed"]
    assert re.findall(r'data-fill="left">([^<]+)<', html)[:2] == ["—", "자동 1.50x"]
    assert re.findall(r'class="past past--(\w+)">', html)[:2] == ["mid", "high"]


def test_the_page_opens_with_the_bet_of_the_last_round(signed_in: Client, ada: Player) -> None:
    html = page(signed_in)
    assert 'value="100" data-part="stake"' in html
    assert not re.search(r'data-testid="crash-auto" checked', html)
    bet(ada, FAR, stake=333, target=115)
    html = page(signed_in)
    assert 'value="333" data-part="stake"' in html
    assert 'value="1.15"' in html
    assert re.search(r'data-testid="crash-auto" checked', html)
    cut = returns.crash_return_after_cutting(tables.parse_crash(tables.FIRST_VERSIONS["crash"]), stake=333, target=115)
    assert shown(html, "crash-odds") == f"도달 확률 84.347% · 성공하면 +49G · 환수율 {percent(cut)}%"


def test_nobody_sees_the_rounds_of_others(ada: Player, bob: Player) -> None:
    flying = bet(ada, FAR)
    client = Client()
    client.post("/login", {"nickname": "bob", "password": "correct horse"})
    for html in (page(client), page(Client())):
        assert str(flying.round_id) not in html
        assert embedded(html, "crash-opening")["round"] is None


@pytest.mark.django_db
def test_a_paused_game_says_why() -> None:
    assert "game-paused" not in page(Client())
    Game.objects.filter(pk="crash").update(pause_reason="정기 점검")
    assert "정기 점검" in page(Client())


@pytest.mark.django_db
def test_the_text_mode_of_the_last_visit_is_kept() -> None:
    client = Client()
    assert "data-plain" not in page(client)
    client.cookies["crash_text"] = "on"
    assert "data-plain" in page(client)


def test_a_return_at_or_below_the_stake_is_no_gain() -> None:
    def row(payout: int) -> FlownRow:
        return FlownRow("", None, "", 100, payout, "", "", "", "", 0)

    assert [row(payout).tone for payout in (0, 99, 100, 101)] == ["loss", "soft", "soft", "gain"]


@pytest.mark.parametrize(("vector", "budget"), [(None, 9), (FAR, 10)])
def test_the_page_costs_few_statements(
    signed_in: Client, ada: Player, vector: dict[str, Any] | None, budget: int
) -> None:
    parsed_already("crash")
    if vector:
        bet(ada, vector)
    page(signed_in)
    with CaptureQueriesContext(connection) as captured:
        page(signed_in)
    assert len(captured) == budget, [query["sql"] for query in captured.captured_queries]
