"""Accounts in the hands of staff: found, seen, changed, shut out and let in; each deed by who may, on the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts import bans, standing
from accounts.models import Audit, Notification, Player, Rank, Role
from accounts.tests.attending import latest_seq, news_of
from adminpanel.tests.keeping import PATH, Json, kept, of, record_of, refused, send
from adminpanel.tests.sending import DAY, NOON
from casino.lib import days
from games.tests.plays import statements
from realtime.tests.ears import Ears, sign_in_async
from tests.cast import Caller, enrol

STAFF = [role for role in Role if role != Role.NONE]
DENIED = (403, "PERMISSION_DENIED")
OWN = (400, "SELF_CHANGE_FORBIDDEN")
NOBODY = 10**9


@pytest.fixture
def sue(db: None) -> Player:
    """Support."""
    return enrol("sue", role=Role.SUPPORT)


@pytest.fixture
def as_sue(sue: Player) -> Caller:
    return Caller(sue)


# --- found ------------------------------------------------------------------------------------------------


def found(caller: Caller, **query: Any) -> tuple[list[str], str]:
    """The site_ids of a page, and how many there are in all."""
    answer = caller.get(PATH, **query)
    assert answer.status_code == 200
    return [line["site_id"] for line in answer.json()], answer.headers["X-Total-Count"]


def test_a_line_has_every_published_field(as_sue: Caller, ada: Player) -> None:
    Player.objects.filter(pk=ada.pk).update(created_at=NOON, phone_number="01012345678")
    assert as_sue.get(PATH, search="ada").json() == [
        {
            "id": ada.pk, "site_id": "ada", "nickname": "Ada", "phone_number": "01012345678", "is_active": True,
            "is_admin": False, "user_rank": "STANDARD", "created_at": "2026-01-31T12:00:00.000Z",
        }
    ]  # fmt: skip


def test_accounts_are_listed_newest_first_by_pages(as_sue: Caller) -> None:
    for name in ("ada", "bob", "cleo"):
        enrol(name)
    assert found(as_sue) == (["cleo", "bob", "ada", "sue"], "4")
    assert found(as_sue, skip=1, limit=2) == (["bob", "ada"], "4")
    assert found(as_sue, skip=9) == ([], "4")


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("ADA", ["ada"]),
        ("da", ["ada"]),
        ("로버", ["bob"]),
        ("0109876", ["bob"]),
        ("%", ["per%cent"]),
        ("_", ["under_score"]),
        ("' OR 1=1 --", []),
        ("ada\\", []),
        ("9" * 18, []),
        ("9" * 50, []),
        ("５", []),
        (" ", ["under_score", "per%cent", "bob", "ada", "sue"]),
    ],
)
def test_a_search_means_its_characters_and_nothing_else(as_sue: Caller, search: str, names: list[str]) -> None:
    for name in ("ada", "bob", "per%cent", "under_score"):
        enrol(name)
    Player.objects.filter(site_id="bob").update(nickname="로버트", phone_number="01098765432")
    assert found(as_sue, search=search) == (names, str(len(names)))


def test_a_number_finds_the_account_of_this_id(as_sue: Caller, ada: Player, bob: Player) -> None:
    assert "ada" in found(as_sue, search=str(ada.pk))[0]
    assert "bob" not in found(as_sue, search=str(ada.pk))[0]


@pytest.mark.parametrize(
    "query", [{"limit": 101}, {"limit": 0}, {"skip": -1}, {"skip": "x"}, {"search": "\x00"}, {"search": "x" * 51}]
)
def test_a_page_that_cannot_be_is_refused(as_sue: Caller, query: Json) -> None:
    assert as_sue.get(PATH, **query).status_code == 422


def test_a_list_and_a_card_cost_a_fixed_number_of_statements(as_sue: Caller, ada: Player) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_sue.get(path).status_code == 200
        return len(statements(captured))

    few = cost(PATH)
    for number in range(5):
        enrol(f"more{number}")
    assert cost(PATH) == few == 3
    assert cost(f"{PATH}?search=more") == 3
    assert cost(of(ada)) == 2
    assert cost(of(ada, "/logs")) == 3


# --- seen -------------------------------------------------------------------------------------------------


def test_a_card_tells_the_gold_and_a_ban_while_it_lasts(as_sue: Caller, ada: Player) -> None:
    changed = {"created_at": NOON, "last_login": None, "is_banned": True, "banned_until": NOON + DAY}
    Player.objects.filter(pk=ada.pk).update(**changed, ban_reason="rude")
    with time_machine.travel(NOON, tick=False):
        told = Caller(as_sue.player).get(of(ada)).json()
    assert told == {
        "id": ada.pk, "site_id": "ada", "nickname": "Ada", "phone_number": None, "is_active": True,
        "is_admin": False, "user_rank": "STANDARD", "created_at": "2026-01-31T12:00:00.000Z",
        "gold_balance": 1000, "cyber_token_balance": 1000, "vip_points": 0, "experience": 0, "level": 1,
        "last_login": None, "banned_until": "2026-02-01T12:00:00.000Z", "ban_reason": "rude",
    }  # fmt: skip
    with time_machine.travel(NOON + DAY, tick=False):
        over = Caller(as_sue.player).get(of(ada)).json()
    assert (over["banned_until"], over["ban_reason"]) == (None, None)


def test_the_log_tells_what_the_account_did_newest_first(as_sue: Caller, ada: Player) -> None:
    with time_machine.travel(NOON, tick=False):
        caller = Caller(ada)
        for kind in ("OPENED_SHOP", "CLOSED_SHOP"):
            assert caller.post("/api/actions", {"action_type": kind, "context": {"door": 1}}).status_code == 200
    told = as_sue.get(of(ada, "/logs"), limit=1).json()
    assert told == [
        {
            "id": told[0]["id"], "user_id": ada.pk, "action_type": "CLOSED_SHOP", "source": "client",
            "created_at": "2026-01-31T12:00:00.000Z", "details": {"door": 1},
        }
    ]  # fmt: skip
    assert len(as_sue.get(of(ada, "/logs")).json()) == 2


# --- changed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["put", "patch"])
def test_an_owner_changes_everything_at_once(as_sam: Caller, ada: Player, method: str) -> None:
    Caller(ada)
    wanted = {"is_admin": True, "role": "shop", "is_active": False, "user_rank": "VIP", "reason": "joins us in May"}
    assert send(as_sam, method, of(ada), wanted) == (
        200,
        {"id": ada.pk, "site_id": "ada", "is_admin": True, "role": "shop", "is_active": False, "user_rank": "VIP"},
    )
    assert kept(ada)[:5] == (True, False, "shop", False, "VIP")
    details = {
        "before": {"is_active": True, "is_staff": False, "role": "", "rank": "STANDARD"},
        "after": {"is_active": False, "is_staff": True, "role": "shop", "rank": "VIP"},
        "reason": "joins us in May",
    }
    assert record_of(ada) == [
        ("USER_UPDATE", "info", "sam", details),
        ("USER_ELEVATED", "warning", "sam", details),
    ]


def test_what_is_the_same_already_moves_nothing(as_sam: Caller, ada: Player) -> None:
    before = kept(ada)
    same = {"is_admin": False, "role": None, "is_active": True, "user_rank": "STANDARD"}
    for body in (same, {}):
        status, told = send(as_sam, "put", of(ada), body)
        assert (status, told["role"], told["is_admin"]) == (200, None, False)
    assert kept(ada) == before


@pytest.mark.parametrize(
    ("had", "wanted", "gets"),
    [
        (Role.NONE, {"is_admin": True}, (True, "auditor")),
        (Role.NONE, {"is_admin": True, "role": None}, (True, "auditor")),
        (Role.NONE, {"is_admin": True, "role": "owner"}, (True, "owner")),
        (Role.SHOP, {"is_admin": True}, (True, "shop")),
        (Role.SHOP, {"role": "economy"}, (True, "economy")),
        (Role.SHOP, {"role": "owner"}, (True, "owner")),
        (Role.SHOP, {"is_admin": False}, (False, "")),
        (Role.OWNER, {"role": "auditor"}, (True, "auditor")),
        (Role.OWNER, {"is_admin": False, "role": None}, (False, "")),
    ],
)
def test_staff_have_a_role_and_players_none(as_sam: Caller, had: Role, wanted: Json, gets: tuple[bool, str]) -> None:
    eve = enrol("eve", role=had)
    assert send(as_sam, "patch", of(eve), wanted)[0] == 200
    row = Player.objects.get(pk=eve.pk)
    assert (row.is_staff, row.role) == gets
    assert row.is_superuser == (gets[1] == "owner")
    is_raised = gets[1] == "owner" or (had == Role.NONE and gets[0])
    is_changed = (had != Role.NONE, had.value) != gets
    assert [row[0] for row in record_of(eve)] == ["USER_UPDATE"] * is_changed + ["USER_ELEVATED"] * is_raised


@pytest.mark.parametrize("wanted", [{"role": "shop"}, {"is_admin": False, "role": "shop"}])
def test_a_role_without_staff_is_refused(as_sam: Caller, ada: Player, wanted: Json) -> None:
    before = kept(ada)
    status, told = send(as_sam, "patch", of(ada), wanted)
    assert (status, told["error"]["details"]) == (
        422, [{"loc": ["body", "role"], "msg": "역할은 운영진만 가질 수 있습니다", "type": "invalid"}],
    )  # fmt: skip
    assert kept(ada) == before


@pytest.mark.parametrize(
    "wanted",
    [
        {"is_admin": "yes"}, {"is_admin": 1}, {"is_admin": None}, {"role": "king"}, {"role": ""}, {"role": ["owner"]},
        {"is_active": 0}, {"user_rank": "GOD"}, {"user_rank": None}, {"is_active": True, "reason": "x"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(as_sam: Caller, ada: Player, wanted: Json) -> None:
    before = kept(ada)
    assert refused(as_sam, "patch", of(ada), wanted) == (422, "VALIDATION_ERROR")
    assert kept(ada) == before


def test_a_new_rank_is_told_to_the_player(as_sue: Caller, ada: Player) -> None:
    before = latest_seq(ada)
    body = {"user_rank": "PREMIUM"}
    assert send(as_sue, "put", of(ada, "/rank"), body) == (200, {"success": True, "user_id": ada.pk, **body})
    profile, notice = news_of(ada, before)
    assert profile == {
        "type": "profile_update", "changes": {"rank": "PREMIUM"}, "reason": "rank", "ref": f"user:{ada.pk}",
    }  # fmt: skip
    assert (notice["type"], notice["message"]) == ("notification", "이제 PREMIUM 등급이에요.")
    assert Notification.objects.filter(player=ada).count() == 1
    assert record_of(ada) == [
        ("USER_UPDATE", "info", "sue", {"before": {"rank": "STANDARD"}, "after": {"rank": "PREMIUM"}})
    ]
    assert send(as_sue, "put", of(ada, "/rank"), {"user_rank": "STANDARD"})[0] == 200
    assert Player.objects.get(pk=ada.pk).rank == Rank.STANDARD


def test_switched_off_ends_every_session_and_switched_on_lets_in_again(as_sue: Caller, ada: Player) -> None:
    devices = [Caller(ada), Caller(ada)]
    answer = {"success": True, "user_id": ada.pk}
    off, on = {"is_active": False}, {"is_active": True}
    assert send(as_sue, "put", of(ada, "/status"), off) == (200, answer | off)
    assert [device.get("/api/users/balance").status_code for device in devices] == [401, 401]
    login = {"site_id": "ada", "password": "correct horse"}
    shut = Caller().post("/api/auth/login", login)
    assert (shut.status_code, shut.json()["error"]["code"]) == (403, "ACCOUNT_INACTIVE")
    assert send(as_sue, "put", of(ada, "/status"), on) == (200, answer | on)
    assert Caller().post("/api/auth/login", login).status_code == 200
    assert [device.get("/api/users/balance").status_code for device in devices] == [401, 401]
    assert [row[3]["after"] for row in record_of(ada)] == [off, on]


def switch_off(player: Player, by: Player) -> None:
    standing.change(player_id=player.pk, by=by, facts={"is_active": False})


def ban(player: Player, by: Player) -> None:
    bans.ban(player=player, by=by, reason="rude", lasts=None, now=days.now())


@pytest.mark.parametrize("deed", [switch_off, ban])
@pytest.mark.django_db(transaction=True)
async def test_who_is_shut_out_is_cut_off_the_socket(ada: Player, sue: Player, deed: Callable[..., None]) -> None:
    _session, token = await sign_in_async(ada)
    async with Ears(f"token={token}") as ears:
        await ears.opening()
        await sync_to_async(deed)(ada, sue)
        assert await ears.close_code() == 4401
    await sync_to_async(connections.close_all)()  # the thread of the calls keeps its connection unless told otherwise


def test_who_is_demoted_is_refused_from_the_next_call(as_sam: Caller, sue: Player, as_sue: Caller, ada: Player) -> None:
    assert send(as_sue, "put", of(ada, "/rank"), {"user_rank": "VIP"})[0] == 200
    assert send(as_sam, "patch", of(sue), {"role": "auditor"})[0] == 200
    before = kept(ada)
    assert refused(as_sue, "put", of(ada, "/rank"), {"user_rank": "PREMIUM"}) == DENIED
    assert as_sue.get(PATH).status_code == 200
    assert send(as_sam, "patch", of(sue), {"is_admin": False})[0] == 200
    gone = as_sue.get(PATH)
    assert (gone.status_code, gone.json()["error"]["code"]) == (403, "STAFF_ONLY")
    assert as_sue.get("/api/users/balance").status_code == 200
    assert kept(ada)[:10] == before[:10]


# --- who may ----------------------------------------------------------------------------------------------

WRITES: list[tuple[str, str, Json]] = [
    ("put", "", {"is_active": False, "user_rank": "VIP"}),
    ("patch", "", {"user_rank": "VIP"}),
    ("put", "/rank", {"user_rank": "VIP"}),
    ("put", "/status", {"is_active": False}),
    ("post", "/ban", {"reason": "rude"}),
    ("post", "/unban", {}),
]
RIGHTS: list[Json] = [{"is_admin": True}, {"is_admin": False}, {"role": "auditor"}, {"is_admin": True, "role": "owner"}]


@pytest.mark.parametrize(("method", "deed", "body"), WRITES)
@pytest.mark.parametrize("role", STAFF)
def test_players_are_for_support_and_owners(ada: Player, role: Role, method: str, deed: str, body: Json) -> None:
    caller, before = Caller(enrol("eve", role=role)), kept(ada)
    if role in (Role.SUPPORT, Role.OWNER):
        assert send(caller, method, of(ada, deed), body)[0] == 200
    else:
        assert refused(caller, method, of(ada, deed), body) == DENIED
        assert kept(ada) == before


@pytest.mark.parametrize(("method", "deed", "body"), WRITES)
@pytest.mark.parametrize("other", STAFF)
def test_other_staff_are_for_owners(
    as_sue: Caller, as_sam: Caller, other: Role, method: str, deed: str, body: Json
) -> None:
    eve = enrol("eve", role=other)
    before = kept(eve)
    assert refused(as_sue, method, of(eve, deed), body) == DENIED
    assert kept(eve) == before
    assert send(as_sam, method, of(eve, deed), body)[0] == 200


@pytest.mark.parametrize("body", RIGHTS)
@pytest.mark.parametrize("role", [role for role in STAFF if role != Role.OWNER])
def test_rights_are_for_owners(ada: Player, role: Role, body: Json) -> None:
    eve = enrol("eve", role=role)
    caller = Caller(eve)
    before = kept(ada), kept(eve)
    for path in (of(ada), f"{PATH}/{NOBODY}", of(eve)):
        assert refused(caller, "patch", path, body) == DENIED
    assert (kept(ada), kept(eve)) == before


@pytest.mark.parametrize(
    ("method", "deed", "body"),
    [
        ("patch", "", {"is_admin": False}), ("patch", "", {"is_admin": True}), ("put", "", {"role": "auditor"}),
        ("put", "", {"is_active": False}), ("patch", "", {"user_rank": "VIP", "is_active": True}),
        ("put", "/status", {"is_active": False}), ("post", "/ban", {"reason": "tired of it"}),
    ],
)  # fmt: skip
def test_nobody_does_it_to_the_own_account(sam: Player, as_sam: Caller, method: str, deed: str, body: Json) -> None:
    before = kept(sam)
    assert refused(as_sam, method, of(sam, deed), body) == OWN
    assert kept(sam) == before


@pytest.mark.parametrize(("method", "deed", "body"), [*WRITES, ("get", "", {}), ("get", "/logs", {})])
@pytest.mark.parametrize("number", [NOBODY, 10**30])
def test_nobody_is_not_found(as_sam: Caller, number: int, method: str, deed: str, body: Json) -> None:
    assert refused(as_sam, method, f"{PATH}/{number}{deed}", body) == (404, "USER_NOT_FOUND")
    assert not Audit.objects.exists()


# --- shut out and let in ----------------------------------------------------------------------------------


def test_a_ban_is_told_with_its_end_and_lifted_again(as_sue: Caller, ada: Player) -> None:
    with time_machine.travel(NOON, tick=False):
        as_sue, device = Caller(as_sue.player), Caller(ada)
        status, told = send(as_sue, "post", of(ada, "/ban"), {"reason": " two accounts ", "duration_hours": 24})
        assert (status, told) == (
            200,
            {
                "success": True, "message": "이용을 정지했습니다", "banned_until": "2026-02-01T12:00:00.000Z",
                "reason": "two accounts",
            },
        )  # fmt: skip
        assert device.get("/api/users/balance").status_code == 401
        assert send(as_sue, "post", of(ada, "/unban")) == (
            200, {"success": True, "message": "이용 정지를 해제했습니다"},
        )  # fmt: skip
        assert Caller(ada).get("/api/users/balance").status_code == 200
    assert record_of(ada) == [
        ("SECURITY_BAN", "critical", "sue", {"reason": "two accounts", "until": "2026-02-01T12:00:00Z"}),
        ("USER_UNBAN", "info", "sue", {"reason": ""}),
    ]


@pytest.mark.parametrize("hours", [{}, {"duration_hours": None}])
def test_a_ban_without_hours_has_no_end(as_sue: Caller, ada: Player, hours: Json) -> None:
    assert send(as_sue, "post", of(ada, "/ban"), {"reason": "rude", **hours})[1]["banned_until"] is None
    row = Player.objects.get(pk=ada.pk)
    assert (row.is_banned, row.banned_until) == (True, None)
    assert row.is_banned_at(days.now() + timedelta(days=9999))


@pytest.mark.parametrize(
    "body",
    [
        {}, {"reason": "x"}, {"reason": "x" * 201}, {"reason": None}, {"reason": 5}, {"reason": "\ud800 no"},
        {"reason": "rude", "duration_hours": 0}, {"reason": "rude", "duration_hours": 87_601},
        {"reason": "rude", "duration_hours": "24"}, {"reason": "rude", "duration_hours": 1.5},
    ],
)  # fmt: skip
def test_a_ban_that_cannot_be_is_refused(as_sue: Caller, ada: Player, body: Json) -> None:
    before = kept(ada)
    assert refused(as_sue, "post", of(ada, "/ban"), body) == (422, "VALIDATION_ERROR")
    assert kept(ada) == before
