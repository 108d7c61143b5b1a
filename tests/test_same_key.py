"""One effect per key on every route that moves gold: sixteen senders at once over HTTP, and a control without keys."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from accounts.models import Entry, Player
from casino.lib import days
from games.tests.flying import aim
from shop import defaults
from tests.cast import Caller, enrol
from tests.race import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SENDERS = 16


@dataclass(frozen=True)
class Answer:
    """What one sender was told."""

    status: int
    body: dict[str, Any]
    replayed: bool


MONEY_CALLS = [
    ("/api/games/slot/spin", {"bet_amount": 30, "lines": 3}, {"slot_bet"}),
    ("/api/games/rps/play", {"choice": "rock", "bet_amount": 30}, {"rps_bet"}),
    ("/api/games/gacha/pull", {}, {"gacha_pull"}),
    ("/api/gacha/pull", {"pull_count": 1}, {"gacha_pull"}),
    ("/api/shop/buy", {"product_id": "1001", "quantity": 2}, {"topup"}),
    ("/api/shop/buy/GOLD_PACK_SMALL", {}, {"topup"}),
    ("/api/shop/buy", {"product_id": "attendance_link"}, {"shop_spend"}),
]
by_call = pytest.mark.parametrize(
    ("path", "body", "codes"), MONEY_CALLS, ids=[f"{path} {json.dumps(body)}" for path, body, _ in MONEY_CALLS]
)


@pytest.fixture
def rich(transactional_db: None) -> Player:
    defaults.seed_products(days.now())
    return enrol("ada", gold=1_000_000)


def send(caller: Caller, path: str, body: dict[str, Any], key: str | None) -> Answer:
    keyed = body if key is None else {**body, "idempotency_key": key}
    response = caller.post(path, keyed)
    return Answer(response.status_code, response.json(), response.headers.get("Idempotency-Replayed") == "true")


def send_all(player: Player, path: str, body: dict[str, Any], keys: Sequence[str | None]) -> list[Answer]:
    """One sender a key, each with a client of its own, all at once."""
    headers = Caller(player).headers
    callers = [Caller() for _ in keys]
    for caller in callers:
        caller.headers.update(headers)
    ends = together(*(partial(send, caller, path, body, key) for caller, key in zip(callers, keys, strict=True)))
    failures = [end for end in ends if isinstance(end, BaseException)]
    assert failures == []
    return [end for end in ends if isinstance(end, Answer)]


def entries_of(player: Player, codes: set[str]) -> int:
    return Entry.objects.filter(wallet_id=player.pk, code__in=codes).count()


def check_one_effect(player: Player, answers: list[Answer], codes: set[str], *, before: int) -> None:
    assert Counter(answer.status for answer in answers) == {200: SENDERS}
    assert Counter(answer.replayed for answer in answers) == {False: 1, True: SENDERS - 1}
    assert Counter(answer.body["idempotent_reuse"] for answer in answers) == {False: 1, True: SENDERS - 1}
    told = [answer.body | {"idempotent_reuse": False} for answer in answers]
    assert told == told[:1] * SENDERS
    assert entries_of(player, codes) - before == 1


@by_call
def test_sixteen_senders_of_one_key_move_gold_once(
    rich: Player, path: str, body: dict[str, Any], codes: set[str]
) -> None:
    for turn in range(3):
        before = entries_of(rich, codes)
        answers = send_all(rich, path, body, [f"key {turn}"] * SENDERS)
        check_one_effect(rich, answers, codes, before=before)


@by_call
def test_control_without_a_key_every_sender_moves_gold(
    rich: Player, path: str, body: dict[str, Any], codes: set[str]
) -> None:
    before = entries_of(rich, codes)
    answers = send_all(rich, path, body, [None] * SENDERS)
    with pytest.raises(AssertionError):
        check_one_effect(rich, answers, codes, before=before)
    assert entries_of(rich, codes) - before == SENDERS


@by_call
def test_a_used_key_refuses_another_body_and_serves_another_player(
    rich: Player, path: str, body: dict[str, Any], codes: set[str]
) -> None:
    other = enrol("bob", gold=1_000_000)
    first = send(Caller(rich), path, body, "k")
    before = entries_of(rich, codes)
    changed = send(Caller(rich), path, {**body, "note": 1}, "k")
    assert (changed.status, changed.body["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert entries_of(rich, codes) == before
    own = send(Caller(other), path, body, "k")
    assert (own.status, own.replayed, own.body["idempotent_reuse"]) == (200, False, False)
    assert own.body != first.body
    assert entries_of(other, codes) == 1


FLY, LEAVE = "/api/games/crash/bet", "/api/games/crash/cashout"


@pytest.mark.parametrize("turn", range(3))
def test_sixteen_senders_of_one_key_open_one_round_and_leave_it_once(rich: Player, turn: int) -> None:
    """Crash takes one bet at a time, so that bet and cash-out take turns."""
    aim(rich, 2_000)
    bets = send_all(rich, FLY, {"bet_amount": 30}, [f"bet {turn}"] * SENDERS)
    check_one_effect(rich, bets, {"crash_bet"}, before=0)
    left = send_all(rich, LEAVE, {}, [f"out {turn}"] * SENDERS)
    check_one_effect(rich, left, {"crash_win"}, before=0)


def test_control_without_a_key_one_bet_and_one_cash_out_are_heard(rich: Player) -> None:
    aim(rich, 2_000)
    for path, body, codes, refused in ((FLY, {"bet_amount": 30}, {"crash_bet"}, 409), (LEAVE, {}, {"crash_win"}, 404)):
        answers = send_all(rich, path, body, [None] * SENDERS)
        with pytest.raises(AssertionError):
            check_one_effect(rich, answers, codes, before=0)
        assert Counter(answer.status for answer in answers) == {200: 1, refused: SENDERS - 1}
        assert entries_of(rich, codes) == 1
