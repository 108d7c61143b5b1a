"""The bell: every notice is read by its player, once, and the wallet counts those that are left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import bans, ledger, notifications, sessions
from accounts.ledger import open_wallet
from accounts.models import AuthSession, Notification, Player, Wallet
from accounts.truths import ledger_truths
from casino.lib import days
from games.tests.plays import statements
from realtime.models import StreamEvent
from tests.cast import Caller, enrol
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

Json = dict[str, Any]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PASSWORD = "correct horse"
READERS = 16


def notify(player: Player, *titles: str, **facts: Any) -> list[int]:
    """Puts notices under the player's bell; their ids."""
    with transaction.atomic(), open_wallet(player.pk) as wallet:
        for title in titles:
            wallet.notify(Notification.Kind.ACCOUNT, title, "message", **facts)
    return list(Notification.objects.filter(player=player).order_by("id").values_list("pk", flat=True))[-len(titles) :]


def unread(player: Player) -> tuple[int, int]:
    """As the wallet counts, and as there are."""
    rows = Notification.objects.filter(player=player, read_at=None).count()
    return Wallet.objects.get(pk=player.pk).unread, rows


def news(player: Player) -> list[Json]:
    events = StreamEvent.objects.filter(player=player, type="notification").order_by("seq")
    return [event.data for event in events]


def kinds(player: Player) -> list[tuple[str, str, str]]:
    rows = Notification.objects.filter(player=player).order_by("id")
    return [(row.kind, row.shown_title, row.shown_message) for row in rows]


# --- the list -------------------------------------------------------------------------------------------


def test_a_notice_is_listed_with_every_published_field(ada: Player, as_ada: Caller) -> None:
    with time_machine.travel(NOON, tick=False):
        (number,) = notify(ada, "hello", link="/profile")
    assert as_ada.get("/api/notifications").json() == {
        "items": [
            {
                "id": number, "kind": "account", "title": "hello", "message": "message", "link": "/profile",
                "is_read": False, "created_at": "2026-01-31T12:00:00.000Z", "read_at": None,
            }
        ],
        "total": 1, "unread": 1, "next_cursor": None,
    }  # fmt: skip


