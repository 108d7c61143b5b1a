"""The odds document: every number follows from the table that pays, in force or past."""

from __future__ import annotations

import copy
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.utils import timezone

from casino.lib.days import stamp
from games import tables
from games.models import Game, GameConfig, GameType
from tests.cast import Caller

pytestmark = pytest.mark.django_db

Json = dict[str, Any]


def odds(caller: Caller, **query: Any) -> Json:
    response = caller.get("/api/odds", **query)
    assert response.status_code == 200, response.content
    return dict(response.json())


def loosen_the_slot() -> GameConfig:
    """Version 2 of the slot pays a little more for two cherries, from tomorrow."""
    table = copy.deepcopy(tables.FIRST_VERSIONS["slot"])
    table["symbols"][0]["pair"] = 210
    second = GameConfig.objects.create(
        game=GameType.SLOT,
        version=2,
        table=table,
        fingerprint=tables.fingerprint(table),
        valid_from=timezone.now() + timedelta(days=1),
    )
    Game.objects.filter(pk=GameType.SLOT).update(config=second)
    return second


def exact(told: Json, name: str) -> Fraction:
    """A number told twice, once it is sure that both say the same."""
    share = Fraction(told[f"{name}_exact"])
    assert told[name] == float(share)
    return share


def test_the_published_returns_are_told_exactly(as_nobody: Caller) -> None:
    games = odds(as_nobody)["games"]
    assert list(games) == ["slot", "rps", "gacha", "crash"]
    assert games["slot"]["rtp_exact"] == "48171/50000"
    assert games["rps"]["rtp_exact"] == "59/60"
    assert games["crash"]["rtp_exact"] == "97/100"
    assert round(exact(games["gacha"], "rtp_single"), 3) == Fraction(736, 1000)
    assert round(exact(games["gacha"], "rtp_ten"), 3) == Fraction(847, 1000)
    assert exact(games["slot"], "hit_rate") == Fraction(2218, 10_000)


def test_what_is_told_of_a_line_adds_up_to_its_return_and_hit_rate(as_nobody: Caller) -> None:
    slot = odds(as_nobody)["games"]["slot"]
    paid = [(row, exact(row, "pair_probability"), exact(row, "three_probability")) for row in slot["paytable"]]
    told = sum(pair * Fraction(row["pair"]) + three * Fraction(row["three"]) for row, pair, three in paid)
    assert told == exact(slot, "rtp")
    assert sum(pair + three for _row, pair, three in paid) == exact(slot, "hit_rate")
    assert sum(exact(row, "probability") for row in slot["symbols"]) == 1
    assert [line["line"] for line in slot["lines"]] == [1, 2, 3, 4, 5]
    assert slot["max_multiplier"] == 1000


def test_what_is_told_of_a_duel_adds_up_to_its_return(as_nobody: Caller) -> None:
    rps = odds(as_nobody)["games"]["rps"]
    assert rps["payouts"] == {"win": 1.95, "draw": 1.0, "lose": 0.0}
    assert sum(exact(hand, "probability") for hand in rps["hands"]) == 1
    shown = sum(Fraction(str(times)) for times in rps["payouts"].values())
    assert shown / 3 == exact(rps, "rtp")


def test_what_is_told_of_pulls_adds_up_to_their_returns(as_nobody: Caller) -> None:
    gacha = odds(as_nobody)["games"]["gacha"]
    assert sum(exact(item, "probability") for item in gacha["items"]) == 1
    value = {row["rarity"]: Fraction(0) for row in gacha["rarities"]}
    for item in gacha["items"]:
        count = next(row["items"] for row in gacha["rarities"] if row["rarity"] == item["rarity"])
        value[item["rarity"]] += Fraction(item["gold_value"], count)
    for kind, pulls in (("single", 1), ("ten", 10)):
        rates = gacha["rates_with_pity"][kind]
        assert sum(exact(row, "probability") for row in rates) == 1
        mean = sum(exact(row, "probability") * value[row["rarity"]] for row in rates)
        assert mean * pulls / gacha["costs"][kind] == exact(gacha, f"rtp_{kind}")
    assert gacha["rarity_table"] == [[row["rarity"], row["probability"]] for row in gacha["rarities"]]
    assert (gacha["pity"], gacha["ten_pull_guarantee"]) == ({"threshold": 90, "guarantees": "Epic"}, "Rare")


