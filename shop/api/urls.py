"""The shop's paths below /api."""

from __future__ import annotations

from django.urls import path

from shop.api import deprecated, limited, staff_packages, staff_products, staff_sales, views, webhook

urlpatterns = [
    path("api/shop/catalog", views.Catalog.as_view()),
    path("api/shop/items", views.Items.as_view()),
    path("api/shop/products", views.Products.as_view()),
    path("api/shop/buy", views.Buy.as_view()),
    path("api/shop/buy/<str:product_id>", views.BuyByPath.as_view()),
    path("api/shop/transactions", views.Transactions.as_view()),
    path("api/shop/transactions/<str:receipt>", views.TransactionByReceipt.as_view()),
    path("api/shop/transactions/<str:receipt>/settle", views.Settle.as_view()),
    path("api/shop/webhook/payment", webhook.PaymentWebhook.as_view()),
    path("api/shop/inventory", views.Inventory.as_view()),
    path("api/shop/limited-packages", limited.LimitedPackages.as_view()),
    path("api/shop/limited/catalog", limited.LimitedCatalog.as_view()),
    path("api/shop/limited/hold", limited.LimitedHold.as_view()),
    path("api/shop/limited/hold/<str:hold_id>", limited.LimitedHoldById.as_view()),
    path("api/shop/buy-limited", limited.BuyLimited.as_view()),
    path("api/shop/limited/buy", limited.LimitedBuy.as_view()),
    path("api/shop/promo/preview", limited.PromoPreview.as_view()),
    path("api/admin/transactions", staff_sales.Sales.as_view()),
    path("api/admin/transactions/<str:receipt>/force-settle", staff_sales.ForceSettle.as_view()),
    path("api/admin/transactions/<str:receipt>/refund", staff_sales.Refund.as_view()),
    path("api/shop/admin/products", staff_products.StaffProducts.as_view()),
    path("api/shop/admin/products/<str:product_id>", staff_products.StaffProduct.as_view()),
    path("api/shop/admin/products/<str:product_id>/restore", staff_products.RestoreProduct.as_view()),
    path("api/admin/limited-packages/upsert", staff_packages.UpsertPackage.as_view()),
    path("api/admin/limited-packages/<str:package_id>/disable", staff_packages.DisablePackage.as_view()),
    path("api/admin/promo-codes/upsert", staff_packages.UpsertPromo.as_view()),
    path("api/admin/limited/toggle", staff_packages.TogglePackage.as_view()),
    path("api/admin/limited/period", staff_packages.PackagePeriod.as_view()),
    path("api/admin/limited/stock", staff_packages.PackageStock.as_view()),
    path("api/admin/limited/per-user-limit", staff_packages.PackagePerUserLimit.as_view()),
    path("api/admin/limited/promo/set", staff_packages.SetPackagePromo.as_view()),
    path("api/admin/limited/promo/clear", staff_packages.ClearPackagePromo.as_view()),
    path("api/admin/shop/items", deprecated.OldProducts.as_view()),
    path("api/admin/shop/items/<str:product_id>", deprecated.OldProduct.as_view()),
    path("api/admin/shop/items/<str:product_id>/discount", deprecated.OldDiscount.as_view()),
    path("api/admin/shop/items/<str:product_id>/rank", deprecated.OldRank.as_view()),
]
