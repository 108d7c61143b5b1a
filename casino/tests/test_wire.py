"""The manners of the wire: one order of checks, one envelope, JSON only, both slashes, two languages."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client

from accounts import queries
from accounts.api import views
from accounts.models import Player
from casino.lib.api import read_body
from casino.lib.errors import Refusal
from tests.cast import Caller, gold_of

SPIN = "/api/games/slot/spin"


def send(raw: bytes | str, *, caller: Caller, path: str = SPIN, kind: str = "application/json", **headers: str) -> Any:
    """POST of raw bytes."""
    sent = {**caller.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return caller.client.generic("POST", path, raw, content_type=kind, headers=sent)


def code_of(answer: Any) -> str:
    return str(answer.json()["error"]["code"])


@pytest.mark.parametrize(
    ("method", "path", "signed_in", "kind", "body", "status", "code"),
    [
        ("POST", "/api/nowhere", False, "text/xml", "x", 404, "ROUTE_NOT_FOUND"),
        ("DELETE", SPIN, False, "text/xml", "x", 405, "METHOD_NOT_ALLOWED"),
        ("POST", SPIN, False, "text/xml", "x", 401, "NOT_AUTHENTICATED"),
        ("POST", "/api/invite/generate", True, "text/xml", "x", 403, "STAFF_ONLY"),
        ("POST", SPIN, True, "text/xml", "x", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", SPIN, True, "application/json", "{", 422, "VALIDATION_ERROR"),
    ],
)
def test_checks_come_in_the_published_order(
    as_ada: Caller, as_nobody: Caller, method: str, path: str, signed_in: bool, kind: str, body: str, status: int,
    code: str,
) -> None:  # fmt: skip
    caller = as_ada if signed_in else as_nobody
    answer = caller.client.generic(method, path, body, content_type=kind, headers=caller.headers)
    assert (answer.status_code, code_of(answer)) == (status, code)


def test_every_error_has_the_one_envelope(as_ada: Caller) -> None:
    answer = as_ada.post(SPIN, {"bet_amount": "5"}, X_Request_ID="my-own-id-1")
    assert answer.json() == {
        "detail": "입력값이 올바르지 않습니다",
        "error": {
            "code": "VALIDATION_ERROR",
            "message": "입력값이 올바르지 않습니다",
            "details": [{"loc": ["body", "bet_amount"], "msg": "정수를 입력해주세요", "type": "invalid"}],
            "request_id": "my-own-id-1",
        },
    }


@pytest.mark.parametrize(("offered", "is_kept"), [("abc-DEF-123", True), ("short", False), ("bad id here!", False)])
def test_answers_name_their_request(as_nobody: Caller, offered: str, is_kept: bool) -> None:
    answer = as_nobody.client.get("/healthz", headers={"X-Request-ID": offered})
    given = answer.headers["X-Request-ID"]
    assert (given == offered) is is_kept
    assert is_kept or (len(given) == 12 and int(given, 16) >= 0)


@pytest.mark.parametrize("path", ["/api/auth/me", "/api/users/balance", SPIN])
def test_a_trailing_slash_changes_nothing(as_ada: Caller, path: str) -> None:
    body = {"bet_amount": 10}
    plain = as_ada.post(path, body) if path == SPIN else as_ada.get(path)
    slashed = as_ada.post(f"{path}/", body) if path == SPIN else as_ada.get(f"{path}/")
    assert (plain.status_code, slashed.status_code) == (200, 200)
    assert set(plain.json()) == set(slashed.json())


@pytest.mark.parametrize(
    "raw",
    [b"[]", b'"text"', b"1", b"{", b'{"bet_amount": NaN}', b'{"bet_amount": Infinity}', b'{"x": "\\u0000"}',
     b'{"x": "\\ud800"}', b'{"\\ud800": 1}', b"\xff\xfe", b'{"x":' + b"[" * 100 + b"]" * 100 + b"}", b"{" * 5000],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(as_ada: Caller, ada: Player, raw: bytes) -> None:
    answer = send(raw, caller=as_ada)
    assert (answer.status_code, code_of(answer)) == (422, "VALIDATION_ERROR")
    assert gold_of(ada) == 1000


def test_an_empty_body_is_an_empty_object_and_a_missing_type_is_json(as_ada: Caller) -> None:
    details = send("", caller=as_ada, kind="").json()["error"]["details"]
    assert details[0]["loc"] == ["body", "bet_amount"]
    assert send(json.dumps({"bet_amount": 10}), caller=as_ada, kind="").status_code == 200
    assert (
        send(json.dumps({"bet_amount": 10}), caller=as_ada, kind="application/json; charset=utf-8").status_code == 200
    )


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_other_types_are_refused(as_ada: Caller, kind: str) -> None:
    assert code_of(send('{"bet_amount": 10}', caller=as_ada, kind=kind)) == "UNSUPPORTED_MEDIA_TYPE"


def test_accept_is_ignored(as_ada: Caller) -> None:
    answer = as_ada.client.get("/api/auth/me", headers={**as_ada.headers, "Accept": "text/html"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


def test_a_body_over_the_limit_is_refused_unread(as_ada: Caller) -> None:
    answer = send(b'{"x": "' + b"x" * 1_048_576 + b'"}', caller=as_ada)
    assert (answer.status_code, code_of(answer)) == (413, "PAYLOAD_TOO_LARGE")


def test_a_wrong_method_names_the_right_ones(as_nobody: Caller) -> None:
    answer = as_nobody.client.patch(SPIN)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")


def test_personal_answers_are_kept_out_of_caches(as_ada: Caller) -> None:
    assert as_ada.get("/api/auth/me").headers["Cache-Control"] == "no-store"


def test_texts_follow_the_language_and_codes_do_not(as_nobody: Caller) -> None:
    korean = as_nobody.client.get("/api/auth/me", headers={"Accept-Language": "fr"}).json()
    english = as_nobody.client.get("/api/auth/me", headers={"Accept-Language": "en"}).json()
    assert korean["detail"] == "로그인이 필요합니다"
    assert english["detail"] != korean["detail"]
    assert english["error"]["code"] == korean["error"]["code"] == "NOT_AUTHENTICATED"


def test_a_bad_token_on_a_public_path_is_ignored(as_nobody: Caller) -> None:
    assert as_nobody.client.get("/api/games", headers={"Authorization": "Bearer nonsense"}).status_code == 200


def test_a_browsers_write_needs_its_token(ada: Player) -> None:
    browser = Client(enforce_csrf_checks=True)
    form = {"nickname": "ada", "password": "correct horse"}
    token = browser.get("/login").cookies["csrftoken"].value
    assert browser.post("/login", {**form, "csrfmiddlewaretoken": token}).status_code == 302
    body = json.dumps({"bet_amount": 10})
    refused = browser.post(SPIN, body, content_type="application/json")
    assert (refused.status_code, code_of(refused)) == (403, "CSRF_FAILED")
    assert gold_of(ada) == 1000
    token = browser.cookies["csrftoken"].value
    assert browser.post(SPIN, body, content_type="application/json", headers={"X-CSRFToken": token}).status_code == 200


def test_the_bearer_decides_over_the_cookie(ada: Player, bob: Player) -> None:
    browser = Client()
    browser.post("/login", {"nickname": "ada", "password": "correct horse"})
    assert browser.get("/api/auth/me").json()["site_id"] == "ada"
    assert browser.get("/api/auth/me", headers=Caller(bob).headers).json()["site_id"] == "bob"
    assert code_of(browser.get("/api/auth/me", headers={"Authorization": "Bearer nonsense"})) == "TOKEN_INVALID"


def test_a_bug_tells_nothing_of_its_cause(as_ada: Caller) -> None:
    as_ada.client.raise_request_exception = False
    with patch.object(views.BalanceOfMine, "get", side_effect=RuntimeError("the secret cause")):
        answer = as_ada.get("/api/users/balance")
    assert (answer.status_code, code_of(answer)) == (500, "INTERNAL_ERROR")
    assert "secret" not in answer.content.decode()


def test_an_absent_database_is_503_with_a_time_to_come_back(as_ada: Caller) -> None:
    as_ada.client.raise_request_exception = False
    with patch.object(queries, "wallet_and_attendance", side_effect=OperationalError("gone")):
        answer = as_ada.get("/api/users/balance")
    assert (answer.status_code, code_of(answer)) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["Retry-After"] == "1"


def test_a_caller_who_hangs_up_while_sending_is_no_error_of_ours() -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError("gone")

    request = HttpRequest()
    request._stream = Broken()
    with pytest.raises(Refusal) as refused:
        read_body(request)
    assert (refused.value.status, refused.value.code) == (400, "BAD_REQUEST")
