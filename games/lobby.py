"""The games as a visitor finds them: names, limits, exact returns, and whether one may play now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Player, Wallet
from games import floor
from games.engine import returns
from games.models import Game, GameType

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
}


def games(player: Player | None) -> list[Json]:
    """Every game the club has, in its published order; personal fields are empty without a player."""
    balance = Wallet.objects.values_list("balance", flat=True).get(pk=player.pk) if player else None
    rows = {row.pk: row for row in Game.objects.select_related("config")}
    return [_listed(GameType(game), rows[game], balance) for game in GameType.values if game in rows]


def _listed(game: GameType, row: Game, balance: int | None) -> Json:
    machine = floor.slot_machine(row.config.fingerprint)
    rtp = returns.slot_return(machine)
    reason = _why_not(row, balance, machine.stake_min)
    return {
        "id": game.value,
        "name": str(game.label),
        "description": str(CARDS[game].description),
        "type": game.value,
        "image_url": static(CARDS[game].image),
        "is_active": not row.is_paused,
        "min_bet": machine.stake_min,
        "max_bet": machine.stake_max,
        "rtp": float(rtp),
        "rtp_exact": f"{rtp.numerator}/{rtp.denominator}",
        "daily_limit": None,
        "plays_today": None,
        "can_play": balance is not None and reason is None,
        "reason": reason,
    }


def _why_not(row: Game, balance: int | None, stake_min: int) -> str | None:
    if balance is None:
        return None
    if row.is_paused:
        return row.pause_reason
    return None if balance >= stake_min else _("골드가 부족합니다")
