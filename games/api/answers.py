"""What plays answer, built from the stored round: a first call and its replay cannot differ."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from games.history import proof
from games.models import Round
from games.play.rounds import Play

Json = dict[str, Any]


def play_result(play: Play, message: str) -> Json:
    """The fields every play answers."""
    played = play.round
    return {
        "success": True,
        "round_id": str(played.round_id),
        "game_type": played.game,
        "bet_amount": played.stake,
        "win_amount": played.payout,
        "net_change": played.net_change,
        "balance": played.balance_after,
        "message": message,
        "fair": proof(played),
        "config_version": played.config_version,
        "idempotent_reuse": play.replayed,
    }


def spin(play: Play) -> Json:
    """A slot round."""
    played = play.round
    return {**play_result(play, _spin_message(played)), **played.outcome, "multiplier": played.multiplier}


def _spin_message(played: Round) -> str:
    if played.payout > played.stake:
        return _("%(win)s 골드 획득!") % {"win": f"{played.payout:,}"}
    if played.payout:
        return _("%(bet)s 중 %(win)s 돌려받음") % {"bet": f"{played.stake:,}", "win": f"{played.payout:,}"}
    return _("적중 없음")
