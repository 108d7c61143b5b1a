"""The daily VIP points: fifty a UTC day, once."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import Notification, Player, Wallet
from accounts.tests.attending import get, iso, latest_seq, news_of, on, post, statements, written
from casino.lib import days
from casino.lib.idempotency import IdempotencyKey
from shop.defaults import seed_products
from tests.cast import Caller

CLAIM, STATUS = "/api/vip/claim", "/api/vip/status"
NOON = "T12:00:00.000Z"


def test_who_never_claimed_has_no_points(ada: Player) -> None:
    assert get(ada, STATUS) == {"claimed_today": False, "vip_points": 0, "last_claim_at": None}


def test_a_claim_adds_fifty_points_and_tells_them(ada: Player) -> None:
    seq = latest_seq(ada)
    with on(0):
        assert post(ada, CLAIM) == {
            "awarded_points": 50,
            "new_vip_points": 50,
            "claimed_at": iso(0) + NOON,
            "idempotent": False,
            "idempotent_reuse": False,
        }
        assert get(ada, STATUS) == {"claimed_today": True, "vip_points": 50, "last_claim_at": iso(0) + NOON}
    assert news_of(ada, seq) == [
        {"type": "profile_update", "changes": {"vip_points": 50}, "reason": "vip_claim", "ref": iso(0)}
    ]
    assert not Notification.objects.exists()


def test_a_second_claim_of_the_day_says_so_and_adds_nothing(ada: Player) -> None:
    with on(0):
        post(ada, CLAIM)
        before = written(ada)
    with on(0, time(18, 30)):
        assert post(ada, CLAIM) == {
            "awarded_points": 0,
            "new_vip_points": 50,
            "claimed_at": iso(0) + NOON,
            "idempotent": True,
            "idempotent_reuse": False,
        }
        assert written(ada) == before
    with on(1):
        assert get(ada, STATUS) == {"claimed_today": False, "vip_points": 50, "last_claim_at": iso(0) + NOON}
        assert post(ada, CLAIM)["new_vip_points"] == 100


@pytest.mark.parametrize("source", ["body", "X-Idempotency-Key", "Idempotency-Key"])
def test_a_known_key_is_told_its_first_answer_even_the_next_day(ada: Player, source: str) -> None:
    body, headers = ({"idempotency_key": "k"}, {}) if source == "body" else ({}, {source: "k"})
    with on(0):
        first = Caller(ada).post(CLAIM, body, **headers)
        assert (first.status_code, first.json()["idempotent_reuse"]) == (200, False)
        assert "Idempotency-Replayed" not in first.headers
    for day in (0, 1):
        with on(day):
            caller = Caller(ada)
            before = written(ada)
            again = caller.post(CLAIM, body, **headers)
            assert again.json() == first.json() | {"idempotent_reuse": True}
            assert again.headers["Idempotency-Replayed"] == "true"
            assert written(ada) == before


def test_a_key_of_a_claim_that_added_nothing_is_told_again_too(ada: Player) -> None:
    with on(0):
        post(ada, CLAIM)
        late = post(ada, CLAIM, idempotency_key="late")
        assert (late["awarded_points"], late["idempotent"], late["idempotent_reuse"]) == (0, True, False)
    with on(1):
        assert post(ada, CLAIM, idempotency_key="late") == late | {"idempotent_reuse": True}
        assert Wallet.objects.get(pk=ada.pk).vip_points == 50


def test_a_known_key_refuses_another_body(ada: Player) -> None:
    with on(0):
        post(ada, CLAIM, idempotency_key="k")
        caller, before = Caller(ada), written(ada)
        response = caller.post(CLAIM, {"idempotency_key": "k", "note": 1})
        assert (response.status_code, response.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert written(ada) == before


@pytest.mark.parametrize("key", ["", "k" * 129, "열쇠", 5])
def test_a_key_that_is_none_claims_nothing(ada: Player, as_ada: Caller, key: Any) -> None:
    before = written(ada)
    assert as_ada.post(CLAIM, {"idempotency_key": key}).status_code == 422
    assert written(ada) == before


@pytest.mark.parametrize(
    ("points", "rank", "risen"),
    [
        (1_449, "STANDARD", "STANDARD"),
        (1_450, "STANDARD", "PREMIUM"),
        (5_949, "PREMIUM", "PREMIUM"),
        (5_950, "PREMIUM", "VIP"),
        (5_950, "VIP", "VIP"),
        (9_000, "STANDARD", "STANDARD"),
    ],
)
def test_a_claim_that_reaches_a_mark_raises_the_rank_once(ada: Player, points: int, rank: str, risen: str) -> None:
    Wallet.objects.filter(pk=ada.pk).update(vip_points=points)
    Player.objects.filter(pk=ada.pk).update(rank=rank)
    seq = latest_seq(ada)
    with on(0):
        post(ada, CLAIM)
        assert get(ada, "/api/auth/me")["rank"] == risen
    rises = rank != risen
    changes = {"vip_points": points + 50} | ({"rank": risen} if rises else {})
    news = news_of(ada, seq)
    assert news[0] == {"type": "profile_update", "changes": changes, "reason": "vip_claim", "ref": iso(0)}
    assert [each["kind"] for each in news[1:]] == (["account"] if rises else [])
    assert Notification.objects.count() == int(rises)


def test_the_marks_are_settings(ada: Player, settings: Settings) -> None:
    settings.VIP_POINTS_PREMIUM, settings.VIP_POINTS_VIP = 100, 150
    ranks = []
    for day in range(3):
        with on(day):
            post(ada, CLAIM)
            ranks.append(get(ada, "/api/auth/me")["rank"])
    assert ranks == ["STANDARD", "PREMIUM", "VIP"]


def test_money_adds_a_point_a_hundred_cents_besides(ada: Player) -> None:
    seed_products(days.now())
    with on(0):
        post(ada, CLAIM)
        bought = post(ada, "/api/shop/buy", product_id="GOLD_PACK_SMALL", quantity=3)
        assert (bought["success"], bought["currency"]) == (True, "USD")
        assert get(ada, STATUS)["vip_points"] == 50 + 5  # 597 cents


def test_a_status_costs_two_statements_and_a_claim_six(ada: Player) -> None:
    with on(0):
        caller = Caller(ada)
        with CaptureQueriesContext(connection) as captured:
            caller.get(STATUS)
        assert len(statements(captured)) == 2, "\n".join(statements(captured))
        for body, expected in (({"idempotency_key": "k"}, 6), ({"idempotency_key": "k"}, 4), ({}, 2)):
            with CaptureQueriesContext(connection) as captured:
                caller.post(CLAIM, body)
            assert len(statements(captured)) == expected, "\n".join(statements(captured))
    assert IdempotencyKey.objects.count() == 1
