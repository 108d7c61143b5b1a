"""News for players."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Label `realtime`."""

    name = "realtime"
