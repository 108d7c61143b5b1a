"""The provider's calls that race: one effect each, with controls that show what is lost without the protection."""

from __future__ import annotations

import json
import random
import string
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError

from accounts.models import Entry, Player, Wallet
from casino.lib import days, rows
from shop import hooks, settlement
from shop.buy import buy
from shop.defaults import seed_products
from shop.models import Product, Purchase, WebhookEvent, WebhookNonce
from shop.orders import Order
from shop.tests.conftest import change
from shop.tests.provider import Provider, news, sealed
from shop.truths import purchase_truths
from tests.cast import enrol
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SENDERS = 12
PACK = "GOLD_PACK_SMALL"
DUPLICATE = {"ok": True, "duplicate": True}


@pytest.fixture
def ada(transactional_db: None) -> Player:
    seed_products(days.now())
    return enrol("ada")


def order(player: Player) -> Purchase:
    """A pack that waits for its money."""
    mode = Order(gateway_mode="external")
    return buy(player=player, product=Product.objects.named(PACK), order=mode, key=None).purchase


@pytest.fixture
def waiting(ada: Player) -> Purchase:
    return order(ada)


def deliver(raw: bytes, headers: dict[str, str]) -> Any:
    answer = Provider().post(raw, headers)
    return answer.status_code, answer.json()


def calls(bodies: Sequence[dict[str, Any]]) -> list[Any]:
    """Every body in a call of its own, all at once; nobody may crash."""
    raws = [json.dumps(body).encode() for body in bodies]
    answers = together(*(partial(deliver, raw, sealed(raw)) for raw in raws))
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    return answers


def check_books(player: Player, balance: int, grants: int) -> None:
    wallet = Wallet.objects.get(pk=player.pk)
    entries = list(Entry.objects.filter(wallet_id=player.pk).order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, wallet.entry_seq + 1))
    assert sum(entry.signed_amount for entry in entries) == wallet.balance == balance
    assert sum(entry.code == "topup" for entry in entries) == grants
    assert [truth.first for truth in purchase_truths() if truth.first is not None] == []


# --- one nonce --------------------------------------------------------------------------------------


def check_one_passes(purchase: Purchase) -> None:
    raw = json.dumps(news(purchase)).encode()
    answers = together(*[partial(deliver, raw, sealed(raw, X_Nonce="nonce-01"))] * SENDERS)
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    assert Counter(status for status, _ in answers) == {200: 1, 409: SENDERS - 1}  # type: ignore[misc]
    assert (WebhookNonce.objects.count(), WebhookEvent.objects.count()) == (1, 1)


def test_of_racing_replays_exactly_one_passes(ada: Player, waiting: Purchase) -> None:
    check_one_passes(waiting)
    check_books(ada, 3_600, 1)


def test_control_with_look_then_save_more_than_one_replay_passes(ada: Player, waiting: Purchase) -> None:
    have_looked, insert_once = Barrier(SENDERS), rows.insert_once

    def look_then_save(row: Any) -> bool:
        if not isinstance(row, WebhookNonce):
            return insert_once(row)
        is_known = WebhookNonce.objects.filter(pk=row.pk).exists()
        have_looked.wait(timeout=10)
        insert_once(row)
        return not is_known

    with patch.object(rows, "insert_once", look_then_save), pytest.raises(AssertionError):
        check_one_passes(waiting)


# --- one event --------------------------------------------------------------------------------------


def check_one_event(purchase: Purchase) -> None:
    answers = calls([news(purchase, event_id="evt_1")] * SENDERS)
    assert {status for status, _ in answers} == {200}
    assert sum(answer == DUPLICATE for _, answer in answers) == SENDERS - 1
    steps = Counter(step["step"] for step in Purchase.objects.get(pk=purchase.pk).timeline)
    assert (steps["webhook_received"], steps["settled"], steps["granted"]) == (1, 1, 1)
    assert Purchase.objects.get(pk=purchase.pk).timeline[-1]["data"]["times"] == SENDERS - 1
    assert WebhookEvent.objects.count() == 1


def test_one_event_sent_often_at_once_is_one(ada: Player, waiting: Purchase) -> None:
    check_one_event(waiting)
    check_books(ada, 3_600, 1)


def test_control_without_the_unique_event_it_is_received_often(ada: Player, waiting: Purchase) -> None:
    unmarked = (
        patch.object(rows, "insert_once", lambda _row: True),
        patch.object(hooks, "_is_known", lambda _event: False),
    )
    with unmarked[0], unmarked[1], pytest.raises(AssertionError):
        check_one_event(waiting)


