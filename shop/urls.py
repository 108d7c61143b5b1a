"""The shop's page."""

from django.urls import path

from shop import pages

urlpatterns = [path("shop", pages.shop, name="shop")]
