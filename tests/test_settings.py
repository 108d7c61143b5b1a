"""The environment is read once, through types; production does not start with a value of development."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from prometheus_client import REGISTRY

from accounts.models import Audit
from accounts.seeding import seed_players
from casino import env
from casino.checks import seed_passwords_are_changed
from casino.opening import auto_seed, seed

ROOT: Final = Path(settings.BASE_DIR)
GOOD_HOOK: Final = "Wh3xV9kQ2mTz7LrYb1nPc5sJd8gFa4eU"
SAFE: Final = {
    "CLUB_ENV": "production",
    "DATABASE_URL": "postgres://club:check@127.0.0.1:1/club",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": "club.example",
    "DJANGO_SECRET_KEY": "kP3x-9fQ2m_LrT7vYb1nWc5sHd8gJz4a0eUiOq6B",
    "JWT_SECRET": "Zt6wE1rY9uI3oP5aS7dF2gH4jK8lXc0vBnMq-Q_L",
    "PAYMENT_GATEWAY_MODE": "external",
    "PAYMENT_WEBHOOK_SECRET": f"{GOOD_HOOK},uQ8sN1vK6dR4wB9xT3yG7hM2pJ5zL0cA",
}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    """Starts a process of the club with a safe production environment and `changes`."""
    given = {
        "PATH": os.environ["PATH"],
        "PYTHONUTF8": "1",
        "DJANGO_SETTINGS_MODULE": "casino.settings",
        **SAFE,
        **changes,
    }
    command = [sys.executable, "-c", "import django; django.setup()"]
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False)


def test_production_starts_with_safe_values() -> None:
    assert start().returncode == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"DJANGO_SECRET_KEY": ""}, "DJANGO_SECRET_KEY is the development value"),
        ({"DJANGO_SECRET_KEY": "short"}, "DJANGO_SECRET_KEY is too weak"),
        ({"DJANGO_SECRET_KEY": "a" * 60}, "DJANGO_SECRET_KEY is too weak"),
        ({"JWT_SECRET": ""}, "JWT_SECRET is the development value"),
        ({"JWT_SECRET": SAFE["DJANGO_SECRET_KEY"]}, "must differ"),
        ({"PAYMENT_WEBHOOK_SECRET": ""}, "PAYMENT_WEBHOOK_SECRET is the development value"),
        (
            {"PAYMENT_WEBHOOK_SECRET": f"{GOOD_HOOK},dev-webhook-secret"},
            "PAYMENT_WEBHOOK_SECRET is the development value",
        ),
        ({"PAYMENT_WEBHOOK_SECRET": f"{GOOD_HOOK},short"}, "PAYMENT_WEBHOOK_SECRET is too weak"),
        ({"PAYMENT_WEBHOOK_SECRET": "ab" * 30}, "PAYMENT_WEBHOOK_SECRET is too weak"),
        ({"PAYMENT_WEBHOOK_SECRET": " , ,"}, "PAYMENT_WEBHOOK_SECRET names no secret"),
        ({"PAYMENT_WEBHOOK_SECRET": SAFE["JWT_SECRET"]}, "PAYMENT_WEBHOOK_SECRET must differ"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the club's hosts"),
        ({"DATABASE_URL": ""}, "DATABASE_URL must name a PostgreSQL database"),
        ({"REDIS_URL": ""}, "REDIS_URL must be set"),
        ({"PAYMENT_GATEWAY_MODE": "always_success"}, "PAYMENT_GATEWAY_MODE is a sandbox mode"),
        ({"AUTO_SEED_BASIC": "1"}, "AUTO_SEED_BASIC needs SEED_ADMIN_PASSWORD"),
        ({"CLUB_ENV": "prod"}, "CLUB_ENV must be one of dev, test, production"),
        ({"PORT": "eighty"}, "PORT must be a whole number"),
        ({"IDEMPOTENCY_TTL_HOURS": "1"}, "IDEMPOTENCY_TTL_HOURS must be a whole number from 24"),
        ({"CSRF_TRUSTED_ORIGINS": "club.example"}, "is not an origin"),
    ],
)
def test_an_unsafe_value_stops_the_start_and_says_why(changes: dict[str, str], reason: str) -> None:
    stopped = start(**changes)
    assert stopped.returncode != 0
    assert reason in stopped.stderr


def test_a_sandbox_payment_may_be_allowed_on_purpose() -> None:
    assert start(PAYMENT_GATEWAY_MODE="always_success", ALLOW_SANDBOX_PAYMENTS="1").returncode == 0


def test_no_reason_shows_the_secret() -> None:
    assert "hunter2hunter2" not in start(DJANGO_SECRET_KEY="hunter2hunter2").stderr


@pytest.mark.parametrize("raw", ["", "0", "65536", "-1", "8e3", "８０００", " 80 x"])
def test_whole_numbers_are_digits_in_their_range(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("PORT", raw)
    if raw == "":
        assert env.integer("PORT", 8000, low=1, high=65535) == 8000
        return
    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number from 1 to 65535"):
        env.integer("PORT", 8000, low=1, high=65535)


@pytest.mark.parametrize(("raw", "meant"), [("1", True), ("yes", True), ("0", False), ("off", False), ("", False)])
def test_switches_know_yes_and_no(monkeypatch: pytest.MonkeyPatch, raw: str, meant: bool) -> None:
    monkeypatch.setenv("AUTO_SEED_BASIC", raw)
    assert env.flag("AUTO_SEED_BASIC") is meant


def test_switches_know_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTO_SEED_BASIC", "maybe")
    with pytest.raises(ImproperlyConfigured, match="AUTO_SEED_BASIC must be 0 or 1"):
        env.flag("AUTO_SEED_BASIC")


@pytest.mark.django_db
def test_production_does_not_migrate_over_accounts_that_open_with_default_passwords(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    list(seed(now=timezone.now()))
    monkeypatch.setattr(settings, "IS_PRODUCTION", True)
    assert [problem.id for problem in seed_passwords_are_changed(["default"])] == ["club.E002"] * 5
    for player in seed_players():
        player.set_password("calm-river-4471")
        player.save()
    assert seed_passwords_are_changed(["default"]) == []


@pytest.mark.django_db
def test_a_start_makes_the_seed_accounts_only_when_asked_and_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert auto_seed() is False
    assert not seed_players()
    monkeypatch.setattr(settings, "AUTO_SEED_BASIC", True)
    assert auto_seed() is True
    assert len(seed_players()) == 5
    assert [line for line in caplog.messages if line.startswith("AUTO_SEED_BASIC 적용:")]
    assert REGISTRY.get_sample_value("cc_auto_seed_basic_applied") == 1
    assert auto_seed() is False
    assert Audit.objects.get(action="AUTO_SEED").target_id == str(seed_players()[0].pk)
