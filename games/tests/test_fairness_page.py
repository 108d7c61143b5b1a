"""The fairness page: what it shows to whom, the round it opens with, and the verifier put into one file."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Player, Wallet
from games import seeds, tables
from games.engine.fairness import commitment
from games.models import GameConfig
from games.play import slots
from games.screens import verifier_file
from games.tests.plays import put_in_force

PAGE = "/fairness"
FILE = "/fairness/verifier.html"


def visitor(name: str = "") -> Client:
    """A browser, signed in when named."""
    client = Client()
    if name:
        assert client.post("/login", {"nickname": name, "password": "correct horse"}).status_code == 302
    return client


def page(client: Client, **query: str) -> str:
    answer = client.get(PAGE, query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def embedded(html: str, name: str = "verifier-data") -> dict[str, Any]:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found.group(1))
    return data


def spin(player: Player) -> str:
    """The number of a round just played."""
    return str(slots.spin(player=player, stake=100, lines=5, key=None).round.round_id)


def test_a_player_sees_commitments_and_no_secret(ada: Player) -> None:
    wallet = Wallet.objects.get(pk=ada.pk)
    html = page(visitor("ada"))
    assert commitment(wallet.server_seed) in html
    assert commitment(wallet.next_server_seed) in html
    assert f'value="{wallet.client_seed}"' in html
    assert wallet.server_seed not in html
    assert wallet.next_server_seed not in html


@pytest.mark.django_db
def test_a_visitor_sees_the_way_of_an_example_and_no_pair() -> None:
    html = page(visitor())
    assert 'data-testid="seed-pair"' not in html
    assert html.count('class="timeline__step') == 5
    record = embedded(html)["record"]
    assert record["fair"]["server_seed_hash"] == commitment(record["fair"]["server_seed"])
    assert record["round_id"] is None


def test_the_verifier_opens_with_the_round_asked_for_once_its_seed_is_revealed(ada: Player) -> None:
    number = spin(ada)
    sealed = page(visitor("ada"), round=number)
    assert 'data-testid="asked-sealed"' in sealed
    assert embedded(sealed)["record"]["fair"]["server_seed"] is None
    seed = Wallet.objects.get(pk=ada.pk).server_seed
    assert seed not in sealed
    seeds.rotate(player_id=ada.pk)
    for client in (visitor("ada"), visitor()):
        opened = page(client, round=number)
        record = embedded(opened)["record"]
        assert (record["round_id"], record["fair"]["server_seed"]) == (number, seed)
        assert "asked-sealed" not in opened


def test_without_a_wish_it_opens_with_the_newest_round_that_can_be_proved(ada: Player) -> None:
    proved = spin(ada)
    seeds.rotate(player_id=ada.pk)
    spin(ada)
    html = page(visitor("ada"))
    assert embedded(html)["record"]["round_id"] == proved
    assert f"/fairness?round={proved}" not in html  # the way shown is that of the newer round, still sealed
    assert html.count('class="past"') == 2  # the pair and the form that scripts fill


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["00000000-0000-4000-8000-000000000000", "nonsense"])
def test_a_round_that_is_not_there_is_said_so(number: str) -> None:
    assert 'data-testid="asked-missing"' in page(visitor(), round=number)


@pytest.mark.django_db
def test_every_version_of_every_table_comes_along() -> None:
    put_in_force("rps", win=190)
    data = embedded(page(visitor()))
    assert {game: [each["version"] for each in told] for game, told in data["tables"].items()} == {
        "slot": [1], "rps": [2, 1], "gacha": [1], "crash": [1],
    }  # fmt: skip
    stored = GameConfig.objects.get(game="rps", version=2).table
    assert data["tables"]["rps"][0]["table"] == stored
    assert data["tables"]["gacha"][0]["table"] == tables.FIRST_VERSIONS["gacha"]
    assert set(data["names"]) == {"ko", "en"}


@pytest.mark.django_db
def test_the_file_holds_everything_and_names_no_address() -> None:
    answer = visitor().get(FILE)
    assert answer["Content-Disposition"] == 'attachment; filename="casino-club-verifier.html"'
    html = answer.content.decode()
    assert set(embedded(html)["tables"]) == set(tables.FIRST_VERSIONS)
    assert re.findall(r'(?:src|href|action)="(?!#)[^"]*"', html) == []
    assert re.findall(r"@import|url\((?!\"data:|%23)", html) == []
    assert "https://" not in html
    assert set(re.findall(r"http://[^\s\"'%]*", html)) <= {"http://www.w3.org/2000/svg"}
    assert set(embedded(html, "words")["en"]) == verifier_file.said()


def test_a_bundle_leaves_no_import_and_no_export() -> None:
    script = verifier_file.bundle(verifier_file.ENTRY)
    assert re.findall(r"^(?:import|export)\b", script, re.MULTILINE) == []
    paths = [module.path for module in verifier_file.modules(verifier_file.ENTRY)]
    assert len(paths) == len(set(paths))
    for module in verifier_file.modules(verifier_file.ENTRY):
        assert all(paths.index(need) < paths.index(module.path) for need in module.needs)


def test_text_that_would_end_its_element_is_refused() -> None:
    with pytest.raises(ValueError, match="end the element"):
        verifier_file.inlined("a </script> b")


def test_the_page_costs_few_statements(ada: Player) -> None:
    spin(ada)
    seeds.rotate(player_id=ada.pk)
    client = visitor("ada")
    page(client)
    with CaptureQueriesContext(connection) as captured:
        page(client)
    assert len(captured) <= 12, [query["sql"] for query in captured.captured_queries]
