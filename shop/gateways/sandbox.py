"""Gateways that move no money: three for trying things out, and the one that waits for an outside provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from shop.gateways.base import Bill, Charge, Outcome


@dataclass(frozen=True, slots=True)
class Always:
    """Says the same to every bill, at once and whenever it is asked again."""

    outcome: Outcome

    def charge(self, bill: Bill) -> Charge:
        """The one answer."""
        return Charge(self.outcome, _charge_id(bill))

    def poll(self, bill: Bill, now: datetime) -> Charge:
        """The one answer again."""
        return self.charge(bill)


class PendingThenSuccess:
    """Lets every bill wait, and calls it paid when asked after PAYMENT_PENDING_DELAY_SECONDS."""

    def charge(self, bill: Bill) -> Charge:
        """Pending."""
        return Charge(Outcome.PENDING, _charge_id(bill))

    def poll(self, bill: Bill, now: datetime) -> Charge:
        """Paid once the delay has passed."""
        is_due = now - bill.created_at >= settings.PAYMENT_PENDING_DELAY
        return Charge(Outcome.PAID if is_due else Outcome.PENDING, _charge_id(bill))


class External:
    """Another house takes the money and tells us when it is done; until then every bill is pending."""

    def charge(self, bill: Bill) -> Charge:
        """Pending, without a number yet."""
        return Charge(Outcome.PENDING)

    def poll(self, bill: Bill, now: datetime) -> Charge:
        """Still pending: the news comes from there."""
        return Charge(Outcome.PENDING)


def _charge_id(bill: Bill) -> str:
    return f"sandbox_{bill.receipt_code}"
