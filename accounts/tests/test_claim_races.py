"""Sixteen devices claim at once: attendance and VIP points are given once, and a control shows what keeps it so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError

from accounts.models import Entry, Notification, Player, Reward, Streak, StreakType, Wallet
from accounts.progress import streaks, vip
from accounts.tests.attending import iso, latest_seq, news_of, on
from casino.lib import idempotency
from tests.cast import Caller, enrol
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SENDERS = 16
STREAK, VIP = "/api/streak/claim", "/api/vip/claim"
OWN_KEYS = [f"key {sender}" for sender in range(SENDERS)]
ONE_KEY = ["one"] * SENDERS
NO_KEYS = [None] * SENDERS
ALREADY = (400, "ALREADY_CLAIMED")


@pytest.fixture
def ada(transactional_db: None) -> Player:
    return enrol("ada")


@dataclass(frozen=True)
class Answer:
    """What one device was told."""

    status: int
    body: dict[str, Any]
    is_replay: bool

    @property
    def verdict(self) -> tuple[int, str]:
        return self.status, self.body.get("error", {}).get("code", "")


def send(caller: Caller, path: str, body: dict[str, Any]) -> Answer:
    response = caller.post(path, body)
    return Answer(response.status_code, response.json(), response.headers.get("Idempotency-Replayed") == "true")


def send_all(
    player: Player, path: str, keys: Sequence[str | None], kinds: Sequence[str | None] = NO_KEYS
) -> list[Answer]:
    """One device a key, all at once; nobody may crash."""
    headers = Caller(player).headers
    calls = []
    for key, kind in zip(keys, kinds, strict=True):
        caller = Caller()
        caller.headers.update(headers)
        body = {"idempotency_key": key, "action_type": kind}
        calls.append(partial(send, caller, path, {name: value for name, value in body.items() if value is not None}))
    ends = together(*calls)
    assert [end for end in ends if not isinstance(end, Answer)] == []
    return [end for end in ends if isinstance(end, Answer)]


def check_paid(player: Player, days_paid: int) -> None:
    """Wallet, entries, rewards, notices and streaks tell of exactly so many paid days in a row."""
    gold = [800 + 200 * day for day in range(1, days_paid + 1)]
    wallet = Wallet.objects.get(pk=player.pk)
    assert wallet.balance == 1000 + sum(gold)
    assert wallet.experience == sum(25 + 25 * day for day in range(1, days_paid + 1))
    entries = list(Entry.objects.filter(wallet_id=player.pk).order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, wallet.entry_seq + 1))
    assert [entry.signed_amount for entry in entries] == [1000, *gold]
    assert list(Reward.objects.order_by("key").values_list("key", "gold")) == [
        (iso(day), amount) for day, amount in enumerate(gold)
    ]
    assert Notification.objects.count() == wallet.unread == days_paid


def check_one_claim(player: Player, keys: Sequence[str | None], day: int = 0) -> None:
    """Devices with keys of their own, or none: one is paid, the others are refused and leave nothing."""
    seq = latest_seq(player)
    answers = send_all(player, STREAK, keys)
    assert Counter(answer.verdict for answer in answers) == {(200, ""): 1, ALREADY: SENDERS - 1}
    assert not any(answer.is_replay for answer in answers)
    (paid,) = (answer.body for answer in answers if answer.status == 200)
    assert (paid["streak_count"], paid["idempotent_reuse"]) == (day + 1, False)
    assert [news["type"] for news in news_of(player, seq)] == [
        "streak_update", "reward_granted", "profile_update", "notification",
    ]  # fmt: skip
    assert list(Streak.objects.values_list("action_type", "count")) == [("DAILY_LOGIN", day + 1)]
    check_paid(player, day + 1)
    assert idempotency.IdempotencyKey.objects.count() == (day + 1 if keys[0] else 0)


@pytest.mark.parametrize("keys", [OWN_KEYS, NO_KEYS], ids=["own keys", "no keys"])
def test_of_sixteen_claims_a_day_one_is_paid(ada: Player, keys: Sequence[str | None]) -> None:
    for day in range(3):
        with on(day):
            daily = [key and f"{key} of day {day}" for key in keys]
            check_one_claim(ada, daily, day)


def check_one_key(player: Player, path: str, before: int) -> None:
    """Every device is told the same claim, which was made once."""
    answers = send_all(player, path, ONE_KEY)
    assert Counter(answer.verdict for answer in answers) == {(200, ""): SENDERS}
    assert Counter(answer.is_replay for answer in answers) == {False: 1, True: SENDERS - 1}
    assert Counter(answer.body["idempotent_reuse"] for answer in answers) == {False: 1, True: SENDERS - 1}
    told = [answer.body | {"idempotent_reuse": False} for answer in answers]
    assert told == told[:1] * SENDERS
    assert latest_seq(player) == before + (4 if path == STREAK else 1)


def test_sixteen_senders_of_one_key_are_told_the_one_claim(ada: Player) -> None:
    with on(0):
        check_one_key(ada, STREAK, latest_seq(ada))
        check_paid(ada, 1)
        check_one_key(ada, VIP, latest_seq(ada))
        assert Wallet.objects.get(pk=ada.pk).vip_points == 50


@pytest.mark.parametrize("path", [STREAK, VIP])
def test_control_without_the_key_they_are_not(ada: Player, path: str) -> None:
    forgetful = patch.object(idempotency, "claim", lambda *_args, **_facts: None)
    with on(0), forgetful, pytest.raises(AssertionError):
        check_one_key(ada, path, latest_seq(ada))


def test_of_sixteen_claims_for_all_streaks_one_is_paid(ada: Player) -> None:
    with on(0):
        kinds = [StreakType.values[number % 5] for number in range(SENDERS)]
        answers = send_all(ada, STREAK, NO_KEYS, kinds)
        assert Counter(answer.verdict for answer in answers) == {(200, ""): 1, ALREADY: SENDERS - 1}
        (paid,) = (answer.body for answer in answers if answer.status == 200)
        assert list(Streak.objects.values_list("action_type", "count")) == [(paid["action_type"], 1)]
        check_paid(ada, 1)


def test_claims_and_ticks_count_the_day_once(ada: Player) -> None:
    with on(0):
        headers = Caller(ada).headers
        calls = []
        for number in range(SENDERS):
            caller = Caller()
            caller.headers.update(headers)
            calls.append(partial(send, caller, "/api/streak/tick" if number % 2 else STREAK, {}))
        answers = [end for end in together(*calls) if isinstance(end, Answer)]
        assert Counter(answer.verdict for answer in answers) == {(200, ""): SENDERS // 2 + 1, ALREADY: SENDERS // 2 - 1}
        assert Streak.objects.get().count == 1
        counted = [news for news in news_of(ada) if news["type"] == "streak_update"]
        assert {news["count"] for news in counted} == {1}
        assert len(counted) in (1, 2)  # the claim's, and a tick's that came before it
        check_paid(ada, 1)


def check_one_vip_claim(player: Player, keys: Sequence[str | None], days_before: int = 0) -> None:
    seq = latest_seq(player)
    answers = send_all(player, VIP, keys)
    points = 50 * (days_before + 1)
    assert Counter(answer.verdict for answer in answers) == {(200, ""): SENDERS}
    told = Counter((answer.body["awarded_points"], answer.body["idempotent"]) for answer in answers)
    assert told == {(50, False): 1, (0, True): SENDERS - 1}
    assert {answer.body["new_vip_points"] for answer in answers} == {points}
    assert Wallet.objects.get(pk=player.pk).vip_points == points
    assert [news["changes"] for news in news_of(player, seq)] == [{"vip_points": points}]


@pytest.mark.parametrize("keys", [OWN_KEYS, NO_KEYS], ids=["own keys", "no keys"])
def test_of_sixteen_vip_claims_a_day_one_adds_points(ada: Player, keys: Sequence[str | None]) -> None:
    for day in range(3):
        with on(day):
            check_one_vip_claim(ada, [key and f"{key} of day {day}" for key in keys], day)


@contextmanager
def deciding_once_all_have_read(module: Any, question: str) -> Iterator[None]:
    """Nobody's row is locked, and everybody has read the wallet before anybody asks whether today was claimed."""
    have_read, ask = Barrier(SENDERS), getattr(module, question)

    def ask_once_all_have_read(*facts: Any) -> bool:
        with suppress(BrokenBarrierError):  # whoever was refused the read does not come
            have_read.wait(timeout=5)
        return bool(ask(*facts))

    with row_locks_off(), patch.object(module, question, ask_once_all_have_read):
        yield


def test_control_without_row_locks_claims_collide_and_the_database_still_pays_once(ada: Player) -> None:
    unlocked = deciding_once_all_have_read(streaks, "is_claimed")
    with on(0), unlocked, pytest.raises((AssertionError, DatabaseError)):
        check_one_claim(ada, NO_KEYS)
    assert Reward.objects.count() <= 1  # one reward a player, source and day
    check_paid(ada, Reward.objects.count())


def test_control_without_row_locks_vip_claims_collide(ada: Player) -> None:
    unlocked = deciding_once_all_have_read(vip, "claimed_today")
    with on(0), unlocked, pytest.raises((AssertionError, DatabaseError)):
        check_one_vip_claim(ada, NO_KEYS)
