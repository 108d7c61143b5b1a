"""The club's pulse: numbers about everybody, counted at most once in five seconds, naming nobody."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event as Signal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import distribution
from accounts.models import AuthSession, Goal, Player, Reward
from casino.sources import open_sources
from games.models import Round, RoundStatus
from realtime import pulse
from realtime.sources import sources
from shop.defaults import seed_products
from shop.models import Purchase
from tests.cast import Caller, enrol
from tests.race import together

Json = dict[str, Any]
PATH = "/api/metrics/global"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
COUNTED = (
    "online_users", "spins_last_hour", "big_wins_last_hour", "total_plays_today", "unique_payers_last_24h",
    "active_events_count",
)  # fmt: skip
NOTHING = dict.fromkeys(COUNTED, 0)
_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    open_sources()
    pulse.forget()
    yield
    pulse.forget()


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


def counted(**changes: int) -> Json:
    """The numbers as they must be at NOON."""
    assert set(changes) <= set(COUNTED)
    return {**NOTHING, **changes, "generated_at": "2026-01-31T12:00:00.000Z"}


def told() -> Json:
    pulse.forget()
    answer: Json = Caller().get(PATH).json()
    return answer


def settled(player: Player, ago: timedelta, *, game: str = "slot", payout: int = 0) -> None:
    """A round that was over so long before NOON."""
    Round.objects.create(
        player=player, game=game, stake=10, payout=payout, balance_after=0, config_version=1,
        server_seed_hash="0" * 64, client_seed="ada", nonce=next(_numbers), created_at=NOON - ago,
        settled_at=NOON - ago,
    )  # fmt: skip


def test_an_empty_club_has_a_pulse_of_zeros(db: None, clock: Any) -> None:
    answer = Caller().get(PATH)
    assert (answer.status_code, answer.json()) == (200, counted())


def test_spins_are_settled_slot_rounds_of_an_hour_and_plays_are_todays_rounds(ada: Player, clock: Any) -> None:
    for ago in (timedelta(0), HOUR - SECOND, HOUR, 12 * HOUR, 12 * HOUR + SECOND):
        settled(ada, ago)
    settled(ada, MINUTE, game="rps")
    Round.objects.create(
        player=ada, game="crash", status=RoundStatus.ACTIVE, stake=10, balance_after=0, config_version=1,
        server_seed_hash="0" * 64, client_seed="ada", nonce=next(_numbers), created_at=NOON - MINUTE,
    )  # fmt: skip
    assert told() == counted(spins_last_hour=2, total_plays_today=5)


def test_big_wins_are_payouts_and_rewards_above_the_threshold(
    ada: Player, sam: Player, clock: Any, settings: Any
) -> None:
    settings.BIG_WIN_THRESHOLD_GOLD = 1000
    settled(ada, MINUTE, game="rps", payout=1000)
    settled(ada, MINUTE, game="rps", payout=1001)
    settled(ada, HOUR, game="rps", payout=5000)
    for source, gold in itertools.product(Reward.Source.values, (1000, 1001)):
        Reward.objects.create(player=ada, source=source, key=str(gold), gold=gold, awarded_at=NOON - MINUTE)
    Reward.objects.create(player=ada, source="event_reward", key="old", gold=9000, awarded_at=NOON - HOUR)
    Reward.objects.create(player=ada, source="event_reward", key="xp", xp=9000, awarded_at=NOON)
    # one round, and one reward of every source but the staff's own grants
    assert told() == counted(total_plays_today=3, big_wins_last_hour=1 + len(Reward.Source) - 1)
    settings.BIG_WIN_THRESHOLD_GOLD = 999
    assert told()["big_wins_last_hour"] == 2 * len(Reward.Source)
    assert Reward.objects.filter(source=Reward.Source.STAFF, gold=1001).exists()


def test_a_distribution_is_a_reward(ada: Player, sam: Player, clock: Any) -> None:
    distribution.distribute(
        by=sam, player_id=ada.pk, reward_type="GOLD", amount=1001, description="x", metadata={}, key=None
    )
    assert told()["big_wins_last_hour"] == 1


def test_online_are_players_seen_within_five_minutes_each_once(ada: Player, bob: Player, clock: Any) -> None:
    for _ in range(2):
        Caller(ada)
    Caller(bob)
    assert told() == counted(online_users=2)
    AuthSession.objects.filter(player=bob).update(last_seen_at=NOON - 5 * MINUTE)
    assert told() == counted(online_users=1)
    AuthSession.objects.filter(player=ada).update(revoked_at=NOON)
    assert told() == counted()


def test_payers_are_players_who_paid_money_within_a_day(ada: Player, bob: Player, vip: Player, clock: Any) -> None:
    seed_products(NOON)
    buyers = [(Caller(player), player) for player in (ada, ada, bob, vip)]
    for caller, _player in buyers:
        assert caller.post("/api/shop/buy", {"product_id": "1001"}).json()["success"] is True
    AuthSession.objects.all().delete()
    assert told() == counted(unique_payers_last_24h=3)
    Purchase.objects.filter(player=bob).update(settled_at=NOON - 24 * HOUR)
    Purchase.objects.filter(player=vip).update(status="refunded")
    assert told() == counted(unique_payers_last_24h=1)
    Purchase.objects.filter(player=ada).update(currency="gold", gold=0)
    assert told() == counted()


def test_active_events_are_switched_on_and_in_their_window(db: None, clock: Any) -> None:
    def event(start: timedelta, end: timedelta, **facts: Any) -> None:
        Goal.objects.create(
            **{"kind": "event", **facts}, title="x", starts_at=NOON + start, ends_at=NOON + end, created_at=NOON,
            updated_at=NOON,
        )  # fmt: skip

    event(timedelta(0), SECOND)
    event(-HOUR, HOUR)
    assert told() == counted(active_events_count=2)
    event(-HOUR, timedelta(0))
    event(SECOND, HOUR)
    event(-HOUR, HOUR, is_active=False)
    event(-HOUR, HOUR, deleted_at=NOON)
    Goal.objects.create(kind="mission", title="x", period="daily", created_at=NOON, updated_at=NOON)
    assert told() == counted(active_events_count=2)


def test_anybody_may_read_and_any_cache_may_keep_it(ada: Player, as_ada: Caller) -> None:
    for headers in ({}, as_ada.headers, {"Authorization": "Bearer nonsense"}):
        answer = Caller().client.get(PATH, headers=headers)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=5")
        assert "sessionid" not in answer.cookies


def test_the_numbers_are_kept_for_five_seconds(ada: Player, clock: Any) -> None:
    first = told()
    settled(ada, timedelta(0))
    clock.shift(timedelta(seconds=4.9))
    with CaptureQueriesContext(connection) as captured:
        assert Caller().get(PATH).json() == first
    assert len(captured) == 0
    clock.shift(timedelta(seconds=0.1))
    fresh = Caller().get(PATH).json()
    assert (fresh["spins_last_hour"], fresh["generated_at"]) == (1, "2026-01-31T12:00:05.000Z")


def test_a_count_costs_six_statements(ada: Player) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert Caller().get(PATH).status_code == 200
    assert len(captured) == 6


def test_a_failed_count_is_not_kept(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(now: datetime) -> Json:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(sources, "pulse", fail)
        with pytest.raises(ZeroDivisionError):
            pulse.read(now=NOON)
    assert pulse.read(now=NOON)["generated_at"] == "2026-01-31T12:00:00.000Z"


def test_who_keeps_the_answer_cannot_change_it(db: None) -> None:
    pulse.read(now=NOON)["online_users"] = 99
    assert pulse.read(now=NOON)["online_users"] == 0


def count_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """Sixteen readers while the count takes its time; how often was counted."""
    counts: list[datetime] = []
    others_wait = Signal()

    def slowly(now: datetime) -> Json:
        counts.append(now)
        others_wait.wait(0.2)  # nobody sets it: long enough for all to come
        return NOTHING

    monkeypatch.setattr(sources, "pulse", slowly)
    answers = together(*[partial(pulse.read, now=NOON + SECOND * place / 100) for place in range(16)])
    assert {answer["generated_at"] for answer in answers if not isinstance(answer, BaseException)} != set()
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    return len(counts)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixteen_readers_cost_one_count(monkeypatch: pytest.MonkeyPatch) -> None:
    assert count_at_once(monkeypatch) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_they_cost_many(monkeypatch: pytest.MonkeyPatch) -> None:
    class Open:
        def __enter__(self) -> None: ...
        def __exit__(self, *_error: object) -> None: ...

    monkeypatch.setattr(pulse._pulse, "_counting", Open())
    assert count_at_once(monkeypatch) > 1


def test_no_player_is_named(db: None) -> None:
    enrol("somebody")
    assert set(told()) == {*COUNTED, "generated_at"}
