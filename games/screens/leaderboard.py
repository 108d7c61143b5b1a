"""What the leaderboard shows: one board by game and period, and the reader's own place on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Player
from games import leaderboards
from games.leaderboards import SPANS, Span
from games.models import GameType
from games.screens.history import Choice

SHOWN: Final = 50
PATH: Final = "/leaderboard"
SPAN_NAMES: Final[Mapping[str, Promise]] = {
    "day": _("오늘"),
    "week": _("이번 주"),
    "month": _("이번 달"),
    "all": _("전체"),
}
USUAL: Final[Span] = "week"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which board is asked for; whatever makes no sense counts as not asked for."""

    game: str = ""
    period: Span = USUAL

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        """The board of a query string."""
        game, period = query.get("game", ""), query.get("period", "")
        return cls(
            game if game in GameType.values else "",
            cast("Span", period) if period in SPANS else USUAL,
        )

    @property
    def href(self) -> str:
        """The address of this board."""
        fields = {"game": self.game, "period": "" if self.period == USUAL else self.period}
        given = urlencode({name: value for name, value in fields.items() if value})
        return f"{PATH}?{given}" if given else PATH


@dataclass(frozen=True, slots=True)
class Line:
    """One place on the board."""

    rank: int
    nickname: str
    score: int
    is_own: bool

    @property
    def is_first_three(self) -> bool:
        """A place worth a larger number."""
        return self.rank <= 3


@dataclass(frozen=True, slots=True)
class LeaderboardScreen:
    """One board for one reader."""

    wanted: Wanted
    lines: tuple[Line, ...]
    own: Line | None
    updated_at: datetime

    @property
    def pinned(self) -> Line | None:
        """The reader's own place when it is too far down to be listed."""
        return self.own if self.own and self.own.rank > len(self.lines) else None

    @property
    def games(self) -> tuple[Choice, ...]:
        """Every game's board, and the one over all games."""
        options = (("", _("모든 게임")), *((game.value, game.label) for game in GameType))
        return tuple(
            Choice(name, replace(self.wanted, game=value).href, value == self.wanted.game) for value, name in options
        )

    @property
    def periods(self) -> tuple[Choice, ...]:
        """The board of every period."""
        return tuple(
            Choice(SPAN_NAMES[span], replace(self.wanted, period=span).href, span == self.wanted.period)
            for span in SPANS
        )


def leaderboard_screen(query: Mapping[str, str], *, reader: Player | None) -> LeaderboardScreen:
    """The board that a query string asks for, as the API tells it."""
    wanted = Wanted.read(query)
    board = leaderboards.board(wanted.game or None, wanted.period, SHOWN, None)
    rank, score = leaderboards.place_of(reader, wanted.game or None, wanted.period) if reader else (None, 0)
    own_id = reader.pk if reader else None
    return LeaderboardScreen(
        wanted=wanted,
        lines=tuple(
            Line(entry["rank"], entry["nickname"], entry["score"], entry["user_id"] == own_id)
            for entry in board["entries"]
        ),
        own=Line(rank, reader.nickname, score, True) if reader and rank else None,
        updated_at=datetime.fromisoformat(board["updated_at"]),
    )
