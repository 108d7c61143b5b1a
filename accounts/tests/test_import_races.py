"""One effect per key, and of two files with one name one wins whole while the other writes nothing."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts import names, passwords
from accounts.imports import checking, enrolling, reading
from accounts.models import Audit, Entry, Player, PlayerName, Role, Wallet
from accounts.tests.rosters import PATH, SECRET, csv_of, recruits, send, written, xlsx_of
from accounts.truths import ledger_truths
from casino.lib import idempotency
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from tests.cast import Caller, enrol
from tests.meeting import meeting_at
from tests.race import together

Json = dict[str, Any]


def test_a_known_key_is_told_the_first_answer_again(as_sam: Caller) -> None:
    raw = csv_of(recruits(2))
    first = send(as_sam, raw, key="k")
    before = written()
    again = send(as_sam, raw, key="k", name="renamed.csv")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == first.json() | {"idempotent_reuse": True}
    assert written() == before
    assert Audit.objects.filter(action="USERS_IMPORTED").count() == 1


def test_a_key_may_be_a_field_of_the_form(as_sam: Caller) -> None:
    raw = csv_of(recruits(2))
    told = [
        as_sam.client.post(
            PATH, {"file": SimpleUploadedFile("a.csv", raw), "idempotency_key": "k"}, headers=as_sam.headers
        ).json()["idempotent_reuse"]
        for _turn in range(2)
    ]
    assert told == [False, True]


def test_a_key_belongs_to_one_file_and_one_way(as_sam: Caller) -> None:
    raw = csv_of(recruits(2))
    send(as_sam, raw, key="k")
    before = written()
    for other, dry_run in ((csv_of(recruits(2, 50)), None), (xlsx_of(recruits(2)), None), (raw, "1")):
        name = "a.xlsx" if other[:2] == b"PK" else "a.csv"
        answer = send(as_sam, other, key="k", dry_run=dry_run, name=name)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written() == before


def test_what_recorded_nothing_leaves_the_key_free(as_sam: Caller) -> None:
    raw = csv_of(recruits(2))
    assert send(as_sam, raw, key="k", dry_run="1").json()["idempotent_reuse"] is False
    assert send(as_sam, csv_of([("x", "Kim", SECRET)]), key="k").status_code == 422
    answer = send(as_sam, raw, key="k").json()
    assert (answer["created"], answer["idempotent_reuse"]) == (2, False)


def test_the_same_file_without_a_key_finds_its_names_taken(as_sam: Caller) -> None:
    raw = csv_of(recruits(2))
    send(as_sam, raw)
    before = written()
    error = send(as_sam, raw).json()["error"]
    assert error["code"] == "IMPORT_INVALID"
    assert {each["code"] for each in error["details"]} == {"SITE_ID_TAKEN", "NICKNAME_TAKEN", "PHONE_TAKEN"}
    assert written() == before


# --- races ----------------------------------------------------------------------------------------------

races = pytest.mark.usefixtures("transactional_db")


def sheet_of(rows: Any) -> reading.Sheet:
    return reading.read(csv_of(rows), "a.csv", rows_max=500)


def rivals() -> list[reading.Sheet]:
    """Two files that share one name, at other ends."""
    shared = ("shared", "Shared", SECRET, "", "")
    return [sheet_of([*recruits(3), shared]), sheet_of([shared, *recruits(3, 100)])]


@pytest.mark.race
@races
def test_of_two_files_with_one_name_one_wins_whole() -> None:
    sam = enrol("sam", role=Role.OWNER)
    before = Player.objects.count()
    with meeting_at(enrolling, "_drafts", 2):  # both were checked, and found nothing wrong
        ends = together(*(partial(enrolling.enrol_all, sheet, by=sam) for sheet in rivals()))
    lost = [end for end in ends if isinstance(end, Refusal)]
    won = [end for end in ends if isinstance(end, tuple)]
    assert (len(won), len(lost)) == (1, 1), ends
    assert lost[0].code in ("IMPORT_INVALID", "CONFLICT")
    assert lost[0].code == "CONFLICT" or [each["code"] for each in lost[0].details or ()] == [
        "SITE_ID_TAKEN", "NICKNAME_TAKEN",
    ]  # fmt: skip
    assert Player.objects.count() == Wallet.objects.count() == before + 4
    assert Entry.objects.filter(code="signup_grant").count() == before + 4
    assert Player.objects.filter(site_id="shared").count() == 1
    assert Audit.objects.filter(action="USERS_IMPORTED").count() == 1
    assert [truth.name for truth in ledger_truths() if not truth.holds] == []


@pytest.mark.race
@races
def test_control_without_the_unique_names_both_files_make_somebody_of_that_name() -> None:
    sam = enrol("sam", role=Role.OWNER)
    rows = ([*recruits(3), ("one", "Shared", SECRET)], [("two", "ＳＨＡＲＥＤ", SECRET), *recruits(3, 100)])
    with patch.object(names, "take", lambda *players: None), meeting_at(enrolling, "_drafts", 2):
        ends = together(*(partial(enrolling.enrol_all, sheet_of(each), by=sam) for each in rows))
    assert [end for end in ends if isinstance(end, BaseException)] == []
    assert Player.objects.filter(site_id__in=["one", "two"]).count() == 2
    assert not PlayerName.objects.filter(key="shared").exists()


def send_one_key(senders: int) -> list[Any]:
    sam = enrol("sam", role=Role.OWNER)
    sheet = sheet_of(recruits(3))
    key = Key(sam.pk, enrolling.OPERATION, "one", "same file")
    with meeting_at(enrolling, "_drafts", senders):
        return together(*[partial(enrolling.enrol_all, sheet, by=sam, key=key)] * senders)


@pytest.mark.race
@races
def test_four_senders_of_one_key_are_all_told_the_same() -> None:
    ends = send_one_key(4)
    assert [end for end in ends if isinstance(end, BaseException)] == []
    assert sorted(is_replay for _report, is_replay in ends) == [False, True, True, True]
    assert [report for report, _ in ends] == [ends[0][0]] * 4
    assert Player.objects.filter(site_id__startswith="kim").count() == 3
    assert Audit.objects.filter(action="USERS_IMPORTED").count() == 1


@pytest.mark.race
@races
def test_control_without_the_key_the_others_are_refused() -> None:
    with patch.object(idempotency, "claim", lambda *_args, **_facts: None):
        ends = send_one_key(4)
    assert sum(isinstance(end, Refusal) for end in ends) == 3


@races
def test_a_sender_who_comes_while_the_first_commits_is_told_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that were free when the key was looked for are taken by the first call itself."""
    sam = enrol("sam", role=Role.OWNER)
    sheet, key = sheet_of(recruits(2)), Key(sam.pk, enrolling.OPERATION, "one", "same file")
    come: list[bool] = []

    def first_commits_meanwhile(given: reading.Sheet) -> Any:
        if not come:
            come.append(True)
            enrolling.enrol_all(sheet, by=sam, key=key)
        return checking.check(given)

    monkeypatch.setattr("accounts.imports.enrolling.check", first_commits_meanwhile)
    report, is_replay = enrolling.enrol_all(sheet, by=sam, key=key)
    assert (report["created"], is_replay) == (2, True)


@races
def test_hashing_holds_no_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    hashed = passwords.hashed

    def look(password: str) -> str:
        seen.append(connection.in_atomic_block)
        return hashed(password)

    monkeypatch.setattr(passwords, "hashed", look)
    enrolling.enrol_all(sheet_of(recruits(3)), by=None)
    assert seen == [False] * 3


@races
def test_a_crash_at_the_last_statement_leaves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    sam = enrol("sam", role=Role.OWNER)
    before = written()

    def crash(*_args: Any, **_facts: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(idempotency, "keep_answer", crash)
    key = Key(sam.pk, enrolling.OPERATION, "one", "same file")
    with pytest.raises(ZeroDivisionError):
        enrolling.enrol_all(sheet_of(recruits(3)), by=sam, key=key)
    assert written() == before
