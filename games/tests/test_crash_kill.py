"""The server is killed between bet and cash-out: rounds go on by the clock, and end by the rule when it is back."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Entry, Player
from games.models import Round
from games.tests.flying import ACTIVE, BET, OUT, aim, ms
from games.truths import round_truths
from realtime.tests.house import PATIENCE_SECONDS, House
from tests.cast import Caller, enrol, gold_of

pytestmark = pytest.mark.django_db(transaction=True)

Json = dict[str, Any]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "house.log", "")
    house.open()
    yield house
    house.kill()


class Guest:
    """A player at the real server's door."""

    def __init__(self, house: House, player: Player) -> None:
        self.house, self.headers = house, Caller(player).headers | {"Content-Type": "application/json"}

    def send(self, method: str, path: str, body: Json | None = None) -> http.client.HTTPConnection:
        """Sends a request and does not wait for the answer."""
        client = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=PATIENCE_SECONDS)
        client.request(method, path, body=json.dumps(body or {}), headers=self.headers)
        return client

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """The answer to a request."""
        told: Json = json.loads(self.send(method, path, body).getresponse().read())
        return told


def test_rounds_outlive_the_server(house: House) -> None:
    players = {name: enrol(name) for name in ("ada", "bob", "cyd", "dan")}
    ada, bob, cyd, dan = (Guest(house, player) for player in players.values())
    for player, point in zip(players.values(), (300, 102, 2_000, 1_500), strict=True):
        aim(player, point)
    reached = ada.ask("POST", BET, {"bet_amount": 100, "auto_cashout_multiplier": 1.01})
    crashed = bob.ask("POST", BET, {"bet_amount": 100})
    flying = cyd.ask("POST", BET, {"bet_amount": 100})
    unheard = dan.send("POST", BET, {"bet_amount": 100, "idempotency_key": "k"})
    house.kill()
    unheard.close()
    assert {reached["status"], crashed["status"], flying["status"]} == {"active"}

    house.open()
    ended = ada.ask("GET", ACTIVE)["last_round"]
    assert (ended["round_id"], ended["status"], ended["win_amount"]) == (reached["round_id"], "auto_cashed", 101)
    ended = bob.ask("GET", ACTIVE)["last_round"]
    assert (ended["round_id"], ended["status"], ended["crash_point"]) == (crashed["round_id"], "crashed", 1.02)
    for number, multiplier in ((reached["round_id"], 101), (crashed["round_id"], 102)):
        row = Round.objects.get(round_id=number)
        assert row.settled_at == row.created_at + ms(multiplier)

    resumed = cyd.ask("GET", ACTIVE)["round"]
    assert (resumed["round_id"], resumed["started_at"]) == (flying["round_id"], flying["started_at"])
    left = cyd.ask("POST", OUT, {"game_id": flying["game_id"]})
    assert left["cashout_multiplier"] >= resumed["current_multiplier"] > 1
    assert left["win_amount"] == round(100 * left["cashout_multiplier"])

    told = dan.ask("POST", BET, {"bet_amount": 100, "idempotency_key": "k"})
    assert told["round_id"] == str(Round.objects.get(player=players["dan"]).round_id)
    assert Entry.objects.filter(wallet_id=players["dan"].pk, code="crash_bet").count() == 1

    assert [gold_of(player) for player in players.values()] == [1001, 900, 900 + left["win_amount"], 900]
    assert [truth.first for truth in round_truths() if not truth.holds] == []
