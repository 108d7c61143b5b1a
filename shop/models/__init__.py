"""What the shop sells, and what it remembers of every sale."""

from shop.models.inventory import InventoryItem
from shop.models.product import Currency, Effect, Product, ProductType, Rarity
from shop.models.purchase import Purchase, PurchaseKind, PurchaseRefusal, PurchaseStatus, Reason

__all__ = [
    "Currency",
    "Effect",
    "InventoryItem",
    "Product",
    "ProductType",
    "Purchase",
    "PurchaseKind",
    "PurchaseRefusal",
    "PurchaseStatus",
    "Rarity",
    "Reason",
]
