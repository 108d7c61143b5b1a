"""The audit trail as staff read it, and as a spreadsheet; the database itself keeps every row as it was written."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import audit
from accounts.models import Audit, Player, Role
from accounts.seal import unsealed
from casino.lib.days import stamp
from tests.cast import Caller, enrol

PATH, SHEET = "/api/admin/audit/logs", "/api/admin/audit/logs.csv"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def rows(ada: Player, sam: Player, monkeypatch: pytest.MonkeyPatch) -> list[Audit]:
    """Five deeds of one request, an hour apart; whatever the cast itself left on the record is gone."""
    with unsealed():
        Audit.objects.all().delete()
    deeds: list[tuple[str, str, object, Player | None]] = [
        ("SECURITY_BAN", "user", ada.pk, sam),
        ("USER_UNBAN", "user", ada.pk, sam),
        ("REFUND", "purchase", "abc", sam),
        ("FRAUD_BLOCK", "player", ada.pk, None),
        ("CAMPAIGN_CREATE", "campaign", 7, ada),
    ]
    monkeypatch.setattr(audit, "current_request_id", ContextVar("request_id", default="9f2c61d0a7be"))
    return [
        audit.record(
            action=action, target_type=kind, target_id=name, actor=actor, details={"n": n}, now=NOON + n * HOUR
        )
        for n, (action, kind, name, actor) in enumerate(deeds)
    ]


def found(as_staff: Caller, **query: Any) -> list[int]:
    answer = as_staff.get(PATH, **query)
    assert answer.status_code == 200, answer.json()
    return [item["details"]["n"] for item in answer.json()["items"]]


def test_a_row_tells_everything_that_is_kept(rows: list[Audit], ada: Player, sam: Player, as_sam: Caller) -> None:
    answer = as_sam.get(PATH, action="SECURITY_BAN").json()
    assert answer == {
        "items": [
            {
                "id": rows[0].pk,
                "action": "SECURITY_BAN",
                "severity": "critical",
                "target_type": "user",
                "target_id": str(ada.pk),
                "actor_user_id": sam.pk,
                "created_at": "2026-01-31T12:00:00.000Z",
                "details": {"n": 0},
                "request_id": "9f2c61d0a7be",
            }
        ],
        "count": 1,
        "skip": 0,
        "limit": 20,
    }


def test_a_deed_over_the_wire_names_its_request(as_sam: Caller) -> None:
    as_sam.post("/api/admin/campaigns", {"title": "Hats", "message": "are here"}, X_Request_ID="asked-by-sam")
    (item,) = as_sam.get(PATH, action="CAMPAIGN_CREATE").json()["items"]
    assert item["request_id"] == "asked-by-sam"


def test_every_filter_finds_its_rows_newest_first(rows: list[Audit], ada: Player, sam: Player, as_sam: Caller) -> None:
    assert found(as_sam) == [4, 3, 2, 1, 0]
    assert found(as_sam, action="REFUND") == [2]
    assert found(as_sam, target_type="user") == [1, 0]
    assert found(as_sam, target_id=ada.pk) == [3, 1, 0]
    assert found(as_sam, target_id=ada.pk, target_type="player") == [3]
    assert found(as_sam, actor_user_id=sam.pk) == [2, 1, 0]
    assert found(as_sam, severity="critical") == [3, 0]
    assert found(as_sam, severity="warning") == [2]
    assert found(as_sam, since=stamp(NOON + HOUR), until=stamp(NOON + 3 * HOUR)) == [2, 1]
    assert found(as_sam, action="refund") == []
    assert found(as_sam, actor_user_id=9_007_199_254_740_991) == []


def test_the_list_is_paged_and_counts_all(rows: list[Audit], as_sam: Caller) -> None:
    assert [found(as_sam, skip=skip, limit=2) for skip in (0, 2, 4, 6)] == [[4, 3], [2, 1], [0], []]
    answer = as_sam.get(PATH, skip=4, limit=2, severity="info").json()
    assert (answer["count"], answer["skip"], answer["limit"], answer["items"]) == (2, 4, 2, [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "0"), ("limit", "201"), ("skip", "-1"), ("skip", "x"), ("severity", "loud"), ("since", "yesterday"),
        ("until", "2026-13-01"), ("actor_user_id", "sam"), ("action", "a\x00b"), ("target_id", "x" * 65),
    ],
)  # fmt: skip
def test_filters_that_do_not_exist_are_refused(as_sam: Caller, field: str, value: str) -> None:
    answer = as_sam.get(PATH, **{field: value})
    assert answer.status_code == 422
    assert [detail["loc"] for detail in answer.json()["error"]["details"]] == [["query", field]]


@pytest.mark.parametrize("role", [role for role in Role if role])
def test_every_role_reads_and_players_do_not(as_ada: Caller, role: Role) -> None:
    reader = Caller(enrol("sue", role=role))
    assert [reader.get(path).status_code for path in (PATH, SHEET)] == [200, 200]
    assert [as_ada.get(path).status_code for path in (PATH, SHEET)] == [403, 403]


def test_a_page_costs_three_statements(rows: list[Audit], as_sam: Caller) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert len(found(as_sam)) == 5
    assert len(captured) == 3  # who is asking, the rows, how many there are


# --- as a spreadsheet ---------------------------------------------------------------------------------------


def sheet(as_staff: Caller, **query: Any) -> list[list[str]]:
    answer = as_staff.get(SHEET, **query)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="admin_audit_logs.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode())))


def test_the_sheet_has_the_published_columns_and_the_filtered_rows(
    rows: list[Audit], ada: Player, as_sam: Caller
) -> None:
    assert sheet(as_sam, severity="critical") == [
        ["id", "action", "target_type", "target_id", "actor_user_id", "created_at", "details"],
        [str(rows[3].pk), "FRAUD_BLOCK", "player", str(ada.pk), "", "2026-01-31T15:00:00.000Z", '{"n":3}'],
        [str(rows[0].pk), "SECURITY_BAN", "user", str(ada.pk), str(rows[0].actor_id), "2026-01-31T12:00:00.000Z",
         '{"n":0}'],
    ]  # fmt: skip
    assert len(sheet(as_sam, skip=1, limit=2)) == 1 + 2


@pytest.mark.parametrize("first", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(as_sam: Caller, first: str) -> None:
    audit.record(action=f"{first}A1", target_type=f"{first}A1", target_id=f"{first}1+1", now=NOON)
    (row,) = sheet(as_sam, action=f"{first}A1")[1:]
    assert row[1:4] == [f"'{first}A1", f"'{first}A1", f"'{first}1+1"]


def test_a_sheet_is_a_thousand_rows_at_most(as_sam: Caller) -> None:
    assert as_sam.get(SHEET, limit=1001).status_code == 422
    Audit.objects.bulk_create(
        Audit(action="X", severity="info", target_type="x", target_id=str(n), created_at=NOON) for n in range(1001)
    )
    lines = sheet(as_sam, action="X")
    assert (len(lines), lines[1][3], lines[-1][3]) == (1 + 1000, "1000", "1")


# --- append-only --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["update", "delete", "save", "forget the actor"])
def test_a_row_is_never_changed_or_deleted(rows: list[Audit], sam: Player, deed: str) -> None:
    before = list(Audit.objects.order_by("id").values())
    deeds: dict[str, Callable[[], object]] = {
        "update": lambda: Audit.objects.update(details={}),
        "delete": lambda: Audit.objects.filter(pk=rows[0].pk).delete(),
        "save": rows[0].save,
        "forget the actor": lambda: Audit.objects.filter(actor=sam).update(actor=None),
    }
    with pytest.raises(IntegrityError, match="audit rows are append-only"), transaction.atomic():
        deeds[deed]()
    assert list(Audit.objects.order_by("id").values()) == before


@pytest.mark.django_db(transaction=True)
def test_the_trail_is_never_truncated() -> None:
    audit.record(action="X", target_type="x", target_id=1, now=NOON)
    statement = "TRUNCATE accounts_audit" if connection.vendor == "postgresql" else "DELETE FROM accounts_audit"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Audit.objects.count() == 1
