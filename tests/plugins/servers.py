"""Choose the database of a test run before Django reads its settings: `TEST_DATABASE=sqlite` (default) or `postgres`.

PostgreSQL and Redis come from `DATABASE_URL` and `REDIS_URL` when these are given, else they are started here from
wheels and stopped at the end. Loaded with `-p`, so that it runs before pytest-django: in a conftest it is too late
and the suite would silently stay on SQLite.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests import servers

DATABASES = ("sqlite", "postgres")


def prepare() -> None:
    """Set the environment of this run; the workers of xdist inherit it and start nothing."""
    os.environ["CLUB_ENV"] = "test"
    if os.environ.get("CLUB_TEST_PREPARED"):
        return
    wanted = os.environ.setdefault("TEST_DATABASE", "sqlite")
    if wanted not in DATABASES:
        raise pytest.UsageError(f"TEST_DATABASE must be one of {', '.join(DATABASES)}, not {wanted!r}")
    base = Path(tempfile.mkdtemp(prefix="club-tests-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    if wanted == "sqlite":
        os.environ["DATABASE_URL"] = f"sqlite:///{base / 'club.sqlite3'}"
        os.environ["REDIS_URL"] = ""
    else:
        _provide_servers(base)
    os.environ["CLUB_TEST_PREPARED"] = "1"


def _provide_servers(base: Path) -> None:
    """Point the run at PostgreSQL and Redis; a server that cannot be had fails the run, it never skips."""
    if not os.environ.get("DATABASE_URL", "").startswith(("postgres://", "postgresql://")):
        database = servers.postgres(base)
        atexit.register(database.stop)
        os.environ["DATABASE_URL"] = database.url
    if not os.environ.get("REDIS_URL"):
        cache = servers.valkey(base)
        atexit.register(cache.stop)
        os.environ["REDIS_URL"] = cache.url


prepare()


def pytest_report_header() -> str:
    """Name the servers of this run at the top of its report."""
    redis = "with Redis" if os.environ.get("REDIS_URL") else "without Redis"
    return f"club: {os.environ['TEST_DATABASE']}, {redis}"
