"""Spreadsheets that do nothing when opened: a cell that would start a formula is shown as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.http import HttpResponse

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def attachment(filename: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """`rows` as a CSV download with a header line."""
    names = list(columns)
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
