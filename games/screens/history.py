"""What the history page shows: which rounds are asked for, one page of them, and what they add up to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casino.lib.days import stamp
from games import history, stats
from games.models import GameType, RoundResult
from games.screens.rows import VERDICTS, RoundRow, row_of

PAGE_ROWS: Final = 10
PAGE_MAX: Final = 10**9
PATH: Final = "/history"
_DAY: Final = re.compile(r"2\d{3}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rounds are asked for; days are whole UTC days, both ends included."""

    game: str = ""
    result: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """The filters of a query string; whatever makes no sense counts as not asked for."""
        game, result, page = query.get("game", ""), query.get("result", ""), query.get("page", "")
        return cls(
            game=game if game in GameType.values else "",
            result=result if result in RoundResult.values else "",
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            page=min(int(page), PAGE_MAX) if page.isascii() and page.isdigit() and len(page) < 12 else 1,
        )

    @property
    def is_any(self) -> bool:
        """Whether nothing narrows the rounds."""
        return not (self.game or self.result or self.since or self.until)

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The filters as the page's own query string has them, without the page."""
        named = (("game", self.game), ("result", self.result), ("since", _iso(self.since)), ("until", _iso(self.until)))
        return tuple((name, value) for name, value in named if value)

    @property
    def href(self) -> str:
        """The address of the first page of these rounds."""
        return f"{PATH}?{urlencode(self.fields)}" if self.fields else PATH

    @property
    def first_moment(self) -> datetime | None:
        """When the first day begins."""
        return None if self.since is None else datetime.combine(self.since, time.min, UTC)

    @property
    def end_moment(self) -> datetime | None:
        """When the last day is over."""
        return None if self.until is None else datetime.combine(self.until + timedelta(days=1), time.min, UTC)

    @property
    def api_query(self) -> str:
        """The same filters as GET /api/games/history reads them."""
        first, end = self.first_moment, self.end_moment
        named = {
            "game_type": self.game,
            "result": self.result,
            "since": stamp(first) if first else "",
            "until": stamp(end) if end else "",
        }
        return urlencode({name: value for name, value in named.items() if value})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One link of a row of filters."""

    name: Promise
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class HistoryScreen:
    """One page of a player's rounds."""

    filters: Filters
    rows: tuple[RoundRow, ...]
    total: int
    totals: dict[str, int]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))

    @property
    def net(self) -> int:
        """What the settled rounds add up to for the player."""
        return self.totals["won"] - self.totals["wagered"]

    @property
    def games(self) -> tuple[Choice, ...]:
        """Every game, and all of them."""
        options = (("", _("모든 게임")), *((game.value, game.label) for game in GameType))
        return tuple(
            Choice(name, replace(self.filters, game=value).href, value == self.filters.game) for value, name in options
        )

    @property
    def results(self) -> tuple[Choice, ...]:
        """Every way a round can end, and all of them."""
        options = (("", _("모든 결과")), *((result.value, name) for result, name in VERDICTS.items()))
        return tuple(
            Choice(name, replace(self.filters, result=value).href, value == self.filters.result)
            for value, name in options
        )


def history_screen(player_id: int, query: Mapping[str, Any]) -> HistoryScreen:
    """The page that a query string asks for; one beyond the last is the last."""
    filters = Filters.read(query)
    found = history.rounds_of(
        player_id,
        game_type=filters.game or None,
        result=filters.result or None,
        since=filters.first_moment,
        until=filters.end_moment,
    )
    total = found.count()
    page = min(max(filters.page, 1), max(1, -(-total // PAGE_ROWS)))
    shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    rows = tuple(row_of(history.item(played)) for played in shown)
    narrow = filters.result or filters.since or filters.until
    totals = found.settled().totals() if narrow else _kept_totals(player_id, filters.game)
    return HistoryScreen(replace(filters, page=page), rows, total, totals)


def _kept_totals(player_id: int, game: str) -> dict[str, int]:
    """The same sums from the statistics, which cost the same however long the history is."""
    breakdown = stats.stats_of(player_id)["game_breakdown"]
    counted = [breakdown[game]] if game else list(breakdown.values())
    sums = {name: sum(row[name] for row in counted) for name in ("rounds", "wins", "losses", "ties", "wagered", "won")}
    return sums | {"max_win": max(row["max_win"] for row in counted)}
