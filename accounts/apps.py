"""Players, sessions, gold."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Label `accounts`."""

    name = "accounts"

    def ready(self) -> None:
        """Seals the ledger after every migrate: a rebuilt SQLite table loses its triggers."""
        from accounts import seal  # noqa: PLC0415 - models are loaded only now

        post_migrate.connect(seal.seal, sender=self, dispatch_uid="ledger_seal")
