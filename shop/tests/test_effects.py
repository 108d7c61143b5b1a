"""What a product does beyond gold and inventory: protection tokens, a rank; and what is handed over for money."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest

from accounts.models import Player, Streak, StreakType
from casino import sources
from shop import delivery
from shop.models import InventoryItem, Purchase
from shop.tests.conftest import change, news_of, notice, written
from tests.cast import Caller, gold_of, set_gold

BUY, TOKEN, RANK_UP = "/api/shop/buy", "attendance_link", "early_rank_up"
pytestmark = pytest.mark.usefixtures("shelf")


def status(tokens: int) -> dict[str, Any]:
    return {
        "action_type": "DAILY_LOGIN",
        "count": 0,
        "ttl_seconds": None,
        "ticked_today": False,
        "last_tick_date": None,
        "protection": {"enabled": False, "tokens": tokens},
        "claimed_today": False,
    }


def test_each_attendance_link_adds_a_token_and_is_told(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 100_000)
    answer = as_ada.post(BUY, {"product_id": TOKEN, "quantity": 2}).json()
    assert (answer["success"], answer["gold_spent"], answer["new_gold_balance"]) == (True, 40_000, 60_000)
    assert Streak.objects.get(player=ada, action_type=StreakType.DAILY_LOGIN).tokens == 2
    assert {news["type"]: news for news in news_of(ada, 4)} == {
        "purchase_update": {
            "type": "purchase_update",
            "status": "success",
            "product_id": TOKEN,
            "receipt_code": answer["receipt_code"],
            "amount": 40_000,
            "currency": "gold",
            "quantity": 2,
            "reason_code": None,
        },
        "profile_update": {
            "type": "profile_update",
            "changes": {"gold_balance": 60_000, "cyber_token_balance": 60_000},
            "reason": "shop_spend",
            "ref": answer["receipt_code"],
        },
        "streak_update": {"type": "streak_update", **status(2)},
        "notification": notice(ada, "구매 완료", "‘출석연결’ 구매가 완료되었어요.", answer["receipt_code"]),
    }
    assert not InventoryItem.objects.exists()


def test_tokens_add_up_without_a_cap_and_open_the_next_socket(ada: Player, as_ada: Caller, bob: Player) -> None:
    set_gold(ada, 10_000_000)
    assert sources.state(ada.pk)["streak"] == status(0)
    for quantity in (1, 99):
        assert as_ada.post(BUY, {"product_id": TOKEN, "quantity": quantity}).json()["success"] is True
    assert sources.state(ada.pk)["streak"] == status(100)
    assert sources.state(bob.pk)["streak"] == status(0)


def test_a_token_that_cannot_be_added_costs_nothing(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 20_000)
    handed = delivery.hand_over

    def breaks(*facts: Any) -> None:
        handed(*facts)
        raise delivery.DeliveryFailed("injected")

    with patch("shop.buy.hand_over", breaks):
        answer = as_ada.post(BUY, {"product_id": TOKEN}).json()
    assert (answer["success"], answer["reason_code"], gold_of(ada)) == (False, "ITEM_PURCHASE_FAILED", 20_000)
    assert not Streak.objects.exists()
    assert [news["type"] for news in news_of(ada, 3)] == ["profile_update", "purchase_update", "notification"]
    message = "‘출석연결’ 구매가 이루어지지 않았어요."
    assert news_of(ada, 1) == [notice(ada, "구매 실패", message, answer["receipt_code"])]


def test_a_replay_adds_no_second_token(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 100_000)
    for _ in range(3):
        as_ada.post(BUY, {"product_id": TOKEN, "idempotency_key": "k"})
    assert (Streak.objects.get().tokens, gold_of(ada)) == (1, 80_000)


def test_a_rank_up_is_one_step_and_stays_one_time(ada: Player, as_ada: Caller) -> None:
    set_gold(ada, 2_000_000)
    assert as_ada.post(BUY, {"product_id": RANK_UP}).json()["success"] is True
    assert written(ada)["rank"] == "PREMIUM"
    receipt = Purchase.objects.get().receipt_code
    _purchase_update, profile_update, raised, done = news_of(ada, 4)
    assert profile_update == {
        "type": "profile_update",
        "changes": {"rank": "PREMIUM", "gold_balance": 1_500_000, "cyber_token_balance": 1_500_000},
        "reason": "shop_spend",
        "ref": receipt,
    }
    assert (raised["kind"], raised["message"], raised["unread"]) == ("account", "이제 PREMIUM 등급이에요.", 1)
    assert done == notice(ada, "구매 완료", "‘조기등업’ 구매가 완료되었어요.", receipt, unread=2)
    assert as_ada.post(BUY, {"product_id": RANK_UP}).json()["reason_code"] == "ALREADY_OWNED"
    assert (written(ada)["rank"], gold_of(ada)) == ("PREMIUM", 1_500_000)


def test_a_money_priced_token_arrives_with_its_vip_points(ada: Player, as_ada: Caller) -> None:
    change(TOKEN, currency="USD", price=250)
    answer = as_ada.post(BUY, {"product_id": TOKEN, "quantity": 2}).json()
    assert (answer["success"], answer["gold_granted"], gold_of(ada)) == (True, None, 1_000)
    assert (Streak.objects.get().tokens, written(ada)["wallet"]["vip_points"]) == (2, 5)
    assert [news["type"] for news in news_of(ada, 4)] == [
        "purchase_update", "streak_update", "profile_update", "notification",
    ]  # fmt: skip
