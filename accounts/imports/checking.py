"""Which rows may become players: the rules of signing up, each problem with its row, column and code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import names, passwords
from accounts.imports.reading import REQUIRED, Row, Sheet
from accounts.models import Player, PlayerName, Rank
from accounts.models.player import name_key
from casino.lib.errors import Refusal
from casino.lib.money import has_unstorable

Json = dict[str, Any]
ERRORS_MAX: Final = 1000
ASKED_AT_ONCE: Final = 500
_VALUE_SHOWN: Final = 60
_PHONE: Final = re.compile(r"[0-9]{10,15}", re.ASCII)
_LENGTHS: Final = {
    "site_id": (3, 50),
    "nickname": (2, 50),
    "password": (settings.PASSWORD_MIN_LENGTH, settings.PASSWORD_MAX_LENGTH),
}
_KEY_MAX: Final = 120
_CODES: Final[dict[str, Promise]] = {
    "REQUIRED": _("비어 있습니다"),
    "TOO_SHORT": _("너무 짧습니다"),
    "TOO_LONG": _("너무 깁니다"),
    "INVALID": _("쓸 수 없는 값입니다"),
    "WEAK_PASSWORD": _("너무 쉬운 비밀번호입니다"),
    "UNKNOWN_RANK": _("없는 등급입니다"),
    "DUPLICATE_IN_FILE": _("파일 안에 같은 값이 있습니다"),
    "SITE_ID_TAKEN": _("이미 존재하는 사이트 아이디입니다"),
    "NICKNAME_TAKEN": _("이미 존재하는 닉네임입니다"),
    "PHONE_TAKEN": _("이미 등록된 전화번호입니다"),
}
_TAKEN: Final = {"site_id": "SITE_ID_TAKEN", "nickname": "NICKNAME_TAKEN", "phone_number": "PHONE_TAKEN"}


@dataclass(frozen=True, slots=True)
class Recruit:
    """A row that may become a player."""

    site_id: str
    nickname: str
    phone_number: str | None
    rank: Rank
    password: str = field(repr=False)


@dataclass(slots=True)
class Verdict:
    """What a sheet is worth: who may be enrolled, and what is wrong with the others."""

    total_rows: int
    recruits: list[Recruit]
    problems: list[Json]
    error_rows: int

    @property
    def told(self) -> list[Json]:
        """As many problems as are told."""
        return self.problems[:ERRORS_MAX]


def check(sheet: Sheet) -> Verdict:
    """Judges every row by itself, against the rows before it, and against who is there; writes nothing."""
    judged = [_Judged(row) for row in sheet.rows]
    for one in judged:
        one.judge()
    _compare(judged)
    _ask_who_is_there(judged)
    problems = [problem for one in judged for problem in one.problems]
    good = [one.recruit() for one in judged if not one.problems]
    return Verdict(len(judged), good, problems, len(judged) - len(good))


class _Judged:
    """A row on its way to a verdict."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.problems: list[Json] = []
        self.values = {
            name: text if name == "password" else text.strip() for name, text in row.cells.items()
        }  # fmt: skip
        self.unique: dict[str, str] = {}
        """Columns whose value nobody else may have, with the form in which values are compared."""

    def wrong(self, column: str | None, code: str) -> None:
        """Notes one problem; passwords are never told."""
        shown = None if column in (None, "password") else self.values.get(column or "", "")[:_VALUE_SHOWN] or None
        if shown is not None and has_unstorable(shown):
            shown = None
        self.problems.append(
            {"row": self.row.number, "column": column, "code": code, "message": str(_CODES[code]), "value": shown}
        )

    def judge(self) -> None:
        """By itself: what must be there, how long, of which characters."""
        if self.row.is_wider:
            self.wrong(None, "INVALID")
        for column in REQUIRED:
            if (code := self._form_of(column)) is not None:
                self.wrong(column, code)
            elif column != "password":
                self.unique[column] = name_key(self.values[column])
        phone, rank = self.values.get("phone_number", ""), self.values.get("user_rank", "")
        if phone and not _PHONE.fullmatch(phone):
            self.wrong("phone_number", _length_code(phone, 10, 15) or "INVALID")
        elif phone:
            self.unique["phone_number"] = phone
        if rank and rank not in Rank.values:
            self.wrong("user_rank", "UNKNOWN_RANK")

    def _form_of(self, column: str) -> str | None:
        text = self.values.get(column, "")
        if not text:
            return "REQUIRED"
        if has_unstorable(text):
            return "INVALID"
        if (code := _length_code(text, *_LENGTHS[column])) is not None:
            return code
        return self._strength(text) if column == "password" else _name_code(column, text)

    def _strength(self, password: str) -> str | None:
        told = {name: self.values.get(name, "") for name in ("site_id", "nickname", "phone_number")}
        try:
            passwords.check_strength(password, Player(**told))
        except Refusal:
            return "WEAK_PASSWORD"
        return None

    def recruit(self) -> Recruit:
        """Who the row becomes."""
        given = self.values
        return Recruit(
            site_id=given["site_id"],
            nickname=given["nickname"],
            phone_number=given.get("phone_number") or None,
            rank=Rank(given.get("user_rank") or Rank.STANDARD),
            password=given["password"],
        )


def _length_code(text: str, low: int, high: int) -> str | None:
    return "TOO_SHORT" if len(text) < low else "TOO_LONG" if len(text) > high else None


def _name_code(column: str, name: str) -> str | None:
    if column == "site_id" and not names.SITE_ID.fullmatch(name):
        return "INVALID"
    try:
        names.check_allowed(name, field=column)
    except Refusal:
        return "INVALID"
    return "TOO_LONG" if len(name_key(name)) > _KEY_MAX else None  # a few letters fold into many


def _compare(judged: Sequence[_Judged]) -> None:
    """Against the rows before: names of both kinds are one namespace, as they are among players."""
    seen: set[tuple[bool, str]] = set()
    for one in judged:
        own = [(column, (column == "phone_number", value)) for column, value in one.unique.items()]
        for column, claim in own:
            if claim in seen:
                one.wrong(column, "DUPLICATE_IN_FILE")
        seen.update(claim for _column, claim in own)


def _ask_who_is_there(judged: Sequence[_Judged]) -> None:
    """Against the players there are, a few questions for all rows."""
    phone = "phone_number"
    called = {value for one in judged for column, value in one.unique.items() if column != phone}
    numbers = {one.unique[phone] for one in judged if phone in one.unique}
    known = _found(PlayerName.objects.all(), "key", called)
    reached = _found(Player.objects.all(), phone, numbers)
    for one in judged:
        for column, value in one.unique.items():
            if value in (reached if column == phone else known):
                one.wrong(column, _TAKEN[column])


def _found(rows: QuerySet[Any], column: str, values: set[str]) -> set[str]:
    """Which of these values a column holds, asked for many at once."""
    found: set[str] = set()
    ordered = sorted(values)
    for start in range(0, len(ordered), ASKED_AT_ONCE):
        some = ordered[start : start + ASKED_AT_ONCE]
        found.update(rows.filter(**{f"{column}__in": some}).values_list(column, flat=True))
    return found
