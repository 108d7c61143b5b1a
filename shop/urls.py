"""The shop's pages."""

from django.urls import path

from shop import history_page, pages

urlpatterns = [
    path("shop", pages.shop, name="shop"),
    path("shop/history", history_page.history, name="purchases"),
]
