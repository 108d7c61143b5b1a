"""What stands under the buyer's bell once a purchase is over."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from accounts.ledger import OpenWallet
from accounts.models import Notification
from shop.models import Purchase, PurchaseStatus

_WORDS: Final = {
    PurchaseStatus.SUCCESS: (gettext_noop("구매 완료"), gettext_noop("‘%(name)s’ 구매가 완료되었어요.")),
    PurchaseStatus.FAILED: (gettext_noop("구매 실패"), gettext_noop("‘%(name)s’ 구매가 이루어지지 않았어요.")),
    PurchaseStatus.VOIDED: (gettext_noop("구매 취소"), gettext_noop("‘%(name)s’ 결제가 확인되지 않아 취소되었어요.")),
    PurchaseStatus.REFUNDED: (gettext_noop("환불 완료"), gettext_noop("‘%(name)s’ 구매가 환불되었어요.")),
}


def tell_end(wallet: OpenWallet, purchase: Purchase) -> None:
    """Tells how the purchase ended; the link leads to its receipt."""
    title, message = _WORDS[PurchaseStatus(purchase.status)]
    wallet.notify(
        Notification.Kind.PURCHASE,
        title,
        message,
        facts={"name": purchase.item_name},
        link=f"/shop/history#{purchase.receipt_code}",
    )
