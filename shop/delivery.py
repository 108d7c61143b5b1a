"""Hands a paid product over, and takes it back: gold, an effect, or an entry in the inventory."""

from __future__ import annotations

from typing import Final

from accounts.ledger import OpenWallet
from accounts.models import Account, EntryCode, Player, Rank
from accounts.progress import streaks, vip
from casino.lib import rows
from shop.models import Effect, InventoryItem, Purchase, PurchaseKind

VIP_POINT_CENTS: Final = 100
_TOPUPS: Final = {PurchaseKind.GOLD: EntryCode.TOPUP, PurchaseKind.LIMITED: EntryCode.LIMITED_TOPUP}


class DeliveryFailed(Exception):
    """The product could not be handed over; nothing of it may stay."""


class CannotTakeBack(Exception):
    """What was handed over is spent, used or in force."""


def hand_over(wallet: OpenWallet, purchase: Purchase) -> None:
    """Gives the buyer what was bought, and the VIP points of money paid for it."""
    if topup := _TOPUPS.get(PurchaseKind(purchase.kind)):
        wallet.receive(purchase.gold, source=Account.SHOP, code=topup, reference=purchase.receipt_code)
    else:
        _deliver(wallet, purchase)
    if not purchase.is_paid_in_gold:
        purchase.vip_points = purchase.amount // VIP_POINT_CENTS
        vip.credit(wallet, purchase.vip_points, reason=topup or EntryCode.TOPUP, ref=purchase.receipt_code)


def take_back(wallet: OpenWallet, purchase: Purchase) -> None:
    """The reverse of `hand_over`, price included; CannotTakeBack when the buyer no longer has all of it."""
    if purchase.kind == PurchaseKind.ITEM:
        _take_item_back(purchase)
    elif wallet.balance < purchase.gold:
        raise CannotTakeBack("the gold was spent")
    else:
        wallet.pay(purchase.gold, to=Account.SHOP, code=EntryCode.REFUND_TOPUP, reference=purchase.receipt_code)
    if purchase.is_paid_in_gold:
        wallet.receive(
            purchase.amount, source=Account.SHOP, code=EntryCode.REFUND_SPEND, reference=purchase.receipt_code
        )
    vip.take_back(wallet, purchase.vip_points, reason=EntryCode.REFUND_TOPUP, ref=purchase.receipt_code)


def _deliver(wallet: OpenWallet, purchase: Purchase) -> None:
    product = purchase.product
    assert product is not None  # a package only ever gives gold
    if product.effect == Effect.RANK_UP:
        _raise_rank(wallet, purchase)
    elif product.effect == Effect.PROTECTION:
        streaks.add_tokens(wallet, purchase.quantity)
    else:
        _put_into_inventory(purchase, wallet)


def _raise_rank(wallet: OpenWallet, purchase: Purchase) -> None:
    buyer = Player.objects.only("rank").get(pk=purchase.player_id)
    above = [rank for rank in Rank if rank.reaches(buyer.rank) and rank != buyer.rank]
    if not above:
        raise DeliveryFailed("the buyer has the highest rank")
    if not Player.objects.filter(pk=buyer.pk, rank=buyer.rank).update(rank=above[0]):
        raise DeliveryFailed("the buyer's rank changed meanwhile")
    vip.tell_rank(wallet, above[0])
    wallet.tell_profile({"rank": above[0].value}, reason=EntryCode.SHOP_SPEND, ref=purchase.receipt_code)


def _put_into_inventory(purchase: Purchase, wallet: OpenWallet) -> None:
    product = purchase.product
    assert product is not None
    line = InventoryItem(
        player_id=purchase.player_id,
        purchase=purchase,
        product_id=product.product_id,
        name=product.name,
        type=product.type,
        rarity=product.rarity,
        icon=product.icon,
        quantity=purchase.quantity,
        acquired_at=wallet.now,
    )
    rows.insert([line])


def _take_item_back(purchase: Purchase) -> None:
    """Revokes the line of the inventory that the purchase made; an effect in force has none."""
    kept = InventoryItem.objects.filter(purchase=purchase, status=InventoryItem.Status.OWNED)
    if not kept.update(status=InventoryItem.Status.REVOKED):
        raise CannotTakeBack("the item was used, or its effect is in force")
