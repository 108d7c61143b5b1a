"""Players from a file at the desk and by the command: the same operation, looked at before it is done."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.imports import enrolling, reading
from accounts.models import Audit, Player, Role
from accounts.tests.rosters import SECRET, codes, csv_of, recruits, written, xlsx_of
from accounts.tests.staffed import ROLES, staff_of_every_role
from casino.lib.idempotency import IdempotencyKey
from tests.desk import sit_down

PAGE = "/admin/accounts/player/import/"
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
def staff(db: None) -> dict[Role, Player]:
    return staff_of_every_role()


@pytest.fixture
def desk(staff: dict[Role, Player]) -> Client:
    return sit_down(staff[Role.SUPPORT])


def look(desk: Client, raw: bytes, name: str = "a.csv", **more: str) -> Any:
    """Sends a file to the page."""
    return desk.post(PAGE, {"file": SimpleUploadedFile(name, raw), "_preview": "1", **more})


def seen_in(page: Any) -> str:
    """The fingerprint the preview remembers."""
    found = re.search(r'name="seen" value="(\w+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_a_file_is_looked_at_and_then_all_its_rows_are_players(desk: Client, staff: dict[Role, Player]) -> None:
    raw, before = xlsx_of(recruits(3)), written()
    page = look(desk, raw, "a.xlsx")
    assert "3명이 가입합니다" in page.content.decode()
    assert SECRET not in page.content.decode()
    assert written() == before
    file = SimpleUploadedFile("a.xlsx", raw)
    answer = desk.post(PAGE, {"file": file, "seen": seen_in(page), "_apply": "1"}, follow=True)
    assert answer.redirect_chain == [("/admin/accounts/player/", 302)]
    assert "3명이 가입했습니다" in answer.content.decode()
    assert Player.objects.filter(site_id__startswith="kim").count() == 3
    assert Audit.objects.get(action="USERS_IMPORTED").actor == staff[Role.SUPPORT]


def test_what_is_applied_is_what_was_seen(desk: Client) -> None:
    seen, before = seen_in(look(desk, csv_of(recruits(2)))), written()
    for raw, given in ((csv_of(recruits(3)), seen), (csv_of(recruits(2)), "")):
        page = desk.post(PAGE, {"file": SimpleUploadedFile("a.csv", raw), "seen": given, "_apply": "1"})
        assert page.status_code == 200
        assert page.context["report"]["dry_run"] is True
    assert written() == before


def test_wrong_rows_are_told_and_cannot_be_applied(desk: Client) -> None:
    raw, before = csv_of([*recruits(1), (XSS, "Kim", SECRET)]), written()
    page = look(desk, raw)
    text = page.content.decode()
    assert codes(page.context["report"]["errors"]) == [(3, "site_id", "INVALID")]
    assert "2줄 가운데 1줄을 고쳐야 합니다" in text
    assert (XSS in text, "_apply" in text, SECRET in text) == (False, False, False)
    sha = page.context["report"]["file_sha256"]
    again = desk.post(PAGE, {"file": SimpleUploadedFile("a.csv", raw), "seen": sha, "_apply": "1"})
    assert again.status_code == 200
    assert written() == before


@pytest.mark.parametrize(
    ("name", "raw", "told"),
    [
        ("a.txt", b"x", "UTF-8 CSV 또는 XLSX 파일이 아니거나 읽을 수 없습니다"),
        ("a.csv", b"", "빈 파일입니다"),
        ("a.csv", b"site_id,nickname\n", "열이 없습니다"),
        ("a.csv", csv_of([("x", "y", "z")] * 501), "한 번에 500줄까지 가져올 수 있습니다"),
    ],
)
def test_a_file_that_is_refused_is_told_in_the_form(desk: Client, name: str, raw: bytes, told: str) -> None:
    page = look(desk, raw, name)
    assert page.status_code == 200
    assert told in page.context["form"].errors["file"]
    assert told in page.content.decode()


def test_nothing_chosen_is_told_too(desk: Client) -> None:
    assert desk.post(PAGE, {"_preview": "1"}).context["form"].errors == {"file": ["파일을 고르세요"]}


def test_the_preview_alone_is_what_the_script_asks_for(desk: Client) -> None:
    file = SimpleUploadedFile("a.csv", csv_of(recruits(1)))
    text = desk.post(PAGE, {"file": file}, headers={"X-Preview": "1"}).content.decode()
    assert "<html" not in text
    assert 'data-testid="import-report"' in text


@pytest.mark.parametrize("role", ROLES)
def test_only_support_and_owners_see_the_page(staff: dict[Role, Player], role: Role) -> None:
    client, may = sit_down(staff[role]), role in (Role.SUPPORT, Role.OWNER)
    assert client.get(PAGE).status_code == (200 if may else 403)
    assert look(client, csv_of(recruits(1))).status_code == (200 if may else 403)
    assert (PAGE in client.get("/admin/accounts/player/").content.decode()) is may


# --- the command ----------------------------------------------------------------------------------------


def run(path: Path, *options: str) -> str:
    """What the command says."""
    out = io.StringIO()
    call_command("import_users", str(path), *options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_makes_players_by_nobody(tmp_path: Path) -> None:
    file = tmp_path / "players.csv"
    file.write_bytes(csv_of(recruits(2)))
    assert run(file, "--dry-run") == "2 rows, 0 with errors, 0 players made\n"
    assert Player.objects.count() == 0
    assert run(file) == "2 rows, 0 with errors, 2 players made\n"
    audit = Audit.objects.get(action="USERS_IMPORTED")
    assert (audit.actor, audit.details["created"]) == (None, 2)
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.django_db
def test_the_command_tells_wrong_rows_and_writes_nothing(tmp_path: Path) -> None:
    file, out = tmp_path / "players.csv", io.StringIO()
    file.write_bytes(csv_of([*recruits(1), ("x", "Kim", "hunter2")]))
    for options in (("--dry-run",), ()):
        with pytest.raises(CommandError) as refused:
            call_command("import_users", str(file), *options, stdout=out)
        assert refused.value.returncode == 1
    assert out.getvalue().splitlines() == [
        "row 3 site_id TOO_SHORT x", "row 3 password TOO_SHORT", "2 rows, 1 with errors, 0 players made",
        "row 3 site_id TOO_SHORT x", "row 3 password TOO_SHORT",
    ]  # fmt: skip
    assert Player.objects.count() == 0


@pytest.mark.django_db
def test_the_command_speaks_json_and_takes_more_rows(tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_MAX_ROWS, settings.IMPORT_MAX_ROWS_COMMAND = 1, 3
    file = tmp_path / "players.csv"
    file.write_bytes(csv_of(recruits(3)))
    told = json.loads(run(file, "--json", "--dry-run"))
    assert (told["dry_run"], told["total_rows"], told["created"], told["errors"]) == (True, 3, 0, [])
    file.write_bytes(csv_of(recruits(4)))
    with pytest.raises(CommandError, match="IMPORT_TOO_MANY_ROWS"):
        run(file, "--json")


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        run(tmp_path / "nowhere.csv")
    assert refused.value.returncode == 2


@pytest.mark.django_db
def test_progress_is_told_password_by_password() -> None:
    told: list[tuple[int, int]] = []
    sheet = reading.read(csv_of(recruits(3)), "a.csv", rows_max=3)
    enrolling.enrol_all(sheet, by=None, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
