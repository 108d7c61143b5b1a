"""The odds page and its spreadsheet: the exact numbers of the tables, found, by version, after cutting."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client

from games import odds, tables
from games.engine import gacha_returns, returns
from games.screens.odds import multiplier
from games.screens.shown import percent
from games.tests.plays import put_in_force

pytestmark = pytest.mark.django_db

PAGE = "/odds"


def page(**query: Any) -> str:
    answer = Client().get(PAGE, query)
    assert answer.status_code == 200
    html = str(answer.content.decode())
    assert "style=" not in html
    return html


def told(html: str, testid: str) -> str:
    """The text of the element with this test id, without its tags."""
    found = re.search(rf'data-testid="{testid}">(.*?)</(?:b|dd)>', html, re.DOTALL)
    assert found, testid
    return re.sub(r"<[^>]+>", " ", found.group(1)).strip()


def rows(html: str) -> dict[str, bool]:
    """What every row is found by, and whether it is shown."""
    return {find: not hidden for find, hidden in re.findall(r'<tr data-find="([^"]*)"( hidden)?>', html)}


def sheet(**query: Any) -> dict[tuple[str, str], dict[str, str]]:
    answer = Client().get("/odds.csv", query)
    assert answer["Content-Disposition"] == 'attachment; filename="casino-club-odds.csv"'
    lines = csv.DictReader(io.StringIO(answer.content.decode()))
    return {(line["game"], line["what"]): line for line in lines}


def test_the_returns_are_the_exact_ones_of_the_tables() -> None:
    html = page()
    pool = tables.parse_gacha(tables.FIRST_VERSIONS["gacha"])
    assert told(html, "odds-slot") == "96.342 %"
    assert "48171 / 50000" in html
    assert told(html, "odds-rps") == "98.333 %"
    assert "59 / 60" in html
    assert told(html, "odds-gacha") == f"{percent(gacha_returns.price_return(pool, 10))} %"
    assert told(html, "odds-crash") == "97 %"
    single = gacha_returns.price_return(pool, 1)
    assert f"<code>{single.numerator} / {single.denominator}</code>" in html
    assert "<details" in html.split(str(single.numerator))[0][-200:]


def test_a_changed_table_changes_what_the_page_says_and_the_old_version_stays_readable() -> None:
    put_in_force("rps", win=190, draw=95)
    duel = tables.parse_rps(tables.FIRST_VERSIONS["rps"] | {"win": 190, "draw": 95})
    assert told(page(), "odds-rps") == f"{percent(returns.rps_return(duel))} %"
    assert "odds-past" not in page()
    old = page(version="rps:1")
    assert told(old, "odds-rps") == "98.333 %"
    assert 'data-testid="odds-past"' in old
    assert 'href="/odds?version=rps:1"' in page()
    assert sheet()["rps", "payouts.win"]["value"] == "1.9"
    assert sheet(version="rps:1")["rps", "payouts.win"]["value"] == "1.95"


@pytest.mark.parametrize("version", ["slot:9", "poker:1"])
def test_a_version_that_never_was_is_not_found(version: str) -> None:
    assert Client().get(PAGE, {"version": version}).status_code == 404
    assert Client().get("/odds.csv", {"version": version}).status_code == 404


def test_a_stake_is_told_its_return_after_cutting() -> None:
    html = page(stake=37, lines=3)
    machine = tables.parse_slot(tables.FIRST_VERSIONS["slot"])
    exact = returns.slot_return_after_cutting(machine, stake=37, lines=3)
    assert told(html, "cut-slot").startswith(f"{percent(exact)}%")
    assert f"{exact.numerator} / {exact.denominator}" in html
    assert told(html, "cut-rps").startswith("98.198%")
    assert 'name="stake" inputmode="numeric"' in html
    assert 'value="37"' in html


@pytest.mark.parametrize("stake", ["", "0", "-5", "1.5", "１０", "9999999999", "x"])
def test_what_is_no_stake_is_left_out(stake: str) -> None:
    assert told(page(stake=stake), "cut-slot") == "–"


def test_a_stake_the_games_do_not_take_is_said_so() -> None:
    assert told(page(stake=5), "cut-slot") == "받지 않는 베팅"


def test_the_page_is_searched_by_what_things_are_called() -> None:
    assert all(rows(page()).values())
    found = [find for find, is_shown in rows(page(q="왕관")).items() if is_shown]
    assert len(found) == 1
    assert "legendary" in found[0]
    assert {find for find, is_shown in rows(page(q="EPIC")).items() if is_shown} == {
        find for find in rows(page()) if "epic" in find
    }
    nothing = page(q="없는 것")
    assert not any(rows(nothing).values())
    assert re.search(r'data-part="nothing">', nothing)
    assert re.search(r'data-part="nothing" hidden>', page())


def test_a_search_is_shown_as_text() -> None:
    assert "<script>x" not in page(q='"><script>x')


def test_the_sheet_holds_every_number_of_the_document_with_its_fraction() -> None:
    document = odds.odds_document()
    lines = sheet()
    assert lines["slot", "rtp"] | {"config_version": "1"} == {
        "game": "slot", "config_version": "1", "what": "rtp", "value": "0.96342",
        "numerator": "48171", "denominator": "50000",
    }  # fmt: skip
    assert lines["gacha", "items[crown].probability"]["denominator"] == "200"
    assert lines["crash", "reaches[2.0].probability"]["numerator"] == "97"
    assert lines["slot", "paytable[7️⃣].three"]["value"] == "1000.0"
    rates = {entry["rarity"]: entry for entry in document["games"]["gacha"]["rates_with_pity"]["ten"]}
    ten = lines["gacha", "rates_with_pity.ten[Epic].probability"]
    assert f"{ten['numerator']}/{ten['denominator']}" == rates["Epic"]["probability_exact"]
    assert lines["crash", "version.hash"]["value"] == document["games"]["crash"]["hash"]


def test_the_sheet_starts_no_formula() -> None:
    put_in_force("gacha", items=[
        item | {"name": "=HYPERLINK(1)"} if item["item_id"] == "lamp" else item
        for item in tables.FIRST_VERSIONS["gacha"]["items"]
    ])  # fmt: skip
    assert sheet()["gacha", "items[lamp].name"]["value"] == "'=HYPERLINK(1)"


def test_multipliers_are_told_without_needless_zeros() -> None:
    assert [multiplier(value) for value in (2.0, 1.95, 1000.0, 0.0)] == ["2", "1.95", "1,000", "0"]
