"""Files of players for tests: CSV and XLSX, well made and badly."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Audit, Entry, Player, PlayerName, Wallet
from casino.lib.idempotency import IdempotencyKey
from realtime.models import StreamEvent
from tests.cast import Caller

Json = dict[str, Any]
PATH = "/api/admin/users/import"
HEADER = ("site_id", "nickname", "password", "phone_number", "user_rank")
SECRET = "correct horse 77"


def csv_of(rows: Iterable[Sequence[object]], header: Sequence[str] = HEADER) -> bytes:
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def xlsx_of(rows: Iterable[Sequence[object]], header: Sequence[object] = HEADER) -> bytes:
    """Rows as the first sheet of a workbook."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (header, *rows):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def repacked(raw: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same workbook with other parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            new.writestr(name, parts.get(name) or old.read(name))
    return file.getvalue()


def recruits(number: int, start: int = 0) -> list[tuple[object, ...]]:
    """So many rows that may be enrolled."""
    return [(f"kim{n:04d}", f"김 {n}", SECRET, f"0102{n:07d}", "") for n in range(start, start + number)]


def send(caller: Caller, raw: bytes, *, name: str = "players.csv", dry_run: str | None = None, key: str = "") -> Any:
    """Sends a file as a form does."""
    path = PATH if dry_run is None else f"{PATH}?dry_run={dry_run}"
    headers = caller.headers | ({"Idempotency-Key": key} if key else {})
    return caller.client.post(path, {"file": SimpleUploadedFile(name, raw)}, headers=headers)


def written() -> list[int]:
    """How many rows there are of everything an import writes."""
    models = (Player, PlayerName, Wallet, Entry, StreamEvent, Audit, IdempotencyKey)
    return [model._default_manager.count() for model in models]


def codes(errors: Iterable[Json]) -> list[tuple[int, str | None, str]]:
    """Row, column and code of each problem."""
    return [(each["row"], each["column"], each["code"]) for each in errors]