def test_the_list_is_paged_newest_first_and_filtered(ada: Player, as_ada: Caller, bob: Player) -> None:
    numbers = notify(ada, "one", "two", "three", "four", "five")
    notify(bob, "not ada's")
    notifications.read(player_id=ada.pk, notice_id=numbers[1])

    def page(**query: Any) -> tuple[list[str], int, int, str | None]:
        told = as_ada.get("/api/notifications", **query).json()
        return [item["title"] for item in told["items"]], told["total"], told["unread"], told["next_cursor"]

    assert page() == (["five", "four", "three", "two", "one"], 5, 4, None)
    assert page(unread="true") == (["five", "four", "three", "one"], 4, 4, None)
    assert page(unread="false") == (["two"], 1, 4, None)
    titles, total, left, cursor = page(limit=2)
    assert (titles, total, left) == (["five", "four"], 5, 4)
    titles, total, left, cursor = page(limit=2, cursor=cursor)
    assert (titles, total, left) == (["three", "two"], 5, 4)
    assert page(limit=2, cursor=cursor) == (["one"], 5, 4, None)


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "?"}, {"unread": "perhaps"}], ids=str
)
def test_what_makes_no_sense_is_refused(as_ada: Caller, query: Json) -> None:
    answer = as_ada.get("/api/notifications", **query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


def test_texts_are_translated_when_they_are_read_and_staff_texts_stay(ada: Player, as_ada: Caller) -> None:
    notify(ada, "골드가 부족합니다", facts={"a": "fact"})
    notify(ada, "100 % off %(everything)s")
    for language in ("ko", "en"):
        told = as_ada.client.get("/api/notifications", headers=as_ada.headers | {"Accept-Language": language}).json()
        titles = [item["title"] for item in told["items"]]
        assert titles[0] == "100 % off %(everything)s"
        assert titles[1] == {"ko": "골드가 부족합니다", "en": "Not enough gold"}[language]


def test_a_list_costs_four_statements_however_long_it_is(ada: Player, as_ada: Caller) -> None:
    for number in range(2):
        notify(ada, *(f"notice {number}.{each}" for each in range(20)))
        with CaptureQueriesContext(connection) as captured:
            as_ada.get("/api/notifications")
        assert len(captured) == 4


# --- reading --------------------------------------------------------------------------------------------


def test_a_notice_is_read_once(ada: Player, as_ada: Caller) -> None:
    first, _second = notify(ada, "one", "two")
    told = news(ada)
    for _ in range(2):
        answer = as_ada.post(f"/api/notifications/{first}/read")
        assert (answer.status_code, answer.json()) == (200, {"success": True, "unread": 1})
    read_at = Notification.objects.get(pk=first).read_at
    assert read_at is not None
    assert unread(ada) == (1, 1)
    assert news(ada) == [*told, {"unread": 1}]
    assert as_ada.get("/api/notifications/unread-count").json() == {"unread": 1}


def test_all_are_read_at_once(ada: Player, as_ada: Caller, bob: Player) -> None:
    first, _second, _third = notify(ada, "one", "two", "three")
    notify(bob, "bob's")
    as_ada.post(f"/api/notifications/{first}/read")
    told = news(ada)
    assert as_ada.post("/api/notifications/read-all").json() == {"success": True, "updated": 2, "unread": 0}
    assert as_ada.post("/api/notifications/read-all").json() == {"success": True, "updated": 0, "unread": 0}
    assert news(ada) == [*told, {"unread": 0}]
    assert (unread(ada), unread(bob)) == ((0, 0), (1, 1))


def test_somebody_elses_notice_is_not_there(ada: Player, as_bob: Caller) -> None:
    (number,) = notify(ada, "ada's")
    for notice_id in (number, 999_999, 2**70):
        answer = as_bob.post(f"/api/notifications/{notice_id}/read")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert unread(ada) == (1, 1)


def test_reading_costs_five_statements(ada: Player, as_ada: Caller) -> None:
    first, _second = notify(ada, "one", "two")
    for path in (f"/api/notifications/{first}/read", "/api/notifications/read-all"):
        with CaptureQueriesContext(connection) as captured:
            as_ada.post(path)
        assert len(statements(captured)) == 5  # session, wallet; the notice, the wallet, the event


def read_at_once(player: Player) -> None:
    """Sixteen readers of eight notices, two each; some read all."""
    numbers = notify(player, *(f"notice {number}" for number in range(READERS // 2)))
    told = StreamEvent.objects.filter(player=player).count()
    calls = [partial(notifications.read, player_id=player.pk, notice_id=number) for number in numbers * 2]
    answers = together(*calls)
    assert [answer for answer in answers if not isinstance(answer, int)] == []
    assert unread(player) == (0, 0)
    assert StreamEvent.objects.filter(player=player).count() == told + READERS // 2
    events = list(StreamEvent.objects.filter(player=player).order_by("seq").values_list("data", flat=True))
    assert events[-READERS // 2 :] == [{"unread": left} for left in reversed(range(READERS // 2))]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixteen_readers_at_once_keep_the_count_true() -> None:
    read_at_once(enrol("ada"))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_row_locks_the_readers_collide() -> None:
    ada = enrol("ada")
    # The notices are written first, by one wallet.
    all_have_read = meeting_at(ledger, "OpenWallet", READERS + 1, seconds=2)
    with row_locks_off(), all_have_read, pytest.raises((AssertionError, DatabaseError)):
        read_at_once(ada)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_new_notices_and_read_all_at_once_keep_the_count_true() -> None:
    ada = enrol("ada")
    writers = [partial(notify, ada, f"notice {number}") for number in range(READERS // 2)]
    readers = [partial(notifications.read_all, player_id=ada.pk) for _ in range(READERS // 2)]
    answers = together(*writers, *readers)
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    counted, there = unread(ada)
    assert counted == there
    assert broken() == {}


# --- the truth ------------------------------------------------------------------------------------------


def broken() -> dict[str, str | None]:
    return {truth.name: truth.first for truth in ledger_truths() if not truth.holds}


@pytest.mark.parametrize("drift", [3, 1])
def test_a_count_that_is_wrong_is_found(ada: Player, bob: Player, drift: int) -> None:
    notify(ada, "one", "two")
    notify(bob, "one")
    assert broken() == {}
    Wallet.objects.filter(pk=ada.pk).update(unread=drift)
    assert broken() == {"unread_is_counted": f"wallet {ada.pk}: unread {drift}, but 2 notices are"}


# --- security -------------------------------------------------------------------------------------------


def sign_in(player: Player, agent: str) -> None:
    where = sessions.Client(ip="203.0.113.7", user_agent=agent)
    fresh = Player.objects.get(pk=player.pk)
    sessions.begin(player=fresh, kind=AuthSession.Kind.API, client=where, now=days.now())


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def test_a_new_device_is_told_but_not_the_first_nor_a_known_one(ada: Player) -> None:
    sign_in(ada, FIREFOX)
    sign_in(ada, FIREFOX)
    assert kinds(ada) == []
    sign_in(ada, "curl/8.5.0")
    message = "curl에서 로그인했어요 (IP 203.0.113.7). 본인이 아니라면 비밀번호를 바꿔 주세요."
    assert kinds(ada) == [("security", "새 기기에서 로그인", message)]
    sign_in(ada, "curl/8.5.0")
    assert unread(ada) == (1, 1)
    assert [told["unread"] for told in news(ada)] == [1]


def test_a_device_stays_known_when_its_session_is_over(ada: Player) -> None:
    sign_in(ada, FIREFOX)
    sessions.end_all(ada, reason="logout_all", now=days.now())
    sign_in(ada, FIREFOX)
    assert kinds(ada) == []


def test_a_changed_password_is_told_and_a_refused_one_is_not(ada: Player, as_ada: Caller) -> None:
    def put(**body: str) -> int:
        path, kind = "/api/auth/me", "application/json"
        return int(as_ada.client.put(path, body, content_type=kind, headers=as_ada.headers).status_code)

    assert put(password="a much better one 9", current_password="wrong") == 400
    assert put(nickname="Countess") == 200
    assert kinds(ada) == []
    assert put(password="a much better one 9", current_password=PASSWORD) == 200
    assert kinds(ada) == [
        (
            "security", "비밀번호 변경",
            "비밀번호가 바뀌었어요 (IP 127.0.0.1). 본인이 아니라면 고객지원에 알려 주세요.",
        )
    ]  # fmt: skip
    assert unread(ada) == (1, 1)


def test_a_lifted_ban_is_told_once(ada: Player, sam: Player) -> None:
    now = days.now()
    bans.unban(player=ada, by=sam, reason="nothing to lift", now=now)
    assert kinds(ada) == []
    bans.ban(player=ada, by=sam, reason="rude", lasts=timedelta(days=1), now=now)
    for _ in range(2):
        bans.unban(player=ada, by=sam, reason="sorry", now=now)
    assert kinds(ada) == [("security", "이용 정지 해제", "Ada 님의 이용 정지가 해제되었어요. 다시 만나 반가워요!")]
    fresh = Player.objects.get(pk=ada.pk)
    assert (fresh.is_banned, fresh.banned_until, fresh.ban_reason) == (False, None, "")


# --- leaving --------------------------------------------------------------------------------------------


def test_who_leaves_takes_along_what_was_told(ada: Player, as_ada: Caller) -> None:
    with time_machine.travel(NOON, tick=False):
        (number,) = notify(ada, "hello")
        assert Caller(ada).post("/api/streak/claim").status_code == 200
        taken = Caller(ada).get("/api/auth/me/export").json()
    assert [notice["title"] for notice in taken["notifications"]] == ["hello", "출석 보상"]
    assert taken["notifications"][0]["id"] == number
    assert taken["rewards"] == [
        {
            "source": "streak_daily", "gold": 1000, "xp": 50, "description": "",
            "awarded_at": "2026-01-31T12:00:00.000Z",
        }
    ]  # fmt: skip
    assert taken["streaks"] == [
        {
            "action_type": "DAILY_LOGIN", "count": 1, "tokens": 0, "protection_enabled": False,
            "days": ["2026-01-31"],
        }
    ]  # fmt: skip
    assert taken["progress"] == []


def test_who_left_is_named_nowhere(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    notify(ada, "dear Ada")
    as_ada.post("/api/actions", {"action_type": "SAID", "context": {"name": "Ada Lovelace"}})
    gift = {"user_id": ada.pk, "reward_type": "GOLD", "amount": 5, "source_description": "for Ada Lovelace"}
    as_sam.post("/api/rewards/distribute", {**gift, "metadata": {"name": "Ada Lovelace"}})
    assert as_ada.post("/api/auth/me/delete", {"password": PASSWORD}).json() == {"success": True}
    assert Notification.objects.filter(player=ada).count() == 0
    assert unread(ada) == (0, 0)
    assert StreamEvent.objects.filter(player=ada).count() == 0
    assert list(ada.actions.values_list("action_type", flat=True)) == []
    assert list(ada.rewards.values_list("gold", "description", "metadata")) == [(5, "", {})]
    assert broken() == {}
