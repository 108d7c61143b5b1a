"""A week of a player's life, as the player sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Entry, Player
from casino.opening import seed
from tests.cast import Caller, enrol, gold_of

Json = dict[str, Any]
MONDAY_MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Life:
    """ada, who signs in whenever she comes, and the clock she lives by."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        self.clock = clock
        self.days = 0
        self.ada = enrol("ada", gold=10_000)
        self.phone = Caller(self.ada)

    def comes(self, *, after_days: int, at: int) -> None:
        """She signs in so many days later, at that hour."""
        self.days += after_days
        self.clock.move_to(MONDAY_MORNING.replace(hour=at) + timedelta(days=self.days), tick=False)
        self.phone = Caller(self.ada)

    def asks(self, path: str, **query: Any) -> Json:
        return dict(self.phone.get(path, **query).json())

    def does(self, path: str, **body: Any) -> Json:
        response = self.phone.post(path, body)
        assert response.status_code == 200, response.content
        return dict(response.json())

    def claims(self) -> tuple[int, int, int]:
        """She sees the preview, claims it, and gets exactly that: days in a row, gold, XP."""
        seen, before = self.asks("/api/streak/preview"), gold_of(self.ada)
        paid = self.does("/api/streak/claim")
        assert (paid["streak_count"], paid["awarded_gold"], paid["awarded_xp"]) == (
            seen["streak_count"], seen["today_reward_gold"], seen["today_reward_xp"],
        )  # fmt: skip
        assert paid["new_gold_balance"] == gold_of(self.ada) == before + paid["awarded_gold"]
        return paid["streak_count"], paid["awarded_gold"], paid["awarded_xp"]

    def streak(self, action_type: str = "DAILY_LOGIN") -> tuple[int, int | None]:
        """The days in a row as she sees them, and the hours until they break."""
        told = self.asks("/api/streak/status", action_type=action_type)
        return told["count"], told["ttl_seconds"] and told["ttl_seconds"] // 3600


@pytest.fixture
def life(db: None) -> Iterator[Life]:
    with time_machine.travel(MONDAY_MORNING, tick=False) as clock:
        list(seed(now=datetime.now(UTC)))
        yield Life(clock)


def test_a_week_of_ada(life: Life) -> None:
    # Monday: she looks around, claims, and spins once.
    assert life.streak() == (0, None)
    assert life.claims() == (1, 1000, 50)
    assert life.streak() == (1, 40)
    spun = life.does("/api/games/slot/spin", bet_amount=10)
    assert spun["success"] is True
    assert life.streak("SLOT_SPIN") == (1, 40)
    assert life.does("/api/vip/claim")["new_vip_points"] == 50

    # Monday night: nothing more to claim, and the page says when.
    life.comes(after_days=0, at=23)
    assert life.asks("/api/streak/preview")["claimable"] is False
    refused = life.phone.post("/api/streak/claim")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "ALREADY_CLAIMED")
    assert life.does("/api/vip/claim")["awarded_points"] == 0

    # Tuesday: she spins first, which counts for the slot but not for attendance.
    life.comes(after_days=1, at=7)
    life.does("/api/games/slot/spin", bet_amount=10)
    assert (life.streak("SLOT_SPIN"), life.streak()) == ((2, 41), (1, 17))
    assert life.claims() == (2, 1200, 75)

    # Wednesday: only a look at the page, a minute long; the day is counted, the reward left lying.
    life.comes(after_days=1, at=20)
    assert life.does("/api/streak/tick")["count"] == 3
    assert life.asks("/api/streak/preview")["today_reward_gold"] == 1400

    # Thursday: Wednesday's reward is gone, its day is not.
    life.comes(after_days=1, at=9)
    assert life.claims() == (4, 1600, 125)
    bought = life.does("/api/shop/buy", product_id="GOLD_PACK_SMALL", quantity=10)
    assert bought["success"] is True
    token = life.does("/api/shop/buy", product_id="attendance_link")
    assert token["success"] is True
    assert life.does("/api/streak/protection", enabled=True) == {
        "action_type": "DAILY_LOGIN", "enabled": True, "tokens": 1, "days_to_next_token": 3,
    }  # fmt: skip
    assert life.streak() == (4, 63)

    # Friday: she does not come. Saturday: the token has covered it; the slot's days are over.
    life.comes(after_days=2, at=12)
    assert (life.streak(), life.streak("SLOT_SPIN")) == ((4, 12), (0, None))
    assert life.claims() == (5, 1800, 150)
    assert life.asks("/api/streak/protection")["tokens"] == 0

    # Sunday: she plays, and the week is whole but for its Friday.
    life.comes(after_days=1, at=23)
    life.does("/api/games/slot/spin", bet_amount=10)
    assert life.streak("SLOT_SPIN") == (1, 25)
    assert life.claims() == (6, 2000, 175)
    assert life.asks("/api/streak/history", year=2026, month=3)["days"] == [
        f"2026-03-{day:02d}" for day in (2, 3, 4, 5, 7, 8)
    ]

    # The next Tuesday: a day missed without a token, and everything begins anew.
    life.comes(after_days=2, at=12)
    assert life.streak() == (0, None)
    assert life.claims() == (1, 1000, 50)

    told = life.asks("/api/auth/me")
    assert (told["experience"], told["level"], told["daily_streak"]) == (50 + 75 + 125 + 150 + 175 + 50, 2, 1)
    check_books(life.ada)


def check_books(player: Player) -> None:
    entries = Entry.objects.filter(wallet_id=player.pk).order_by("seq")
    assert sum(entry.signed_amount for entry in entries) == gold_of(player)
    claims = [entry.amount for entry in entries if entry.code == "streak_reward"]
    assert claims == [1000, 1200, 1600, 1800, 2000, 1000]
