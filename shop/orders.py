"""What every order shares, whatever it is for: how it is written up, turned down, put to payment and told again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.ledger import OpenWallet
from accounts.models import Player
from casino.lib import days, rows
from casino.lib.errors import Refusal
from shop import metrics, payments, pricing, settlement, velocity
from shop.models import Currency, Product, Purchase, PurchaseKind, PurchaseRefusal, PurchaseStatus, Reason
from shop.models.purchase import RECEIPT_DIGITS
from shop.promos import Good, Promo
from shop.settlement import purchase_news
from shop.watching import tell_staff


@dataclass(frozen=True, slots=True)
class Order:
    """What a buyer asks for; everything else is the shop's to say."""

    quantity: int = 1
    expected_price: int | None = None
    promo_code: str = ""
    payment_method: str = ""
    card_hash: str = ""
    gateway_mode: str = ""


@dataclass(frozen=True, slots=True)
class Sale:
    """How an order ended: a purchase with a receipt, or one that was never stored because it was turned down.

    `refusal` says the same "no" to a caller who wants it as a status.
    """

    purchase: Purchase
    replayed: bool = False
    refusal: Refusal | None = None


def new_receipt_code() -> str:
    """A receipt nobody can guess."""
    return secrets.token_hex(RECEIPT_DIGITS // 2)


def draw_up(player: Player, good: Good, order: Order, promo: Promo, *, receipt_code: str, now: datetime) -> Purchase:
    """The purchase as the shop would write it: priced, promo taken off, and not stored."""
    shelf_price = pricing.shelf_price(good, now)
    purchase = Purchase(
        receipt_code=receipt_code,
        player=player,
        quantity=order.quantity,
        unit_price=promo.price(shelf_price),
        amount=promo.price(shelf_price) * order.quantity,
        payment_method=order.payment_method,
        card_hash=order.card_hash,
        created_at=now,
        **_facts_of(good, order.quantity),
    )
    purchase.gateway_mode = "" if purchase.is_paid_in_gold else payments.mode_for(order.gateway_mode)
    purchase.note("created", now, quantity=order.quantity)
    discount = pricing.discount_in_force(good, now) if isinstance(good, Product) else 0
    purchase.note("priced", now, unit_price=shelf_price, discount=discount, amount=shelf_price * order.quantity)
    if promo.row is not None and promo.refusal is None:
        purchase.promo, purchase.promo_code = promo.row, promo.row.code
        purchase.note("promo_applied", now, code=promo.row.code, amount=purchase.amount)
    return purchase


def _facts_of(good: Good, quantity: int) -> dict[str, Any]:
    if isinstance(good, Product):
        return {
            "product": good,
            "code": good.product_id,
            "kind": PurchaseKind.GOLD if good.is_pack else PurchaseKind.ITEM,
            "item_name": good.name,
            "one_time": good.one_time,
            "currency": good.currency,
            "gold": good.effective_gold * quantity,
        }
    return {
        "package": good,
        "code": good.code,
        "kind": PurchaseKind.LIMITED,
        "item_name": good.name,
        "currency": Currency.USD,
        "gold": good.gold * quantity,
    }


def put_to_payment(purchase: Purchase, now: datetime) -> None:
    """Stores a purchase whose money is asked for once this transaction has committed; a price of 0 asks nobody."""
    if purchase.amount:
        purchase.note("gateway_called", now, mode=purchase.gateway_mode)
    rows.insert([purchase])
    tell_staff(purchase, now)


def turn_down(wallet: OpenWallet, attempt: Purchase, reason: str, *, told: bool = True) -> None:
    """Counts an attempt that comes to nothing and tells the buyer's screens; no receipt is written."""
    attempt.receipt_code, attempt.reason_code = "", reason
    if reason == Reason.FRAUD_BLOCK:
        velocity.sound_alarm(attempt, wallet.now)
    PurchaseRefusal.objects.create(
        player_id=attempt.player_id,
        code=attempt.code,
        reason_code=reason,
        quantity=attempt.quantity,
        amount=attempt.amount,
        # A card that was blocked is not one that was used: else it would block the known ones too.
        card_hash="" if reason == Reason.FRAUD_BLOCK else attempt.card_hash,
        created_at=wallet.now,
    )
    if told:
        wallet.tell(purchase_news(attempt, PurchaseStatus.FAILED, reason))


def finish(attempt: Purchase) -> Purchase:
    """What follows the commit: the payment, the counts. The purchase as it then stands."""
    flow = metrics.flow_of(attempt)
    metrics.count_start(attempt)
    if attempt.is_pending and attempt.receipt_code:
        charge = payments.charge(attempt)
        return settlement.settle(attempt, charge, flow=flow, now=days.now()).purchase
    metrics.count_end(attempt, flow)
    return attempt


def replay(receipt_code: str, now: datetime) -> Sale:
    """The purchase of a known key; one that still waits is asked about once."""
    purchase = Purchase.objects.get(receipt_code=receipt_code)
    if purchase.is_pending:
        settlement.poll(purchase, flow=metrics.flow_of(purchase), now=now)
    return Sale(settlement.tell_again(purchase, now=now), replayed=True)
