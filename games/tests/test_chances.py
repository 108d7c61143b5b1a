"""Staff change the gacha's chances, prices and limits: on the record, and never so that it pays too much."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import Audit, Player, Role
from games import chances, tables
from games.models import Game, GameConfig, Round
from games.play import gacha
from tests.cast import Caller, enrol

PATH, SHOWN = "/api/admin/gacha/config", "/api/games/gacha/config"
pytestmark = pytest.mark.django_db
TABLE = [["Common", 0.8], ["Rare", 0.165], ["Epic", 0.0349], ["Legendary", 0.0001]]


def in_force() -> GameConfig:
    return Game.objects.select_related("config").get(pk="gacha").config


def refused(caller: Caller, body: dict[str, Any], status: int, code: str) -> list[Any]:
    """Refused like this, and nothing is different; where it was wrong."""
    answer = caller.post(PATH, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.json()
    assert (in_force().version, GameConfig.objects.filter(game="gacha").count()) == (1, 1)
    assert not Audit.objects.filter(action="GACHA_CONFIG").exists()
    return [detail["loc"] for detail in answer.json()["error"]["details"] or []]


def test_staff_see_the_table_players_see(as_sam: Caller) -> None:
    answer = as_sam.get(PATH)
    assert (answer.status_code, answer.json()) == (200, {"success": True, "config": Caller().get(SHOWN).json()})


@pytest.mark.parametrize("role", [Role.ECONOMY, Role.OWNER])
def test_a_new_table_is_in_force_for_everybody_at_once(role: Role) -> None:
    eve = enrol("eve", role=role)
    before = Caller().get(SHOWN).json()
    body = {
        "rarity_table": TABLE[::-1],  # whatever the order
        "cost_single": 600,
        "cost_ten": 5500,
        "pity_threshold": 80,
        "daily_limits": {"VIP": 200},
        "reason": "wedding",
    }
    answer = Caller(eve).post(PATH, body)
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    config = Caller().get(SHOWN).json()
    assert answer.json()["config"] == config
    changed = {name: value for name, value in config.items() if value != before[name]}
    items = changed.pop("items")
    assert changed == {
        "rarity_table": TABLE,
        "cost_single": 600,
        "cost_ten": 5500,
        "pity": {"threshold": 80, "guarantees": "Epic"},
        "daily_limits": {"STANDARD": 100, "PREMIUM": 100, "VIP": 200},
        "config_version": 2,
    }
    assert next(item["probability"] for item in items if item["rarity"] == "Legendary") == 0.0001
    row = Audit.objects.get(action="GACHA_CONFIG")
    assert (row.severity, row.actor, row.target_type, row.target_id) == ("warning", eve, "game", "gacha")
    assert (row.details["reason"], row.details["version"], row.details["before"]) == ("wedding", 2, 1)
    assert ["cost_single", "500", "600"] in row.details["changes"]
    assert ["rarities.Legendary.weight", "5000", "100"] in row.details["changes"]


def test_rounds_keep_the_version_they_were_played_by(ada: Player, as_sam: Caller) -> None:
    first = gacha.pull(player=ada, count=1, banner=None, key=None).round
    assert as_sam.post(PATH, {"cost_single": 510}).status_code == 200
    second = gacha.pull(player=ada, count=1, banner=None, key=None).round
    kept = [Round.objects.get(pk=one.pk) for one in (first, second)]
    assert [(one.config_version, one.stake) for one in kept] == [(1, 500), (2, 510)]


def test_what_was_read_can_be_sent_back_and_is_no_new_version(as_sam: Caller) -> None:
    shown = as_sam.get(PATH).json()["config"]
    body = {name: shown[name] for name in ("rarity_table", "cost_single", "cost_ten", "daily_limits")}
    assert refused(as_sam, body, 400, "BAD_REQUEST") == []
    assert refused(as_sam, {}, 400, "BAD_REQUEST") == []


@pytest.mark.parametrize(
    "rarity_table",
    [
        [["Common", 0.8], ["Rare", 0.16], ["Epic", 0.035], ["Mythic", 0.005]],
        [["Common", 0.8], ["Rare", 0.16], ["Epic", 0.04]],
        [["Common", 0.4], ["Common", 0.4], ["Rare", 0.16], ["Epic", 0.035], ["Legendary", 0.005]],
        [["Common", 0.8], ["Rare", 0.16], ["Epic", 0.035], ["Legendary", 0.004999]],
        [["Common", 0.8], ["Rare", 0.16], ["Epic", 0.035], ["Legendary", 0.005001]],
        [["Common", 0.8], ["Rare", 0.16], ["Epic", 0.0350005], ["Legendary", 0.0049995]],
        [["Common", 0.8000000000000001], ["Rare", 0.16], ["Epic", 0.035], ["Legendary", 0.005]],
        [["Common", 0.84], ["Rare", 0.16], ["Epic", 0], ["Legendary", 0]],
        [["Common", 1.2], ["Rare", 0.16], ["Epic", 0.035], ["Legendary", -0.395]],
        [["Common", 10**400], ["Rare", 0.16], ["Epic", 0.035], ["Legendary", 0.005]],
        [],
    ],
    ids=[
        "unknown", "missing", "twice", "too little", "too much", "too fine", "nearly", "nothing", "negative", "endless",
        "empty",
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_refused(as_sam: Caller, rarity_table: list[Any]) -> None:
    assert refused(as_sam, {"rarity_table": rarity_table}, 422, "VALIDATION_ERROR") == [["body", "rarity_table"]]


@pytest.mark.parametrize(
    "pair", [["Common"], ["Common", "0.8"], ["Common", True], [1, 0.8], ["Common", 0.8, 1], "Common", None, {}]
)
def test_a_pair_is_a_name_and_a_number(as_sam: Caller, pair: Any) -> None:
    (loc,) = refused(as_sam, {"rarity_table": [*TABLE[1:], pair]}, 422, "VALIDATION_ERROR")
    assert loc[:2] == ["body", "rarity_table"]


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"cost_single": 0}, ["body", "cost_single"]),
        ({"cost_ten": 4500.5}, ["body", "cost_ten"]),
        ({"cost_single": None}, ["body", "cost_single"]),
        ({"pity_threshold": 0}, ["body", "pity_threshold"]),
        ({"pity_threshold": 301}, ["body", "pity_threshold"]),
        ({"daily_limits": {"VIP": 9}}, ["body", "daily_limits", "VIP"]),
        ({"daily_limits": {"VIP": 32_001}}, ["body", "daily_limits", "VIP"]),
        ({"daily_limits": {"GOLD": 50}}, ["body", "daily_limits"]),
        ({"daily_limits": [50]}, ["body", "daily_limits"]),
        ({"rarity_table": "Common"}, ["body", "rarity_table"]),
        ({"reason": "x" * 201}, ["body", "reason"]),
    ],
)
def test_what_is_out_of_bounds_is_refused(as_sam: Caller, body: dict[str, Any], loc: list[str]) -> None:
    assert refused(as_sam, body, 422, "VALIDATION_ERROR") == [loc]


@pytest.mark.parametrize(
    "body",
    [
        {"cost_single": 300},
        {"cost_ten": 3000},
        {"pity_threshold": 1},
        {"rarity_table": [["Common", 0.7], ["Rare", 0.16], ["Epic", 0.035], ["Legendary", 0.105]]},
    ],
    ids=["single", "ten", "pity", "chances"],
)
def test_what_would_pay_too_much_is_refused(as_sam: Caller, body: dict[str, Any]) -> None:
    assert refused(as_sam, body, 422, "RTP_OUT_OF_RANGE") == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT, Role.SHOP])
def test_other_roles_read_and_change_nothing(role: Role) -> None:
    reader = Caller(enrol("abe", role=role))
    assert reader.get(PATH).status_code == 200
    assert refused(reader, {"cost_single": 510}, 403, "PERMISSION_DENIED") == []


def test_who_is_overtaken_is_told_and_changes_nothing(
    as_sam: Caller, sam: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the table and writing the next, another version comes into force."""
    introduce = chances._introduce

    def overtaken(table: dict[str, Any], **facts: Any) -> GameConfig:
        monkeypatch.setattr(chances, "_introduce", introduce)
        assert as_sam.post(PATH, {"cost_single": 520}).status_code == 200
        return introduce(table, **facts)

    monkeypatch.setattr(chances, "_introduce", overtaken)
    answer = as_sam.post(PATH, {"cost_ten": 4600})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "CONFLICT")
    assert (in_force().version, in_force().table["cost_single"], in_force().table["cost_ten"]) == (2, 520, 4500)
    assert Audit.objects.filter(action="GACHA_CONFIG").count() == 1


def test_the_first_table_is_what_it_says(as_sam: Caller) -> None:
    """Only what is named changes: items, banners and promises stay as they are stored."""
    as_sam.post(PATH, {"cost_single": 510})
    first = json.loads(json.dumps(tables.FIRST_VERSIONS["gacha"]))
    assert in_force().table == first | {"cost_single": 510}
