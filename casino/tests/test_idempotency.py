"""One effect per (player, operation, key), whatever the senders do."""

from __future__ import annotations

from threading import Event
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.test import RequestFactory

from accounts.models import Player
from casino.lib import days, idempotency
from casino.lib.errors import Refusal
from casino.lib.idempotency import IdempotencyKey, Key, claim, fingerprint, kept_answer, read_key, release
from tests.cast import Caller, enrol
from tests.race import together


def key_of(player: Player, text: str = "k", *, operation: str = "slot.spin", payload: str = "body") -> Key:
    return Key(player.pk, operation, text, payload)


def take(key: Key | None, ref: str) -> str | None:
    """Claims in a transaction of its own."""
    with transaction.atomic():
        return claim(key, ref=ref, now=days.now())


def test_the_first_call_goes_on_and_the_second_learns_the_firsts_ref(ada: Player) -> None:
    assert take(key_of(ada), "first") is None
    assert take(key_of(ada), "second") == "first"


def test_without_a_key_every_call_is_a_first_one(ada: Player) -> None:
    assert (take(None, "one"), take(None, "two")) == (None, None)
    assert not IdempotencyKey.objects.exists()


def test_another_payload_is_refused(ada: Player) -> None:
    take(key_of(ada), "first")
    with pytest.raises(Refusal) as refused:
        take(key_of(ada, payload="other body"), "second")
    assert (refused.value.code, refused.value.status) == ("IDEMPOTENCY_KEY_REUSED", 422)


def test_another_player_and_another_operation_have_keys_of_their_own(ada: Player, bob: Player) -> None:
    take(key_of(ada), "first")
    assert take(key_of(bob), "bobs") is None
    assert take(key_of(ada, operation="shop.buy"), "purchase") is None


def test_a_call_that_rolled_back_frees_its_key(ada: Player) -> None:
    def refuse() -> None:
        with transaction.atomic():
            claim(key_of(ada), ref="first", now=days.now())
            raise Refusal("NO", 400, "no")

    with pytest.raises(Refusal):
        refuse()
    assert take(key_of(ada), "second") is None


def test_a_released_key_may_be_used_again(ada: Player) -> None:
    with transaction.atomic():
        claim(key_of(ada), ref="first", now=days.now())
        release(key_of(ada))
    assert take(key_of(ada), "second") is None


def test_an_answer_can_be_kept_with_the_key(ada: Player) -> None:
    with transaction.atomic():
        claim(key_of(ada), ref="first", now=days.now())
        idempotency.keep_answer(key_of(ada), {"gold": 7})
    assert kept_answer(key_of(ada)) == {"gold": 7}


def test_the_order_of_fields_does_not_matter_and_the_key_itself_does_not_count() -> None:
    assert fingerprint({"a": 1, "b": 2, "idempotency_key": "x"}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})


@pytest.mark.parametrize(
    ("body", "headers", "found"),
    [
        ({"idempotency_key": "b"}, {"X-Idempotency-Key": "x", "Idempotency-Key": "h"}, "b"),
        ({}, {"X-Idempotency-Key": "x", "Idempotency-Key": "h"}, "x"),
        ({}, {"Idempotency-Key": "h"}, "h"),
        ({}, {}, None),
    ],
)
def test_the_first_source_found_wins(body: dict[str, str], headers: dict[str, str], found: str | None) -> None:
    request = RequestFactory().post("/", headers=headers)
    key = read_key(request, body, player_id=1, operation="slot.spin", payload=body)
    assert (key.text if key else None) == found


@pytest.mark.parametrize("text", ["", "x" * 129, "키", "a\nb", "a\x00", 7, True, ["k"], {"k": 1}])
def test_a_key_that_is_none_is_named(text: Any) -> None:
    body = {"idempotency_key": text}
    with pytest.raises(Refusal) as refused:
        read_key(RequestFactory().post("/"), body, player_id=1, operation="slot.spin", payload=body)
    assert refused.value.code == "VALIDATION_ERROR"
    assert refused.value.details is not None
    assert refused.value.details[0]["loc"] == ["body", "idempotency_key"]


def test_replays_are_told_by_flag_and_header(as_ada: Caller) -> None:
    body = {"bet_amount": 10, "idempotency_key": "k"}
    first, second = as_ada.post("/api/games/slot/spin", body), as_ada.post("/api/games/slot/spin", body)
    assert (first.json()["idempotent_reuse"], second.json()["idempotent_reuse"]) == (False, True)
    assert ("Idempotency-Replayed" in first.headers, second.headers["Idempotency-Replayed"]) == (False, "true")
    assert second.json() == first.json() | {"idempotent_reuse": True}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_second_sender_waits_for_the_firsts_commit_or_is_told_to_come_back() -> None:
    key = key_of(enrol("ada"))
    claimed, second_answered = Event(), Event()

    def first() -> str | None:
        with transaction.atomic():
            ref = claim(key, ref="first", now=days.now())
            claimed.set()
            # SQLite lets nobody else write meanwhile; PostgreSQL's second sender gives up after two seconds.
            second_answered.wait(timeout=1 if connection.vendor == "sqlite" else 10)
            return ref

    def second() -> str | None:
        claimed.wait(timeout=10)
        try:
            return take(key, "second")
        finally:
            second_answered.set()

    first_result, second_result = together(first, second)
    assert first_result is None
    if connection.vendor == "sqlite":
        assert second_result == "first"
    else:
        assert isinstance(second_result, Refusal)
        assert (second_result.code, second_result.headers) == ("IN_PROGRESS", {"Retry-After": "1"})
    assert take(key, "third") == "first"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixteen_senders_of_one_key_have_one_first() -> None:
    key = key_of(enrol("ada"))
    refs = together(*[lambda number=number: take(key, f"sender {number}") for number in range(16)])
    assert refs.count(None) == 1
    assert {ref for ref in refs if ref is not None} == {f"sender {refs.index(None)}"}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_unique_index_there_are_many_firsts() -> None:
    key = key_of(enrol("ada"))

    def look_then_write(key: Key, ref: str, now: Any) -> bool:
        same = IdempotencyKey.objects.filter(player_id=key.player_id, operation=key.operation, key=key.text)
        if same.exists():
            return False
        IdempotencyKey.objects.create(
            player_id=key.player_id, operation=key.operation, key=f"{key.text} {ref}", payload_hash="", ref=ref,
            created_at=now,
        )  # fmt: skip
        return True

    with patch.object(idempotency, "_inserted", look_then_write):
        refs = together(*[lambda number=number: take(key, f"sender {number}") for number in range(16)])
    assert refs.count(None) > 1
