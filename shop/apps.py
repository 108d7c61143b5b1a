"""The shop."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Label `shop`."""

    name = "shop"
