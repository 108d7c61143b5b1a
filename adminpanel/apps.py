"""Staff tools."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdminpanelConfig(AppConfig):
    """Label `adminpanel`."""

    name = "adminpanel"
    verbose_name = _("점검")
