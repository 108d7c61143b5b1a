"""A file as rows: CSV or the first sheet of an XLSX workbook, every limit counted while it is read.

Nothing here says what a cell means: cells are texts, formulas are the text they are written as.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.imports import errors, workbooks
from casino.lib.errors import Refusal

REQUIRED: Final = ("site_id", "nickname", "password")
COLUMNS: Final = (*REQUIRED, "phone_number", "user_rank")
LINES_MAX: Final = 1_048_576
"""As many as a spreadsheet has; most of them may be blank."""
_UNKNOWN_TOLD: Final = 20
_Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One line that is not blank. Its cells hold a password and are never shown."""

    number: int
    cells: Mapping[str, str] = field(repr=False)
    is_wider: bool
    """Whether it has more cells than the header has names."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read: its fingerprint and its rows."""

    sha256: str
    rows: tuple[Row, ...] = field(repr=False)


def fingerprint(raw: bytes) -> str:
    """What names the bytes of a file."""
    return hashlib.sha256(raw).hexdigest()


def read(raw: bytes, name: str, *, rows_max: int) -> Sheet:
    """The rows of a file called `name`, or the refusal that says which limit or form it broke."""
    reader = _READERS.get(PurePath(name).suffix.casefold())
    if reader is None:
        raise errors.not_a_sheet()
    if len(raw) > settings.IMPORT_MAX_BYTES:
        raise errors.too_large()
    try:
        lines = reader(raw)
        _number, header = next(lines, (1, ()))
        names = _columns(header)
        return Sheet(fingerprint(raw), tuple(_rows(lines, names, rows_max)))
    except Refusal:
        raise
    except Exception as broken:  # a damaged workbook makes its reader stumble in any way there is
        raise errors.not_a_sheet() from broken


def _columns(header: _Cells) -> list[str]:
    """The column names in their order. What is unknown is told by its place: it may be a row with a password."""
    names = [_text(cell).strip().casefold() for cell in header]
    while names and not names[-1]:
        names.pop()
    often = Counter(names)
    wrong = [(name, _("열이 없습니다"), "missing") for name in REQUIRED if name not in often]
    wrong += [(name, _("열이 두 번 있습니다"), "duplicate") for name in COLUMNS if often[name] > 1]
    unknown = (place for place, name in enumerate(names, start=1) if name not in COLUMNS)
    for place in islice(unknown, _UNKNOWN_TOLD):
        wrong.append((str(place), _("%(place)d번째 열의 이름을 알 수 없습니다") % {"place": place}, "unknown"))
    if wrong:
        raise errors.bad_header([{"loc": ["file", name], "msg": told, "type": kind} for name, told, kind in wrong])
    return names


def _rows(lines: Iterable[tuple[int, _Cells]], names: Sequence[str], rows_max: int) -> Iterator[Row]:
    found = 0
    for number, cells in lines:
        if number > LINES_MAX:
            raise errors.too_many_rows(rows_max)
        texts = [_text(cell) for cell in cells]
        if not any(text.strip() for text in texts):
            continue
        found += 1
        if found > rows_max:
            raise errors.too_many_rows(rows_max)
        is_wider = any(text.strip() for text in texts[len(names) :])
        yield Row(number, dict(zip(names, texts, strict=False)), is_wider)


def _text(cell: Any) -> str:
    """What stands in a cell, as staff see it: 12 for 12.0, a formula as it is written."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if isinstance(cell, str) else str(getattr(cell, "text", cell))


def _csv_lines(raw: bytes) -> Iterator[tuple[int, _Cells]]:
    """Each record with the line it begins on."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise errors.not_a_sheet() from broken
    if "\x00" in text:
        raise errors.not_a_sheet()
    records, begins = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    for record in records:
        yield begins, record
        begins = records.line_num + 1


def _workbook_lines(raw: bytes) -> Iterator[tuple[int, _Cells]]:
    return enumerate(workbooks.first_sheet(raw), start=1)


_READERS: Final[dict[str, Callable[[bytes], Iterator[tuple[int, _Cells]]]]] = {
    ".csv": _csv_lines,
    ".xlsx": _workbook_lines,
}
