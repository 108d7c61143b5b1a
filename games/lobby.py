"""The games as a visitor finds them: names, limits, exact returns, and whether one may play now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Player, Wallet
from casino.lib import days
from games import floor, offers, pulls, tables
from games.engine.gacha import Pool
from games.models import Game, GameStats, GameType
from games.tables import Rules

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """What the list of games says of one, besides its numbers."""

    description: StrPromise
    image: str


CARDS: Final = {
    GameType.SLOT: Card(
        gettext_lazy("세 릴과 다섯 라인. 라인마다 왼쪽부터 같은 심볼이 배당을 만듭니다."), "img/games/slot.svg"
    ),
    GameType.RPS: Card(
        gettext_lazy("하우스의 손은 고르기 전에 이미 봉인되어 있습니다. 이기면 배당, 비기면 그대로 돌려받습니다."),
        "img/games/rps.svg",
    ),
    GameType.GACHA: Card(
        gettext_lazy("한 번 또는 열 번. 뽑은 아이템의 골드 가치를 바로 받고, 천장이 에픽을 보장합니다."),
        "img/games/gacha.svg",
    ),
    GameType.CRASH: Card(
        gettext_lazy("배수가 오르는 동안 멈추는 순간은 당신이 정합니다. 멈추기 전에 터지면 잃습니다."),
        "img/games/crash.svg",
    ),
}


def games(player: Player | None) -> list[Json]:
    """Every game the club has, in its published order; personal fields are empty without a player."""
    guest = _guest(player) if player else None
    rows = {row.pk: row for row in Game.objects.select_related("config")}
    return [
        _listed(game, floor.parsed(rows[game].config.fingerprint), rows[game].pause_reason, guest)
        | {"image_url": static(CARDS[game].image)}
        for game in GameType
    ]


def games_at(seats: Mapping[GameType, floor.Seat], *, rank: str, balance: int, now: datetime) -> list[Json]:
    """The same from the seats of a player of this rank and balance; nothing is read."""
    guest = _Guest(rank, balance, pulls.pulled_today(seats[GameType.GACHA].stats, now))
    return [
        _listed(game, floor.parsed(seats[game].fingerprint), seats[game].pause_reason, guest)
        | {"image_url": static(CARDS[game].image)}
        for game in GameType
    ]


def example() -> list[Json]:
    """The list as a new club tells it to nobody in particular."""
    return [
        _listed(game, tables.parse(game, tables.FIRST_VERSIONS[game]), "", None)
        | {"image_url": f"{settings.STATIC_URL}{CARDS[game].image}"}  # as it is before it is collected and hashed
        for game in GameType
    ]


@dataclass(frozen=True, slots=True)
class _Guest:
    """What decides whether a player may play."""

    rank: str
    balance: int
    pulls_today: int


def _guest(player: Player) -> _Guest:
    balance = Wallet.objects.values_list("balance", flat=True).get(pk=player.pk)
    album = GameStats.objects.filter(player_id=player.pk, game_id=GameType.GACHA).first()
    return _Guest(player.rank, balance, pulls.pulled_today(album, days.now()) if album else 0)


def _listed(game: GameType, rules: Rules, pause_reason: str, guest: _Guest | None) -> Json:
    offered = offers.offer(rules)
    limit, made = _daily(rules, guest)
    is_used_up = limit is not None and made >= limit
    reason = _why_not(pause_reason, guest, offered.stake_min, is_used_up=is_used_up)
    return {
        "id": game.value,
        "name": str(game.label),
        "description": str(CARDS[game].description),
        "type": game.value,
        "is_active": not pause_reason,
        "min_bet": offered.stake_min,
        "max_bet": offered.stake_max,
        "rtp": float(offered.rtp),
        "rtp_exact": offers.exact_text(offered.rtp),
        "daily_limit": limit,
        "plays_today": None if limit is None else made,
        "can_play": guest is not None and reason is None,
        "reason": reason,
    }


def _daily(rules: Rules, guest: _Guest | None) -> tuple[int | None, int]:
    """The player's daily limit where a game has one, and how much of it is used."""
    if guest is None or not isinstance(rules, Pool):
        return None, 0
    return rules.daily_limit(guest.rank), guest.pulls_today


def _why_not(pause_reason: str, guest: _Guest | None, stake_min: int, *, is_used_up: bool) -> str | None:
    if guest is None:
        return None
    if pause_reason:
        return pause_reason
    if is_used_up:
        return _("오늘 횟수를 모두 썼습니다")
    return None if guest.balance >= stake_min else _("골드가 부족합니다")
