"""Five wrong passwords lock an account, however it is named and through whichever door."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from datetime import datetime, timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.test import Client

from accounts import lockout, passwords, signin
from accounts.models import Audit, AuthSession, LoginCounter, Player
from casino.lib import days
from casino.lib.errors import Refusal
from tests.cast import Caller, enrol
from tests.race import row_locks_off, together

PASSWORD = "correct horse"
SENDERS = 16


@pytest.fixture
def clock() -> Any:
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False) as travel:
        yield travel


def attempt(name: str, password: str = "wrong", *, path: str = "/api/auth/login", ip: str = "10.0.0.1") -> Any:
    """One sign-in over HTTP."""
    body = {"site_id": name, "password": password}
    return Client(REMOTE_ADDR=ip).post(path, body, content_type="application/json")


def statuses(name: str, count: int, **how: Any) -> list[int]:
    return [attempt(name, **how).status_code for _ in range(count)]


def test_a_wrong_password_says_nothing_more_than_that(ada: Player) -> None:
    answer = attempt("ada")
    assert answer.status_code == 401
    message = "아이디 또는 비밀번호가 올바르지 않습니다."
    assert answer.json()["detail"] == {"error": "invalid_credentials", "message": message}
    assert answer.json()["error"]["code"] == "INVALID_CREDENTIALS"
    assert attempt("nobody").json()["detail"] == answer.json()["detail"]
    assert not AuthSession.objects.exists()


def test_the_sixth_attempt_is_refused_even_with_the_right_password(ada: Player, clock: Any) -> None:
    assert statuses("ada", 5) == [401] * 5
    answer = attempt("ada", PASSWORD)
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "LOGIN_LOCKED"
    assert answer.json()["detail"]["retry_after_minutes"] == 10
    assert answer.headers["Retry-After"] == answer.headers["X-Login-Lock-Retry"] == "600"


def test_the_lock_ends_ten_minutes_after_the_fifth_failure(ada: Player, clock: Any) -> None:
    statuses("ada", 5)
    clock.shift(timedelta(minutes=9, seconds=1))
    still = attempt("ada", PASSWORD)
    assert (still.status_code, still.json()["detail"]["retry_after_minutes"]) == (429, 1)
    clock.shift(timedelta(seconds=60))
    assert attempt("ada", PASSWORD).status_code == 200


def test_failures_older_than_the_window_do_not_count(ada: Player, clock: Any) -> None:
    statuses("ada", 1)
    clock.shift(timedelta(minutes=9))
    statuses("ada", 3)
    clock.shift(timedelta(minutes=2))
    assert statuses("ada", 2) == [401, 401]
    assert attempt("ada").status_code == 429


def test_a_success_clears_the_count(ada: Player) -> None:
    statuses("ada", 4)
    assert attempt("ada", PASSWORD).status_code == 200
    assert statuses("ada", 5) == [401] * 5


def test_every_name_and_door_of_an_account_shares_one_count(ada: Player) -> None:
    # full-width letters, nickname and other cases are the same account; the staff door counts too
    names = ("ada", "ADA", "ａｄａ", "Ada")
    assert [attempt(name).status_code for name in names] == [401] * 4
    assert attempt("ada", path="/api/auth/admin/login").status_code == 401
    assert attempt("ada", PASSWORD).status_code == 429


def test_unknown_names_are_counted_and_locked_alike(db: None) -> None:
    assert statuses("ghost", 6) == [401] * 5 + [429]
    assert attempt("GHOST").status_code == 429


def test_an_unknown_name_costs_a_hash_too(db: None) -> None:
    with patch("accounts.passwords.hashers.make_password") as hashing:
        attempt("ghost")
    hashing.assert_called_once()


def test_one_address_locks_for_every_account_after_fifty_failures(ada: Player) -> None:
    assert {attempt(f"ghost{number % 25}").status_code for number in range(50)} == {401}
    assert attempt("ada", PASSWORD).status_code == 429
    assert attempt("ada", PASSWORD, ip="10.0.0.2").status_code == 200
    assert Audit.objects.get(action="LOGIN_IP_LOCKED").target_id == "10.0.0.1"


def test_right_passwords_do_not_add_up_for_an_address(ada: Player) -> None:
    for _ in range(55):
        key = lockout.account_key("ada", ada)
        lockout.count_attempt(key, "10.0.0.1", now=days.now())
        lockout.forget(key, "10.0.0.1", now=days.now())
    assert LoginCounter.objects.get(key="ip:10.0.0.1").failures == []


def test_a_forwarding_header_does_not_change_the_address(ada: Player) -> None:
    for number in range(50):
        headers = {"X-Forwarded-For": f"8.8.8.{number}"}
        body = {"site_id": f"ghost{number}", "password": "wrong"}
        Client(REMOTE_ADDR="10.0.0.1").post("/api/auth/login", body, content_type="application/json", headers=headers)
    assert attempt("ada", PASSWORD).status_code == 429


def test_a_wrong_current_password_counts_like_a_failed_sign_in(ada: Player) -> None:
    caller = Caller(ada)
    body = {"password": "a much better one 9", "current_password": "wrong"}
    answers = [
        caller.client.put("/api/auth/me", body, content_type="application/json", headers=caller.headers)
        for _ in range(6)
    ]
    assert [answer.json()["error"]["code"] for answer in answers] == ["CURRENT_PASSWORD_WRONG"] * 5 + ["LOGIN_LOCKED"]
    assert attempt("ada", PASSWORD).status_code == 429


@pytest.mark.parametrize(
    ("facts", "code"), [({"is_banned": True}, "ACCOUNT_BANNED"), ({"is_active": False}, "ACCOUNT_INACTIVE")]
)
def test_only_a_right_password_learns_of_a_ban(ada: Player, facts: dict[str, bool], code: str) -> None:
    Player.objects.filter(pk=ada.pk).update(**facts)
    assert attempt("ada").json()["error"]["code"] == "INVALID_CREDENTIALS"
    refused = attempt("ada", PASSWORD)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, code)


def test_staff_sign_in_without_a_refresh_token_and_players_not_at_all(ada: Player, sam: Player) -> None:
    token = attempt("sam", PASSWORD, path="/api/auth/admin/login").json()
    assert (token["refresh_token"], token["refresh_expires_in"]) == (None, None)
    assert Audit.objects.get(action="ADMIN_LOGIN").actor == sam
    assert attempt("ada", PASSWORD, path="/api/auth/admin/login").status_code == 401


def guess() -> str:
    """One wrong guess; the code it is refused with."""
    try:
        signin.sign_in("ada", "wrong", ip="10.0.0.1", now=days.now())
    except Refusal as refusal:
        return refusal.code
    raise AssertionError("a wrong password was right")


def check_exactly_five_looked_at(codes: list[Any]) -> None:
    assert Counter(codes) == {"INVALID_CREDENTIALS": 5, "LOGIN_LOCKED": SENDERS - 5}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_sixteen_parallel_guesses_five_are_looked_at() -> None:
    enrol("ada")
    with patch.object(passwords, "matches", return_value=False):
        check_exactly_five_looked_at(together(*[guess] * SENDERS))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_more_guesses_are_looked_at() -> None:
    enrol("ada")
    all_have_read, count = Barrier(SENDERS), lockout._add_failure

    def count_late(counter: LoginCounter, limit: int, now: datetime) -> None:
        if not counter.key.startswith("ip:"):
            all_have_read.wait(timeout=20)  # with the lock nobody else could have come this far
        count(counter, limit, now)

    with (
        patch.object(passwords, "matches", return_value=False),
        patch.object(lockout, "transaction", SimpleNamespace(atomic=nullcontext)),
        patch.object(lockout, "_add_failure", count_late),
        row_locks_off(),
    ):
        codes = together(*[guess] * SENDERS)
    assert codes.count("INVALID_CREDENTIALS") > 5
