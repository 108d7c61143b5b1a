"""Facts put into the words and drawings that pages show: game tiles, rounds, ledger lines, devices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuthSession, Player

Json = dict[str, Any]

GAMES: Final = (
    ("slot", gettext_lazy("슬롯"), gettext_lazy("릴 셋, 라인 다섯")),
    ("rps", gettext_lazy("가위바위보"), gettext_lazy("하우스가 먼저 손을 정해 봉인합니다")),
    ("gacha", gettext_lazy("가챠"), gettext_lazy("확률표 그대로, 한 장씩")),
    ("crash", gettext_lazy("크래시"), gettext_lazy("멈추는 순간은 당신이 정합니다")),
)
_NAMES: Final = {game: name for game, name, _text in GAMES}
_DRAWINGS: Final = {
    "🍒": "sym-cherry", "🍋": "sym-lemon", "🍊": "sym-orange", "🍇": "sym-grapes", "💎": "sym-diamond",
    "7️⃣": "sym-seven",
}  # fmt: skip
_KINDS: Final = {
    "signup_grant": gettext_lazy("가입 축하 골드"),
    "slot_bet": gettext_lazy("슬롯 베팅"),
    "slot_win": gettext_lazy("슬롯 지급"),
    "shop_spend": gettext_lazy("상점 교환"),
    "topup": gettext_lazy("골드 충전"),
    "limited_topup": gettext_lazy("한정 묶음 충전"),
    "refund_spend": gettext_lazy("교환 환불"),
    "refund_topup": gettext_lazy("충전 환불"),
    "admin_grant": gettext_lazy("클럽이 드린 골드"),
    "reward_grant": gettext_lazy("보상"),
    "seed_reset": gettext_lazy("초기화"),
}
_PROGRAMS: Final = (
    (r"Edg/", "Edge"),
    (r"OPR/", "Opera"),
    (r"Firefox/", "Firefox"),
    (r"Chrome/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS: Final = (
    (r"iPhone", "iPhone"), (r"iPad", "iPad"), (r"Android", "Android"), (r"Windows", "Windows"), (r"Mac OS X", "Mac"),
    (r"Linux", "Linux"),
)  # fmt: skip


def game_tiles(open_games: Sequence[Json]) -> list[Json]:
    """All four games in the house order; those not open yet say so and show no number."""
    listed = {str(game["id"]): game for game in open_games}
    return [
        {
            "id": game,
            "name": name,
            "text": text,
            "href": f"/games/{game}",
            "open": game in listed,
            "rtp": percent(listed[game]["rtp"]) if game in listed else None,
        }
        for game, name, text in GAMES
    ]


def kind_name(code: str) -> str:
    """What a kind of ledger entry is called."""
    return str(_KINDS.get(code, code))


def percent(share: float) -> str:
    """A share of 0 to 1 as percent, as exact as it is: 0.96342 → 96.342."""
    return f"{share * 100:.4f}".rstrip("0").rstrip(".")


def round_row(item: Json) -> Json:
    """One round of the history as a row."""
    return {
        "key": item["round_id"],
        "mark": round_mark(item.get("result_meta") or {}),
        "name": _NAMES.get(item["game_type"], item["game_type"]),
        "words": round_words(item["bet_amount"], item["win_amount"]),
        "when": datetime.fromisoformat(item["created_at"]),
        "net": item["net_change"],
        "tone": round_tone(item["bet_amount"], item["win_amount"]),
    }


def round_words(stake: int, payout: int) -> str:
    """What came back of a stake, told without cheer."""
    amounts = {"stake": f"{stake:,}", "payout": f"{payout:,}"}
    if payout == 0:
        return _("%(stake)s 걸고 적중 없음") % amounts
    if payout <= stake:
        return _("%(stake)s 중 %(payout)s 돌려받음") % amounts
    return _("%(stake)s 걸고 %(payout)s 받음") % amounts


def round_tone(stake: int, payout: int) -> str:
    """The colour of a round's movement: a part that came back is no gain, and no news of a loss either."""
    if payout > stake:
        return "gain"
    return "soft" if payout else "loss"


def round_mark(meta: Json) -> str:
    """The drawing that stands for a round: its winning symbol, else the middle of the reels."""
    wins, reels = meta.get("win_lines"), meta.get("reels")
    face = wins[0]["symbol"] if wins else (reels[1][1] if reels else "")
    return _DRAWINGS.get(face, "icon-games")


def ledger_row(entry: Json) -> Json:
    """One line of the ledger list with its kind in words."""
    return {
        **entry,
        "name": _KINDS.get(entry["kind"], entry["kind"]),
        "when": datetime.fromisoformat(entry["created_at"]),
    }


def devices(player: Player, current: AuthSession | None, *, now: datetime) -> list[Json]:
    """The player's live sessions, this one first, then the most recently seen."""
    live = AuthSession.objects.filter(player=player).live(now).order_by("-last_seen_at")
    rows = [
        {
            "id": session.sid,
            "name": device_name(session.user_agent),
            "ip": session.ip,
            "last_seen_at": session.last_seen_at,
            "current": current is not None and session.sid == current.sid,
        }
        for session in live
    ]
    return sorted(rows, key=lambda row: not row["current"])


def device_name(user_agent: str) -> str:
    """ "Chrome · Windows" for a browser, the first word for a program."""
    program = next((name for pattern, name in _PROGRAMS if re.search(pattern, user_agent)), "")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    return " · ".join(filter(None, (program, system))) or user_agent.split("/")[0][:30] or _("알 수 없는 기기")
