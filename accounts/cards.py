"""Facts put into the words that pages show: ledger lines, devices."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuthSession, Player

Json = dict[str, Any]

_KINDS: Final = {
    "signup_grant": gettext_lazy("가입 축하 골드"),
    "slot_bet": gettext_lazy("슬롯 베팅"),
    "slot_win": gettext_lazy("슬롯 지급"),
    "rps_bet": gettext_lazy("가위바위보 베팅"),
    "rps_win": gettext_lazy("가위바위보 지급"),
    "rps_draw": gettext_lazy("가위바위보 무승부"),
    "gacha_pull": gettext_lazy("가챠 뽑기"),
    "gacha_win": gettext_lazy("가챠 아이템 가치"),
    "crash_bet": gettext_lazy("크래시 베팅"),
    "crash_win": gettext_lazy("크래시 지급"),
    "shop_spend": gettext_lazy("상점 교환"),
    "topup": gettext_lazy("골드 충전"),
    "limited_topup": gettext_lazy("한정 묶음 충전"),
    "refund_spend": gettext_lazy("교환 환불"),
    "refund_topup": gettext_lazy("충전 환불"),
    "admin_grant": gettext_lazy("클럽이 드린 골드"),
    "reward_grant": gettext_lazy("보상"),
    "streak_reward": gettext_lazy("출석 보상"),
    "event_reward": gettext_lazy("이벤트 보상"),
    "mission_reward": gettext_lazy("미션 보상"),
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


def kind_name(code: str) -> str:
    """What a kind of ledger entry is called."""
    return str(_KINDS.get(code, code))


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
