"""The games' pages: open to everyone, every printed odd from the table that pays, every spin with its proof."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Player, Wallet
from games import tables
from games.engine import returns
from games.engine.fairness import commitment
from games.engine.slots import read
from games.models import Game, GameConfig, Round
from games.screens import slot as slot_screen
from games.screens.shown import percent
from games.screens.tiles import tiles
from tests.cast import Caller, set_gold

SLOT = "/games/slot"
SPIN = "/api/games/slot/spin"


@pytest.fixture
def signed_in(ada: Player) -> Client:
    client = Client()
    answer = client.post("/login", {"nickname": "ada", "password": "correct horse"})
    assert answer.status_code == 302
    return client


def page(client: Client, path: str = SLOT) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def shown(html: str, testid: str) -> str:
    """The text of the element with this test id."""
    found = re.search(rf'data-testid="{testid}">([^<]*)<', html)
    assert found, testid
    return found.group(1)


def embedded_table(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="slot-table" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    table: dict[str, Any] = json.loads(found.group(1))
    return table


def put_in_force(table: dict[str, Any]) -> None:
    """Gives the slot a second version of its table, as staff would."""
    config = GameConfig.objects.create(
        game="slot", version=2, table=table, fingerprint=tables.fingerprint(table), valid_from=timezone.now()
    )
    Game.objects.filter(pk="slot").update(config=config)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/games", "/games/", SLOT])
def test_the_pages_are_open_to_visitors(path: str) -> None:
    html = page(Client(), path)
    assert "<title>" in html
    assert "style=" not in html
    assert 'data-testid="gold-quick"' not in html


@pytest.mark.parametrize("path", ["/games", SLOT])
def test_the_pages_are_open_to_players(signed_in: Client, path: str) -> None:
    assert 'data-testid="gold-quick"' in page(signed_in, path)


@pytest.mark.django_db
def test_the_list_opens_all_four_games_with_their_exact_returns() -> None:
    html = page(Client(), "/games")
    assert 'data-testid="game-dashboard"' in html
    assert re.findall(r'href="/games/(\w+)" data-testid', html) == ["slot", "rps", "gacha", "crash"]
    assert re.findall(r"<b>([\d.]+)<small>%", html) == ["96.342", "98.333", "73.638", "97"]
    assert len(re.findall(r"data-last hidden", html)) == 4


def test_a_tile_tells_the_last_settled_round_of_its_game(signed_in: Client, ada: Player) -> None:
    rounds = [("slot", 10, 30), ("rps", 10, 10), ("slot", 10, 4), ("crash", 10, None)]
    for nonce, (game, stake, payout) in enumerate(rounds):
        settled_at = None if payout is None else timezone.now()
        open_flight = {"status": "active", "outcome": {"auto_cashout_multiplier": None}}
        facts: dict[str, Any] = open_flight if payout is None else {}
        if game == "rps":
            facts["outcome"] = {"player_choice": "rock", "computer_choice": "rock", "result": "draw", "multiplier": 1.0}
        Round.objects.create(
            player=ada, game=game, stake=stake, payout=payout or 0, balance_after=0, config_version=1, nonce=nonce,
            server_seed_hash="h" * 64, client_seed="c", created_at=timezone.now(), settled_at=settled_at, **facts,
        )  # fmt: skip
    told = {tile.id: (tile.last and tile.last.net, tile.is_live) for tile in tiles(ada)}
    assert told == {"slot": (-6, False), "rps": (0, False), "gacha": (None, False), "crash": (None, True)}
    for path in ("/", "/games"):
        html = page(signed_in, path)
        assert "\u22126" in html
        assert re.findall(r"data-live( hidden)?", html).count("") == 1, path


def test_a_game_that_is_out_of_reach_says_why(signed_in: Client, ada: Player) -> None:
    set_gold(ada, 9)
    assert page(signed_in, "/games").count("골드가 부족합니다") == 4


@pytest.mark.django_db
def test_the_printed_odds_are_the_exact_ones_of_the_table() -> None:
    html = page(Client())
    assert shown(html, "slot-rtp") == "96.342%"
    assert shown(html, "slot-rtp-exact") == "48171/50000"
    assert shown(html, "slot-hit-rate") == "22.18%"
    assert shown(html, "slot-stake-return") == "96.342%"
    machine = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
    table = embedded_table(html)
    assert (table["min_bet"], table["max_bet"], table["config_version"]) == (10, 10_000, 1)
    assert [(s["symbol"], s["weight"], s["pair"], s["three"]) for s in table["symbols"]] == [
        (symbol.face, symbol.weight, symbol.pair, symbol.three) for symbol in machine.symbols
    ]


@pytest.mark.django_db
def test_a_changed_table_changes_every_printed_number() -> None:
    table = deepcopy(tables.FIRST_VERSIONS["slot"])
    table["symbols"][0]["three"] = 450
    table["stake_min"] = 20
    put_in_force(table)
    exact = returns.slot_return(tables.parse_slot(table))
    assert exact != Fraction(48171, 50000)
    html = page(Client())
    assert shown(html, "slot-rtp") == f"{percent(exact)}%"
    assert shown(html, "slot-rtp-exact") == str(exact)
    assert "×4.5<" in html
    assert embedded_table(html)["symbols"][0]["three"] == 450
    assert embedded_table(html)["min_bet"] == 20
    assert f"{percent(exact)}<small>%" in page(Client(), "/games")


def test_the_last_spins_are_listed_with_their_proof(signed_in: Client, as_ada: Caller, ada: Player) -> None:
    answers = [as_ada.post(SPIN, {"bet_amount": 12, "lines": lines}).json() for lines in (1, 3)]
    html = page(signed_in)
    rows = re.findall(r'data-round="([0-9a-f-]{36})" data-net="(-?\d+)"', html)
    assert rows == [(answer["round_id"], str(answer["net_change"])) for answer in reversed(answers)]
    for answer in answers:
        assert answer["fair"]["server_seed_hash"] in html
        assert answer["fair"]["client_seed"] in html
    wallet = Wallet.objects.get(pk=ada.pk)
    assert commitment(wallet.server_seed) in html
    assert wallet.server_seed not in html
    assert wallet.next_server_seed not in html


def test_the_page_opens_with_the_stake_and_lines_of_the_last_spin(signed_in: Client, as_ada: Caller) -> None:
    as_ada.post(SPIN, {"bet_amount": 37, "lines": 3})
    html = page(signed_in)
    assert 'value="37" data-part="stake"' in html
    assert re.findall(r'name="lines" value="(\d)" checked', html) == ["3"]
    machine = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
    cut = returns.slot_return_after_cutting(machine, stake=37, lines=3)
    assert shown(html, "slot-stake-return") == f"{percent(cut)}%"


def test_only_the_last_twenty_spins_are_listed(signed_in: Client, as_ada: Caller, ada: Player) -> None:
    for _ in range(22):
        as_ada.post(SPIN, {"bet_amount": 10})
    listed = re.findall(r'data-round="([0-9a-f-]{36})"', page(signed_in))
    newest = Round.objects.of(ada.pk).values_list("round_id", flat=True)[:20]
    assert listed == [str(number) for number in newest]


def test_nobody_sees_the_spins_of_others(as_ada: Caller, bob: Player) -> None:
    round_id = as_ada.post(SPIN, {"bet_amount": 10}).json()["round_id"]
    client = Client()
    client.post("/login", {"nickname": "bob", "password": "correct horse"})
    assert round_id not in page(client)
    assert round_id not in page(Client())


@pytest.mark.django_db
def test_a_visitor_s_lever_leads_to_the_door_and_back() -> None:
    assert 'href="/login?next=/games/slot"' in page(Client())


@pytest.mark.django_db
def test_a_paused_machine_says_why() -> None:
    assert "game-paused" not in page(Client())
    Game.objects.filter(pk="slot").update(pause_reason="정기 점검")
    assert "정기 점검" in page(Client())
    assert "정기 점검" in page(Client(), "/games")


def row(stake: int, payout: int) -> slot_screen.SpinRow:
    """A spin that came to this, everything else blank."""
    return slot_screen.SpinRow("", stake, payout, (), (), "", (), "", "", 0)


def test_a_return_at_or_below_the_stake_is_no_win() -> None:
    assert [(row(100, payout).is_win, row(100, payout).tone) for payout in (0, 40, 100, 101)] == [
        (False, "loss"),
        (False, "soft"),
        (False, "soft"),
        (True, "gain"),
    ]


def test_percentages_are_cut_and_never_rounded_up() -> None:
    assert percent(Fraction(48171, 50000)) == "96.342"
    assert percent(Fraction(999_999, 1_000_000)) == "99.999"
    assert percent(Fraction(1)) == "100"
    assert percent(Fraction(2, 3)) == "66.666"
    assert percent(Fraction(0)) == "0"


def test_a_small_percentage_keeps_two_digits_and_is_never_nothing() -> None:
    assert percent(Fraction(1, 10_000)) == "0.01"
    assert percent(Fraction(97, 1_000_000)) == "0.0097"
    assert percent(Fraction(1, 125_000)) == "0.0008"
    assert percent(Fraction(199, 100_000_000)) == "0.00019"


def test_an_untouched_machine_shows_no_line_that_looks_won() -> None:
    machine = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
    rows = slot_screen.resting_reels(machine)
    by_face = {symbol.face: symbol for symbol in machine.symbols}
    cells = [by_face[face] for resting in rows for face in resting]
    assert read(machine, cells, stake=50, lines=5).wins == ()


def test_a_face_nobody_has_drawn_shows_as_a_coin_under_its_name() -> None:
    table = deepcopy(tables.FIRST_VERSIONS["slot"])
    table["symbols"][0] |= {"face": "🔔", "name": "bell"}
    picture = slot_screen.picture(tables.parse_slot(table), "🔔")
    assert (picture.name, picture.art.partition("#")[2]) == ("bell", "sym-coin")


@pytest.mark.parametrize(("path", "budget"), [("/games", 10), (SLOT, 8)])
def test_the_pages_cost_few_statements(signed_in: Client, as_ada: Caller, path: str, budget: int) -> None:
    as_ada.post(SPIN, {"bet_amount": 10})
    page(signed_in, path)
    with CaptureQueriesContext(connection) as captured:
        page(signed_in, path)
    assert len(captured) == budget, [query["sql"] for query in captured.captured_queries]
