"""Files that are too large, too long, torn, or meant badly: refused while they are read, and nobody is enrolled."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.api.import_views import UsersImport
from accounts.imports import workbooks
from accounts.models import Player
from accounts.tests.rosters import HEADER, PATH, SECRET, codes, csv_of, recruits, repacked, send, written, xlsx_of
from casino.lib import csvs
from tests.cast import Caller

SHEET = "xl/worksheets/sheet1.xml"
XML = b'<?xml version="1.0"?>'
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def refused(caller: Caller, raw: bytes, status: int, code: str, *, name: str = "players.xlsx") -> None:
    """Checks that a file is refused so, rehearsed or not, and that nothing was written."""
    before = written()
    for dry_run in ("1", "0"):
        answer = send(caller, raw, name=name, dry_run=dry_run)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert written() == before


def sheet(rows: bytes) -> bytes:
    """A workbook whose sheet holds these rows."""
    body = XML + b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    return repacked(xlsx_of([]), {SHEET: body})


def line(number: int, *cells: str) -> bytes:
    """A row of inline texts."""
    texts = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{texts}</row>'.encode()


@pytest.mark.parametrize("name", ["players.txt", "players", "players.xls", "players.csv.exe", ".xlsx"])
def test_other_kinds_of_files_are_refused(as_sam: Caller, name: str) -> None:
    refused(as_sam, csv_of(recruits(1)), 415, "UNSUPPORTED_MEDIA_TYPE", name=name)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("players.xlsx", csv_of(recruits(1))),
        ("players.xlsx", b""),
        ("players.xlsx", xlsx_of(recruits(1))[:900]),
        ("players.csv", xlsx_of(recruits(1))),
        ("players.csv", "site_id,nickname,password\nkim,김,correct horse 77".encode("cp949")),
        ("players.csv", "site_id,nickname,password\nkim,Kim,correct horse 77".encode("utf-16")),
        ("players.csv", b'site_id,nickname,password\nkim,Kim,"never closed'),
        ("players.csv", b"site_id,nickname,password\nki\x00m,Kim,correct horse 77"),
    ],
)
def test_what_cannot_be_read_is_refused(as_sam: Caller, name: str, raw: bytes) -> None:
    refused(as_sam, raw or b"\n", 415, "UNSUPPORTED_MEDIA_TYPE", name=name)


@pytest.mark.parametrize(("make", "name"), [(csv_of, "a.csv"), (xlsx_of, "a.xlsx")])
def test_rows_are_counted_without_the_blank_ones(as_sam: Caller, settings: Any, make: Any, name: str) -> None:
    settings.IMPORT_MAX_ROWS = 3
    blank = ("", "", "", "", "")
    assert send(as_sam, make([blank, *recruits(3), blank]), name=name).json()["created"] == 3
    refused(as_sam, make(recruits(4, 10)), 422, "IMPORT_TOO_MANY_ROWS", name=name)


def test_reading_ends_at_the_first_row_too_many(as_sam: Caller, settings: Any) -> None:
    settings.IMPORT_MAX_ROWS = 3
    torn = csv_of(recruits(4)) + b'never,"closed'
    refused(as_sam, torn, 422, "IMPORT_TOO_MANY_ROWS", name="a.csv")


def test_a_file_has_a_size(as_sam: Caller, settings: Any) -> None:
    raw = csv_of(recruits(1))
    settings.IMPORT_MAX_BYTES = len(raw)
    assert send(as_sam, raw, dry_run="1").status_code == 200
    refused(as_sam, raw + b"\n", 413, "PAYLOAD_TOO_LARGE", name="a.csv")


def test_a_body_is_refused_by_what_it_says_of_its_size(as_sam: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UsersImport, "upload_bytes_max", 1024)
    refused(as_sam, csv_of(recruits(1)) + b"\n" * 40_000, 413, "PAYLOAD_TOO_LARGE", name="a.csv")
    assert send(as_sam, csv_of(recruits(1)) + b"\n" * 10_000, dry_run="1").status_code == 200


def test_a_file_over_a_mebibyte_is_taken_here(as_sam: Caller) -> None:
    raw = csv_of(recruits(1)) + b"\n" * 1_200_000
    assert send(as_sam, raw, dry_run="1").status_code == 422  # so many lines are no sheet any more
    raw = csv_of([("kim", "Kim", SECRET, "", "x" * 1_000)] * 400) + (b" " * 1_000 + b"\n") * 900
    answer = send(as_sam, raw, dry_run="1")
    assert (len(raw) > 1024 * 1024, answer.status_code, answer.json()["total_rows"]) == (True, 200, 400)


# --- workbooks ------------------------------------------------------------------------------------------


def test_a_zip_bomb_is_given_up_while_it_is_unpacked(as_sam: Caller) -> None:
    bomb = repacked(xlsx_of([]), {SHEET: XML + b" " * (workbooks.UNPACKED_BYTES_MAX + 1)})
    assert len(bomb) < 100_000
    refused(as_sam, bomb, 413, "PAYLOAD_TOO_LARGE")


def test_a_zip_bomb_that_lies_about_its_size_is_given_up_too(as_sam: Caller) -> None:
    bomb = bytearray(repacked(xlsx_of([]), {SHEET: XML + b" " * (workbooks.UNPACKED_BYTES_MAX * 2)}))
    size = (len(XML) + workbooks.UNPACKED_BYTES_MAX * 2).to_bytes(4, "little")
    assert bomb.count(size) == 2
    bomb = bomb.replace(size, (1000).to_bytes(4, "little"))
    before = written()
    answer = send(as_sam, bytes(bomb), name="a.xlsx")
    assert answer.status_code in (413, 415)  # the reader stops at the size that was promised, or at ours
    assert written() == before


def test_many_small_parts_share_one_bound(as_sam: Caller) -> None:
    half = XML + b" " * (workbooks.UNPACKED_BYTES_MAX // 2)
    bomb = repacked(xlsx_of([]), {f"xl/worksheets/sheet{number}.xml": half for number in (1, 2, 3)})
    refused(as_sam, bomb, 413, "PAYLOAD_TOO_LARGE")


def test_parts_that_carry_no_values_are_not_unpacked(as_sam: Caller) -> None:
    large = b"<x>" * 10_000_000
    raw = repacked(
        xlsx_of(recruits(1)), {"xl/styles.xml": large, "xl/media/image1.png": large, "docProps/app.xml": large}
    )
    assert send(as_sam, raw, name="a.xlsx").json()["created"] == 1


def test_a_workbook_of_tags_is_refused_before_they_are_objects(as_sam: Caller) -> None:
    tags = b"<sst " + MAIN + b">" + b"<si/>" * (workbooks.TAGS_MAX + 1) + b"</sst>"
    refused(as_sam, repacked(xlsx_of([]), {"xl/sharedStrings.xml": tags}), 413, "PAYLOAD_TOO_LARGE")


def shared(texts: bytes, rows: bytes) -> bytes:
    """A workbook as Excel writes it: texts in a part of their own, cells that point at them."""
    raw = xlsx_of([])
    types = zipfile.ZipFile(io.BytesIO(raw)).read("[Content_Types].xml")
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    if kind not in types:
        named = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
        types = types.replace(b"</Types>", named)
    body = XML + b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    texts = XML + b"<sst " + MAIN + b">" + texts + b"</sst>"
    return repacked(raw, {SHEET: body, "[Content_Types].xml": types, "xl/sharedStrings.xml": texts})


def test_texts_that_cells_share_are_read(as_sam: Caller) -> None:
    texts = "".join(f"<si><t>{text}</t></si>" for text in (*HEADER[:3], "kim", "김하나")).encode()
    texts += b"<si><r><t>correct </t></r><r><t>horse 77</t></r></si>"
    cells = ["".join(f'<c t="s"><v>{place}</v></c>' for place in places) for places in ((0, 1, 2), (3, 4, 5))]
    rows = "".join(f'<row r="{number}">{line}</row>' for number, line in enumerate(cells, start=1)).encode()
    assert send(as_sam, shared(texts, rows), name="a.xlsx").json()["created"] == 1
    kim = Player.objects.get(site_id="kim")
    assert kim.nickname == "김하나"
    assert check_password(SECRET, kim.password)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_expanded(as_sam: Caller, encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "kim"><!ENTITY b "&a;&a;">]>'
        f"<worksheet {MAIN.decode()}><sheetData/></worksheet>"
    )
    raw = repacked(xlsx_of([]), {SHEET: text.encode(encoding)})
    refused(as_sam, raw, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("number", ["9" * 15, "9" * 6_000, "-5", "x"])
def test_a_row_with_an_absurd_number_does_not_keep_the_reader(as_sam: Caller, number: str) -> None:
    raw = sheet(line(1, *HEADER) + line(2, "kim", "Kim", SECRET).replace(b'r="2"', f'r="{number}"'.encode()))
    answer = send(as_sam, raw, name="a.xlsx", dry_run="1")
    assert answer.status_code in (200, 415, 422)
    assert answer.status_code != 200 or answer.json()["total_rows"] <= 1


def test_a_workbook_may_lack_its_parts(as_sam: Caller) -> None:
    for missing in ("[Content_Types].xml", "xl/workbook.xml", SHEET, "xl/_rels/workbook.xml.rels"):
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx_of(recruits(1)))) as old, zipfile.ZipFile(file, "w") as new:
            for name in old.namelist():
                if name != missing:
                    new.writestr(name, old.read(name))
        refused(as_sam, file.getvalue(), 415, "UNSUPPORTED_MEDIA_TYPE")


def test_what_the_sheet_says_of_its_size_is_not_believed(as_sam: Caller) -> None:
    body = sheet(line(1, *HEADER[:3]) + line(2, "kim", "Kim", SECRET) + line(3, "lee", "Lee", SECRET))
    raw = repacked(body, {SHEET: zipfile.ZipFile(io.BytesIO(body)).read(SHEET).replace(
        b"<sheetData>", b'<dimension ref="A1:A2"/><sheetData>')})  # fmt: skip
    assert send(as_sam, raw, name="a.xlsx").json()["created"] == 2


def test_numbers_are_what_staff_see_in_the_cell(as_sam: Caller) -> None:
    raw = xlsx_of([(12345, 678, SECRET, 1011112222, None), (23456.0, True, SECRET, 1.0e10, "")])
    assert send(as_sam, raw, name="a.xlsx").json()["created"] == 2
    made = Player.objects.filter(phone_number__isnull=False).order_by("site_id")
    assert [(player.site_id, player.nickname, player.phone_number) for player in made] == [
        ("12345", "678", "1011112222"), ("23456", "True", "10000000000"),
    ]  # fmt: skip


@pytest.mark.parametrize(("make", "name"), [(csv_of, "a.csv"), (xlsx_of, "a.xlsx")])
def test_formulas_are_texts_that_do_nothing(as_sam: Caller, make: Any, name: str) -> None:
    formula = '=HYPERLINK("http://x","y")'
    assert send(as_sam, make([("kim", formula, SECRET, "", "")]), name=name).json()["created"] == 1
    kim = Player.objects.get(site_id="kim")
    assert kim.nickname == formula
    shown = csvs.attachment("x.csv", ["nickname"], [{"nickname": kim.nickname}]).content.decode()
    assert shown.splitlines()[1].lstrip('"').startswith("'=")


def test_a_formula_where_a_name_must_be_is_not_evaluated(as_sam: Caller) -> None:
    answer = send(as_sam, xlsx_of([("=1+12345", "Kim", SECRET, "", "")]), name="a.xlsx")
    assert codes(answer.json()["error"]["details"]) == [(2, "site_id", "INVALID")]
    assert answer.json()["error"]["details"][0]["value"] == "=1+12345"


def test_a_file_with_passwords_stays_in_memory(as_sam: Caller, settings: Any) -> None:
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE > settings.IMPORT_MAX_BYTES
    file = SimpleUploadedFile("a.csv", csv_of(recruits(1)) + b"\n" * 3_000_000)
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
    answer = as_sam.client.post(f"{PATH}?dry_run=1", {"file": file}, headers=as_sam.headers)
    assert answer.json()["error"]["code"] == "IMPORT_TOO_MANY_ROWS"
