"""The velocity guard: what it counts, whom it blocks and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Audit, Player
from shop import velocity
from shop.models import Purchase, PurchaseRefusal
from shop.tests.conftest import moved, news_of, written
from tests.cast import Caller

BUY, PACK, ITEM = "/api/shop/buy", "GOLD_PACK_SMALL", "anti_single_loss"
pytestmark = pytest.mark.usefixtures("shelf")


def is_blocked(caller: Caller, **body: Any) -> bool:
    response = caller.post(BUY, {"product_id": PACK, **body})
    assert response.status_code in (200, 429)
    return bool(response.status_code == 429 and response.json()["error"]["code"] == "FRAUD_BLOCK")


def everything_an_hour_older() -> None:
    for model in (Purchase, PurchaseRefusal):
        for row in model._default_manager.all():
            model._default_manager.filter(pk=row.pk).update(created_at=row.created_at - timedelta(hours=1))


def test_twenty_attempts_pass_and_the_next_is_blocked(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    assert [is_blocked(as_ada) for _ in range(20)] == [False] * 20
    before = written(ada)
    response = as_ada.post(BUY, {"product_id": PACK, "idempotency_key": "k"})
    assert (response.status_code, response.json()["error"]["code"]) == (429, "FRAUD_BLOCK")
    assert response["Retry-After"] == "300"
    assert moved(before, written(ada)).keys() == {"PurchaseRefusal", "StreamEvent", "audits", "wallet"}
    told = news_of(ada, 1)[0]
    assert (told["status"], told["reason_code"], told["receipt_code"]) == ("failed", "FRAUD_BLOCK", None)
    assert is_blocked(as_bob) is False


def test_a_blocked_player_is_reported_once_in_five_minutes(ada: Player, as_ada: Caller, settings: Settings) -> None:
    settings.FRAUD_MAX_PURCHASES = 1
    assert [is_blocked(as_ada) for _ in range(4)] == [False, True, True, True]
    row = Audit.objects.get(action="FRAUD_BLOCK")
    assert (row.severity, row.target_type, row.target_id) == ("critical", "player", str(ada.pk))
    everything_an_hour_older()
    assert [is_blocked(as_ada) for _ in range(2)] == [False, True]
    assert Audit.objects.filter(action="FRAUD_BLOCK").count() == 2


def test_every_attempt_that_reaches_the_guard_counts(as_ada: Caller, settings: Settings) -> None:
    settings.FRAUD_MAX_PURCHASES = 4
    outcomes = [
        is_blocked(as_ada, gateway_mode="always_fail"),
        is_blocked(as_ada, product_id=ITEM),  # too little gold
        is_blocked(as_ada, gateway_mode="external"),
        is_blocked(as_ada),
        is_blocked(as_ada),
    ]
    assert outcomes == [False, False, False, False, True]


def test_what_never_reaches_it_does_not_count(as_ada: Caller, settings: Settings) -> None:
    settings.FRAUD_MAX_PURCHASES = 2
    body = {"product_id": PACK, "idempotency_key": "k"}
    as_ada.post(BUY, body)
    for _ in range(3):
        as_ada.post(BUY, body)  # replays
        as_ada.post(BUY, {"product_id": "nothing"})
        as_ada.post(BUY, {"product_id": 1004})  # rank
        as_ada.post(BUY, {"product_id": PACK, "expected_price": 1})
    assert [is_blocked(as_ada), is_blocked(as_ada)] == [False, True]


def test_attempts_are_forgotten_after_the_window(as_ada: Caller, settings: Settings) -> None:
    settings.FRAUD_MAX_PURCHASES = 1
    assert [is_blocked(as_ada) for _ in range(2)] == [False, True]
    everything_an_hour_older()
    assert is_blocked(as_ada) is False


def test_refused_attempts_are_kept_for_a_day(as_ada: Caller, settings: Settings) -> None:
    as_ada.post(BUY, {"product_id": ITEM})
    refused = PurchaseRefusal.objects.get().created_at
    assert velocity.prune_refusals(now=refused + timedelta(hours=23)) == 0
    assert velocity.prune_refusals(now=refused + timedelta(hours=24)) == 1


def test_the_third_card_is_blocked_and_the_first_two_are_not(as_ada: Caller) -> None:
    cards = ["one", "two", "one", "three", "two", "three", "", "one"]
    assert [is_blocked(as_ada, card_token=card) for card in cards] == [
        False, False, False, True, False, True, False, False,
    ]  # fmt: skip


def test_a_card_is_kept_as_a_keyed_hash_only(as_ada: Caller, settings: Settings) -> None:
    as_ada.post(BUY, {"product_id": ITEM, "card_token": "tok_secret"})
    as_ada.post(BUY, {"product_id": PACK, "card_token": "tok_secret"})
    kept = {Purchase.objects.get().card_hash, PurchaseRefusal.objects.get().card_hash}
    assert kept == {velocity.card_hash("tok_secret")}
    settings.SECRET_KEY = "another key"
    assert velocity.card_hash("tok_secret") not in kept
    assert velocity.card_hash("") == ""
