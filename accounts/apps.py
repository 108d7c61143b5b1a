"""Players, sessions, gold."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Label `accounts`."""

    name = "accounts"
    verbose_name = _("계정")

    def ready(self) -> None:
        """Seals ledger and audit trail after every migrate: a rebuilt SQLite table loses its triggers."""
        from accounts import seal  # noqa: PLC0415 - models are loaded only now

        post_migrate.connect(seal.seal, sender=self, dispatch_uid="ledger_seal")
