"""Hands a paid product over: gold into the wallet, the effect applied, or an entry in the inventory."""

from __future__ import annotations

from accounts.ledger import OpenWallet
from accounts.models import Account, EntryCode, Player, Rank
from accounts.progress import vip
from shop.models import Effect, InventoryItem, Purchase

VIP_POINT_CENTS = 100


class DeliveryFailed(Exception):
    """The product could not be handed over; nothing of it may stay."""


def hand_over(wallet: OpenWallet, purchase: Purchase) -> None:
    """Gives the buyer what was bought, and the VIP points of money paid for it."""
    if purchase.product.is_pack:
        wallet.receive(purchase.gold, source=Account.SHOP, code=EntryCode.TOPUP, reference=purchase.receipt_code)
    elif purchase.product.effect == Effect.RANK_UP:
        _raise_rank(wallet, purchase)
    else:
        _put_into_inventory(purchase, wallet)
    if not purchase.is_paid_in_gold:
        points = purchase.amount // VIP_POINT_CENTS
        vip.credit(wallet, points, reason=EntryCode.TOPUP, ref=purchase.receipt_code)


def _raise_rank(wallet: OpenWallet, purchase: Purchase) -> None:
    buyer = Player.objects.only("rank").get(pk=purchase.player_id)
    above = [rank for rank in Rank if rank.reaches(buyer.rank) and rank != buyer.rank]
    if not above:
        raise DeliveryFailed("the buyer has the highest rank")
    if not Player.objects.filter(pk=buyer.pk, rank=buyer.rank).update(rank=above[0]):
        raise DeliveryFailed("the buyer's rank changed meanwhile")
    wallet.tell_profile({"rank": above[0].value}, reason=EntryCode.SHOP_SPEND, ref=purchase.receipt_code)


def _put_into_inventory(purchase: Purchase, wallet: OpenWallet) -> None:
    product = purchase.product
    InventoryItem.objects.create(
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
