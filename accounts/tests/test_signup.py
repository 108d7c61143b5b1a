"""Joining: one account a name, one use an invite, 1000 gold, or nothing at all."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import patch

import pytest

from accounts import names, signup
from accounts.models import Entry, Invite, Player, PlayerName, Wallet
from casino.lib import days
from casino.lib.errors import Refusal
from tests.cast import Caller, gold_of
from tests.race import together

SENDERS = 8
BODY = {"site_id": "carol", "nickname": "캐럴", "invite_code": "5858", "password": "a good password 9"}


@pytest.fixture(autouse=True)
def invite(request: pytest.FixtureRequest) -> Invite:
    request.getfixturevalue("transactional_db" if request.node.get_closest_marker("race") else "db")
    return Invite.objects.create(code="5858", created_at=days.now())


def join(**change: Any) -> Any:
    """POST /api/auth/signup with some fields changed; None leaves a field out."""
    body = {name: value for name, value in (BODY | change).items() if value is not None}
    return Caller().post("/api/auth/signup", body)


def nothing_was_made() -> bool:
    return not (Player.objects.exists() or Wallet.objects.exists() or Invite.objects.get(code="5858").used_count)


def test_joining_signs_in_with_1000_gold(invite: Invite) -> None:
    answer = join(phone_number="01012345678", accept_terms=True)
    assert answer.status_code == 200
    carol = Player.objects.get(site_id="carol")
    user = answer.json()["user"]
    assert (user["id"], user["gold_balance"], user["rank"], user["level"]) == (carol.pk, 1000, "STANDARD", 1)
    assert carol.terms_accepted_at is not None
    assert (gold_of(carol), Entry.objects.get(wallet_id=carol.pk).code) == (1000, "signup_grant")
    assert Invite.objects.get(code="5858").used_count == 1
    assert carol.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert answer.cookies == {}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"invite_code": None}, 400, "INVITE_REQUIRED"),
        ({"invite_code": "  "}, 400, "INVITE_REQUIRED"),
        ({"invite_code": "NOPE"}, 400, "INVALID_INVITE"),
        ({"site_id": "ca"}, 422, "VALIDATION_ERROR"),
        ({"site_id": "캐럴캐럴"}, 422, "VALIDATION_ERROR"),
        ({"site_id": "c a r o l"}, 422, "VALIDATION_ERROR"),
        ({"site_id": "ｃａｒｏｌ"}, 422, "VALIDATION_ERROR"),
        ({"nickname": "x"}, 422, "VALIDATION_ERROR"),
        ({"nickname": 12345}, 422, "VALIDATION_ERROR"),
        ({"password": "short"}, 422, "VALIDATION_ERROR"),
        ({"password": "x" * 129}, 422, "VALIDATION_ERROR"),
        ({"password": "password"}, 422, "VALIDATION_ERROR"),
        ({"password": "carol123"}, 422, "VALIDATION_ERROR"),
        ({"phone_number": "010-1234-5678"}, 422, "VALIDATION_ERROR"),
        ({"phone_number": "０１０１２３４５６７８"}, 422, "VALIDATION_ERROR"),
    ],
)
def test_a_refused_application_makes_nothing(change: dict[str, Any], status: int, code: str) -> None:
    answer = join(**change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert nothing_was_made()


@pytest.mark.parametrize(
    "name",
    ["admin", "Adm1n", "ADMIN_2", "a_d_m_i_n", "аdmin", "s.u.p.p.o.r.t", "운영자", "운영자 2", "어드민", "ｓｔａｆｆ"],
)
def test_names_that_pass_for_the_club_are_refused(name: str) -> None:
    answer = join(nickname=name)
    assert answer.status_code == 422
    (detail,) = answer.json()["error"]["details"]
    assert detail == {"loc": ["body", "nickname"], "msg": "사용할 수 없는 이름입니다", "type": "reserved"}
    assert nothing_was_made()


@pytest.mark.parametrize("name", ["administrador-fan", "badminton", "관리자아님", "clubber"])
def test_names_that_merely_contain_such_a_word_are_fine(name: str) -> None:
    names.check_allowed(name, field="nickname")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"site_id": "CAROL", "nickname": "다른이름"}, "SITE_ID_TAKEN"),
        ({"site_id": "other", "nickname": "캐럴"}, "NICKNAME_TAKEN"),
        ({"site_id": "other", "nickname": "Carol"}, "NICKNAME_TAKEN"),
        ({"site_id": "other", "nickname": "ＣＡＲＯＬ"}, "NICKNAME_TAKEN"),
        ({"site_id": "other", "nickname": "다른이름", "phone_number": "01012345678"}, "PHONE_TAKEN"),
    ],
)
def test_names_and_numbers_are_taken_once(change: dict[str, str], code: str) -> None:
    join(phone_number="01012345678")
    answer = join(**change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert Player.objects.count() == 1
    assert Invite.objects.get(code="5858").used_count == 1


def test_a_site_id_equal_to_anothers_nickname_is_taken() -> None:
    join(nickname="dave")
    assert join(site_id="Dave", nickname="새이름").json()["error"]["code"] == "SITE_ID_TAKEN"


def test_an_application_cannot_write_what_it_was_not_asked_for() -> None:
    join(gold_balance=10**9, is_admin=True, is_staff=True, rank="VIP", experience=10**6, vip_points=10**6)
    carol = Player.objects.get()
    assert (gold_of(carol), carol.is_staff, carol.rank, carol.wallet.experience) == (1000, False, "STANDARD", 0)


def test_a_used_up_invite_admits_nobody_else() -> None:
    Invite.objects.filter(code="5858").update(max_uses=1)
    assert join().status_code == 200
    again = join(site_id="dave", nickname="데이브")
    assert again.json()["error"]["message"] == "유효하지 않은 초대코드입니다: 5858"
    assert Player.objects.count() == 1


def test_production_limits_sign_ups_of_one_address(settings: Any) -> None:
    settings.IS_PRODUCTION = True
    answers = [join(invite_code="NOPE") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [400] * 20 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600


def test_quick_register_gives_tokens_that_work() -> None:
    answer = Caller().post("/api/auth/register", {"invite_code": "5858", "nickname": "빠른이"})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"user_id", "nickname", "access_token", "refresh_token", "token_type", "gold_balance"}
    me = Caller().client.get("/api/auth/me", headers={"Authorization": f"Bearer {body['access_token']}"})
    assert me.json()["nickname"] == "빠른이"


def apply(site_id: str) -> Player:
    application = signup.Application(site_id, f"닉{site_id}", "a good password 9", "5858")
    return signup.sign_up(application, now=days.now())


def check_one_account(results: list[Any]) -> None:
    assert [type(result) for result in results].count(Player) == 1
    codes = {result.code for result in results if isinstance(result, Refusal)}
    assert codes <= {"SITE_ID_TAKEN", "NICKNAME_TAKEN"}
    assert sum(isinstance(result, Refusal) for result in results) == SENDERS - 1
    assert (Player.objects.count(), Wallet.objects.count(), Invite.objects.get().used_count) == (1, 1, 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_parallel_sign_ups_of_one_name_make_one_account() -> None:
    check_one_account(together(*[partial(apply, "carol")] * SENDERS))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_parallel_sign_ups_that_differ_in_case_only_make_one_account() -> None:
    check_one_account(together(*[partial(apply, name) for name in ("carol", "Carol", "CAROL", "cArOl") * 2]))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_namespace_case_makes_two_people_of_one() -> None:
    with patch.object(names, "take"):
        results = together(*[partial(apply, name) for name in ("carol", "Carol", "CAROL", "cArOl") * 2])
    assert not PlayerName.objects.exists()
    with pytest.raises(AssertionError):
        check_one_account(results)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_an_invite_for_three_admits_three_of_many() -> None:
    Invite.objects.filter(code="5858").update(max_uses=3)
    results = together(*[partial(apply, f"carol{number}") for number in range(SENDERS)])
    assert [type(result) for result in results].count(Player) == 3
    assert {result.code for result in results if isinstance(result, Refusal)} == {"INVALID_INVITE"}
    assert (Player.objects.count(), Invite.objects.get().used_count) == (3, 3)
