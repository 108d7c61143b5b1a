"""What every payment gateway can do, whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from shop.models import Reason


class Outcome(Enum):
    """What a gateway says of a charge."""

    PAID = "paid"
    PENDING = "pending"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Charge:
    """A gateway's answer: how the charge stands, the gateway's own number of it, and why it was declined if it says."""

    outcome: Outcome
    charge_id: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid. The receipt is unique, so a bill that is sent twice is charged once."""

    receipt_code: str
    amount: int
    currency: str
    payment_method: str
    created_at: datetime


class GatewayDown(Exception):
    """The gateway gave no answer: whether it took the money is not known."""


class Gateway(Protocol):
    """Takes money; every call may raise GatewayDown."""

    def charge(self, bill: Bill) -> Charge:
        """Asks for the money of a bill."""

    def poll(self, bill: Bill, now: datetime) -> Charge:
        """How the charge of a bill stands."""
