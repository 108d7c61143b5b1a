"""Attendance: paid once a day for the days in a row, exactly as the preview said."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Entry, Goal, Notification, Player, Progress, Reward, StreakTable, StreakType
from accounts.tests.attending import (
    PAID,
    get,
    iso,
    latest_seq,
    news_of,
    on,
    post,
    standing,
    statements,
    status,
    tick,
    written,
)
from casino.lib import days
from casino.lib.idempotency import IdempotencyKey
from tests.cast import Caller, gold_of

CLAIM, PREVIEW, RESET, TICK = "/api/streak/claim", "/api/streak/preview", "/api/streak/reset", "/api/streak/tick"
DAY, HALF_DAY = 86_400, 43_200
ALREADY = (400, "ALREADY_CLAIMED", "한 회원당 하루에 1번만 연속 보상을 받을 수 있습니다")


def refusal(response: Any) -> tuple[int, str, str]:
    return response.status_code, response.json()["error"]["code"], response.json()["detail"]


def preview(
    count: int, *, is_claimed: bool = False, following: int, action_type: str = "DAILY_LOGIN"
) -> dict[str, Any]:
    """A preview as the published table fills it, for this many days in a row and those of the next day."""
    today, next_day = PAID[min(count, 12) - 1], PAID[min(following, 12) - 1]
    return {
        "action_type": action_type,
        "streak_count": count,
        "claimed_today": is_claimed,
        "claimable": not is_claimed,
        "today_reward_gold": today[0],
        "today_reward_xp": today[1],
        "next_day_reward_gold": next_day[0],
        "next_day_reward_xp": next_day[1],
    }


def test_twelve_days_in_a_row_pay_the_published_table(ada: Player) -> None:
    gold, xp = 1000, 0
    for day, (gold_paid, xp_paid) in enumerate(PAID):
        gold, xp = gold + gold_paid, xp + xp_paid
        with on(day):
            assert get(ada, PREVIEW) == preview(day + 1, following=day + 2)
            assert post(ada, CLAIM) == {
                "action_type": "DAILY_LOGIN",
                "streak_count": day + 1,
                "awarded_gold": gold_paid,
                "awarded_xp": xp_paid,
                "new_gold_balance": gold,
                "experience": xp,
                "level": xp // 500 + 1,
                "claimed_at": f"{iso(day)}T12:00:00.000Z",
                "idempotent_reuse": False,
            }
            assert get(ada, PREVIEW) == preview(day + 1, is_claimed=True, following=day + 2)
    paid = Entry.objects.filter(wallet_id=ada.pk, code="streak_reward").order_by("seq")
    assert [entry.signed_amount for entry in paid] == [gold for gold, _xp in PAID]


def test_a_claim_leaves_entry_reward_notice_and_news_in_their_order(ada: Player) -> None:
    Goal.objects.create(
        kind="mission", title="출석", requirements={"attendance_days": 1}, period="daily",
        created_at=days.now(), updated_at=days.now(),
    )  # fmt: skip
    goal = Goal.objects.get()
    seq = latest_seq(ada)
    with on(0):
        post(ada, CLAIM)
    entry = Entry.objects.latest("pk")
    ref = f"streak_daily:{iso(0)}"
    assert (entry.code, entry.debit, entry.credit, entry.amount, entry.balance_after, entry.reference) == (
        "streak_reward", "promo", "player", 1000, 2000, ref,
    )  # fmt: skip
    reward = Reward.objects.get()
    assert (reward.source, reward.key, reward.gold, reward.xp) == ("streak_daily", iso(0), 1000, 50)
    assert reward.metadata == {"streak_count": 1, "action_type": "DAILY_LOGIN", "table_version": 1}
    reached, paid = Notification.objects.order_by("kind")
    assert [notice.kind for notice in (reached, paid)] == ["progress", "reward"]
    assert (paid.shown_title, paid.shown_message) == ("출석 보상", "골드 1,000 · 경험치 50 받음")
    told = standing(1, DAY + HALF_DAY, iso(0), ticked=True)
    changes = {"experience": 50, "level": 1, "current_xp": 50, "progress_percentage": 10.0}
    changes |= {"gold_balance": 2000, "cyber_token_balance": 2000}
    news = news_of(ada, seq)
    assert news[:4] == [
        {"type": "streak_update", **told, "claimed_today": True},
        {
            "type": "reward_granted", "reward_type": "streak_daily", "amount": 1000, "xp_amount": 50,
            "balance_after": 2000, "source": "streak_daily", "ref": ref,
        },
        {"type": "profile_update", "changes": changes, "reason": "streak_reward", "ref": ref},
        {
            "type": "mission_progress", "mission_id": goal.pk, "current_progress": 1, "target_value": 1,
            "completed": True, "claimed": False, "reset_at": f"{iso(1)}T00:00:00.000Z",
        },
    ]  # fmt: skip
    assert [(each["type"], each["kind"], each["unread"]) for each in news[4:]] == [
        ("notification", "progress", 1), ("notification", "reward", 2),
    ]  # fmt: skip


def test_a_second_claim_of_the_day_is_refused_and_moves_nothing(ada: Player) -> None:
    with on(0):
        caller = Caller(ada)
        assert caller.post(CLAIM).status_code == 200
        before = written(ada)
        for body in ({}, {"action_type": "DAILY_LOGIN"}, {"idempotency_key": "another"}):
            assert refusal(caller.post(CLAIM, body)) == ALREADY
        assert written(ada) == before
        assert gold_of(ada) == 2000


@pytest.mark.parametrize("first", StreakType.values)
@pytest.mark.parametrize("second", StreakType.values)
def test_one_claim_a_day_whatever_the_streak(ada: Player, first: str, second: str) -> None:
    with on(0):
        assert post(ada, CLAIM, action_type=first)["action_type"] == first
        before = written(ada)
        assert refusal(Caller(ada).post(CLAIM, {"action_type": second})) == ALREADY
        assert written(ada) == before
        assert status(ada, action_type=second)["count"] == int(first == second)


def test_a_claim_pays_for_the_chosen_streak(ada: Player) -> None:
    tick(ada, 0, 1, 2, 3, action_type="SLOT_SPIN")
    tick(ada, 3)
    with on(4):
        assert get(ada, PREVIEW, action_type="SLOT_SPIN") == preview(5, following=6, action_type="SLOT_SPIN")
        assert get(ada, PREVIEW) == preview(2, following=3)
        answer = post(ada, CLAIM, action_type="SLOT_SPIN")
        assert (answer["streak_count"], answer["awarded_gold"], answer["awarded_xp"]) == (5, 1800, 150)
        # what was paid is what every preview of the day tells; attendance itself was not counted and breaks tonight
        assert get(ada, PREVIEW) == preview(5, is_claimed=True, following=1)
        told = get(ada, PREVIEW, action_type="SLOT_SPIN")
        assert told == preview(5, is_claimed=True, following=6, action_type="SLOT_SPIN")
        post(ada, TICK)
        assert get(ada, PREVIEW) == preview(5, is_claimed=True, following=3)


def test_a_claim_counts_the_day_only_when_it_is_not_counted(ada: Player) -> None:
    tick(ada, 0, 1)
    with on(1):
        assert get(ada, PREVIEW) == preview(2, following=3)
        assert post(ada, CLAIM)["streak_count"] == 2
        assert status(ada)["count"] == 2
    with on(2):
        assert post(ada, CLAIM)["streak_count"] == 3
        assert post(ada, TICK)["incremented"] is False


def test_a_missed_day_pays_as_the_first(ada: Player) -> None:
    tick(ada, 0, 1, 2)
    with on(4):
        assert get(ada, PREVIEW) == preview(1, following=2)
        assert post(ada, CLAIM)["awarded_gold"] == 1000


def test_a_covered_day_pays_on(ada: Player) -> None:
    tick(ada, *range(7))
    with on(6):
        post(ada, "/api/streak/protection", enabled=True)
    with on(8):
        assert get(ada, PREVIEW) == preview(8, following=9)
        assert post(ada, CLAIM)["awarded_gold"] == 2400


def test_after_a_reset_a_claim_pays_as_the_first_and_counts_nothing(ada: Player) -> None:
    tick(ada, 0, 1, 2)
    with on(2):
        post(ada, RESET)
        assert get(ada, PREVIEW) == preview(1, following=1)
        assert post(ada, CLAIM)["streak_count"] == 1
        assert status(ada)["count"] == 0
        assert get(ada, PREVIEW) == preview(1, is_claimed=True, following=1)
    with on(3):
        assert post(ada, CLAIM)["streak_count"] == 1


def test_a_reset_allows_no_second_claim(ada: Player) -> None:
    with on(0):
        post(ada, CLAIM)
        post(ada, RESET)
        before = written(ada)
        assert refusal(Caller(ada).post(CLAIM)) == ALREADY
        assert written(ada) == before
        assert get(ada, PREVIEW) == preview(1, is_claimed=True, following=1)


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


def test_a_known_key_refuses_another_streak(ada: Player) -> None:
    with on(0):
        post(ada, CLAIM, idempotency_key="k")
        caller, before = Caller(ada), written(ada)
        response = caller.post(CLAIM, {"action_type": "RPS_PLAY", "idempotency_key": "k"})
        assert (response.status_code, response.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert written(ada) == before


def test_a_refused_claim_keeps_no_key(ada: Player) -> None:
    with on(0):
        post(ada, CLAIM)
        assert refusal(Caller(ada).post(CLAIM, {"idempotency_key": "k"})) == ALREADY
        assert not IdempotencyKey.objects.exists()
    with on(1):
        assert post(ada, CLAIM, idempotency_key="k")["idempotent_reuse"] is False


@pytest.mark.parametrize("key", ["", "k" * 129, "열쇠", "a\nb", 5, ["k"]])
def test_a_key_that_is_none_claims_nothing(ada: Player, as_ada: Caller, key: Any) -> None:
    before = written(ada)
    response = as_ada.post(CLAIM, {"idempotency_key": key})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert written(ada) == before


def test_the_newest_table_pays_and_the_claim_remembers_which(ada: Player) -> None:
    for version, steps in ((1, [[1, 1]]), (2, [[10, 5], [20, 0], [0, 7]])):
        StreakTable.objects.create(version=version, steps=steps, valid_from=days.now())
    expected = [(10, 5), (20, 0), (0, 7), (0, 7)]
    for day, (gold, xp) in enumerate(expected):
        with on(day):
            told = get(ada, PREVIEW)
            assert (told["today_reward_gold"], told["today_reward_xp"]) == (gold, xp)
            following = expected[min(day + 1, 3)]
            assert (told["next_day_reward_gold"], told["next_day_reward_xp"]) == following
            answer = post(ada, CLAIM)
            assert (answer["awarded_gold"], answer["awarded_xp"]) == (gold, xp)
            # a table that comes into force later does not change what was paid
            assert get(ada, PREVIEW)["today_reward_gold"] == gold
    assert {reward.metadata["table_version"] for reward in Reward.objects.all()} == {2}
    assert Entry.objects.filter(code="streak_reward").count() == 2  # none for 0 gold


def test_a_table_of_tomorrow_does_not_change_what_today_paid(ada: Player) -> None:
    with on(0):
        post(ada, CLAIM)
        StreakTable.objects.create(version=2, steps=[[5, 5]], valid_from=days.now())
        assert get(ada, PREVIEW) == preview(1, is_claimed=True, following=1) | {
            "next_day_reward_gold": 5, "next_day_reward_xp": 5,
        }  # fmt: skip


def test_attendance_days_count_ticks_and_claims_of_attendance_alone(ada: Player) -> None:
    now = days.now()
    Goal.objects.create(
        kind="mission", title="출석", requirements={"attendance_days": 9}, created_at=now, updated_at=now
    )
    tick(ada, 0)
    with on(0):
        post(ada, CLAIM)  # counted already
    with on(1):
        post(ada, CLAIM)
        post(ada, TICK)  # counted already
    with on(2):
        post(ada, CLAIM, action_type="SLOT_SPIN")
        post(ada, TICK, action_type="CRASH_BET")
    assert Progress.objects.get().tally == {"attendance_days": 2}


def test_a_level_is_told_when_it_is_reached(ada: Player) -> None:
    tick(ada, *range(9))
    with on(9):
        post(ada, CLAIM)
    with on(10):
        seq = latest_seq(ada)
        assert post(ada, CLAIM)["level"] == 2
        (changes,) = (news["changes"] for news in news_of(ada, seq) if news["type"] == "profile_update")
        assert changes == {
            "experience": 550, "level": 2, "current_xp": 50, "progress_percentage": 10.0,
            "gold_balance": 6600, "cyber_token_balance": 6600,
        }  # fmt: skip


def test_the_notice_is_read_in_the_readers_language(ada: Player) -> None:
    with on(0):
        seq = latest_seq(ada)
        response = Caller(ada).post(CLAIM, {}, Accept_Language="en")
    assert response.status_code == 200
    notice = Notification.objects.get()
    assert (notice.title, notice.message) == ("출석 보상", "골드 %(gold)s · 경험치 %(xp)s 받음")
    assert notice.facts == {"gold": "1,000", "xp": "50"}
    assert news_of(ada, seq)[-1]["unread"] == 1


@pytest.mark.parametrize("action_type", ["DAILY_LOGIN", "SLOT_SPIN"])
def test_a_preview_costs_three_statements_and_four_once_claimed(ada: Player, action_type: str) -> None:
    with on(0):
        caller = Caller(ada)
        for expected in (3, 4):  # who calls; wallet and streak; the table; what was paid
            with CaptureQueriesContext(connection) as captured:
                caller.get(PREVIEW, action_type=action_type)
            assert len(statements(captured)) == expected, "\n".join(statements(captured))
            caller.post(CLAIM)


def test_a_claim_costs_few_statements(ada: Player) -> None:
    with on(0):
        caller = Caller(ada)
        for body, expected in (({"idempotency_key": "k"}, 13), ({"idempotency_key": "k"}, 4), ({}, 2)):
            with CaptureQueriesContext(connection) as captured:
                caller.post(CLAIM, body)
            assert len(statements(captured)) == expected, "\n".join(statements(captured))
