"""What must always be true of purchases: gold moved as promised, one for each key, units and promo uses counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import EntryCode
from accounts.truths import wrong_rows
from casino.lib import days
from casino.lib.truths import Truth
from shop.models import LimitedPackage, PromoCode, Purchase

_A_MOMENT: Final = timedelta(seconds=1)
"""The clock is read before the statement sees the rows: a hold that ended in between may be sold already."""
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
_OPERATIONS: Final = "'shop.buy', 'shop.limited_buy'"
_STRAY_KEYS: Final = f"""
    SELECT held.key, held.player_id FROM casino_idempotencykey AS held
    LEFT JOIN shop_purchase AS bought ON bought.receipt_code = held.ref AND bought.player_id = held.player_id
    WHERE held.operation IN ({_OPERATIONS}) AND bought.id IS NULL
    UNION ALL
    SELECT MIN(held.key), held.player_id FROM casino_idempotencykey AS held
    WHERE held.operation IN ({_OPERATIONS}) GROUP BY held.player_id, held.ref HAVING COUNT(*) > 1
"""  # noqa: S608 - constants of ours
# Counted on the package, by the purchases that say they hold units, and by those whose status means they do.
_MISCOUNTED_UNITS: Final = """
    SELECT package.code, package.sold, COALESCE(SUM(bought.holding), 0), COALESCE(SUM(bought.owning), 0)
    FROM shop_limitedpackage AS package LEFT JOIN (
        SELECT package_id,
               CASE WHEN holds_stock THEN quantity ELSE 0 END AS holding,
               CASE WHEN status IN ('pending', 'success') THEN quantity ELSE 0 END AS owning
        FROM shop_purchase WHERE package_id IS NOT NULL
    ) AS bought ON bought.package_id = package.id
    GROUP BY package.id, package.code, package.sold
    HAVING package.sold <> COALESCE(SUM(bought.holding), 0) OR package.sold <> COALESCE(SUM(bought.owning), 0)
"""
_OVERSOLD: Final = """
    SELECT package.code, package.sold, COALESCE(SUM(hold.quantity), 0), package.stock_total
    FROM shop_limitedpackage AS package
    LEFT JOIN shop_hold AS hold ON hold.package_id = package.id AND hold.expires_at > %s
    GROUP BY package.id, package.code, package.sold, package.stock_total
    HAVING package.sold + COALESCE(SUM(hold.quantity), 0) > package.stock_total
"""
_MISCOUNTED_PROMOS: Final = """
    SELECT promo.code, promo.used, COUNT(bought.id)
    FROM shop_promocode AS promo
    LEFT JOIN shop_purchase AS bought
        ON bought.promo_id = promo.id AND bought.status NOT IN ('failed', 'voided')
    GROUP BY promo.id, promo.code, promo.used HAVING promo.used <> COUNT(bought.id)
"""


def purchase_truths() -> list[Truth]:
    """Every sentence about purchases."""
    return [
        _purchases_match_entries(),
        _keys_made_one_purchase(),
        _units_sold_are_counted(),
        _packages_are_never_oversold(days.now() + _A_MOMENT),
        _promo_uses_are_counted(),
    ]


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


def _units_sold_are_counted() -> Truth:
    number, rows = wrong_rows(_MISCOUNTED_UNITS, [])
    return Truth(
        "units_sold_are_counted",
        _("한정 패키지 판매 수량 = 구매 수량"),
        checked=LimitedPackage.objects.count(),
        broken=number,
        first="package {}: sold {}, but purchases hold {} and own {}".format(*rows[0]) if rows else None,
    )


def _packages_are_never_oversold(now: datetime) -> Truth:
    number, rows = wrong_rows(_OVERSOLD, [connection.ops.adapt_datetimefield_value(now)])
    return Truth(
        "packages_are_never_oversold",
        _("판매 + 보류 ≤ 한정 패키지 총 수량"),
        checked=LimitedPackage.objects.count(),
        broken=number,
        first="package {}: sold {} and held {} of {}".format(*rows[0]) if rows else None,
    )


def _promo_uses_are_counted() -> Truth:
    number, rows = wrong_rows(_MISCOUNTED_PROMOS, [])
    return Truth(
        "promo_uses_are_counted",
        _("프로모션 사용 횟수 = 구매 건수"),
        checked=PromoCode.objects.count(),
        broken=number,
        first="promo {}: used {}, but {} purchases use it".format(*rows[0]) if rows else None,
    )
