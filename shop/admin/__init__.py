"""The shop in the Django admin."""

from shop.admin.evidence import WebhookEventAdmin
from shop.admin.inventory import InventoryItemAdmin
from shop.admin.packages import HoldAdmin, LimitedPackageAdmin
from shop.admin.products import ProductAdmin
from shop.admin.promos import PromoCodeAdmin
from shop.admin.purchases import PurchaseAdmin, PurchaseRefusalAdmin

__all__ = [
    "HoldAdmin",
    "InventoryItemAdmin",
    "LimitedPackageAdmin",
    "ProductAdmin",
    "PromoCodeAdmin",
    "PurchaseAdmin",
    "PurchaseRefusalAdmin",
    "WebhookEventAdmin",
]
