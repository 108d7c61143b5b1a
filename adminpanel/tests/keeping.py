"""Staff keeping accounts by the API, and what an account is left like."""

from __future__ import annotations

from typing import Any

from accounts.models import Audit, AuthSession, Player
from accounts.tests.attending import latest_seq
from tests.cast import Caller

Json = dict[str, Any]
PATH = "/api/admin/users"
KEEPING = (
    "USER_UPDATE", "USER_ELEVATED", "SECURITY_BAN", "USER_UNBAN",
)  # fmt: skip


def of(player: Player, deed: str = "") -> str:
    """The path of an account, or of what is done to it."""
    return f"{PATH}/{player.pk}{deed}"


def send(caller: Caller, method: str, path: str, body: Json | None = None) -> tuple[int, Any]:
    """Status and body of a call with JSON."""
    called = getattr(caller.client, method)
    answer = called(path, body or {}, content_type="application/json", headers=caller.headers)
    return answer.status_code, answer.json()


def refused(caller: Caller, method: str, path: str, body: Json | None = None) -> tuple[int, str]:
    """Status and code of a refusal."""
    status, told = send(caller, method, path, body)
    return status, told["error"]["code"]


def kept(player: Player) -> tuple[Any, ...]:
    """Everything about the account that staff may move, its sessions, its news and what is on record of it."""
    row = Player.objects.get(pk=player.pk)
    return (
        *(row.is_staff, row.is_superuser, row.role, row.is_active, row.rank),
        *(row.is_banned, row.banned_until, row.ban_reason),
        AuthSession.objects.filter(player=player, revoked_at=None).count(),
        latest_seq(player),
        Audit.objects.filter(action__in=KEEPING).count(),
    )


def record_of(player: Player) -> list[tuple[str, str, str, Json]]:
    """What was done to the account: action, severity, who, details."""
    rows = Audit.objects.filter(target_type="user", target_id=str(player.pk)).order_by("id")
    return [(row.action, row.severity, row.actor_name, row.details) for row in rows]
