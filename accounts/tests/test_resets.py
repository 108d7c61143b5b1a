"""A lost password: a code from staff works once, for thirty minutes, and guessing it locks like any guessing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.test import Client

from accounts import lockout, passwords, resets
from accounts.models import Audit, AuthSession, LoginCounter, Notification, Player, ResetCode, Role
from accounts.tests.staffed import staff_of_every_role
from casino.lib import days
from casino.lib.errors import Refusal
from tests.cast import Caller, enrol
from tests.desk import sit_down
from tests.meeting import meeting_at
from tests.race import together

Json = dict[str, Any]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PATH, NEW, OLD = "/api/auth/reset", "battery staple", "correct horse"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture
def code(ada: Player, sam: Player) -> str:
    return resets.issue(by=sam, player_id=ada.pk, reason="a call").code


def issue(caller: Caller, player: Player | int, **changes: Any) -> Any:
    number = player if isinstance(player, int) else player.pk
    return caller.post(f"/api/admin/users/{number}/reset-code", {"reason": "a call", **changes})


def reset(code: Any, *, site_id: Any = "ada", password: Any = NEW, ip: str = "10.0.0.1") -> Any:
    body = {"site_id": site_id, "code": code, "password": password}
    return Client(REMOTE_ADDR=ip).post(PATH, body, content_type="application/json")


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def enters(password: str, name: str = "ada") -> bool:
    """Whether the password is right, whatever was counted before."""
    LoginCounter.objects.all().delete()
    return bool(Caller().post("/api/auth/login", {"site_id": name, "password": password}).status_code == 200)


# --- handing a code out ---------------------------------------------------------------------------------


def test_a_code_is_told_once_and_kept_as_a_keyed_hash(clock: Any, ada: Player, sam: Player, as_sam: Caller) -> None:
    answer = issue(as_sam, ada)
    code = answer.json()["code"]
    assert (answer.status_code, answer.json()) == (200, {"code": code, "expires_at": "2026-01-31T12:30:00.000Z"})
    assert re.fullmatch(r"(?:[A-HJ-NP-Z2-9]{4}-){2}[A-HJ-NP-Z2-9]{4}", code)
    kept = ResetCode.objects.get()
    assert (kept.player, kept.created_at, kept.expires_at, len(kept.code_hash)) == (
        ada, NOON, NOON + timedelta(minutes=30), 64,
    )  # fmt: skip
    audit = Audit.objects.get(action="PASSWORD_RESET_CODE")
    assert (audit.actor, audit.severity, audit.target_type, audit.target_id) == (sam, "warning", "user", str(ada.pk))
    assert audit.details == {"reason": "a call", "expires_at": "2026-01-31T12:30:00Z"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_hash_is_worth_nothing_without_the_clubs_secret(ada: Player, code: str, settings: Any) -> None:
    settings.SECRET_KEY = "another club's"
    assert told(reset(code)) == (400, "RESET_CODE_INVALID")


def test_a_new_code_voids_the_old(ada: Player, as_sam: Caller) -> None:
    old, new = (issue(as_sam, ada).json()["code"] for _ in range(2))
    assert told(reset(old)) == (400, "RESET_CODE_INVALID")
    assert reset(new).json() == {"success": True}


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("economy", 403), ("shop", 403), ("support", 200)])
def test_codes_are_for_support_to_hand_out(ada: Player, role: str, status: int) -> None:
    assert issue(Caller(enrol(role, role=Role(role))), ada).status_code == status
    assert ResetCode.objects.count() == (status == 200)


def test_for_staff_an_owner_is_asked_and_nobody_makes_the_own(sam: Player, as_sam: Caller) -> None:
    sue, abe = enrol("sue", role=Role.SUPPORT), enrol("abe", role=Role.AUDITOR)
    refused = [told(issue(Caller(sue), each)) for each in (sam, abe, sue)]
    assert refused == [(403, "PERMISSION_DENIED"), (403, "PERMISSION_DENIED"), (400, "SELF_CHANGE_FORBIDDEN")]
    assert told(issue(as_sam, sam)) == (400, "SELF_CHANGE_FORBIDDEN")
    assert (ResetCode.objects.count(), Audit.objects.filter(action="PASSWORD_RESET_CODE").count()) == (0, 0)
    assert issue(as_sam, abe).status_code == 200


@pytest.mark.parametrize("reason", ["", " ", "x", "x" * 121, None, 5, "a\x00b", ["why"]])
def test_without_a_reason_there_is_no_code(ada: Player, as_sam: Caller, reason: Any) -> None:
    assert told(issue(as_sam, ada, reason=reason)) == (422, "VALIDATION_ERROR")
    assert not ResetCode.objects.exists()


@pytest.mark.parametrize("user_id", [0, 999_999, 2**63])
def test_there_is_no_code_for_nobody(as_sam: Caller, user_id: int) -> None:
    assert told(issue(as_sam, user_id)) == (404, "USER_NOT_FOUND")


# --- using it -------------------------------------------------------------------------------------------


def test_a_code_sets_the_password_and_ends_every_session(ada: Player, as_ada: Caller, code: str) -> None:
    assert reset(code).json() == {"success": True}
    assert told(as_ada.get("/api/users/balance")) == (401, "TOKEN_REVOKED")
    assert [session.revoked_reason for session in AuthSession.objects.filter(player=ada)] == ["password_reset"]
    assert not ResetCode.objects.exists()
    assert Notification.objects.get(player=ada).title == "비밀번호 변경"
    assert Audit.objects.get(action="PASSWORD_RESET").actor == ada
    assert (enters(OLD), enters(NEW)) == (False, True)


def test_ended_sessions_close_their_sockets(ada: Player, as_ada: Caller, code: str) -> None:
    with patch("realtime.publish.sessions_ended_after_commit") as closing:
        assert reset(code).status_code == 200
    closing.assert_called_once_with(ada.pk, list(AuthSession.objects.values_list("sid", flat=True)))


@pytest.mark.usefixtures("ada")
def test_a_code_is_spent_by_its_use(code: str) -> None:
    assert reset(code).status_code == 200
    assert told(reset(code, password="another one")) == (400, "RESET_CODE_INVALID")
    assert enters(NEW)


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("written", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_how_a_code_is_written_does_not_matter(code: str, written: Any) -> None:
    assert reset(written(code)).status_code == 200


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("name", ["ADA", "ａｄａ", "Ada"])
def test_the_account_may_be_named_as_at_the_door(code: str, name: str) -> None:
    assert reset(code, site_id=name).status_code == 200


def test_a_code_lasts_thirty_minutes(clock: Any, ada: Player, sam: Player) -> None:
    code = resets.issue(by=sam, player_id=ada.pk, reason="a call").code
    clock.shift(timedelta(minutes=30))
    assert told(reset(code)) == (400, "RESET_CODE_INVALID")
    clock.shift(timedelta(microseconds=-1))
    assert reset(code).status_code == 200


def test_a_code_is_of_one_account(ada: Player, bob: Player, code: str) -> None:
    assert told(reset(code, site_id="bob")) == (400, "RESET_CODE_INVALID")
    assert (enters(OLD, "bob"), enters(OLD)) == (True, True)


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("weak", ["password", "12345678901", "qwertyuiop"])
def test_a_weak_password_leaves_the_code_unspent(code: str, weak: str) -> None:
    assert told(reset(code, password=weak)) == (422, "VALIDATION_ERROR")
    assert enters(OLD)
    assert reset(code).status_code == 200


def test_strangers_learn_nothing_from_passwords_like_a_name(sam: Player) -> None:
    rita = enrol("marguerite")
    code = resets.issue(by=sam, player_id=rita.pk, reason="a call").code
    answers = [reset("AAAA", site_id=name, password="marguerite1") for name in ("marguerite", "ghost")]
    assert [told(answer) for answer in answers] == [(400, "RESET_CODE_INVALID")] * 2
    assert told(reset(code, site_id="marguerite", password="marguerite1")) == (422, "VALIDATION_ERROR")


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    "changes",
    [
        *({"site_id": name} for name in ("", None, 5, "x" * 51, ["ada"], "a\x00da")),
        *({"code": text} for text in ("", " ", None, 5, "x" * 33, {"a": 1}, "\x00")),
        *({"password": text} for text in ("", "seven77", "x" * 129, None, 12345678, "a\x00bcdefgh")),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_and_not_counted(code: str, changes: Json) -> None:
    assert told(reset(**{"code": code, **changes})) == (422, "VALIDATION_ERROR")
    assert not LoginCounter.objects.exists()
    assert reset(code).status_code == 200


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("wrong", ["' OR 1=1 --", "%", "____-____-____", "🂡" * 12, "ß" * 32, "-", "0" * 32])
def test_a_hostile_code_is_a_wrong_code(code: str, wrong: str) -> None:
    assert told(reset(wrong)) == (400, "RESET_CODE_INVALID")
    assert (enters(OLD), ResetCode.objects.count()) == (True, 1)


# --- guessing -------------------------------------------------------------------------------------------


def test_five_wrong_codes_lock_every_door(clock: Any, ada: Player, sam: Player) -> None:
    code = resets.issue(by=sam, player_id=ada.pk, reason="a call").code
    assert [told(reset("AAAA-BBBB-CCCC")) for _ in range(5)] == [(400, "RESET_CODE_INVALID")] * 5
    locked = reset(code)
    assert (told(locked), locked.headers["Retry-After"]) == ((429, "LOGIN_LOCKED"), "600")
    assert Caller().post("/api/auth/login", {"site_id": "ada", "password": OLD}).status_code == 429
    assert fill_in(code=code).status_code == 429
    clock.shift(timedelta(minutes=10))
    assert reset(code).status_code == 200


@pytest.mark.usefixtures("ada")
def test_wrong_codes_and_wrong_passwords_are_one_count(code: str) -> None:
    wrong = {"site_id": "ada", "password": "wrong"}
    assert [Caller().post("/api/auth/login", wrong).status_code for _ in range(3)] == [401] * 3
    assert [reset("AAAA").status_code for _ in range(3)] == [400, 400, 429]


@pytest.mark.usefixtures("ada")
def test_a_right_code_clears_the_count(code: str) -> None:
    assert [reset("AAAA").status_code for _ in range(4)] == [400] * 4
    assert reset(code).status_code == 200
    assert not LoginCounter.objects.filter(key__startswith="player:").exists()


def test_unknown_names_are_refused_and_locked_alike(ada: Player, code: str) -> None:
    answers = {name: [reset("AAAA", site_id=name) for _ in range(6)] for name in ("ada", "ghost")}
    shown = {name: [(each.status_code, each.json()["detail"]) for each in those] for name, those in answers.items()}
    for status, detail in (shown[name].pop() for name in shown):
        assert (status, detail["error"]) == (429, "login_locked")
    assert shown["ada"] == shown["ghost"]
    assert [status for status, _detail in shown["ghost"]] == [400] * 5
    assert shown["ghost"][0][1] == "재설정 코드가 올바르지 않거나 만료되었습니다"


def test_an_address_that_tries_everybody_is_locked(ada: Player, code: str) -> None:
    assert {reset("AAAA", site_id=f"ghost{number}").status_code for number in range(50)} == {400}
    assert told(reset(code)) == (429, "LOGIN_LOCKED")
    assert reset(code, ip="10.0.0.2").status_code == 200


# --- races ----------------------------------------------------------------------------------------------


def use_at_once(code: str, uses: int = 8) -> Counter[str]:
    """Several come with the same right code; none goes on before all have been told that it is right."""
    calls = [
        partial(resets.reset, name="ada", code=code, password=f"battery staple {n}", ip="10.0.0.1", now=days.now())
        for n in range(uses)
    ]
    with meeting_at(passwords, "hashed", uses), patch.object(lockout, "count_attempt"):
        ends = together(*calls)
    return Counter(end.code if isinstance(end, Refusal) else repr(end) for end in ends)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_code_used_by_many_at_once_is_used_once() -> None:
    ada, sam = enrol("ada"), enrol("sam", role=Role.OWNER)
    code = resets.issue(by=sam, player_id=ada.pk, reason="a call").code
    assert use_at_once(code) == {"None": 1, "RESET_CODE_INVALID": 7}
    assert Audit.objects.filter(action="PASSWORD_RESET").count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_where_the_code_is_only_looked_at_many_use_it() -> None:
    ada, sam = enrol("ada"), enrol("sam", role=Role.OWNER)
    code = resets.issue(by=sam, player_id=ada.pk, reason="a call").code
    with patch.object(resets, "_spend", lambda player, kept, now: resets._usable(player, kept, now).exists()):
        assert use_at_once(code) == {"None": 8}


# --- the page -------------------------------------------------------------------------------------------


def fill_in(**given: str) -> Any:
    return Client().post("/reset", {"site_id": "ada", "password": NEW, "confirm_password": NEW, **given})


@pytest.mark.usefixtures("ada")
def test_the_page_resets_and_leads_back_to_the_door(code: str) -> None:
    answer = fill_in(code=code)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/reset?done=1")
    assert 'href="/login"' in Client().get("/reset?done=1").content.decode()
    assert 'href="/reset"' in Client().get("/login").content.decode()
    assert enters(NEW)


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"code": "AAAA"}, 400, "재설정 코드가 올바르지 않거나 만료되었습니다"),
        ({"code": ""}, 422, "재설정 코드를 적어 주세요"),
        ({"site_id": ""}, 422, "사이트 아이디를 적어 주세요"),
        ({"confirm_password": "other"}, 422, "비밀번호가 서로 다릅니다"),
        ({"password": "short", "confirm_password": "short"}, 422, "비밀번호는 8글자 이상이어야 합니다"),
    ],
)
def test_the_page_says_what_is_wrong_and_keeps_no_password(
    code: str, changes: dict[str, str], status: int, words: str
) -> None:
    answer = fill_in(**{"code": code, **changes})
    page = answer.content.decode()
    assert (answer.status_code, words in page, NEW in page) == (status, True, False)
    assert (page.count('role="status"'), page.count('role="alert"')) == (1, 1)
    assert (enters(OLD), ResetCode.objects.count()) == (True, 1)


# --- the admin ------------------------------------------------------------------------------------------


def ask(client: Client, *players: Player, **given: str) -> Any:
    sent = {"action": "reset_code", "_selected_action": [str(player.pk) for player in players], **given}
    return client.post("/admin/accounts/player/", sent, follow=True)


def test_support_reads_a_code_once(ada: Player, bob: Player) -> None:
    sue = staff_of_every_role()[Role.SUPPORT]
    client = sit_down(sue)
    assert 'name="reason"' in ask(client, ada).content.decode()
    ask(client, ada, bob, reason="a call")
    assert not ResetCode.objects.exists()
    shown = re.findall(r'data-testid="reset-code">([A-Z0-9-]+)<', ask(client, ada, reason="a call").content.decode())
    assert Audit.objects.get(action="PASSWORD_RESET_CODE").actor == sue
    pages = [client.get(f"/admin/accounts/{page}").content.decode() for page in ("player/", "audit/")]
    assert [page for page in pages if shown[0] in page] == []
    assert reset(shown[0]).status_code == 200


def test_an_account_that_is_nobodys_has_no_code(ada: Player, as_ada: Caller, code: str) -> None:
    assert as_ada.post("/api/auth/me/delete", {"password": OLD}).status_code == 200
    assert not ResetCode.objects.exists()
