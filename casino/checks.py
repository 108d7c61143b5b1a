"""What must be true before the club opens: a sealed ledger, and in production no value meant for development."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts import seal
from accounts.models import Player
from accounts.seeding import seed_players

_WEAK_SECRET_LENGTH = 32
_DIFFERENT_CHARACTERS = 8


@register(Tags.database)
def ledger_is_sealed(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """The triggers of the append-only tables are in place. A warning, so that `migrate` can put them back."""
    if not databases:
        return []
    return [CheckWarning(f"the trigger {name} is missing; run migrate", id="club.W001") for name in seal.missing()]


@register(Tags.database)
def seed_passwords_are_changed(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """No seed account of production still opens with the password everybody knows. Run by `migrate`."""
    if not (databases and settings.IS_PRODUCTION and Player._meta.db_table in connection.introspection.table_names()):
        return []
    return [
        Error(
            f"the account {player.site_id} still has its default password; run seed --reset-passwords", id="club.E002"
        )
        for player in seed_players()
        if any(check_password(password, player.password) for password in settings.DEFAULT_SEED_PASSWORDS)
    ]


def refuse_unsafe_production() -> None:
    """Stops the start of any process that would serve production with a value of development."""
    if settings.IS_PRODUCTION and (problems := _unsafe_values()):
        raise ImproperlyConfigured("production refuses to start: " + "; ".join(problems))


def _unsafe_values() -> list[str]:
    problems = []
    for name, secret in (("DJANGO_SECRET_KEY", settings.SECRET_KEY), ("JWT_SECRET", settings.JWT_SECRET)):
        if secret in settings.DEV_SECRETS:
            problems.append(f"{name} is the development value; set one of your own")
        elif _is_weak(secret):
            problems.append(f"{name} is too weak; use at least {_WEAK_SECRET_LENGTH} random characters")
    if settings.SECRET_KEY == settings.JWT_SECRET:
        problems.append("DJANGO_SECRET_KEY and JWT_SECRET must differ")
    problems += _unsafe_webhook_secrets()
    if "*" in settings.ALLOWED_HOSTS:
        problems.append("ALLOWED_HOSTS must name the club's hosts, not *")
    if not settings.IS_POSTGRES:
        problems.append("DATABASE_URL must name a PostgreSQL database: several processes share it")
    if not settings.REDIS_URL:
        problems.append("REDIS_URL must be set: several processes share the sockets' news")
    if settings.PAYMENT_GATEWAY_MODE in settings.SANDBOX_GATEWAY_MODES and not settings.ALLOW_SANDBOX_PAYMENTS:
        problems.append("PAYMENT_GATEWAY_MODE is a sandbox mode; set external, or ALLOW_SANDBOX_PAYMENTS=1")
    if settings.AUTO_SEED_BASIC and (
        {settings.SEED_ADMIN_PASSWORD, settings.SEED_USER_PASSWORD} & set(settings.DEFAULT_SEED_PASSWORDS)
    ):
        problems.append("AUTO_SEED_BASIC needs SEED_ADMIN_PASSWORD and SEED_USER_PASSWORD of your own")
    return problems


def _unsafe_webhook_secrets() -> list[str]:
    """Whoever knows one of them can say that a purchase was paid, so each has to be good."""
    secrets = settings.PAYMENT_WEBHOOK_SECRETS
    problems = [] if secrets else ["PAYMENT_WEBHOOK_SECRET names no secret"]
    if settings.DEV_WEBHOOK_SECRET in secrets:
        problems.append("PAYMENT_WEBHOOK_SECRET is the development value; set one of your own")
    if any(_is_weak(secret) for secret in secrets if secret != settings.DEV_WEBHOOK_SECRET):
        problems.append(f"PAYMENT_WEBHOOK_SECRET is too weak; use at least {_WEAK_SECRET_LENGTH} random characters")
    if {settings.SECRET_KEY, settings.JWT_SECRET, *settings.JWT_PREVIOUS_SECRETS} & set(secrets):
        problems.append("PAYMENT_WEBHOOK_SECRET must differ from the secrets that the provider must not know")
    return problems


def _is_weak(secret: str) -> bool:
    return len(secret) < _WEAK_SECRET_LENGTH or len(set(secret)) < _DIFFERENT_CHARACTERS
