"""Buying: one transaction for gold; two with the gateway between them for money."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import OperationalError, transaction

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Account, EntryCode, Player
from casino.lib import days, idempotency, rows
from casino.lib.idempotency import Key
from shop import catalogue, errors, metrics, payments, pricing, settlement, stock, velocity
from shop.delivery import hand_over
from shop.models import Currency, Product, Purchase, PurchaseKind, PurchaseRefusal, PurchaseStatus, Reason
from shop.models.purchase import RECEIPT_DIGITS
from shop.settlement import purchase_news

OPERATION: Final = "shop.buy"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What a buyer asks for; everything else is the shop's to say."""

    product: Product | None
    quantity: int = 1
    expected_price: int | None = None
    promo_code: str = ""
    payment_method: str = ""
    card_hash: str = ""
    gateway_mode: str = ""


@dataclass(frozen=True, slots=True)
class Sale:
    """How an order ended: a purchase with a receipt, or one that was never stored because it was turned down."""

    purchase: Purchase
    replayed: bool = False


def buy(*, player: Player, order: Order, key: Key | None) -> Sale:
    """Sells what was ordered, or says why not; a known key tells its purchase again."""
    now = days.now()
    receipt_code = secrets.token_hex(RECEIPT_DIGITS // 2)
    with transaction.atomic():
        kept = idempotency.claim(key, ref=receipt_code, now=now)
        attempt = _attempt(player, draw_up(player, order, receipt_code, now), key) if kept is None else None
    if attempt is None:
        return _replay(str(kept), now)
    return _finish(attempt)


def draw_up(player: Player, order: Order, receipt_code: str, now: datetime) -> Purchase:
    """The purchase as the shop would write it, priced and not stored; refuses what cannot be offered at all."""
    product = order.product
    if product is None or not product.is_for_sale:
        raise errors.product_not_found()
    if not catalogue.rank_suffices(product, player):
        raise errors.rank_required(product.min_rank)
    if product.one_time and order.quantity != 1:
        raise errors.one_at_a_time()
    if order.promo_code:
        raise errors.promo_invalid()
    unit_price = pricing.final_price(product, now)
    if order.expected_price not in (None, unit_price):
        raise errors.price_changed(expected=int(order.expected_price or 0), actual=unit_price)
    is_money = product.currency == Currency.USD
    purchase = Purchase(
        receipt_code=receipt_code,
        player=player,
        product=product,
        kind=PurchaseKind.GOLD if product.is_pack else PurchaseKind.ITEM,
        item_name=product.name,
        one_time=product.one_time,
        quantity=order.quantity,
        unit_price=unit_price,
        amount=unit_price * order.quantity,
        currency=product.currency,
        gold=product.effective_gold * order.quantity,
        payment_method=order.payment_method,
        card_hash=order.card_hash,
        gateway_mode=payments.mode_for(order.gateway_mode) if is_money else "",
        created_at=now,
    )
    discount = pricing.discount_in_force(product, now)
    purchase.note("created", now, quantity=order.quantity)
    purchase.note("priced", now, unit_price=unit_price, discount=discount, amount=purchase.amount)
    return purchase


def _attempt(player: Player, purchase: Purchase, key: Key | None) -> Purchase:
    """Stores the purchase, or turns the buyer down: then it has a reason and no receipt."""
    with open_wallet(player.pk, now=purchase.created_at) as wallet:
        purchase.balance_after = wallet.balance
        reason = _objection(wallet, player, purchase)
        if reason is Reason.NONE and not stock.take(purchase):
            reason = Reason.OUT_OF_STOCK
        if reason is not Reason.NONE:
            _turn_down(wallet, purchase, reason)
            idempotency.release(key)
        elif purchase.is_paid_in_gold:
            _exchange(wallet, purchase)
        else:
            purchase.note("gateway_called", wallet.now, mode=purchase.gateway_mode)
            rows.insert([purchase])
    return purchase


def _finish(attempt: Purchase) -> Sale:
    """What follows the commit: the refusal, the payment, the count."""
    flow = metrics.flow_of(attempt)
    metrics.count_start(attempt)
    if attempt.is_pending and attempt.receipt_code:
        charge = payments.charge(attempt)
        return Sale(settlement.settle(attempt, charge, flow=flow, now=days.now()))
    metrics.count_end(attempt, flow)
    if attempt.reason_code == Reason.FRAUD_BLOCK:
        raise errors.fraud_block(settings.FRAUD_WINDOW)
    return Sale(attempt)


def _objection(wallet: OpenWallet, player: Player, purchase: Purchase) -> Reason:
    """The first reason to turn the buyer down, in the published order."""
    product, now = purchase.product, wallet.now
    if velocity.is_too_much(player.pk, purchase.card_hash, now):
        return Reason.FRAUD_BLOCK
    is_owned = product.pk in catalogue.owned_products(player, [product])
    blocked = catalogue.blocked_reason(product, player, is_owned=is_owned, now=now, quantity=purchase.quantity)
    if blocked is not None:
        return Reason(blocked)
    if purchase.is_paid_in_gold and purchase.amount > wallet.balance:
        return Reason.INSUFFICIENT_FUNDS
    return Reason.NONE


def _turn_down(wallet: OpenWallet, attempt: Purchase, reason: Reason) -> None:
    """Counts the attempt and tells the buyer; no receipt is written."""
    attempt.receipt_code, attempt.reason_code = "", reason
    if reason == Reason.FRAUD_BLOCK:
        velocity.sound_alarm(attempt, wallet.now)
    PurchaseRefusal.objects.create(
        player_id=attempt.player_id,
        product_id=attempt.product_id,
        reason_code=reason,
        quantity=attempt.quantity,
        amount=attempt.amount,
        # A card that was blocked is not one that was used: else it would block the known ones too.
        card_hash="" if reason == Reason.FRAUD_BLOCK else attempt.card_hash,
        created_at=wallet.now,
    )
    wallet.tell(purchase_news(attempt, PurchaseStatus.FAILED, reason))


def _exchange(wallet: OpenWallet, purchase: Purchase) -> None:
    """Takes the price of a gold item and hands it over; when that fails, only the failed receipt stays."""
    try:
        with wallet.savepoint():
            wallet.pay(purchase.amount, to=Account.SHOP, code=EntryCode.SHOP_SPEND, reference=purchase.receipt_code)
            purchase.become(PurchaseStatus.SUCCESS, wallet.now)
            purchase.balance_after = wallet.balance
            purchase.note("settled", wallet.now)
            purchase.note("granted", wallet.now)
            rows.insert([purchase])
            hand_over(wallet, purchase)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 - whatever broke, the buyer keeps the gold and gets a receipt that says so
        _log.exception("item %s could not be handed over", purchase.product.product_id)
        _write_failure(wallet, purchase)
    wallet.tell(purchase_news(purchase, purchase.status, purchase.reason_code))


def _write_failure(wallet: OpenWallet, purchase: Purchase) -> None:
    stock.put_back(purchase)
    purchase.pk = None
    purchase.status, purchase.reason_code = PurchaseStatus.FAILED, Reason.ITEM_PURCHASE_FAILED
    purchase.settled_at = wallet.now
    purchase.balance_after = wallet.balance
    purchase.timeline = purchase.timeline[:2]
    purchase.note("grant_failed", wallet.now)
    rows.insert([purchase])


def _replay(receipt_code: str, now: datetime) -> Sale:
    """The purchase of a known key; one that still waits is asked about once."""
    purchase = Purchase.objects.select_related("product").get(receipt_code=receipt_code)
    if purchase.is_pending:
        settlement.poll(purchase, flow=metrics.flow_of(purchase), now=now)
    return Sale(settlement.tell_again(purchase, now=now), replayed=True)
