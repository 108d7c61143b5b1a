"""Which gateway takes a purchase's money, and what it says. Never called inside a transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.conf import settings

from shop.gateways.base import Bill, Charge, Gateway, GatewayDown, Outcome
from shop.gateways.sandbox import Always, External, PendingThenSuccess
from shop.models import Purchase

_log = logging.getLogger(__name__)
_GATEWAYS: Final[dict[str, Gateway]] = {
    "always_success": Always(Outcome.PAID),
    "always_fail": Always(Outcome.DECLINED),
    "pending_then_success": PendingThenSuccess(),
    "external": External(),
}
MODES: Final = tuple(_GATEWAYS)


def mode_for(wished: str) -> str:
    """The gateway mode of a new purchase: the one a test wishes for, else the club's."""
    return wished or settings.PAYMENT_GATEWAY_MODE


def charge(purchase: Purchase) -> Charge:
    """Asks the purchase's gateway for its money; a price of 0 is paid without it."""
    if purchase.amount == 0:
        return Charge(Outcome.PAID)
    gateway = _GATEWAYS[purchase.gateway_mode]
    return _answer_of(purchase, gateway.charge)


def poll(purchase: Purchase, *, now: datetime) -> Charge:
    """How the purchase's charge stands; a confirmed one is not asked for again."""
    if purchase.charged_at is not None or purchase.amount == 0:
        return Charge(Outcome.PAID, purchase.charge_id)
    gateway = _GATEWAYS[purchase.gateway_mode]
    return _answer_of(purchase, lambda bill: gateway.poll(bill, now))


def _answer_of(purchase: Purchase, ask: Callable[[Bill], Charge]) -> Charge:
    bill = Bill(purchase.receipt_code, purchase.amount, purchase.currency, purchase.payment_method, purchase.created_at)
    try:
        return ask(bill)
    except GatewayDown:
        _log.warning("gateway %s gave no answer for %s", purchase.gateway_mode, purchase.receipt_code)
        return Charge(Outcome.PENDING, purchase.charge_id)
