"""Staff tools."""

from django.apps import AppConfig


class AdminpanelConfig(AppConfig):
    """Label `adminpanel`."""

    name = "adminpanel"
