"""The shop."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopConfig(AppConfig):
    """Label `shop`."""

    name = "shop"
    verbose_name = _("상점")
