"""What players may be called: one namespace without case, and no name that passes for the club's own."""

from __future__ import annotations

import re
from typing import Final

from accounts import errors
from accounts.models import Player, PlayerName
from accounts.models.player import name_key

SITE_ID: Final = re.compile(r"[A-Za-z0-9_.\-]{3,50}", re.ASCII)

# Digits, signs and foreign letters that read like a Latin one, after NFKC and case folding; l and 1 read as i.
_READ_AS: Final = str.maketrans(
    {
        **dict(zip("013457@$|!l", "oieastasiii", strict=True)),
        **dict(zip("іıӏοоаαеѕсϲрԁтτмпηոуυνкһɡ", "iiiooaaesccpdttmnnnyuvkhg", strict=True)),
    }
)
_SEPARATORS: Final = re.compile(r"[\W_]+|\d+$")


def _reading(name: str) -> str:
    return _SEPARATORS.sub("", _SEPARATORS.sub("", name_key(name)).translate(_READ_AS))


_WORDS: Final = """
    admin administrator staff support system operator moderator owner root official casino casinoclub club house
    관리자 운영자 운영팀 어드민 고객센터 고객지원 스태프 공식 카지노클럽
"""
_RESERVED: Final = frozenset(_reading(word) for word in _WORDS.split())


def check_allowed(name: str, *, field: str) -> None:
    """Refuses a name that is the club's own or reads like it: admin, Adm1n, a_d_m_i_n, 운영자 2."""
    if _reading(name) in _RESERVED:
        raise errors.name_reserved(field)


def take(*players: Player) -> None:
    """Writes the names of new players; an IntegrityError means somebody else has one of them."""
    taken = {(name_key(name), player.pk) for player in players for name in (player.site_id, player.nickname)}
    PlayerName.objects.bulk_create([PlayerName(key=key, player_id=pk) for key, pk in sorted(taken)], batch_size=500)


def is_taken(name: str, *, by_other_than: Player | None = None) -> bool:
    """Whether another player is called so, as site_id or nickname."""
    holders = PlayerName.objects.filter(key=name_key(name))
    return (holders.exclude(player=by_other_than) if by_other_than else holders).exists()


def change_nickname(player: Player, nickname: str) -> None:
    """Gives up the old nickname and takes the new one, in the running transaction."""
    kept = {name_key(player.site_id), name_key(nickname)}
    PlayerName.objects.filter(player=player).exclude(key__in=kept).delete()
    if not PlayerName.objects.filter(player=player, key=name_key(nickname)).exists():
        PlayerName.objects.create(key=name_key(nickname), player=player)
    player.nickname = nickname
