"""Buying a limited package: the published order of checks, the package locked, then the payment outside of any lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Player
from casino.lib import days, idempotency, rates
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from shop import errors, holds, orders, packages, promos, stock, velocity
from shop.models import Currency, Purchase, PurchaseKind, Reason
from shop.orders import Order, Sale
from shop.promos import Promo
from shop.stock import Shelf

OPERATION: Final = "shop.limited_buy"
CALLS_MAX: Final = 5
CALLS_WINDOW: Final = timedelta(seconds=10)
_STILL_RUNNING: Final = timedelta(seconds=60)
_NOT_TOLD: Final = (Reason.RATE_LIMIT, Reason.PROCESSING, Reason.NOT_FOUND)


class _TurnedDown(Exception):
    """Ends an attempt: why, how a status says it, and whether every caller gets it as a status."""

    def __init__(self, reason: str, refusal: Refusal, *, always: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refusal = refusal
        self.always = always


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A purchase that is stored and waits for its money, or one that was turned down."""

    purchase: Purchase
    turned_down: _TurnedDown | None = None


def buy(*, player: Player, code: str, order: Order, key: Key | None) -> Sale:
    """Sells the package called `code`, or says why not; a known key tells its purchase again."""
    now = days.now()
    receipt_code = orders.new_receipt_code()
    with transaction.atomic():
        kept = idempotency.claim(key, ref=receipt_code, now=now)
        attempt = _attempt(player, code, order, receipt_code) if kept is None else None
        if attempt is not None and attempt.turned_down:
            idempotency.release(key)
    if attempt is None:
        return orders.replay(str(kept), now)
    refused = attempt.turned_down
    if refused is not None and refused.reason == Reason.RATE_LIMIT:
        return Sale(attempt.purchase, refusal=refused.refusal)
    sold = orders.finish(attempt.purchase)
    if refused is not None and refused.always:
        raise refused.refusal
    return Sale(sold, refusal=refused.refusal if refused else None)


def _attempt(player: Player, code: str, order: Order, receipt_code: str) -> _Attempt:
    try:
        rates.spend(f"limited:{player.pk}", limit=CALLS_MAX, per=CALLS_WINDOW, now=days.now())
    except Refusal as too_often:
        blank = _blank(player, code, order, days.now())
        blank.reason_code = Reason.RATE_LIMIT
        blank.balance_after = player.wallet.balance
        return _Attempt(blank, _TurnedDown(Reason.RATE_LIMIT, too_often))
    with open_wallet(player.pk) as wallet:
        attempt = _blank(player, code, order, wallet.now)
        try:
            _guard(wallet, attempt)
            shelf = _open_shelf(code, player.pk)
            promo = promos.look_up(order.promo_code, shelf.package, player_id=player.pk, now=wallet.now)
            attempt = orders.draw_up(player, shelf.package, order, promo, receipt_code=receipt_code, now=wallet.now)
            _check_offer(shelf, player, attempt)
            _check_price(order, attempt, promo)
            _take(shelf, attempt)
            attempt.balance_after = wallet.balance
            orders.put_to_payment(attempt, wallet.now)
        except _TurnedDown as turned_down:
            attempt.balance_after = wallet.balance
            orders.turn_down(wallet, attempt, turned_down.reason, told=_is_told(turned_down))
            return _Attempt(attempt, turned_down)
    return _Attempt(attempt)


def _is_told(turned_down: _TurnedDown) -> bool:
    """Which refusals the buyer's other screens hear of: those the published table names."""
    is_blocked = turned_down.reason == Reason.FRAUD_BLOCK
    return turned_down.reason not in _NOT_TOLD and (is_blocked or not turned_down.always)


def _blank(player: Player, code: str, order: Order, now: datetime) -> Purchase:
    """An attempt of which nothing but the wish is known."""
    return Purchase(
        receipt_code="", player=player, code=code, kind=PurchaseKind.LIMITED, quantity=order.quantity, unit_price=0,
        amount=0, currency=Currency.USD, card_hash=order.card_hash, created_at=now,
    )  # fmt: skip


def _guard(wallet: OpenWallet, attempt: Purchase) -> None:
    if velocity.is_too_much(wallet.row.pk, attempt.card_hash, wallet.now):
        raise _TurnedDown(Reason.FRAUD_BLOCK, errors.fraud_block(settings.FRAUD_WINDOW), always=True)
    running = Purchase.objects.of(wallet.row.pk).asking_gateway(wallet.now - _STILL_RUNNING).filter(code=attempt.code)
    if running.filter(kind=PurchaseKind.LIMITED).exists():
        raise _TurnedDown(Reason.PROCESSING, errors.processing())


def _open_shelf(code: str, player_id: int) -> Shelf:
    shelf = stock.find_and_lock(code, but_of=player_id)
    if shelf is None:
        raise _TurnedDown(Reason.NOT_FOUND, errors.package_not_found())
    return shelf


def _check_offer(shelf: Shelf, player: Player, attempt: Purchase) -> None:
    package = shelf.package
    if not package.is_for_sale or not package.is_in_window(shelf.now):
        raise _TurnedDown(Reason.WINDOW_CLOSED, errors.window_closed())
    if not packages.rank_suffices(package, player):
        raise _TurnedDown("RANK_REQUIRED", errors.rank_required(package.min_rank), always=True)
    if packages.bought_by(player.pk, package.pk) + attempt.quantity > package.per_user_limit:
        raise _TurnedDown(Reason.USER_LIMIT, errors.user_limit(package.per_user_limit))
    if not shelf.has(attempt.quantity):
        raise _TurnedDown(Reason.OUT_OF_STOCK, errors.out_of_stock())


def _check_price(order: Order, attempt: Purchase, promo: Promo) -> None:
    """The promo must hold and the price be the one the buyer saw; then the promo's use is counted."""
    _check_promo(promo)
    if order.expected_price not in (None, attempt.unit_price):
        changed = errors.price_changed(expected=int(order.expected_price or 0), actual=attempt.unit_price)
        raise _TurnedDown("PRICE_CHANGED", changed, always=True)
    if refused := promos.reserve(attempt, attempt.created_at):
        _check_promo(refused)


def _check_promo(promo: Promo) -> None:
    if promo.refusal is not None:
        raise _TurnedDown(promo.reason, promos.refusal_of(promo))


def _take(shelf: Shelf, purchase: Purchase) -> None:
    """Takes the units: those the buyer's hold kept, and free ones for the rest."""
    used = holds.use(purchase.player_id, shelf)
    is_taken = stock.take_from(shelf, purchase, hold_id=used.pk if used else None)
    assert is_taken, "the locked package had enough a moment ago"
