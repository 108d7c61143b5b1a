"""What must always be true of purchases: each moved exactly its gold, and each key made one."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from accounts.models import EntryCode
from accounts.truths import wrong_rows
from casino.lib.truths import Truth
from shop.models import Purchase

_IN: Final = f"'{EntryCode.TOPUP}', '{EntryCode.LIMITED_TOPUP}', '{EntryCode.REFUND_SPEND}'"
_OUT: Final = f"'{EntryCode.SHOP_SPEND}', '{EntryCode.REFUND_TOPUP}'"
# Promised by the purchases, taken off by the entries: what is left of any receipt is wrong.
_UNMATCHED: Final = f"""
    SELECT receipt, SUM(promised) AS promised, SUM(moved) AS moved FROM (
        SELECT receipt_code AS receipt, player_id,
               CASE WHEN status <> 'success' THEN 0 WHEN currency = 'gold' THEN -amount ELSE gold END AS promised,
               0 AS moved
        FROM shop_purchase
        UNION ALL
        SELECT reference, wallet_id, 0, CASE WHEN code IN ({_IN}) THEN amount ELSE -amount END
        FROM accounts_entry WHERE code IN ({_IN}, {_OUT})
    ) AS told GROUP BY receipt, player_id HAVING SUM(promised) <> SUM(moved)
"""  # noqa: S608 - constants of ours
_STRAY_KEYS: Final = """
    SELECT held.key, held.player_id FROM casino_idempotencykey AS held
    LEFT JOIN shop_purchase AS bought ON bought.receipt_code = held.ref AND bought.player_id = held.player_id
    WHERE held.operation = 'shop.buy' AND bought.id IS NULL
    UNION ALL
    SELECT MIN(held.key), held.player_id FROM casino_idempotencykey AS held
    WHERE held.operation = 'shop.buy' GROUP BY held.player_id, held.ref HAVING COUNT(*) > 1
"""


def purchase_truths() -> list[Truth]:
    """Every sentence about purchases."""
    return [_purchases_match_entries(), _keys_made_one_purchase()]


def _purchases_match_entries() -> Truth:
    number, rows = wrong_rows(_UNMATCHED, [])
    return Truth(
        "purchases_match_entries",
        _("구매 = 원장 기록"),
        checked=Purchase.objects.count(),
        broken=number,
        first="purchase {}: promised {} gold, but entries moved {}".format(*rows[0]) if rows else None,
        gold=abs(int(rows[0][1]) - int(rows[0][2])) if rows else 0,
    )


def _keys_made_one_purchase() -> Truth:
    number, rows = wrong_rows(_STRAY_KEYS, [])
    return Truth(
        "keys_made_one_purchase",
        _("멱등성 키마다 구매 하나"),
        checked=Purchase.objects.count(),
        broken=number,
        first="key {} of player {} does not belong to one purchase".format(*rows[0]) if rows else None,
    )
