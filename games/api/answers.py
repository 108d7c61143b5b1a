"""What plays answer, built from the stored round: a first call and its replay cannot differ."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from games.history import proof, told
from games.models import Round, RoundStatus
from games.play import flights
from games.play.crash import Flown
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


def rps(play: Play) -> Json:
    """A duel of rock-paper-scissors; its multiplier is the table's, not what cutting to whole gold left of it."""
    played = play.round
    return {**play_result(play, _rps_message(played)), **played.outcome}


def _rps_message(played: Round) -> str:
    paid = {"win": f"{played.payout:,}"}
    match played.outcome["result"]:
        case "win":
            return _("%(win)s 골드 획득!") % paid
        case "draw":
            return _("무승부, %(win)s 골드 돌려받음") % paid
        case _:
            return _("패배")


def gacha(play: Play) -> Json:
    """A round of pulls."""
    played = play.round
    shown = told(played.outcome)
    return {
        **play_result(play, _gacha_message(played, shown["items"])),
        **shown,
        "currency_balance": {"tokens": played.balance_after},
    }


def _gacha_message(played: Round, items: list[Json]) -> str:
    paid = f"{played.payout:,}"
    if len(items) == 1:
        return _("%(item)s 획득, %(win)s 골드 지급") % {"item": items[0]["name"], "win": paid}
    return _("아이템 %(count)s개 획득, %(win)s 골드 지급") % {"count": len(items), "win": paid}


def crash_bet(play: Flown) -> Json:
    """A bet at the moment it was placed."""
    flown = play.round
    return play_result(play, _bet_message(flown)) | flights.shown(play.flight, at=flown.created_at)


def _bet_message(flown: Round) -> str:
    if flown.status == RoundStatus.CRASHED:
        return _("출발하자마자 크래시")
    return _("%(bet)s 골드 베팅 완료") % {"bet": f"{flown.stake:,}"}


def crash_cashout(play: Flown) -> Json:
    """A cash-out at the moment the round ended by it."""
    flown = play.round
    assert flown.settled_at is not None
    left = {"times": f"{flown.outcome['cashout_multiplier']:.2f}", "win": flown.payout}
    message = _("%(times)sx에서 캐시아웃! %(win)s 골드 획득") % left
    return play_result(play, message) | flights.shown(play.flight, at=flown.settled_at)
