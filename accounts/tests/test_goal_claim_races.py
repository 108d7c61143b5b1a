"""Players and staff who race for one reward, each race with a control that shows it would be lost without its guard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError

from accounts.models import Audit, Entry, Goal, Notification, Player, Progress, Reward, Role, Wallet
from accounts.progress import claims, events, goals, missions, staging
from accounts.tests.aiming import a_mission, an_event, happen, news_of
from casino.lib import days, idempotency
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from realtime.models import StreamEvent
from tests.cast import enrol
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SENDERS = 16
Call = Callable[[], Any]


@pytest.fixture
def ada(transactional_db: None) -> Player:
    return enrol("ada")


@pytest.fixture
def eve(transactional_db: None) -> Player:
    return enrol("eve", role=Role.ECONOMY)


def raced(calls: Sequence[Call]) -> list[Any]:
    """What the calls answered, all at once; a refusal by its code. Nobody may crash."""
    ends = together(*calls)
    assert [end for end in ends if isinstance(end, BaseException) and not isinstance(end, Refusal)] == []
    return [end.code if isinstance(end, Refusal) else end for end in ends]


def check_books(player: Player, gold: int) -> None:
    """Wallet, entries, rewards and stream tell the same story."""
    wallet = Wallet.objects.get(pk=player.pk)
    entries = list(Entry.objects.filter(wallet_id=player.pk).order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, wallet.entry_seq + 1))
    assert sum(entry.signed_amount for entry in entries) == wallet.balance == gold
    assert sum(Reward.objects.filter(player=player).values_list("gold", flat=True)) == gold - 1000
    seqs = list(StreamEvent.objects.filter(player=player).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, wallet.stream_seq + 1))
    assert Notification.objects.filter(player=player).count() == wallet.unread


def reached_event(player: Player) -> Goal:
    event = an_event()
    events.join(player=player, event_id=event.pk)
    happen(player, games_played=10)
    return event


def reached_mission(player: Player) -> Goal:
    mission = a_mission(rewards={"gold": 500, "exp": 50})
    happen(player, games_played=3)
    return mission


REACHED = pytest.mark.parametrize("reach", [reached_event, reached_mission], ids=["event", "mission"])


def check_one_claim(player: Player, goal: Goal, keys: Sequence[str | None]) -> None:
    operation = claims.EVENT_OPERATION if goal.is_event else claims.MISSION_OPERATION
    calls = [
        partial(
            claims.claim,
            player=player,
            kind=Goal.Kind(goal.kind),
            goal_id=goal.pk,
            key=Key(player.pk, operation, key, "same body") if key else None,
        )
        for key in keys
    ]
    ends = raced(calls)
    if keys == ONE_KEY:
        answers = [answer for answer, _replayed in ends]
        assert Counter(replayed for _answer, replayed in ends) == {False: 1, True: SENDERS - 1}
        assert answers == [answers[0]] * SENDERS
    else:
        assert Counter(end if isinstance(end, str) else "paid" for end in ends) == {
            "paid": 1, "NOT_CLAIMABLE": SENDERS - 1,
        }  # fmt: skip
    check_books(player, 1500)
    assert Wallet.objects.get(pk=player.pk).experience == 50


NO_KEYS: list[str | None] = [None] * SENDERS
OWN_KEYS: list[str | None] = [f"key {sender}" for sender in range(SENDERS)]
ONE_KEY: list[str | None] = ["one"] * SENDERS


@REACHED
@pytest.mark.parametrize("keys", [NO_KEYS, OWN_KEYS, ONE_KEY], ids=["no keys", "own keys", "one key"])
def test_sixteen_claims_of_one_goal_are_paid_once(
    ada: Player, reach: Callable[[Player], Goal], keys: Sequence[str | None]
) -> None:
    check_one_claim(ada, reach(ada), keys)


@REACHED
def test_control_without_row_locks_the_claims_collide(ada: Player, reach: Callable[[Player], Goal]) -> None:
    goal = reach(ada)
    with row_locks_off(), meeting_at(claims, "_pay", 2), pytest.raises((AssertionError, DatabaseError)):
        check_one_claim(ada, goal, NO_KEYS)


@REACHED
def test_control_without_the_key_fifteen_senders_of_one_are_refused(
    ada: Player, reach: Callable[[Player], Goal]
) -> None:
    goal = reach(ada)
    with (
        patch.object(idempotency, "claim", lambda *_args, **_facts: None),
        pytest.raises((AssertionError, TypeError, ValueError)),
    ):
        check_one_claim(ada, goal, ONE_KEY)
    check_books(ada, 1500)


def check_one_force(player: Player, event: Goal, staff: Player, keys: Sequence[str | None]) -> None:
    calls = [
        partial(
            claims.force,
            player_id=player.pk,
            event_id=event.pk,
            by=staff,
            reason="",
            key=Key(staff.pk, claims.FORCE_OPERATION, key, "same body") if key else None,
        )
        for key in keys
    ]
    ends = raced(calls)
    told = Counter((answer["message"], replayed) for answer, replayed in ends)
    if keys == ONE_KEY:
        assert told == {("강제 지급 완료", False): 1, ("강제 지급 완료", True): SENDERS - 1}
    else:
        assert told == {("강제 지급 완료", False): 1, ("이미 보상 수령", False): SENDERS - 1}
    assert Audit.objects.filter(action="EVENT_FORCE_CLAIM").count() == 1
    check_books(player, 1500)


@pytest.mark.parametrize("keys", [NO_KEYS, OWN_KEYS, ONE_KEY], ids=["no keys", "own keys", "one key"])
def test_sixteen_forced_claims_are_paid_once(ada: Player, eve: Player, keys: Sequence[str | None]) -> None:
    event = an_event()
    events.join(player=ada, event_id=event.pk)
    check_one_force(ada, event, eve, keys)


def test_control_without_row_locks_the_forced_claims_collide(ada: Player, eve: Player) -> None:
    event = an_event()
    events.join(player=ada, event_id=event.pk)
    with row_locks_off(), meeting_at(claims, "_pay", 2), pytest.raises((AssertionError, DatabaseError)):
        check_one_force(ada, event, eve, NO_KEYS)


def test_a_claim_and_a_forced_claim_pay_once(ada: Player, eve: Player) -> None:
    event = reached_event(ada)
    own = partial(claims.claim, player=ada, kind=Goal.Kind.EVENT, goal_id=event.pk, key=None)
    forced = partial(claims.force, player_id=ada.pk, event_id=event.pk, by=eve, reason="", key=None)
    ends = raced([own, forced] * (SENDERS // 2))
    messages = Counter(end if isinstance(end, str) else end[0]["message"] for end in ends)
    paid = messages["보상을 성공적으로 수령했습니다!"] + messages["강제 지급 완료"]
    assert (paid, messages.total()) == (1, SENDERS)
    check_books(ada, 1500)


def check_one_joining(player: Player, event: Goal) -> None:
    ends = raced([partial(events.join, player=player, event_id=event.pk)] * SENDERS)
    (progress,) = Progress.objects.all()
    assert {end["id"] for end in ends} == {progress.pk}
    assert [end["completed"] for end in ends] == [True] * SENDERS
    assert Counter(news["type"] for news in news_of(player)) == Counter(
        {"profile_update": 1, "event_progress": 1, "notification": 1}
    )
    check_books(player, 1000)


def test_sixteen_joinings_are_one(ada: Player) -> None:
    check_one_joining(ada, an_event(requirements={}))


def test_control_without_row_locks_the_joinings_collide(ada: Player) -> None:
    event = an_event(requirements={})
    with row_locks_off(), meeting_at(events, "_begin", 2), pytest.raises((AssertionError, DatabaseError)):
        check_one_joining(ada, event)


def check_reports_add_up(player: Player, event: Goal) -> None:
    raced([partial(events.report, player=player, event_id=event.pk, progress={"steps": 1})] * SENDERS)
    (progress,) = Progress.objects.all()
    assert (progress.tally, progress.version) == ({"steps": SENDERS}, SENDERS)
    assert progress.completed_at is not None
    told = [news for news in news_of(player) if news["type"] == "event_progress"]
    assert [news["progress"]["steps"] for news in told] == list(range(1, SENDERS + 1))


def test_sixteen_reports_all_count(ada: Player) -> None:
    check_reports_add_up(ada, an_event(requirements={"steps": SENDERS}))


def test_control_without_row_locks_reports_are_lost(ada: Player) -> None:
    event = an_event(requirements={"steps": SENDERS})
    with row_locks_off(), meeting_at(events, "_begin", 2), pytest.raises((AssertionError, DatabaseError)):
        check_reports_add_up(ada, event)


def check_one_beginning(player: Player) -> None:
    ends = raced([partial(missions.listed, player.pk, now=days.now())] * SENDERS)
    assert len({str(end) for end in ends}) == 1
    assert Progress.objects.count() == len(ends[0]) == 5


def test_sixteen_first_reads_begin_each_mission_once(ada: Player) -> None:
    for number in range(5):
        a_mission(title=f"{number}", priority=number)
    check_one_beginning(ada)


def test_control_without_the_rule_of_one_row_first_reads_collide(ada: Player) -> None:
    a_mission()

    def begin(player_id: int, found: list[Goal], now: Any) -> None:
        Progress.objects.bulk_create([goals.begun(goal, player_id, now) for goal in found])

    with patch.object(missions, "_begin", begin), pytest.raises((AssertionError, DatabaseError)):
        check_one_beginning(ada)


def test_what_plays_count_survives_the_first_read(ada: Player) -> None:
    for number in range(5):
        a_mission(title=f"{number}", requirements={"games_played": 1000}, priority=number % 3)
    read = partial(missions.listed, ada.pk, now=days.now())
    play = partial(happen, ada, games_played=1)
    raced([read, play] * (SENDERS // 2))
    assert [progress.tally for progress in Progress.objects.all()] == [{"games_played": SENDERS // 2}] * 5


def test_a_claim_never_slips_past_the_switch(ada: Player, eve: Player) -> None:
    event = reached_event(ada)
    claim = partial(claims.claim, player=ada, kind=Goal.Kind.EVENT, goal_id=event.pk, key=None)
    switch = partial(staging.switch_event, by=eve, event_id=event.pk, on=False)
    ends = raced([claim, switch] * 2)
    paid = sum(isinstance(end, tuple) for end in ends)
    assert Reward.objects.count() == paid <= 1
    check_books(ada, 1000 + 500 * paid)
    assert raced([claim]) == ["NOT_CLAIMABLE"]


def check_one_seed(staff: Player) -> None:
    ends = raced([partial(staging.seed_model_index, by=staff)] * SENDERS)
    assert {event.pk for event in ends} == {Goal.objects.get().pk}
    assert Audit.objects.filter(action="EVENT_CREATE").count() == 1


def test_sixteen_seeds_of_the_model_index_are_one(eve: Player) -> None:
    check_one_seed(eve)


def test_control_without_the_queue_the_seeds_are_many(eve: Player) -> None:
    unqueued, two = patch.object(staging, "_queue_makers", lambda: None), meeting_at(staging, "_create", 2)
    with row_locks_off(), unqueued, two, pytest.raises((AssertionError, DatabaseError, Goal.MultipleObjectsReturned)):
        check_one_seed(eve)


def test_a_code_of_the_catalog_is_taken_once(eve: Player) -> None:
    facts = {"code": "HAT", "reward_type": "GOLD", "amount": 5}
    ends = raced([partial(staging.create_reward, by=eve, facts=facts)] * SENDERS)
    assert Counter(end if isinstance(end, str) else "made" for end in ends) == {"made": 1, "CONFLICT": SENDERS - 1}
    assert Audit.objects.filter(action="REWARD_CREATE").count() == 1
