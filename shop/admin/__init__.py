"""The shop in the Django admin."""

from shop.admin.inventory import InventoryItemAdmin
from shop.admin.products import ProductAdmin
from shop.admin.purchases import PurchaseAdmin, PurchaseRefusalAdmin

__all__ = ["InventoryItemAdmin", "ProductAdmin", "PurchaseAdmin", "PurchaseRefusalAdmin"]
