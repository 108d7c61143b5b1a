"""What the import of players refuses, each with its code and its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from casino.lib.errors import Refusal


def too_large() -> Refusal:
    """413: the file, or what it unpacks to, is over the limit."""
    return Refusal("PAYLOAD_TOO_LARGE", 413, _("파일이 너무 큽니다"))


def not_a_sheet() -> Refusal:
    """415: neither CSV nor XLSX, or not readable as what its name says."""
    message = _("UTF-8 CSV 또는 XLSX 파일이 아니거나 읽을 수 없습니다")
    return Refusal("UNSUPPORTED_MEDIA_TYPE", 415, message)


def bad_header(details: Sequence[dict[str, Any]]) -> Refusal:
    """422: columns are missing, unknown or there twice."""
    return Refusal("IMPORT_BAD_HEADER", 422, _("첫 줄의 열 이름이 올바르지 않습니다"), details=details)


def too_many_rows(most: int) -> Refusal:
    """422: more rows than may come in one file."""
    return Refusal("IMPORT_TOO_MANY_ROWS", 422, _("한 번에 %(most)s줄까지 가져올 수 있습니다") % {"most": f"{most:,}"})


def import_invalid(details: Sequence[dict[str, Any]]) -> Refusal:
    """422: some rows cannot be enrolled; nobody was."""
    return Refusal("IMPORT_INVALID", 422, _("가져올 수 없는 줄이 있어 아무것도 저장하지 않았습니다"), details=details)


def overtaken() -> Refusal:
    """409: another import or sign-up took one of the names meanwhile; nobody was enrolled."""
    return Refusal("CONFLICT", 409, _("그사이 다른 가입과 겹쳐 아무것도 저장하지 않았습니다. 다시 시도하세요."))
