"""The project as an installed app: its commands, its checks, the library's rows."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasinoConfig(AppConfig):
    """Label `casino`."""

    name = "casino"
    verbose_name = _("클럽")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the start-up checks, and stops the start of an unsafe production."""
        from casino import checks  # noqa: PLC0415 - checks need the settings and models to be complete

        checks.refuse_unsafe_production()
