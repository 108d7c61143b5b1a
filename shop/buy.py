"""Buying a product: one transaction for gold; two with the gateway between them for money."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import OperationalError, transaction

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Account, EntryCode, Player
from accounts.progress import goals
from casino.lib import days, idempotency, rows
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from shop import catalogue, errors, notices, orders, promos, stock, velocity
from shop.delivery import hand_over
from shop.models import Product, Purchase, PurchaseStatus, Reason
from shop.orders import Order, Sale
from shop.settlement import purchase_news
from shop.watching import tell_staff

OPERATION: Final = "shop.buy"
_log = logging.getLogger(__name__)


def buy(*, player: Player, product: Product | None, order: Order, key: Key | None) -> Sale:
    """Sells the product that was ordered, or says why not; a known key tells its purchase again."""
    now = days.now()
    receipt_code = orders.new_receipt_code()
    try:
        with transaction.atomic():
            kept = idempotency.claim(key, ref=receipt_code, now=now)
            drawn = draw_up(player, product, order, receipt_code, now) if kept is None else None
            attempt = _attempt(player, drawn, key) if drawn is not None else None
    except Refusal as refusal:
        promos.count_if_wrong(player.pk, refusal, now)
        raise
    if attempt is None:
        return orders.replay(str(kept), now)
    sold = orders.finish(attempt)
    if sold.reason_code == Reason.FRAUD_BLOCK:
        raise errors.fraud_block(settings.FRAUD_WINDOW)
    return Sale(sold)


def draw_up(player: Player, product: Product | None, order: Order, receipt_code: str, now: datetime) -> Purchase:
    """The purchase as the shop would write it, not stored; refuses what cannot be offered at all."""
    if product is None or not product.is_for_sale:
        raise errors.product_not_found()
    if not catalogue.rank_suffices(product, player):
        raise errors.rank_required(product.min_rank)
    if product.one_time and order.quantity != 1:
        raise errors.one_at_a_time()
    promos.check_tries(player.pk, order.promo_code, now)
    promo = promos.look_up(order.promo_code, product, player_id=player.pk, now=now)
    if promo.refusal is not None:
        raise promos.refusal_of(promo)
    drawn = orders.draw_up(player, product, order, promo, receipt_code=receipt_code, now=now)
    if order.expected_price not in (None, drawn.unit_price):
        raise errors.price_changed(expected=int(order.expected_price or 0), actual=drawn.unit_price)
    return drawn


def _attempt(player: Player, purchase: Purchase, key: Key | None) -> Purchase:
    """Stores the purchase, or turns the buyer down: then it has a reason and no receipt."""
    with open_wallet(player.pk, now=purchase.created_at) as wallet:
        purchase.balance_after = wallet.balance
        reason = _objection(wallet, player, purchase)
        if reason is Reason.NONE and not stock.take(purchase, wallet.now):
            reason = Reason.OUT_OF_STOCK
        if reason is not Reason.NONE:
            orders.turn_down(wallet, purchase, reason)
            idempotency.release(key)
        elif purchase.is_paid_in_gold:
            _exchange(wallet, purchase)
        else:
            _reserve_promo(purchase)
            orders.put_to_payment(purchase, wallet.now)
    return purchase


def _reserve_promo(purchase: Purchase) -> None:
    """Counts the promo's use; when others used it up meanwhile, nothing of the purchase stays."""
    refused = promos.reserve(purchase, purchase.created_at)
    if refused is not None:
        raise promos.refusal_of(refused)


def _objection(wallet: OpenWallet, player: Player, purchase: Purchase) -> Reason:
    """The first reason to turn the buyer down, in the published order."""
    product, now = purchase.product, wallet.now
    assert product is not None
    if velocity.is_too_much(player.pk, purchase.card_hash, now):
        return Reason.FRAUD_BLOCK
    is_owned = product.pk in catalogue.owned_products(player, [product])
    blocked = catalogue.blocked_reason(product, player, is_owned=is_owned, now=now, quantity=purchase.quantity)
    if blocked is not None:
        return Reason(blocked)
    if purchase.is_paid_in_gold and purchase.amount > wallet.balance:
        return Reason.INSUFFICIENT_FUNDS
    return Reason.NONE


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
            goals.advance(wallet, {"gold_spent_shop": purchase.amount}, at=wallet.now)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 - whatever broke, the buyer keeps the gold and gets a receipt that says so
        _log.exception("item %s could not be handed over", purchase.code)
        _write_failure(wallet, purchase)
    tell_staff(purchase, wallet.now)
    wallet.tell(purchase_news(purchase, purchase.status, purchase.reason_code))
    notices.tell_end(wallet, purchase)


def _write_failure(wallet: OpenWallet, purchase: Purchase) -> None:
    purchase.pk = None
    purchase.status, purchase.reason_code = PurchaseStatus.FAILED, Reason.ITEM_PURCHASE_FAILED
    purchase.settled_at = wallet.now
    purchase.balance_after = wallet.balance
    purchase.timeline = [step for step in purchase.timeline if step["step"] not in ("settled", "granted")]
    purchase.note("grant_failed", wallet.now)
    stock.put_back(purchase, wallet.now)
    rows.insert([purchase])
