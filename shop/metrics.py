"""What the shop counts for operators."""

from __future__ import annotations

from prometheus_client import Counter

from shop.models import Purchase, PurchaseKind, PurchaseStatus

_attempts = Counter("purchase_attempt_total", "Purchases by flow, result and reason", ["flow", "result", "reason"])
_webhooks = Counter("cc_webhook_total", "Calls of the payment provider by result", ["result"])
_WEBHOOK_RESULTS = {
    "SIGNATURE_INVALID": "bad_signature",
    "STALE_TIMESTAMP": "stale",
    "REPLAY_DETECTED": "replay",
    "PURCHASE_MISMATCH": "mismatch",
}
_RESULTS = {
    PurchaseStatus.SUCCESS: "success",
    PurchaseStatus.PENDING: "pending",
    PurchaseStatus.FAILED: "fail",
    PurchaseStatus.VOIDED: "fail",
}


def flow_of(purchase: Purchase) -> str:
    """Which flow a buy counts under."""
    if purchase.kind == PurchaseKind.LIMITED:
        return "limited"
    return "item" if purchase.is_paid_in_gold else "buy"


def count_start(purchase: Purchase) -> None:
    """Counts an attempt that reached the velocity guard."""
    _attempts.labels(flow_of(purchase), "start", "").inc()


def count_end(purchase: Purchase, flow: str, reason: str | None = None) -> None:
    """Counts what a purchase came to, once its transaction has committed; without a receipt it failed."""
    result = _RESULTS[PurchaseStatus(purchase.status)] if purchase.receipt_code else "fail"
    _attempts.labels(flow, result, purchase.reason_code if reason is None else reason).inc()


def count_replay(purchase: Purchase) -> None:
    """Counts an answer that was given again."""
    _attempts.labels(flow_of(purchase), "idempotent_reuse", "").inc()


def count_webhook(result: str) -> None:
    """Counts a call of the payment provider that was taken: `ok`, or `duplicate`."""
    _webhooks.labels(result).inc()


def count_webhook_refusal(code: str) -> None:
    """Counts a call that was refused with `code`, if it is one that operators watch."""
    if code in _WEBHOOK_RESULTS:
        _webhooks.labels(_WEBHOOK_RESULTS[code]).inc()
