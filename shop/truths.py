"""What must always be true of purchases: each moved exactly the gold its receipt says."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from accounts.models import EntryCode
from accounts.truths import wrong_rows
from casino.lib.truths import Truth
from shop.models import Currency, Purchase, PurchaseStatus

_DONE: Final = f"('{PurchaseStatus.SUCCESS}', '{PurchaseStatus.REFUNDED}')"
_CODES: Final = {
    "granted": (EntryCode.TOPUP, EntryCode.LIMITED_TOPUP),
    "spent": (EntryCode.SHOP_SPEND,),
    "returned": (EntryCode.REFUND_SPEND, EntryCode.REFUND_TOPUP),
}
_SUMS: Final = ", ".join(
    "SUM(CASE WHEN code IN ({}) THEN amount ELSE 0 END) AS {}".format(", ".join(f"'{code}'" for code in codes), name)
    for name, codes in _CODES.items()
)
_ALL_CODES: Final = ", ".join(f"'{code}'" for codes in _CODES.values() for code in codes)
_UNMATCHED: Final = f"""
    WITH moved AS (
        SELECT wallet_id, reference, {_SUMS} FROM accounts_entry
        WHERE code IN ({_ALL_CODES}) GROUP BY wallet_id, reference
    ), told AS (
        SELECT receipt_code, player_id, status,
               CASE WHEN currency <> '{Currency.GOLD}' AND status IN {_DONE} THEN gold ELSE 0 END AS granted,
               CASE WHEN currency = '{Currency.GOLD}' AND status IN {_DONE} THEN amount ELSE 0 END AS spent
        FROM shop_purchase
    )
    SELECT told.receipt_code, told.status, told.granted, told.spent,
           COALESCE(moved.granted, 0) AS got, COALESCE(moved.spent, 0) AS paid
    FROM told LEFT JOIN moved ON moved.reference = told.receipt_code AND moved.wallet_id = told.player_id
    WHERE COALESCE(moved.granted, 0) <> told.granted OR COALESCE(moved.spent, 0) <> told.spent
       OR COALESCE(moved.returned, 0)
          <> CASE WHEN told.status = '{PurchaseStatus.REFUNDED}' THEN told.granted + told.spent ELSE 0 END
    UNION ALL
    SELECT moved.reference, 'no receipt', 0, 0, moved.granted, moved.spent
    FROM moved LEFT JOIN told ON moved.reference = told.receipt_code AND moved.wallet_id = told.player_id
    WHERE told.receipt_code IS NULL
"""  # noqa: S608 - constants of ours


def purchase_truths() -> list[Truth]:
    """Every sentence about purchases."""
    number, rows = wrong_rows(f"SELECT * FROM ({_UNMATCHED}) AS found", [])  # noqa: S608 - constants of ours
    told = "purchase {} ({}): {} gold granted and {} spent, but entries granted {} and took {}"
    return [
        Truth(
            "purchases_match_entries",
            _("구매 = 원장 기록"),
            checked=Purchase.objects.count(),
            broken=number,
            first=told.format(*rows[0]) if rows else None,
        )
    ]