def test_one_event_id_for_two_purchases_at_once_settles_one(ada: Player) -> None:
    buyers = [ada, *(enrol(f"buyer{number}") for number in range(SENDERS - 1))]
    purchases = [order(buyer) for buyer in buyers]
    answers = calls([news(purchase, event_id="evt_1") for purchase in purchases])
    assert sum(answer == DUPLICATE for _, answer in answers) == SENDERS - 1
    winner = Purchase.objects.get(status="success")
    assert WebhookEvent.objects.get().receipt_code == winner.receipt_code
    assert winner.timeline[-1] | {"at": ""} == {"step": "webhook_duplicate", "at": "", "data": {"times": SENDERS - 1}}
    losers = Purchase.objects.filter(status="pending")
    assert {each.timeline[-1]["step"] for each in losers} == {"pending"}
    assert Entry.objects.filter(code="topup").count() == 1


# --- one purchase -----------------------------------------------------------------------------------


def check_settled_once(player: Player, purchase: Purchase, statuses: Sequence[str]) -> list[Any]:
    """Different events for one purchase at once, and the sweeper that would void it beside them."""
    raws = [json.dumps(news(purchase, status)).encode() for status in statuses]
    sweep = partial(settlement.void, purchase, now=days.now())
    answers = together(*(partial(deliver, raw, sealed(raw)) for raw in raws), sweep)
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    told = [answer for status, answer in answers[:-1] if status == 200]  # type: ignore[misc]
    assert len(told) == len(statuses)
    kept = Purchase.objects.get(pk=purchase.pk)
    steps = Counter(step["step"] for step in kept.timeline)
    assert (kept.status, steps["granted"], steps["webhook_received"]) == ("success", 1, len(statuses))
    check_books(player, 3_600, 1)
    return told


def test_different_events_for_one_purchase_grant_once(ada: Player, waiting: Purchase) -> None:
    told = check_settled_once(ada, waiting, ["success"] * SENDERS)
    assert sum(answer["applied"] for answer in told) == 1


def test_events_that_contradict_each_other_end_in_one_grant(ada: Player, waiting: Purchase) -> None:
    change(PACK, stock_remaining=5)
    check_settled_once(ada, waiting, ["success", "failed", "pending"] * (SENDERS // 3))


def test_control_without_row_locks_the_events_collide(ada: Player, waiting: Purchase) -> None:
    have_read, apply = Barrier(SENDERS), settlement._apply

    def apply_once_all_have_read(*facts: Any) -> bool:
        with suppress(BrokenBarrierError):  # whoever was refused the read does not come
            have_read.wait(timeout=5)
        return apply(*facts)

    waiting_for_all = patch.object(settlement, "_apply", apply_once_all_have_read)
    with row_locks_off(), waiting_for_all, pytest.raises((AssertionError, DatabaseError)):
        check_settled_once(ada, waiting, ["success"] * SENDERS)


# --- noise ------------------------------------------------------------------------------------------

ODD: list[Any] = [0, -1, 1.5, True, None, [], {}, "", "\x00", "\ud800", "é", "x" * 500, 2**63, "success", "1", 1e308]
CHARACTERS = string.printable + "éñ\x7f\x80\xff"


def _noise(dice: random.Random, purchase: Purchase) -> tuple[bytes, dict[str, str]]:
    """A call that is wrong somewhere: in its body, in its bytes, or in its headers. None is one that would settle."""
    body: dict[str, Any] = news(purchase)
    for name in dice.sample(sorted(body), dice.randint(1, 3)):
        body[name] = dice.choice(ODD)
    body["amount"] = dice.choice([each for each in ODD if each != purchase.amount])
    raw = json.dumps(body, allow_nan=True).encode()
    if dice.random() < 0.3:
        cut = dice.randrange(len(raw))
        raw = raw[:cut] + dice.randbytes(dice.randint(1, 8)) + raw[cut + dice.randint(0, 4) :]
    headers = sealed(raw, age=dice.choice([0, 0, 0, 299, -299]))
    if dice.random() < 0.4:
        name = dice.choice([*headers, "X-Event-Id", "Authorization", "Cookie"])
        headers[name] = "".join(dice.choices(CHARACTERS, k=dice.choice([0, 1, 8, 64, 200])))
    return raw, headers


def test_noise_is_refused_by_name_and_moves_nothing(ada: Player, waiting: Purchase) -> None:
    dice, provider = random.Random(20261123), Provider()
    before = list(Purchase.objects.values()), list(Wallet.objects.values())
    answers = Counter(provider.post(*_noise(dice, waiting)).status_code for _ in range(400))
    assert set(answers) <= {400, 401, 404, 409, 422}, answers
    assert min(answers[400], answers[401], answers[422]) > 5
    assert (list(Purchase.objects.values()), list(Wallet.objects.values())) == before
    assert WebhookEvent.objects.count() == 0
