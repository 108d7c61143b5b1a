"""What must always be true of rounds: each moved exactly its stake and its payout, and each key made one round."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import EntryCode
from accounts.truths import wrong_rows
from casino.lib.truths import Truth
from games.models import Round

_BETS: Final = (EntryCode.SLOT_BET, EntryCode.RPS_BET, EntryCode.CRASH_BET, EntryCode.GACHA_PULL)
_WINS: Final = (EntryCode.SLOT_WIN, EntryCode.RPS_WIN, EntryCode.RPS_DRAW, EntryCode.CRASH_WIN, EntryCode.GACHA_WIN)
_OPERATIONS: Final = ("slot.spin", "rps.play", "gacha.pull", "crash.bet", "crash.cashout")

# A round's number as entries and keys refer to it: with hyphens, which SQLite does not store. Unless it is cast to
# text, SQLite joins by the player alone and looks at all of a player's rounds for each of them.
_NUMBER: Final = (
    "CAST(substr(round_id, 1, 8) || '-' || substr(round_id, 9, 4) || '-' || substr(round_id, 13, 4) || '-' "
    "|| substr(round_id, 17, 4) || '-' || substr(round_id, 21) AS text)"
)
_MOVED: Final = """
    WITH moved AS (
        SELECT wallet_id, reference,
               SUM(CASE WHEN code IN ({bets}) THEN amount ELSE 0 END) AS staked,
               SUM(CASE WHEN code IN ({wins}) THEN amount ELSE 0 END) AS paid,
               SUM(CASE WHEN code IN ({bets}) THEN 1 ELSE 0 END) AS bets
        FROM accounts_entry WHERE code IN ({bets}, {wins}) GROUP BY wallet_id, reference
    ), told AS (SELECT {number} AS number, player_id, stake, payout FROM games_round)
"""
_UNMATCHED: Final = """
    SELECT told.number, told.stake, told.payout, moved.staked, moved.paid
    FROM told LEFT JOIN moved ON moved.reference = told.number AND moved.wallet_id = told.player_id
    WHERE moved.bets IS NULL OR moved.bets <> 1 OR moved.staked <> told.stake OR moved.paid <> told.payout
    UNION ALL
    SELECT moved.reference, 0, 0, moved.staked, moved.paid
    FROM moved LEFT JOIN told ON moved.reference = told.number AND moved.wallet_id = told.player_id
    WHERE told.number IS NULL
"""
_STRAY_KEYS: Final = """
    SELECT held.key, held.operation, held.player_id FROM casino_idempotencykey AS held
    LEFT JOIN told ON told.number = held.ref AND told.player_id = held.player_id
    WHERE held.operation IN ({operations}) AND told.number IS NULL
    UNION ALL
    SELECT MIN(held.key), held.operation, held.player_id FROM casino_idempotencykey AS held
    WHERE held.operation IN ({operations}) GROUP BY held.operation, held.player_id, held.ref HAVING COUNT(*) > 1
"""
_UNMARKED: Final = """
    SELECT wallet.player_id, wallet.open_round_due_at, opened.created_at FROM accounts_wallet AS wallet
    LEFT JOIN games_round AS opened ON opened.player_id = wallet.player_id AND opened.status = 'active'
    WHERE (wallet.open_round_due_at IS NULL) <> (opened.id IS NULL) OR wallet.open_round_due_at <= opened.created_at
"""


def round_truths() -> list[Truth]:
    """Every sentence about rounds."""
    return [_rounds_match_entries(), _keys_made_one_round(), _open_rounds_have_an_end()]


def _rounds_match_entries() -> Truth:
    number, rows = wrong_rows(_wrapped(_UNMATCHED), [])
    told = "round {}: stake {}, payout {}, but entries staked {} and paid {}"
    return Truth(
        "rounds_match_entries",
        _("라운드 = 원장 기록"),
        checked=Round.objects.count(),
        broken=number,
        first=told.format(*(0 if each is None else each for each in rows[0])) if rows else None,
    )


def _keys_made_one_round() -> Truth:
    number, rows = wrong_rows(_wrapped(_STRAY_KEYS.format(operations=_listed(_OPERATIONS))), [])
    return Truth(
        "keys_made_one_round",
        _("멱등성 키마다 라운드 하나"),
        checked=Round.objects.count(),
        broken=number,
        first="key {} ({} of player {}) does not belong to one round".format(*rows[0]) if rows else None,
    )


def _open_rounds_have_an_end() -> Truth:
    number, rows = wrong_rows(_UNMARKED, [])
    is_marked = bool(rows) and rows[0][1] is not None
    told = "wallet {} says a round is open, but none is" if is_marked else "wallet {} knows no end of its open round"
    return Truth(
        "open_rounds_have_an_end",
        _("진행 중인 라운드마다 끝이 있음"),
        checked=Round.objects.filter(settled_at=None).count(),
        broken=number,
        first=told.format(rows[0][0]) if rows else None,
    )


def _wrapped(query: str) -> str:
    number = "CAST(round_id AS text)" if connection.vendor == "postgresql" else _NUMBER
    moved = _MOVED.format(bets=_listed(_BETS), wins=_listed(_WINS), number=number)
    return f"SELECT * FROM ({moved} {query}) AS found"  # noqa: S608 - constants of ours


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
