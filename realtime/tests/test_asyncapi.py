"""The description of the socket: it names every event, holds what is told against it, and is published."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.test import Client

from casino import asyncapi as pages
from realtime import asyncapi, events, plays
from realtime.events import Event
from realtime.shapes import Row, rows
from tests import wire

Json = dict[str, Any]
MESSAGES = {kind.__name__: kind for kind in asyncapi.MESSAGES}


def example(name: str) -> Json:
    """The recorded message of that name, to be spoilt."""
    told: Json = wire.published()["components"]["messages"][name]["examples"][0]["payload"]
    return copy.deepcopy(told)


def test_every_event_class_is_described() -> None:
    classes = [each for module in (events, plays) for each in vars(module).values() if isinstance(each, type)]
    assert {each for each in classes if issubclass(each, Event)} - {Event, plays.GameEvent} == set(MESSAGES.values())


def test_every_type_that_has_a_place_in_the_order_is_stored() -> None:
    stored = {kind.type for kind in asyncapi.STORED}
    assert stored - events.ORDER.keys() == {"user_action"}
    assert events.ORDER.keys() <= stored


@pytest.mark.parametrize("name", MESSAGES)
def test_a_recorded_message_is_as_published(name: str) -> None:
    assert wire.check(example(name))["type"] == MESSAGES[name].type


@pytest.mark.parametrize("name", [name for name in MESSAGES if name != "Pong"])
def test_a_field_too_many_or_too_few_is_found(name: str) -> None:
    more = example(name)
    more["data"]["gold"] = 1
    fewer = example(name)
    fewer["data"].pop(next(iter(fewer["data"])))
    for spoilt in (more, fewer):
        if name == "ProfileUpdate" or spoilt["data"]:
            with pytest.raises(AssertionError, match="not as published"):
                wire.check(spoilt)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("SlotSpin", ("data", "bet"), "10"),
        ("SlotSpin", ("data", "balance_after"), 10.5),
        ("SlotSpin", ("data", "win_lines"), [{"line": 1}]),
        ("CrashBet", ("data", "crash_point"), 2.0),
        ("CrashResult", ("data", "status"), "flown"),
        ("ProfileUpdate", ("data", "changes", "gold_balance"), None),
        ("ProfileUpdate", ("data", "changes", "password"), "x"),
        ("RewardGranted", ("data", "reward_type"), "present"),
        ("StatsUpdate", ("data", "stats"), {}),
        ("InitialState", ("data", "recovered"), "yes"),
        ("InitialState", ("data", "profile", "rank"), "KING"),
        ("InitialState", ("seq",), 4),
        ("UnreadNotices", ("seq",), None),
        ("UnreadNotices", ("seq",), 0),
        ("Pong", ("timestamp",), "now"),
    ],
)
def test_a_wrong_value_is_found(name: str, path: tuple[str, ...], value: Any) -> None:
    spoilt = example(name)
    place = spoilt
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(AssertionError, match="not as published"):
        wire.check(spoilt)


def test_what_nobody_described_is_found() -> None:
    with pytest.raises(AssertionError, match="unknown"):
        wire.check({"type": "jackpot", "user_id": 1, "seq": 1, "timestamp": 0.0, "data": {}})


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = pages.described()
    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert place


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [each for value in part.values() for each in references(value)]
    return [each for value in part for each in references(value)] if isinstance(part, list) else []


def test_fields_are_told_in_rows_and_parts_below_what_they_belong_to() -> None:
    schemas = wire.published()["components"]["schemas"]
    told = list(rows("RpsPlay", schemas, elsewhere=frozenset()))[-4:]
    assert told == [
        Row("computer_choice", 0, '"rock" | "paper" | "scissors"', "", is_optional=False),
        Row("result", 0, '"win" | "lose" | "draw"', "", is_optional=False),
        Row("multiplier", 0, "number", "multiple of the stake, two decimals", is_optional=False),
        Row("subtype", 0, '"rps_play"', "", is_optional=False),
    ]
    update = {row.name: row for row in rows("ProfileUpdate", schemas, elsewhere=frozenset())}
    assert (update["changes"].depth, update["nickname"].depth, update["nickname"].is_optional) == (0, 1, True)
    assert update["phone_number"].kind == "string | null"


def test_the_document_is_published_to_anybody() -> None:
    answer = Client().get("/asyncapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    told = json.loads(answer.content)
    assert (told["asyncapi"], told["channels"]["sync"]["address"]) == ("3.0.0", "/api/realtime/sync")
    assert set(told["components"]["messages"]) == {*MESSAGES, "Ping"}
    assert told["channels"]["sync"]["x-close-codes"].keys() == {"1009", "1012", "4400", "4401", "4403", "4408", "4429"}


@pytest.mark.django_db
def test_the_page_tells_every_message_with_its_fields_and_an_example() -> None:
    page = Client().get("/asyncapi").content.decode()
    for name in MESSAGES:
        assert f'data-testid="message-{name}"' in page
    for field in ("as_of_seq", "is_jackpot", "progress_percentage", "crash_point"):
        assert f"<code>{field}</code>" in page
    assert page.count("message__example") == len(MESSAGES)
