"""News for players."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RealtimeConfig(AppConfig):
    """Label `realtime`."""

    name = "realtime"
    verbose_name = _("실시간")
