"""A file of players over HTTP: every row becomes one, or nobody does."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Entry, Player, PlayerName, Rank, Role, Wallet
from accounts.tests.rosters import HEADER, PATH, SECRET, codes, csv_of, recruits, send, written, xlsx_of
from accounts.truths import ledger_truths
from realtime.models import StreamEvent
from tests.cast import Caller, enrol

Json = dict[str, Any]


def report(raw: bytes, **facts: Any) -> Json:
    """The report of a file whose rows are all good."""
    rows = facts.pop("rows")
    return {
        "dry_run": False, "applied": True, "total_rows": rows, "valid_rows": rows, "error_rows": 0, "created": rows,
        "file_sha256": hashlib.sha256(raw).hexdigest(), "errors": [], "idempotent_reuse": False, **facts,
    }  # fmt: skip


@pytest.mark.parametrize(("make", "name"), [(csv_of, "players.csv"), (xlsx_of, "Players.XLSX")])
def test_every_row_becomes_a_player(as_sam: Caller, sam: Player, make: Any, name: str) -> None:
    raw = make([("kim", "김하나", SECRET, "01011112222", "VIP"), ("lee", "이둘", f" {SECRET} ", "", "")])
    answer = send(as_sam, raw, name=name)
    assert (answer.status_code, answer.json()) == (200, report(raw, rows=2))
    kim, lee = Player.objects.get(site_id="kim"), Player.objects.get(site_id="lee")
    assert (kim.nickname, kim.phone_number, kim.rank, kim.is_staff, kim.role) == (
        "김하나", "01011112222", Rank.VIP, False, "",
    )  # fmt: skip
    assert (lee.nickname, lee.phone_number, lee.rank) == ("이둘", None, Rank.STANDARD)
    assert check_password(SECRET, kim.password)
    assert check_password(f" {SECRET} ", lee.password)  # a password is what it is, blanks and all
    assert set(PlayerName.objects.filter(player=kim).values_list("key", flat=True)) == {"kim", "김하나"}
    for player in (kim, lee):
        wallet = Wallet.objects.get(pk=player.pk)
        assert (wallet.balance, wallet.entry_seq, wallet.stream_seq) == (1000, 1, 1)
        entry = Entry.objects.get(wallet=wallet)
        assert (entry.code, entry.amount, entry.debit, entry.credit, entry.reference) == (
            "signup_grant", 1000, "mint", "player", f"player:{player.pk}",
        )  # fmt: skip
        event = StreamEvent.objects.get(player=player)
        assert (event.seq, event.type, event.data) == (
            1,
            "profile_update",
            {
                "changes": {"gold_balance": 1000, "cyber_token_balance": 1000}, "reason": "signup_grant",
                "ref": f"player:{player.pk}",
            },
        )  # fmt: skip
    audit = Audit.objects.get(action="USERS_IMPORTED")
    assert (audit.actor, audit.severity, audit.target_type, audit.details) == (
        sam, "warning", "user",
        {"file_sha256": hashlib.sha256(raw).hexdigest(), "total_rows": 2, "created": 2},
    )  # fmt: skip
    assert [truth.name for truth in ledger_truths() if not truth.holds] == []
    assert Caller().post("/api/auth/login", {"site_id": "KIM", "password": SECRET}).status_code == 200


def test_an_imported_account_is_the_same_as_one_that_signed_up(as_sam: Caller) -> None:
    signed_up = enrol("lee")
    send(as_sam, csv_of([("kim", "Kim", "correct horse", "", "")]))
    kim = Player.objects.get(site_id="kim")
    own = {"id", "site_id", "nickname", "password", "created_at", "player_id"}

    def facts(player: Player) -> list[Json]:
        found = [Player.objects.filter(pk=player.pk), Wallet.objects.filter(pk=player.pk)]
        rows = [query.values().get() for query in found]
        return [{name: value for name, value in row.items() if name not in own and "seed" not in name} for row in rows]

    assert facts(kim) == facts(signed_up)
    assert Wallet.objects.values("server_seed", "next_server_seed").distinct().count() == Wallet.objects.count()


def test_a_rehearsal_tells_and_writes_nothing(as_sam: Caller) -> None:
    raw, before = csv_of([*recruits(1), ("x", "", "short", "1", "GOD")]), written()
    answer = send(as_sam, raw, dry_run="1", key="k")
    told = answer.json()
    assert (answer.status_code, told["dry_run"], told["applied"], told["created"]) == (200, True, False, 0)
    assert (told["total_rows"], told["valid_rows"], told["error_rows"]) == (2, 1, 1)
    assert codes(told["errors"]) == [
        (3, "site_id", "TOO_SHORT"), (3, "nickname", "REQUIRED"), (3, "password", "TOO_SHORT"),
        (3, "phone_number", "TOO_SHORT"), (3, "user_rank", "UNKNOWN_RANK"),
    ]  # fmt: skip
    assert [each["value"] for each in told["errors"]] == ["x", None, None, "1", "GOD"]
    assert written() == before


def test_one_wrong_row_keeps_everybody_out(as_sam: Caller) -> None:
    raw, before = csv_of([*recruits(3), ("ab", "Abby", SECRET, "", "")]), written()
    answer = send(as_sam, raw, key="k")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "IMPORT_INVALID")
    assert error["details"] == [
        {"row": 5, "column": "site_id", "code": "TOO_SHORT", "message": "너무 짧습니다", "value": "ab"}
    ]
    assert written() == before
    assert error["details"] == send(as_sam, raw, dry_run="1").json()["errors"]


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (("", "Kim", SECRET), ("site_id", "REQUIRED")),
        (("  ", "Kim", SECRET), ("site_id", "REQUIRED")),
        (("ki", "Kim", SECRET), ("site_id", "TOO_SHORT")),
        (("k" * 51, "Kim", SECRET), ("site_id", "TOO_LONG")),
        (("김하나", "Kim", SECRET), ("site_id", "INVALID")),
        (("ｋｉｍ", "Kim", SECRET), ("site_id", "INVALID")),
        (("=1+1", "Kim", SECRET), ("site_id", "INVALID")),
        (("Adm1n", "Kim", SECRET), ("site_id", "INVALID")),
        (("kim", "", SECRET), ("nickname", "REQUIRED")),
        (("kim", "K", SECRET), ("nickname", "TOO_SHORT")),
        (("kim", "K" * 51, SECRET), ("nickname", "TOO_LONG")),
        (("kim", "ﷺ" * 50, SECRET), ("nickname", "TOO_LONG")),
        (("kim", "운영자", SECRET), ("nickname", "INVALID")),
        (("kim", "Kim", ""), ("password", "REQUIRED")),
        (("kim", "Kim", "seven77"), ("password", "TOO_SHORT")),
        (("kim", "Kim", "x7" * 65), ("password", "TOO_LONG")),
        (("kim", "Kim", "password1"), ("password", "WEAK_PASSWORD")),
        (("kim", "Kim", "4815162342"), ("password", "WEAK_PASSWORD")),
        (("kimberley", "Kim", "kimberley1"), ("password", "WEAK_PASSWORD")),
        (("kim", "Kim", SECRET, "123"), ("phone_number", "TOO_SHORT")),
        (("kim", "Kim", SECRET, "1" * 16), ("phone_number", "TOO_LONG")),
        (("kim", "Kim", SECRET, "010-1111-2222"), ("phone_number", "INVALID")),
        (("kim", "Kim", SECRET, "０１０１１１１２２２２"), ("phone_number", "INVALID")),
        (("kim", "Kim", SECRET, "", "GOLD"), ("user_rank", "UNKNOWN_RANK")),
        (("kim", "Kim", SECRET, "", "", "more"), (None, "INVALID")),
        (("ADA", "Kim", SECRET), ("site_id", "SITE_ID_TAKEN")),
        (("kim", "ＡＤＡ", SECRET), ("nickname", "NICKNAME_TAKEN")),
        (("kim", "Kim", SECRET, "01099998888"), ("phone_number", "PHONE_TAKEN")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_has_a_code(
    as_sam: Caller, ada: Player, row: tuple[str, ...], wrong: tuple[str | None, str]
) -> None:
    Player.objects.filter(pk=ada.pk).update(phone_number="01099998888")
    before = written()
    answer = send(as_sam, csv_of([row]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "IMPORT_INVALID")
    assert codes(answer.json()["error"]["details"]) == [(2, *wrong)]
    assert written() == before


def test_names_are_one_namespace_within_the_file(as_sam: Caller) -> None:
    rows = [
        ("kim", "Kim", SECRET, "01011112222", ""),
        ("KIM", "Other", SECRET, "", ""),
        ("lee", "ｋｉｍ", SECRET, "", ""),
        ("park", "Park", SECRET, "01011112222", ""),
    ]
    errors = send(as_sam, csv_of(rows)).json()["error"]["details"]
    assert codes(errors) == [
        (3, "site_id", "DUPLICATE_IN_FILE"),
        (4, "nickname", "DUPLICATE_IN_FILE"),
        (5, "phone_number", "DUPLICATE_IN_FILE"),
    ]
    assert not Player.objects.filter(site_id__in=["kim", "KIM", "lee", "park"]).exists()


def test_a_row_may_call_somebody_the_same_twice(as_sam: Caller) -> None:
    assert send(as_sam, csv_of([("kim", "KIM", SECRET, "", "")])).json()["created"] == 1


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (("site_id", "nickname"), [("password", "missing")]),
        (("nickname", "password", "phone_number"), [("site_id", "missing")]),
        ((*HEADER, "balance"), [("6", "unknown")]),
        ((*HEADER, "nickname"), [("nickname", "duplicate")]),
        (("site_id", "", "nickname", "password"), [("2", "unknown")]),
        ((), [("site_id", "missing"), ("nickname", "missing"), ("password", "missing")]),
    ],
)
def test_a_header_that_is_not_ours_is_refused(as_sam: Caller, header: tuple[str, ...], told: Any) -> None:
    before = written()
    answer = send(as_sam, csv_of(recruits(1), header), dry_run="1")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "IMPORT_BAD_HEADER")
    assert [(each["loc"][1], each["type"]) for each in error["details"]] == told
    assert written() == before


def test_a_header_of_a_million_columns_is_told_in_few_words(as_sam: Caller) -> None:
    answer = send(as_sam, b"site_id,nickname,password," + b"x," * 1_000_000)
    details = answer.json()["error"]["details"]
    assert [each["loc"][1] for each in details] == [str(place) for place in range(4, 24)]


def test_a_row_in_the_place_of_the_header_does_not_show_its_password(as_sam: Caller) -> None:
    answer = send(as_sam, csv_of([], ("kim", "Kim", SECRET)))
    assert answer.json()["error"]["code"] == "IMPORT_BAD_HEADER"
    assert SECRET not in answer.content.decode()


def test_columns_come_in_any_order_and_blank_rows_count_for_nothing(as_sam: Caller) -> None:
    raw = '﻿Password, NICKNAME ,site_id\r\n\r\n  ,,\r\ncorrect horse 77,Kim,kim\r\n"correct\nhorse 77",x,lee\r\n'
    told = send(as_sam, raw.encode(), dry_run="1").json()
    assert (told["total_rows"], told["valid_rows"]) == (2, 1)
    assert codes(told["errors"]) == [(5, "nickname", "TOO_SHORT")]


def test_a_sheet_without_rows_makes_nobody(as_sam: Caller) -> None:
    raw = csv_of([])
    assert send(as_sam, raw).json() == report(raw, rows=0)


def test_a_thousand_problems_are_told_and_all_are_counted(as_sam: Caller) -> None:
    told = send(as_sam, csv_of([("x", "", "", "1", "GOD")] * 500), dry_run="1").json()
    assert (len(told["errors"]), told["error_rows"], told["total_rows"]) == (1000, 500, 500)


def test_passwords_are_in_no_answer_no_audit_and_no_key(as_sam: Caller, caplog: pytest.LogCaptureFixture) -> None:
    bad = csv_of([("kim", "", "7secret7"), ("lee", "Lee", "hunter2", "", "", "hunter3")])
    good = csv_of(recruits(2))
    answers = [
        send(as_sam, bad),
        send(as_sam, bad, dry_run="1"),
        send(as_sam, good, key="k"),
        send(as_sam, good, key="k"),
    ]
    kept = [*Audit.objects.values_list("details", flat=True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM casino_idempotencykey")
        kept += cursor.fetchall()
    everything = "".join([*(answer.content.decode() for answer in answers), str(kept), caplog.text])
    for secret in ("7secret7", "hunter2", "hunter3", SECRET):
        assert secret not in everything


@pytest.mark.parametrize("role", [role for role in Role if role != Role.NONE])
def test_support_and_owners_bring_players_in(db: None, role: Role) -> None:
    caller, before, raw = Caller(enrol("staffer", role=role)), Player.objects.count(), csv_of(recruits(2))
    answer = send(caller, raw)
    may = role in (Role.SUPPORT, Role.OWNER)
    assert answer.status_code == (200 if may else 403)
    assert Player.objects.count() == before + (2 if may else 0)


def test_players_and_strangers_bring_in_nobody(as_ada: Caller, as_nobody: Caller) -> None:
    assert [send(caller, csv_of(recruits(1))).status_code for caller in (as_ada, as_nobody)] == [403, 401]
    assert not Player.objects.filter(site_id="kim0000").exists()


@pytest.mark.parametrize("dry_run", ["2", "true", ""])
def test_a_rehearsal_is_asked_for_plainly(as_sam: Caller, dry_run: str) -> None:
    before = written()
    assert send(as_sam, csv_of(recruits(1)), dry_run=dry_run).status_code == 422
    assert written() == before


def test_without_a_file_there_is_nothing_to_read(as_sam: Caller) -> None:
    for body in ({}, {"file": "text, not a file"}, {"other": "x"}):
        answer = as_sam.client.post(PATH, body, headers=as_sam.headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
        assert answer.json()["error"]["details"][0]["loc"] == ["body", "file"]
    torn = as_sam.client.generic("POST", PATH, b"--x\r\n", "multipart/form-data", headers=as_sam.headers)
    assert torn.status_code == 422


def test_only_this_route_takes_a_form(as_sam: Caller) -> None:
    assert as_sam.post(PATH, {"file": "x"}).status_code == 415
    elsewhere = as_sam.client.post("/api/admin/campaigns", {"title": "x"}, headers=as_sam.headers)
    assert elsewhere.status_code == 415


def test_statements_grow_by_the_batch_and_not_by_the_row(as_sam: Caller) -> None:
    counts = []
    for rows in (recruits(2), recruits(40, 100)):
        with CaptureQueriesContext(connection) as captured:
            assert send(as_sam, csv_of(rows)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 16