def test_what_is_told_of_crash_is_the_published_survival(as_nobody: Caller) -> None:
    crash = odds(as_nobody)["games"]["crash"]
    assert (crash["survival"], crash["survival_from"]) == ("0.97/m", 1.01)
    for row in crash["reaches"]:
        assert exact(row, "probability") == Fraction(97, round(row["multiplier"] * 100))
    assert round(exact(crash, "lost_at_once"), 4) == Fraction(396, 10_000)
    assert (crash["growth_rate"], crash["max_multiplier"], crash["auto_range"]) == (0.00006, 100.0, [1.01, 100.0])


@pytest.mark.parametrize(
    ("query", "slot", "rps"),
    [
        ({"stake": 10}, "48171/50000", "29/30"),
        ({"stake": 100, "lines": 5}, "48171/50000", "59/60"),
        ({"stake": 13, "lines": 5}, None, None),
    ],
)
def test_a_stake_adds_what_is_left_after_cutting(
    as_nobody: Caller, query: Json, slot: str | None, rps: str | None
) -> None:
    games = odds(as_nobody, **query)["games"]
    for game, expected in (("slot", slot), ("rps", rps)):
        cut = exact(games[game], "rtp_after_cutting")
        assert cut == Fraction(expected) if expected else cut < exact(games[game], "rtp")
    assert "rtp_after_cutting" not in games["gacha"] | games["crash"]


def test_nothing_is_cut_without_a_stake_and_no_return_told_for_a_stake_that_is_not_taken(as_nobody: Caller) -> None:
    assert "rtp_after_cutting" not in odds(as_nobody, lines=3)["games"]["slot"]
    games = odds(as_nobody, stake=10_001)["games"]
    assert games["slot"]["rtp_after_cutting"] is games["rps"]["rtp_after_cutting_exact"] is None


def test_a_new_table_tells_its_own_odds_and_the_past_one_stays_to_be_read(as_nobody: Caller) -> None:
    before = odds(as_nobody)["games"]["slot"]
    second = loosen_the_slot()
    now = odds(as_nobody)
    assert (now["games"]["slot"]["config_version"], now["games"]["slot"]["paytable"][0]["pair"]) == (2, 2.1)
    assert exact(now["games"]["slot"], "rtp") > exact(before, "rtp")
    newest, first = (row for row in now["versions"] if row["game"] == "slot")
    assert (newest["config_version"], newest["valid_to"], newest["hash"]) == (2, None, second.fingerprint)
    assert (first["config_version"], first["valid_to"]) == (1, stamp(second.valid_from))
    assert first["rtp_exact"] == before["rtp_exact"]
    for asked in ("slot:1", "slot:1,rps:1", "1"):
        past = odds(as_nobody, version=asked)["games"]
        assert past["slot"] == before | {"valid_to": stamp(second.valid_from)}
    both = odds(as_nobody, version="2")["games"]
    assert [game["config_version"] for game in both.values()] == [2, 1, 1, 1]


@pytest.mark.parametrize("version", ["slot:2", "slot:0", "crash:1,slot:999999999", "7"])
def test_a_version_that_never_was_is_not_found(as_nobody: Caller, version: str) -> None:
    response = as_nobody.get("/api/odds", version=version)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("stake", value) for value in ("0", "-1", "1.5", "abc", "１００", "9" * 17, "")),
        *(("lines", value) for value in ("0", "6", "x")),
        *(("version", value) for value in ("slot", "poker:1", "slot:1,slot:1", "slot:-1", "slot:１", "slot:1,", "1e3")),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_its_name(as_nobody: Caller, field: str, value: str) -> None:
    response = as_nobody.get("/api/odds", **{field: value})
    assert response.status_code == 422, response.content
    assert [detail["loc"] for detail in response.json()["error"]["details"]] == [["query", field]]


def test_items_are_named_in_the_readers_language_and_numbers_stay(as_nobody: Caller) -> None:
    korean, english = (
        as_nobody.client.get("/api/odds", headers={"Accept-Language": language}).json()["games"]["gacha"]
        for language in ("ko", "en")
    )
    names = [[item.pop("name") for item in gacha["items"]] for gacha in (korean, english)]
    assert names[0][0] == "은화 램프"
    assert all(name.isascii() for name in names[1])
    assert korean == english


def test_odds_are_one_read_and_no_table_is_fetched_again(as_nobody: Caller, django_assert_num_queries: Any) -> None:
    odds(as_nobody)
    with django_assert_num_queries(1) as asked:
        odds(as_nobody, stake=35, lines=3)
    assert '"table"' not in asked.captured_queries[0]["sql"]
