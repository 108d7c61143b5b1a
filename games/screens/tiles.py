"""The games as tiles: what each returns exactly, whether it is open, and what the player's last round of it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Player
from games import history, lobby
from games.models import Game, GameType, Round, RoundResult
from games.models.rounds import RoundQuerySet
from games.screens.rows import VERDICTS, tone_of
from games.screens.shown import percent

Json = dict[str, Any]

LOOKED_BACK: Final = 1_000
"""A last result further back than so many rounds is not looked for: tiles cost the same however long the history."""

TEXTS: Final[Mapping[str, Promise]] = {
    GameType.SLOT: gettext_lazy("릴 셋, 라인 다섯"),
    GameType.RPS: gettext_lazy("하우스가 먼저 손을 정해 봉인합니다"),
    GameType.GACHA: gettext_lazy("확률표 그대로, 한 장씩"),
    GameType.CRASH: gettext_lazy("멈추는 순간은 당신이 정합니다"),
}


@dataclass(frozen=True, slots=True)
class LastRound:
    """What the player's last settled round of a game came to."""

    net: int
    tone: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One game."""

    id: str
    name: str
    text: str
    description: str
    rtp: str
    rtp_exact: str
    min_bet: int
    max_bet: int
    pause_reason: str
    hindrance: str
    last: LastRound | None
    is_live: bool

    @property
    def href(self) -> str:
        """Where it is played."""
        return f"/games/{self.id}"

    @property
    def rtp_label(self) -> str:
        """What the number stands for; ten pulls at once return more than the singles that are shown."""
        return _("정확한 환수율 · 1회 뽑기") if self.id == GameType.GACHA else _("정확한 환수율")


def tiles(player: Player | None) -> tuple[Tile, ...]:
    """Every game of the club; without a player nothing personal."""
    listed = lobby.games(player)
    is_any_paused = not all(game["is_active"] for game in listed)
    pauses = dict(Game.objects.values_list("id", "pause_reason")) if is_any_paused else {}
    newest = newest_of(history.rounds_of(player.pk)) if player else {}
    return tuple(tile(game, pauses.get(game["id"], ""), newest.get(game["id"], [])) for game in listed)


def newest_of(rounds: RoundQuerySet) -> dict[str, list[Round]]:
    """The newest round of every game and status, newest first; their outcomes are not needed."""
    looked_at = rounds[:LOOKED_BACK].values("pk")
    ends = Round.objects.filter(pk__in=looked_at).order_by().values("game", "status").annotate(last=Max("pk"))
    found: dict[str, list[Round]] = {}
    newest = Round.objects.filter(pk__in=ends.values("last")).order_by("-pk")
    for played in newest.only("game", "stake", "payout", "settled_at"):
        found.setdefault(played.game, []).append(played)
    return found


def tile(game: Json, pause_reason: str, newest: list[Round]) -> Tile:
    """A game as the list tells it, with the player's newest rounds of it."""
    settled = next((played for played in newest if played.settled_at is not None), None)
    return Tile(
        id=game["id"],
        name=game["name"],
        text=str(TEXTS[game["id"]]),
        description=game["description"],
        rtp=percent(Fraction(game["rtp_exact"])),
        rtp_exact=game["rtp_exact"],
        min_bet=game["min_bet"],
        max_bet=game["max_bet"],
        pause_reason=pause_reason,
        hindrance="" if pause_reason else game["reason"] or "",
        last=_last(settled) if settled else None,
        is_live=any(played.result is RoundResult.OPEN for played in newest),
    )


def _last(played: Round) -> LastRound:
    return LastRound(played.net_change, tone_of(played.stake, played.payout), str(VERDICTS[played.result]))
