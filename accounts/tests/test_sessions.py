"""A session can be ended at once, and a refresh token is worth one pair."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.test import Client

from accounts import sessions, tokens
from accounts.models import Audit, AuthSession, Player
from casino.lib import days
from casino.lib.errors import Refusal
from tests.cast import Caller, enrol
from tests.race import together

REFRESHERS = 8
PASSWORD = "correct horse"


def sign_in(player: Player) -> Any:
    """The Token of a fresh API sign-in."""
    answer = Caller().post("/api/auth/login", {"site_id": player.site_id, "password": PASSWORD})
    assert answer.status_code == 200
    return answer.json()


def me(access_token: str) -> Any:
    """GET /api/auth/me with a bearer."""
    return Client().get("/api/auth/me", headers={"Authorization": f"Bearer {access_token}"})


def refresh(token: str) -> Any:
    """POST /api/auth/refresh."""
    return Caller().post("/api/auth/refresh", {"refresh_token": token})


def code_of(answer: Any) -> str:
    return str(answer.json()["error"]["code"])


def test_a_token_names_its_session_and_key(ada: Player) -> None:
    token = sign_in(ada)
    assert token["token_type"] == "bearer"
    assert token["session_id"] == tokens.read_access_token(token["access_token"])
    assert 0 < token["expires_in"] <= 1800
    assert token["refresh_expires_in"] == 30 * 24 * 3600
    assert token["user"]["gold_balance"] == token["user"]["cyber_token_balance"] == 1000


def test_only_hashes_of_refresh_tokens_are_stored(ada: Player) -> None:
    token = sign_in(ada)
    row = AuthSession.objects.get(sid=token["session_id"])
    assert token["refresh_token"] not in {str(getattr(row, field.attname)) for field in row._meta.concrete_fields}


def test_a_refresh_gives_a_new_pair_of_the_same_session(ada: Player) -> None:
    first = sign_in(ada)
    second = refresh(first["refresh_token"]).json()
    assert second["session_id"] == first["session_id"]
    assert second["refresh_token"] != first["refresh_token"]
    assert me(second["access_token"]).status_code == 200


def test_within_the_grace_the_replaced_token_gives_the_same_pair(ada: Player) -> None:
    first = sign_in(ada)
    second, again = refresh(first["refresh_token"]).json(), refresh(first["refresh_token"]).json()
    assert (again["access_token"], again["refresh_token"]) == (second["access_token"], second["refresh_token"])


def test_after_the_grace_the_whole_session_ends(ada: Player) -> None:
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False) as clock:
        first = sign_in(ada)
        second = refresh(first["refresh_token"]).json()
        clock.shift(timedelta(seconds=11))
        reused = refresh(first["refresh_token"])
        assert (reused.status_code, code_of(reused)) == (401, "REFRESH_REUSED")
        assert code_of(me(second["access_token"])) == "TOKEN_REVOKED"
        assert code_of(refresh(second["refresh_token"])) == "REFRESH_INVALID"
    assert Audit.objects.get(action="REFRESH_REUSED").severity == "warning"


def test_a_token_two_rotations_old_ends_the_session_even_within_the_grace(ada: Player) -> None:
    first = sign_in(ada)
    second = refresh(first["refresh_token"]).json()
    refresh(second["refresh_token"])
    assert code_of(refresh(first["refresh_token"])) == "REFRESH_REUSED"


@pytest.mark.parametrize("forge", ["", "nonsense", "{sid}.00.00", "{token}x"])
def test_a_forged_refresh_token_ends_nobodys_session(ada: Player, forge: str) -> None:
    token = sign_in(ada)
    forged = forge.format(sid=token["session_id"], token=token["refresh_token"])
    assert code_of(refresh(forged)) == "REFRESH_INVALID"
    assert me(token["access_token"]).status_code == 200


def test_the_bearer_may_carry_the_refresh_token(ada: Player) -> None:
    token = sign_in(ada)
    bearer = {"Authorization": f"Bearer {token['refresh_token']}"}
    answer = Client().post("/api/auth/refresh", content_type="application/json", headers=bearer)
    assert answer.status_code == 200


def test_a_refresh_token_is_no_access_token(ada: Player) -> None:
    assert code_of(me(sign_in(ada)["refresh_token"])) == "TOKEN_INVALID"


def test_an_access_token_is_over_after_30_minutes(ada: Player) -> None:
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False) as clock:
        token = sign_in(ada)
        clock.shift(timedelta(minutes=30, seconds=1))
        assert code_of(me(token["access_token"])) == "TOKEN_EXPIRED"
        assert refresh(token["refresh_token"]).status_code == 200


def test_a_token_of_the_previous_secret_is_still_read(ada: Player, settings: Any) -> None:
    old = tokens.RotatingTokenBackend("HS256", signing_key="an earlier secret of at least thirty-two bytes")
    sid = sign_in(ada)["session_id"]
    soon = int(days.now().timestamp()) + 60
    token = old.encode({"sid": sid, "typ": "access", "exp": soon})
    assert code_of(me(token)) == "TOKEN_INVALID"
    with patch.object(tokens, "_BACKENDS", [*tokens._BACKENDS, old]):
        assert me(token).status_code == 200


@pytest.mark.parametrize("path", ["/api/auth/logout", "/api/auth/logout-all"])
def test_logout_acts_at_once(ada: Player, path: str) -> None:
    token = sign_in(ada)
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert Client().post(path, content_type="application/json", headers=bearer).status_code == 200
    assert code_of(me(token["access_token"])) == "TOKEN_REVOKED"
    assert code_of(refresh(token["refresh_token"])) == "REFRESH_INVALID"


def test_logout_all_ends_every_session_and_counts_them(ada: Player, bob: Player) -> None:
    others, bobs = [sign_in(ada) for _ in range(2)], sign_in(bob)
    answer = Caller(ada).post("/api/auth/logout-all")
    assert answer.json() == {"message": "Logged out from all sessions", "revoked": 3}
    assert [me(token["access_token"]).status_code for token in others] == [401, 401]
    assert me(bobs["access_token"]).status_code == 200


@pytest.mark.parametrize("facts", [{"is_active": False}, {"is_banned": True}])
def test_a_ban_acts_on_tokens_already_issued(ada: Player, facts: dict[str, bool]) -> None:
    token = sign_in(ada)
    Player.objects.filter(pk=ada.pk).update(**facts)
    assert me(token["access_token"]).status_code == 401


def test_a_new_password_ends_all_other_sessions(ada: Player) -> None:
    other, caller = sign_in(ada), Caller(ada)
    body = {"password": "a much better one 9", "current_password": PASSWORD}
    changed = caller.client.put("/api/auth/me", body, content_type="application/json", headers=caller.headers)
    assert changed.status_code == 200
    assert caller.get("/api/auth/me").status_code == 200
    assert code_of(me(other["access_token"])) == "TOKEN_REVOKED"


def test_the_sixth_sign_in_ends_the_least_recently_used(ada: Player) -> None:
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False) as clock:
        issued = []
        for _ in range(6):
            issued.append(sign_in(ada))
            clock.shift(timedelta(seconds=1))
        assert [me(token["access_token"]).status_code for token in issued] == [401, 200, 200, 200, 200, 200]


def test_sessions_are_listed_and_ended_by_their_owner_only(ada: Player, bob: Player) -> None:
    token, caller = sign_in(ada), Caller(ada)
    items = caller.get("/api/auth/sessions").json()["items"]
    assert [(item["kind"], item["current"]) for item in items] == [("api", True), ("api", False)]
    gone = Caller(bob).client.delete(f"/api/auth/sessions/{token['session_id']}", headers=Caller(bob).headers)
    assert (gone.status_code, code_of(gone)) == (404, "NOT_FOUND")
    ended = caller.client.delete(f"/api/auth/sessions/{token['session_id']}", headers=caller.headers)
    assert ended.json() == {"revoked": True}
    assert code_of(me(token["access_token"])) == "TOKEN_REVOKED"


def test_last_seen_moves_at_most_once_a_minute(ada: Player) -> None:
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False) as clock:
        token = sign_in(ada)
        seen = []
        for _ in range(3):
            clock.shift(timedelta(seconds=40))
            me(token["access_token"])
            seen.append(AuthSession.objects.get(sid=token["session_id"]).last_seen_at.strftime("%H:%M:%S"))
    assert seen == ["12:00:00", "12:01:20", "12:01:20"]


def check_one_successor(results: list[Any]) -> None:
    assert {type(result) for result in results} == {sessions.Grant}
    assert len({str(grant.refresh) for grant in results}) == 1
    assert len({tokens.access_token(grant.session, grant.player) for grant in results}) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_parallel_refreshes_of_one_token_give_one_successor() -> None:
    token = sign_in(enrol("ada"))["refresh_token"]
    check_one_successor(together(*[lambda: sessions.rotate(token, now=days.now())] * REFRESHERS))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_condition_parallel_refreshes_disagree() -> None:
    ada = enrol("ada")
    token = tokens.read_refresh_token(sign_in(ada)["refresh_token"])
    assert token is not None

    def rotate_unconditionally() -> sessions.Grant:
        fresh = tokens.new_refresh_token(token.sid)
        AuthSession.objects.filter(sid=token.sid).update(refresh_hash=fresh.hash, rotated_at=days.now())
        return sessions.Grant(AuthSession.objects.get(sid=token.sid), ada, fresh)

    with pytest.raises(AssertionError):
        check_one_successor(together(*[rotate_unconditionally] * REFRESHERS))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_parallel_sign_ins_keep_the_limit() -> None:
    ada = enrol("ada")
    where = sessions.Client("127.0.0.1", "tests")
    begin = partial(sessions.begin, player=ada, kind=AuthSession.Kind.API, client=where)
    results = together(*[lambda: begin(now=days.now())] * REFRESHERS)
    assert [result for result in results if isinstance(result, Refusal | Exception)] == []
    assert AuthSession.objects.filter(player=ada).live(days.now()).count() == 5
