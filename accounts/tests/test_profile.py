"""What players see and change of themselves, and how they leave."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuthSession, Entry, Invite, Player, PlayerName
from casino.lib import days
from realtime.models import StreamEvent
from tests.cast import Caller, gold_of

PASSWORD = "correct horse"


def put(caller: Caller, body: Any, path: str = "/api/auth/me") -> Any:
    """PUT with a JSON body."""
    return caller.client.put(path, body, content_type="application/json", headers=caller.headers)


def test_the_profile_has_every_published_field(as_ada: Caller, ada: Player) -> None:
    body = as_ada.get("/api/auth/me").json()
    assert body == {
        "id": ada.pk, "site_id": "ada", "nickname": "Ada", "phone_number": None, "avatar_url": None,
        "is_active": True, "is_admin": False, "rank": "STANDARD", "user_rank": "STANDARD",
        "created_at": days.stamp(ada.created_at), "last_login": body["last_login"],
        "gold_balance": 1000, "cyber_token_balance": 1000, "vip_points": 0,
        "experience": 0, "experience_points": 0, "level": 1, "current_xp": 0, "xp_for_next_level": 500,
        "max_experience": 500, "progress_percentage": 0.0, "daily_streak": 0,
    }  # fmt: skip
    assert body["last_login"].endswith("Z")


def test_the_aliases_answer_the_same(as_ada: Caller) -> None:
    paths = ("/api/auth/me", "/api/auth/profile", "/api/users/me", "/api/users/profile")
    assert len({as_ada.get(path).content for path in paths}) == 1
    old = as_ada.get("/api/users/profile").headers
    assert (old["Deprecation"], old["Link"]) == ("true", '</api/auth/me>; rel="successor-version"')


@pytest.mark.parametrize(
    ("experience", "level", "current", "percentage"), [(0, 1, 0, 0.0), (499, 1, 499, 99.8), (500, 2, 0, 0.0)]
)
def test_a_level_takes_500_experience(
    as_ada: Caller, ada: Player, experience: int, level: int, current: int, percentage: float
) -> None:
    ada.wallet.experience = experience
    ada.wallet.save()
    body = as_ada.get("/api/auth/me").json()
    assert (body["level"], body["current_xp"], body["progress_percentage"]) == (level, current, percentage)


def test_a_new_nickname_frees_the_old_one_and_is_told(as_ada: Caller, ada: Player) -> None:
    assert put(as_ada, {"nickname": "러브레이스"}).json()["nickname"] == "러브레이스"
    assert set(PlayerName.objects.filter(player=ada).values_list("key", flat=True)) == {"ada", "러브레이스"}
    news = StreamEvent.objects.filter(player=ada).latest("seq")
    assert news.data == {"changes": {"nickname": "러브레이스"}, "reason": "profile", "ref": None}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"nickname": "BOB"}, 400, "NICKNAME_TAKEN"),
        ({"nickname": "운영자"}, 422, "VALIDATION_ERROR"),
        ({"nickname": None}, 422, "VALIDATION_ERROR"),
        ({"phone_number": "01099998888"}, 400, "PHONE_TAKEN"),
        ({"phone_number": "1"}, 422, "VALIDATION_ERROR"),
        ({"password": "a much better one 9"}, 422, "VALIDATION_ERROR"),
        ({"password": "short", "current_password": PASSWORD}, 422, "VALIDATION_ERROR"),
        ({"password": "a much better one 9", "current_password": "wrong"}, 400, "CURRENT_PASSWORD_WRONG"),
    ],
)
def test_a_refused_change_changes_nothing(
    as_ada: Caller, ada: Player, bob: Player, body: dict[str, Any], status: int, code: str
) -> None:
    Player.objects.filter(pk=bob.pk).update(phone_number="01099998888")
    answer = put(as_ada, {"nickname": "새이름", **body} if "nickname" not in body else body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    fresh = Player.objects.get(pk=ada.pk)
    assert (fresh.nickname, fresh.phone_number, fresh.password) == ("Ada", None, ada.password)


def test_nothing_but_names_number_and_password_can_be_written(as_ada: Caller, ada: Player) -> None:
    put(as_ada, {"gold_balance": 10**9, "is_admin": True, "rank": "VIP", "site_id": "root2", "is_active": False})
    fresh = Player.objects.get(pk=ada.pk)
    assert (gold_of(ada), fresh.is_staff, fresh.rank, fresh.site_id) == (1000, False, "STANDARD", "ada")
    assert fresh.is_active


def test_null_clears_the_number(as_ada: Caller, ada: Player) -> None:
    put(as_ada, {"phone_number": "01012345678"})
    assert put(as_ada, {"phone_number": None}).json()["phone_number"] is None


def test_others_see_a_public_profile_and_staff_the_whole(
    as_ada: Caller, as_bob: Caller, as_sam: Caller, ada: Player
) -> None:
    public = as_bob.get(f"/api/users/{ada.pk}").json()
    assert set(public) == {"id", "nickname", "avatar_url", "rank", "level", "created_at"}
    assert as_ada.get(f"/api/users/{ada.pk}").json() == as_sam.get(f"/api/users/{ada.pk}").json()
    gone = as_bob.get("/api/users/999999")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "USER_NOT_FOUND")


def test_the_balance_is_one_number_under_two_names(as_ada: Caller, ada: Player) -> None:
    assert as_ada.get("/api/users/balance").json() == {
        "user_id": ada.pk, "nickname": "Ada", "gold_balance": 1000, "cyber_token_balance": 1000,
        "experience_points": 0, "level": 1, "daily_streak": 0,
    }  # fmt: skip


def test_the_balance_costs_two_statements(as_ada: Caller, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        as_ada.get("/api/users/balance")


def test_the_ledger_is_paged_newest_first(as_ada: Caller) -> None:
    for _ in range(3):
        as_ada.post("/api/games/slot/spin", {"bet_amount": 10})
    whole = as_ada.get("/api/users/ledger").json()["items"]
    first = as_ada.get("/api/users/ledger", limit=2).json()
    rest = as_ada.get("/api/users/ledger", cursor=first["next_cursor"], limit=200).json()
    assert first["items"] + rest["items"] == whole
    assert (whole[-1]["kind"], whole[-1]["amount"], rest["next_cursor"]) == ("signup_grant", 1000, None)
    assert sum(item["amount"] for item in whole) == whole[0]["balance_after"]
    assert {item["kind"] for item in as_ada.get("/api/users/ledger", kind="slot_bet").json()["items"]} == {"slot_bet"}


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "201"}, {"limit": "１"}, {"limit": "1.5"}, {"cursor": "!!"}, {"kind": "theft"},
              {"since": "yesterday"}],
)  # fmt: skip
def test_a_query_out_of_range_is_refused(as_ada: Caller, query: dict[str, str]) -> None:
    answer = as_ada.get("/api/users/ledger", **query)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["loc"] == ["query", next(iter(query))]


def test_the_ledger_as_a_spreadsheet(as_ada: Caller) -> None:
    answer = as_ada.get("/api/users/ledger.csv")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "id,kind,amount,balance_after,reference,created_at"
    assert lines[1].split(",")[1:4] == ["signup_grant", "1000", "1000"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ledger.csv"'


def test_numbers_of_a_player_are_sums_of_the_ledger(as_ada: Caller) -> None:
    for _ in range(4):
        as_ada.post("/api/games/slot/spin", {"bet_amount": 10})
    items = as_ada.get("/api/users/ledger").json()["items"]
    stats = as_ada.get("/api/users/stats").json()
    assert stats["total_tokens_earned"] == sum(item["amount"] for item in items if item["amount"] > 0)
    assert stats["total_tokens_spent"] == -sum(item["amount"] for item in items if item["amount"] < 0) == 40
    assert (stats["total_games_played"], stats["last_30d_active_days"], stats["lifetime_active_days"]) == (4, 1, 1)


def test_a_player_can_take_everything_along(as_ada: Caller) -> None:
    as_ada.post("/api/games/slot/spin", {"bet_amount": 10})
    body = as_ada.get("/api/auth/me/export").json()
    assert body["profile"]["site_id"] == "ada"
    assert [line["kind"] for line in body["ledger"]][:2] == ["signup_grant", "slot_bet"]
    assert [action["action_type"] for action in body["actions"]] == ["SLOT_SPIN"]
    assert len(body["rounds"]) == 1
    assert "password" not in str(body)


def test_leaving_keeps_the_ledger_and_nothing_that_names_the_player(as_ada: Caller, ada: Player) -> None:
    wrong = as_ada.post("/api/auth/me/delete", {"password": "wrong"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "CURRENT_PASSWORD_WRONG")
    assert as_ada.post("/api/auth/me/delete", {"password": PASSWORD}).json() == {"success": True}
    gone = Player.objects.get(pk=ada.pk)
    assert (gone.site_id, gone.nickname, gone.phone_number, gone.is_active) == (
        f"deleted-{ada.pk}", f"deleted-{ada.pk}", None, False,
    )  # fmt: skip
    assert Entry.objects.filter(wallet_id=ada.pk).count() == 1
    assert set(AuthSession.objects.filter(player=ada).values_list("ip", "user_agent")) == {("0.0.0.0", "")}
    assert as_ada.get("/api/auth/me").status_code == 401
    assert not PlayerName.objects.filter(key="ada").exists()


def test_a_look_at_an_invite_uses_nothing_up(as_nobody: Caller) -> None:
    Invite.objects.create(code="ONCE", max_uses=1, created_at=days.now())
    for path in ("/api/auth/verify-invite", "/api/invite/validate"):
        assert as_nobody.post(path, {"code": "ONCE"}).json() == {
            "is_valid": True, "error_message": None, "code": "ONCE", "expires_at": None, "remaining_uses": 1,
        }  # fmt: skip
    unknown = as_nobody.post("/api/invite/validate", {"code": "NOPE"}).json()
    assert (unknown["is_valid"], unknown["code"]) == (False, None)
    assert unknown["error_message"] == "유효하지 않은 초대코드입니다: NOPE"


def test_looking_at_invites_is_limited(as_nobody: Caller) -> None:
    statuses = [as_nobody.post("/api/invite/validate", {"code": "X"}).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


def test_staff_make_count_and_end_invites(as_sam: Caller) -> None:
    made = as_sam.post("/api/invite/generate", {"max_uses": 3, "expires_in_days": 1}).json()
    assert (len(made["code"]), made["max_uses"], made["used_count"], made["is_active"]) == (8, 3, 0, True)
    assert not set(made["code"]) & set("O0I1")
    by_query = as_sam.post("/api/invite/generate?max_uses=5").json()
    assert by_query["max_uses"] == 5
    assert [item["code"] for item in as_sam.get("/api/invite/codes").json()] == [by_query["code"], made["code"]]
    ended = as_sam.client.patch(f"/api/invite/codes/{made['code']}/deactivate", headers=as_sam.headers)
    assert ended.json() == {**made, "is_active": False}
    assert as_sam.get("/api/invite/stats").json() == {
        "total": 2, "active": 1, "expired": 0, "used_up": 0, "total_uses": 0,
    }  # fmt: skip
