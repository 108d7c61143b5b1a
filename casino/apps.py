"""The project as an installed app: its commands, its checks, the library's rows."""

from django.apps import AppConfig


class CasinoConfig(AppConfig):
    """Label `casino`."""

    name = "casino"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the start-up checks, and stops the start of an unsafe production."""
        from casino import checks  # noqa: PLC0415 - checks need the settings and models to be complete

        checks.refuse_unsafe_production()
