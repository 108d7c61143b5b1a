"""The page of rock-paper-scissors: every printed payout from the table that pays, every duel with its proof."""

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
from games.models import Game, GameConfig, Round
from games.screens.rps import RpsScreen, duel_row, first_stake
from games.screens.shown import percent
from tests.cast import Caller

RPS = "/games/rps"
PLAY = "/api/games/rps/play"


@pytest.fixture
def signed_in(ada: Player) -> Client:
    client = Client()
    assert client.post("/login", {"nickname": "ada", "password": "correct horse"}).status_code == 302
    return client


def page(client: Client) -> str:
    answer = client.get(RPS)
    assert answer.status_code == 200
    return str(answer.content.decode())


def shown(html: str, testid: str) -> str:
    """The text of the element with this test id."""
    found = re.search(rf'data-testid="{testid}">([^<]*)<', html)
    assert found, testid
    return found.group(1)


def embedded_table(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="rps-table" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    table: dict[str, Any] = json.loads(found.group(1))
    return table


@pytest.mark.django_db
def test_visitors_see_the_whole_game_and_the_way_in() -> None:
    html = page(Client())
    assert "style=" not in html
    assert html.count('class="choice" href="/login?next=/games/rps"') == 3
    assert 'data-testid="rps-signin"' in html
    assert '<button type="button" class="choice"' not in html
    assert (shown(html, "rps-rtp"), shown(html, "rps-edge")) == ("98.333%", "1.667%")
    assert shown(html, "rps-rtp-exact") == "59/60"
    assert 'data-testid="rps-commitment"' not in html


@pytest.mark.django_db
def test_a_changed_table_changes_every_printed_number() -> None:
    table = deepcopy(tables.FIRST_VERSIONS["rps"])
    table.update(win=180, stake_min=30)
    config = GameConfig.objects.create(
        game="rps", version=2, table=table, fingerprint=tables.fingerprint(table), valid_from=timezone.now()
    )
    Game.objects.filter(pk="rps").update(config=config)
    exact = returns.rps_return(tables.parse_rps(table))
    assert exact == Fraction(14, 15)
    html = page(Client())
    assert shown(html, "rps-rtp") == f"{percent(exact)}%"
    assert shown(html, "rps-rtp-exact") == "14/15"
    assert html.count("×1.8") == 2
    assert "×1.95" not in html
    told = embedded_table(html)
    assert (told["pays"], told["min_bet"]) == ({"win": 180, "draw": 100, "lose": 0}, 30)
    assert 'value="300"' in html


@pytest.mark.django_db
def test_a_pause_is_told_with_its_reason() -> None:
    Game.objects.filter(pk="rps").update(pause_reason="점검 중")
    assert "점검 중" in page(Client())


def test_the_next_hand_is_committed_on_the_page_before_it_is_played(
    signed_in: Client, as_ada: Caller, ada: Player
) -> None:
    html = page(signed_in)
    wallet = Wallet.objects.get(pk=ada.pk)
    assert f'title="{commitment(wallet.server_seed)}"' in html
    assert wallet.server_seed not in html
    played = as_ada.post(PLAY, {"choice": "rock", "bet_amount": 10}).json()
    assert played["fair"]["server_seed_hash"] == commitment(wallet.server_seed)
    assert re.search(rf'data-part="nonce">{played["fair"]["nonce"]}<', html)
    assert re.search(rf'data-part="nonce">{played["fair"]["nonce"] + 1}<', page(signed_in))


def test_the_last_twenty_are_listed_with_their_proof_and_how_the_player_leans(
    signed_in: Client, as_ada: Caller
) -> None:
    choices = ["rock"] * 3 + ["paper"] * 18
    played = [as_ada.post(PLAY, {"choice": choice, "bet_amount": 10}).json() for choice in choices]
    html = page(signed_in)
    listed = re.findall(r'data-round="([^"]+)" data-net="(-?\d+)" data-choice="(\w+)" data-result="(\w+)"', html)
    assert listed == [
        (told["round_id"], str(told["net_change"]), told["player_choice"], told["result"])
        for told in reversed(played[1:])
    ]
    assert f'href="/rounds/{played[-1]["round_id"]}"' in html
    assert re.findall(r'data-part="lean-count">([^<]*)<', html) == ["2판 · 10%", "18판 · 90%", "0판 · 0%"]
    ends = [told["result"] for told in played[1:]]
    assert f"승 {ends.count('win')} · 무 {ends.count('draw')} · 패 {ends.count('lose')}" in html
    assert 'name="bet_amount"' in html
    assert 'value="10" data-part="stake"' in html


def test_the_first_stake_stays_within_the_table() -> None:
    duel = tables.parse_rps(tables.FIRST_VERSIONS["rps"])
    assert first_stake(duel, []) == 100
    narrow = tables.parse_rps({**tables.FIRST_VERSIONS["rps"], "stake_max": 50})
    assert first_stake(narrow, []) == 50


def test_return_and_edge_as_printed_are_a_hundred_together() -> None:
    duel = tables.parse_rps(tables.FIRST_VERSIONS["rps"])
    screen = RpsScreen(duel, 1, "", 100, (), "", 0)
    assert Fraction(screen.rtp) + Fraction(screen.edge) == 100
    assert [(one.times, one.gold, one.net) for one in screen.payments] == [
        ("1.95", 195, 95),
        ("1", 100, 0),
        ("0", 0, -100),
    ]
    assert [(hand.name, hand.key, hand.beats) for hand in screen.hands] == [
        ("rock", 1, "가위"),
        ("paper", 2, "바위"),
        ("scissors", 3, "보"),
    ]


def test_a_draw_moves_nothing_and_is_no_win() -> None:
    played = Round(stake=10, payout=10, outcome={"player_choice": "rock", "computer_choice": "rock", "result": "draw"})
    row = duel_row(played)
    assert (row.net, row.tone, row.label, row.choice_name, row.house_name) == (0, "soft", "무승부", "바위", "바위")


def test_the_page_costs_as_many_statements_for_many_rounds_as_for_one(signed_in: Client, as_ada: Caller) -> None:
    counts = []
    for rounds in (1, 5):
        for _ in range(rounds):
            as_ada.post(PLAY, {"choice": "rock", "bet_amount": 10})
        page(signed_in)
        with CaptureQueriesContext(connection) as captured:
            page(signed_in)
        counts.append(len(captured))
    assert counts == [8, 8]
