"""What the shop sells, and what it remembers of every sale."""

from shop.models.inventory import InventoryItem
from shop.models.package import Hold, LimitedPackage
from shop.models.product import Currency, Effect, Product, ProductType, Rarity
from shop.models.promo import DiscountType, PromoCode
from shop.models.purchase import Purchase, PurchaseKind, PurchaseRefusal, PurchaseStatus, Reason
from shop.models.webhook import WebhookEvent, WebhookNonce

__all__ = [
    "Currency",
    "DiscountType",
    "Effect",
    "Hold",
    "InventoryItem",
    "LimitedPackage",
    "Product",
    "ProductType",
    "PromoCode",
    "Purchase",
    "PurchaseKind",
    "PurchaseRefusal",
    "PurchaseStatus",
    "Rarity",
    "Reason",
    "WebhookEvent",
    "WebhookNonce",
]
