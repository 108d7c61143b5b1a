"""AdminStats: every number as it is defined, counted at most once in five seconds a zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event as Signal
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import audit
from accounts.models import AuthSession, Player, Role, Wallet
from adminpanel import stats
from casino.lib import days
from casino.lib.days import stamp
from casino.opening import auto_seed
from games.models import GameStats
from shop.defaults import seed_products
from shop.models import Purchase
from tests.cast import Caller, enrol, set_gold
from tests.race import together

Json = dict[str, Any]
PATH = "/api/admin/stats"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NEW_YEAR_IN_SEOUL = datetime(2025, 12, 31, 15, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    stats.forget()
    yield
    stats.forget()


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture
def shop(clock: Any, db: None) -> None:
    list(seed_products(NOON))


def told(tz: str = "UTC") -> Json:
    stats.forget()
    return stats.read(tz, now=days.now())


def buys(player: Player, product: str, **body: Any) -> Purchase:
    answer = Caller(player).post("/api/shop/buy", {"product_id": product, **body}).json()
    return Purchase.objects.get(receipt_code=answer["receipt_code"])


def test_an_empty_club_has_zeros(clock: Any, db: None) -> None:
    assert told() == {
        "total_users": 0,
        "active_users": 0,
        "total_games_played": 0,
        "total_tokens_in_circulation": 0,
        "online_users": 0,
        "total_revenue": 0,
        "today_revenue": 0,
        "total_revenue_gold": 0,
        "today_revenue_gold": 0,
        "pending_actions": 0,
        "stale_pending_actions": 0,
        "critical_alerts": 0,
        "auto_seed_applied": False,
        "tz": "UTC",
        "generated_at": "2026-01-31T12:00:00.000Z",
    }


def test_active_are_those_who_may_enter(clock: Any, db: None) -> None:
    names = ("ada", "bob", "cat", "dan", "eve")
    _ada, bob, cat, dan, eve = (enrol(name).pk for name in names)
    Player.objects.filter(pk=bob).update(is_active=False)
    Player.objects.filter(pk=cat).update(is_banned=True)
    Player.objects.filter(pk=dan).update(is_banned=True, banned_until=NOON + SECOND)
    Player.objects.filter(pk=eve).update(is_banned=True, banned_until=NOON)  # is over
    assert (told()["total_users"], told()["active_users"]) == (5, 2)


def test_plays_and_gold_are_those_of_everybody(ada: Player, bob: Player, shop: None) -> None:
    for player, rounds in ((ada, 3), (bob, 4)):
        for _ in range(rounds):
            Caller(player).post("/api/games/rps/play", {"choice": "rock", "bet_amount": 10})
    Caller(ada).post("/api/games/slot/spin", {"bet_amount": 10})
    Caller(bob).post("/api/games/crash/bet", {"bet_amount": 10, "auto_cashout_multiplier": 100})
    is_open = bool(Wallet.objects.get(pk=bob.pk).open_round_due_at)
    now = told()
    assert now["total_games_played"] == 8 + (not is_open)
    assert now["total_games_played"] == sum(GameStats.objects.values_list("rounds", flat=True))
    assert now["total_tokens_in_circulation"] == sum(Wallet.objects.values_list("balance", flat=True))


def test_a_player_with_two_devices_is_online_once(ada: Player, bob: Player, clock: Any) -> None:
    Caller(ada), Caller(ada), Caller(bob)
    assert told()["online_users"] == 2
    AuthSession.objects.filter(player=bob).update(last_seen_at=NOON - 5 * MINUTE)
    assert told()["online_users"] == 1


def revenue(tz: str = "UTC") -> tuple[int, int, int, int]:
    now = told(tz)
    return now["total_revenue"], now["today_revenue"], now["total_revenue_gold"], now["today_revenue_gold"]


def test_revenue_is_what_succeeded_and_was_kept(ada: Player, sam: Player, shop: None) -> None:
    set_gold(ada, 50_000)
    money, item = buys(ada, "GOLD_PACK_SMALL"), buys(ada, "anti_single_loss")
    buys(ada, "GOLD_PACK_SMALL", gateway_mode="always_fail")
    buys(ada, "GOLD_PACK_SMALL", gateway_mode="external")
    assert revenue() == (money.amount, money.amount, item.amount, item.amount)
    Purchase.objects.filter(pk=item.pk).update(settled_at=NOON - timedelta(days=1))
    assert revenue() == (money.amount, money.amount, item.amount, 0)
    Caller(sam).post(f"/api/admin/transactions/{money.receipt_code}/refund", {"reason": "paid twice"})
    assert revenue() == (0, 0, item.amount, 0)


@pytest.mark.parametrize(
    ("tz", "now", "midnight"),
    [
        ("UTC", NOON, datetime(2026, 1, 31, tzinfo=UTC)),
        ("Asia/Seoul", NEW_YEAR_IN_SEOUL, NEW_YEAR_IN_SEOUL),
        ("Asia/Seoul", NEW_YEAR_IN_SEOUL - SECOND, NEW_YEAR_IN_SEOUL - timedelta(days=1)),
        ("America/New_York", datetime(2026, 3, 8, 12, tzinfo=UTC), datetime(2026, 3, 8, 5, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 9, 12, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC)),
        # here the clocks jumped from 23:59:59 to 01:00: the day began with the jump
        ("America/Santiago", datetime(2025, 9, 7, 12, tzinfo=UTC), datetime(2025, 9, 7, 4, tzinfo=UTC)),
    ],
    ids=["utc", "seoul at midnight", "seoul before it", "a short day", "the day after", "no midnight"],
)
def test_today_begins_at_midnight_of_the_zone(
    ada: Player, shop: None, tz: str, now: datetime, midnight: datetime
) -> None:
    first, last = buys(ada, "GOLD_PACK_SMALL"), buys(ada, "GOLD_PACK_SMALL")
    Purchase.objects.filter(pk=first.pk).update(settled_at=midnight)
    Purchase.objects.filter(pk=last.pk).update(settled_at=midnight - SECOND)
    counted = stats.count(tz, now=now)
    assert (counted["total_revenue"], counted["today_revenue"]) == (2 * first.amount, first.amount)


def test_payments_wait_and_are_stale_once_they_are_older_than_they_may(ada: Player, shop: None, settings: Any) -> None:
    settings.PENDING_PURCHASE_MAX_AGE = 5 * MINUTE
    waiting = [buys(ada, "GOLD_PACK_SMALL", gateway_mode="external") for _ in range(3)]
    Purchase.objects.filter(pk=waiting[0].pk).update(created_at=NOON - 5 * MINUTE)
    Purchase.objects.filter(pk=waiting[1].pk).update(created_at=NOON - 5 * MINUTE - SECOND)
    assert (told()["pending_actions"], told()["stale_pending_actions"]) == (3, 1)


def test_alerts_are_the_critical_rows_of_ten_minutes(clock: Any, db: None) -> None:
    for action, ago in (
        ("SECURITY_BAN", 0), ("ANOMALY_SPIKE", 9), ("FRAUD_BLOCK", 10), ("PAYMENT_FRAUD", 11), ("REFUND", 0), ("X", 0)
    ):  # fmt: skip
        audit.record(action=action, target_type="x", target_id=1, now=NOON - ago * MINUTE)
    assert told()["critical_alerts"] == 2


def test_it_tells_that_a_start_made_the_seed_accounts(db: None, settings: Any) -> None:
    settings.AUTO_SEED_BASIC = True
    assert told()["auto_seed_applied"] is False
    assert auto_seed() is True
    assert told()["auto_seed_applied"] is True
    assert auto_seed() is False  # a later start finds them there
    assert told()["auto_seed_applied"] is True


@pytest.mark.parametrize("name", ["admin", "ada"])
def test_an_admin_made_by_hand_is_no_auto_seed(db: None, name: str) -> None:
    enrol(name, role=Role.OWNER)
    assert told()["auto_seed_applied"] is False


@pytest.mark.parametrize("tz", ["Mars/Base", "", "asia/seoul", "America", "../etc/passwd", "x" * 65, "a\x00b"])
def test_a_zone_that_is_none_is_refused(as_sam: Caller, tz: str) -> None:
    answer = as_sam.get(PATH, tz=tz)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert [detail["loc"] for detail in answer.json()["error"]["details"]] == [["query", "tz"]]


@pytest.mark.parametrize("role", [role for role in Role if role])
def test_every_role_reads_it_and_players_do_not(as_ada: Caller, role: Role) -> None:
    answer = Caller(enrol("sue", role=role)).get(PATH, tz="Asia/Seoul")
    assert (answer.status_code, answer.json()["total_users"], answer.json()["tz"]) == (200, 2, "Asia/Seoul")
    assert as_ada.get(PATH).status_code == 403


# --- kept for five seconds ----------------------------------------------------------------------------------


def test_numbers_are_kept_for_five_seconds_by_zone(clock: Any, as_sam: Caller) -> None:
    first = as_sam.get(PATH).json()
    enrol("late")
    clock.shift(4.9)
    assert as_sam.get(PATH).json() == first
    other = as_sam.get(PATH, tz="Asia/Seoul").json()
    assert (other["total_users"], other["generated_at"]) == (2, "2026-01-31T12:00:04.900Z")
    clock.shift(0.1)
    again = as_sam.get(PATH).json()
    assert (again["total_users"], again["generated_at"]) == (2, "2026-01-31T12:00:05.000Z")


def test_no_more_than_a_few_zones_are_kept(clock: Any, db: None) -> None:
    zones = sorted(stats._zones())[: stats.ZONES_KEPT + 1]
    for tz in zones:
        stats.read(tz, now=NOON)
    assert list(stats._kept._told) == zones[1:]
    with pytest.raises(Exception, match="VALIDATION_ERROR"):
        stats.read("Mars/Base", now=NOON)
    assert list(stats._kept._told) == zones[1:]


def test_counting_costs_eight_statements_however_much_was_played(shop: None, as_sam: Caller) -> None:
    def statements() -> int:
        stats.forget()
        with CaptureQueriesContext(connection) as captured:
            assert as_sam.get(PATH).status_code == 200
        return len(captured)

    few = statements()
    for name in ("ada", "bob"):
        buys(enrol(name), "GOLD_PACK_SMALL")
    assert statements() == few == 8 + 1  # and who is asking
    with CaptureQueriesContext(connection) as kept:
        as_sam.get(PATH)
    assert len(kept) == 1


def counts_of_six_at_once() -> int:
    """Six read in the same moment while a count takes its time; how often was counted."""
    counted: list[str] = []
    others_come = Signal()

    def slowly(tz: str, *, now: datetime) -> Json:
        counted.append(tz)
        others_come.wait(0.3)  # nobody sets it: long enough for all to come
        return {"generated_at": stamp(now)}

    with patch.object(stats, "count", slowly):
        answers = together(*(partial(stats.read, now=NOON + SECOND * place / 10) for place in range(6)))
    told_at = {answer["generated_at"] for answer in answers if isinstance(answer, dict)}
    assert len(told_at) == len(counted), answers
    return len(counted)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_told_one_count() -> None:
    assert counts_of_six_at_once() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_everybody_counts() -> None:
    class Open:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    with patch.object(stats._kept, "_counting", Open()):
        assert counts_of_six_at_once() == 6
