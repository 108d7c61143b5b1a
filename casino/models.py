"""The rows the library keeps for every app."""

from casino.lib.idempotency import IdempotencyKey
from casino.lib.rates import RateCounter

__all__ = ["IdempotencyKey", "RateCounter"]
