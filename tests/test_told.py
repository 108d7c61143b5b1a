"""What each operation tells a player's stream: which events, in which order. The whole table of one day."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Goal, Player, Wallet
from casino.lib import days
from realtime import asyncapi, events, stream
from shop.defaults import seed_products
from tests.cast import Caller, enrol, set_gold

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
FIRST_SPIN = ["game_event", "streak_update", "profile_update", "stats_update"]
Call = Callable[[Caller], Any]


@pytest.fixture
def ada() -> Iterator[Player]:
    """A player with gold at noon; nothing else happens in the club."""
    with time_machine.travel(NOON, tick=False):
        list(seed_products(days.now()))
        yield enrol("ada", gold=5_000)


def told(player: Player, since: int) -> list[str]:
    """The types of what the player's stream was told after `since`; every message is as published."""
    return [message["type"] for message in stream.after(player.pk, since, limit=100)]


def heard(player: Player, call: Call) -> list[str]:
    """What is told by one call, which has to succeed."""
    caller = Caller(player)
    since = Wallet.objects.values_list("stream_seq", flat=True).get(pk=player.pk)
    answer = call(caller)
    assert answer.status_code == 200, answer.content
    return told(player, since)


def post(path: str, **body: Any) -> Call:
    return lambda caller: caller.post(path, body | {"idempotency_key": uuid.uuid4().hex})


def put(path: str, **body: Any) -> Call:
    return lambda caller: caller.client.put(path, body, content_type="application/json", headers=caller.headers)


spin = post("/api/games/slot/spin", bet_amount=10, lines=1)


@pytest.mark.parametrize(
    ("call", "types"),
    [
        (spin, FIRST_SPIN),
        (post("/api/games/rps/play", bet_amount=10, choice="rock"), FIRST_SPIN),
        (post("/api/games/gacha/pull", pull_count=10), FIRST_SPIN),
        (post("/api/streak/tick"), ["streak_update"]),
        (post("/api/streak/reset"), ["streak_update"]),
        (post("/api/streak/protection", enabled=True), ["streak_update"]),
        (post("/api/streak/claim"), ["streak_update", "reward_granted", "profile_update", "notification"]),
        (post("/api/vip/claim"), ["profile_update"]),
        (post("/api/shop/buy", product_id="GOLD_PACK_SMALL"), ["purchase_update", "profile_update", "notification"]),
        (put("/api/auth/me", nickname="Countess"), ["profile_update"]),
        (post("/api/actions", action_type="PAGE_VIEW"), ["user_action"]),
    ],
)
def test_an_operation_tells_these_events_in_this_order(ada: Player, call: Call, types: list[str]) -> None:
    assert heard(ada, call) == types


def test_a_second_round_of_the_day_ticks_no_streak(ada: Player) -> None:
    heard(ada, spin)
    assert heard(ada, spin) == ["game_event", "profile_update", "stats_update"]


def test_a_round_tells_what_it_brought_forward_and_reached(ada: Player) -> None:
    facts: dict[str, Any] = {"requirements": {"games_played": 2}, "rewards": {"gold": 50}}
    facts |= {"created_at": NOON, "updated_at": NOON}
    window = {"starts_at": NOON - timedelta(days=1), "ends_at": NOON + timedelta(days=1)}
    mission = Goal.objects.create(title="two rounds", kind="mission", period="daily", **facts)
    event = Goal.objects.create(title="two more", kind="event", **facts, **window)
    join = post("/api/events/join", event_id=event.pk)
    assert heard(ada, join) == []
    moved = ["mission_progress", "event_progress"]
    first = heard(ada, spin)
    assert (first[:4], sorted(first[4:])) == (FIRST_SPIN, sorted(moved))
    second = heard(ada, spin)
    assert (second[:3], sorted(second[3:5])) == (["game_event", "profile_update", "stats_update"], sorted(moved))
    assert second[5:] == ["notification", "notification"]
    paid = ["reward_granted", "profile_update"]
    assert heard(ada, post(f"/api/events/missions/claim/{mission.pk}")) == [*paid, "mission_progress", "notification"]
    assert heard(ada, post(f"/api/events/claim/{event.pk}")) == [*paid, "event_progress", "notification"]
    assert heard(ada, post("/api/notifications/read-all")) == ["notification"]


def test_a_crash_round_tells_its_bet_and_its_end(ada: Player) -> None:
    assert heard(ada, post("/api/streak/tick", action_type="CRASH_BET")) == ["streak_update"]
    bet = post("/api/games/crash/bet", bet_amount=10)
    while (at_the_bet := heard(ada, bet))[:2] == ["game_event", "game_event"]:
        continue  # one round in 25 is over at once
    assert at_the_bet == ["game_event", "profile_update"]
    assert heard(ada, post("/api/games/crash/cashout")) == ["game_event", "profile_update", "stats_update"]


def test_refused_with_a_reason_is_told_and_moves_nothing(ada: Player) -> None:
    set_gold(ada, 1)
    assert heard(ada, post("/api/shop/buy", product_id="anti_single_loss")) == ["purchase_update"]


def test_every_type_that_is_stored_has_its_place_in_this_table(ada: Player) -> None:
    listed = {"game_event", "purchase_update", "streak_update", "reward_granted", "profile_update", "stats_update"}
    listed |= {"mission_progress", "event_progress", "notification", "user_action"}
    assert listed == {kind.type for kind in asyncapi.STORED}
    assert [*events.ORDER] == [
        "game_event", "purchase_update", "streak_update", "reward_granted", "profile_update", "stats_update",
        "mission_progress", "event_progress", "notification",
    ]  # fmt: skip
