"""The shop's paths below /api."""

from __future__ import annotations

from django.urls import path

from shop.api import views

urlpatterns = [
    path("api/shop/catalog", views.Catalog.as_view()),
    path("api/shop/items", views.Items.as_view()),
    path("api/shop/products", views.Products.as_view()),
    path("api/shop/buy", views.Buy.as_view()),
    path("api/shop/buy/<str:product_id>", views.BuyByPath.as_view()),
    path("api/shop/transactions", views.Transactions.as_view()),
    path("api/shop/transactions/<str:receipt>", views.TransactionByReceipt.as_view()),
    path("api/shop/transactions/<str:receipt>/settle", views.Settle.as_view()),
    path("api/shop/inventory", views.Inventory.as_view()),
]
