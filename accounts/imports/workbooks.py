"""XLSX files that may be meant badly: unpacked under a bound, and only what carries values is looked at."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

import openpyxl

from accounts.imports import errors

UNPACKED_BYTES_MAX: Final = 20 * 1024 * 1024
TAGS_MAX: Final = 400_000
"""Elements cost a hundred times their bytes; five thousand rows of five cells need half of this."""
_PIECE: Final = 64 * 1024
_VALUES: Final = re.compile(
    r"\[Content_Types\]\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/sharedStrings\.xml|xl/worksheets/[^/]+\.xml"
)
"""The parts that carry values. Styles, themes, links, macros and pictures are left where they are."""


def first_sheet(raw: bytes) -> Iterator[Sequence[Any]]:
    """The rows of the first sheet from line 1 on, each as far as its last cell; formulas as they are written."""
    book = openpyxl.load_workbook(_unpacked(raw), read_only=True, data_only=False, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its own size is not believed
    return iter(sheet.iter_rows(values_only=True))


def _unpacked(raw: bytes) -> io.BytesIO:
    """The parts with values in a new, unpacked archive. Sizes are counted, not read from the archive."""
    kept, left, tags = io.BytesIO(), UNPACKED_BYTES_MAX, 0
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed, zipfile.ZipFile(kept, "w") as copy:
            for name in dict.fromkeys(filter(_VALUES.fullmatch, packed.namelist())):
                part = _part(packed, name, left)
                left -= len(part)
                tags += part.count(b"<")
                if tags > TAGS_MAX:
                    raise errors.too_large()
                copy.writestr(name, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as broken:
        raise errors.not_a_sheet() from broken
    return kept


def _part(packed: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One part, given up as soon as it is larger than `most`. A document that declares anything is refused."""
    pieces, left = [], most
    with packed.open(name) as stream:
        while piece := stream.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise errors.too_large()
            pieces.append(piece)
    part = b"".join(pieces)
    # Entities can grow without end; in an encoding with NUL bytes their declaration would look otherwise.
    if b"<!DOCTYPE" in part or b"\x00" in part:
        raise errors.not_a_sheet()
    return part
